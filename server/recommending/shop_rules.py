"""What the shop knows itself: what goes with what, and what is for which season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.learning_settings import RuleSettings, SeasonSettings
from server.recommending.asking import Query, Ranking, Words, words_of
from server.recommending.baskets import Baskets, Floats
from server.recommending.bought_together import cell
from server.recommending.catalogue import Catalogue
from server.recommending.forbidding import in_season
from server.recommending.matrices import Sparse, matrix
from server.recommending.naming import names_in
from server.recommending.protocol import Reason, ReasonKind

_MONTHS = 12
_BUNDLE = np.float32(1.0)
_SEASON = np.float32(0.5)


@dataclass(frozen=True)
class ShopRules:
    """Bundles of what is in the basket, and what is in season."""

    kind: ClassVar[str] = "shop-rules"
    bundles: Sparse
    """1 where the product of the column goes with that of the row."""
    seasons: Floats
    """Products by months: 1 where a product has a season and the month is of it."""

    def scores(self, query: Query) -> Floats:
        """1 for what goes with the basket, ½ for what is in season; the sum of both."""
        found = np.zeros(self.bundles.shape[1], dtype=np.float32)
        for item in query.basket:
            begin, end = self.bundles.indptr[item], self.bundles.indptr[item + 1]
            found[self.bundles.indices[begin:end]] = _BUNDLE
        if query.context.day is not None:
            found += _SEASON * self.seasons[:, query.context.day.month - 1]
        return found

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """Which rule it was."""
        with_items = [int(item) for item in query.basket if cell(self.bundles, int(item), product)]
        bundles = tuple(
            Reason(
                ReasonKind.SHOP_RULE,
                f"goes with {words.name(item)}, as the shop says",
                {"with": words.products[item]},
            )
            for item in with_items[:1]
        )
        day = query.context.day
        if day is None or not self.seasons[product, day.month - 1]:
            return bundles
        month = {"month": float(day.month)}
        return (*bundles, Reason(ReasonKind.SHOP_RULE, f"in season in {day:%B}, as the shop says", month))


@dataclass(frozen=True)
class ShopRulesLearner:
    """Takes the rules as they are; tickets only say which products there are."""

    rules: RuleSettings
    name: str = "shop's rules"

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Rules by the numbers of products; those of products that were never sold fall out."""
        words = words_of(baskets, names_in(catalogue))
        scorer = ShopRules(self._bundles(words), self._seasons(words, catalogue))
        return Ranking(self.name, words, scorer)

    def _bundles(self, words: Words) -> Sparse:
        number = words.product_number
        pairs = [
            (number[bundle.sku], number[sku])
            for bundle in self.rules.bundles
            for sku in dict.fromkeys(bundle.offer)
            if bundle.sku in number and sku in number
        ]
        rows, columns = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
        count = len(words.products)
        found = matrix(rows, columns, np.ones(len(rows), dtype=np.float32), (count, count))
        found.data = np.minimum(found.data, np.float32(1))
        return found

    def _seasons(self, words: Words, catalogue: Catalogue) -> Floats:
        found = np.zeros((len(words.products), _MONTHS), dtype=np.float32)
        for season in self.rules.seasons:
            chosen = [row for row, sku in enumerate(words.products) if _meant(season, sku, catalogue)]
            found[np.ix_(chosen, [month - 1 for month in season.months])] = 1
        return found


def _meant(season: SeasonSettings, sku: str, catalogue: Catalogue) -> bool:
    return in_season(season, catalogue.product(sku))
