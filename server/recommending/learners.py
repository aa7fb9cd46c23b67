"""All ways of learning, in the order in which tables show them."""

from __future__ import annotations

from server.recommending.bought_together import ItemCosineLearner, RulesLearner
from server.recommending.content import ContentLearner
from server.recommending.customers import AlikeCustomersLearner, CustomersProductsLearner
from server.recommending.factors import FactorsLearner
from server.recommending.popularity import PopularityLearner, RecentLearner
from server.recommending.protocol import Learner
from server.recommending.purchase import default_learners
from server.recommending.repeat import RepeatLearner

BAR = "popularity"
"""What others have to clear."""


def all_learners() -> tuple[Learner, ...]:
    """Everything that a blend is made of, the bar first."""
    return (
        PopularityLearner(BAR),
        RecentLearner(),
        RepeatLearner(half_life_days=90.0),
        ItemCosineLearner(),
        RulesLearner(),
        CustomersProductsLearner(),
        AlikeCustomersLearner(),
        FactorsLearner(),
        ContentLearner(),
        *default_learners(),
    )
