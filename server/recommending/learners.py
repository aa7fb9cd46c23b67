"""All ways of learning, in the order in which tables show them."""

from __future__ import annotations

from server.learning_settings import RuleSettings
from server.recommending.asking import Learner
from server.recommending.bought_together import ItemCosineLearner, RulesLearner
from server.recommending.content import ContentLearner
from server.recommending.customers import AlikeCustomersLearner, CustomersProductsLearner
from server.recommending.factors import FactorsLearner
from server.recommending.popularity import PopularityLearner, RecentLearner
from server.recommending.purchase import default_learners
from server.recommending.repeat import RepeatLearner
from server.recommending.shop_rules import ShopRulesLearner

BAR = "popularity"
"""What others have to clear."""


def all_learners(rules: RuleSettings | None = None, seed: int = 0) -> tuple[Learner, ...]:
    """Everything that a blend is made of, the bar first."""
    own = (ShopRulesLearner(rules),) if rules and (rules.bundles or rules.seasons) else ()
    return (
        PopularityLearner(BAR),
        RecentLearner(),
        RepeatLearner(half_life_days=90.0),
        ItemCosineLearner(),
        RulesLearner(),
        CustomersProductsLearner(),
        AlikeCustomersLearner(),
        FactorsLearner(seed=seed),
        ContentLearner(seed=seed),
        *default_learners(seed),
        *own,
    )
