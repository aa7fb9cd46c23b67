"""Implicit-feedback factorisation: customers and products as short vectors, by the library `implicit`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.recommending.asking import Query, Ranking, Words, words_of
from server.recommending.baskets import NOBODY, Baskets, Floats
from server.recommending.catalogue import Catalogue
from server.recommending.customers import often_bought
from server.recommending.matrices import Sparse, customer_matrix
from server.recommending.naming import names_in
from server.recommending.popularity import newer_more
from server.recommending.protocol import Reason, ReasonKind


@dataclass(frozen=True)
class Factors:
    """Vectors whose product is high where a customer buys a product."""

    kind: ClassVar[str] = "factors"
    of_customers: Floats
    of_products: Floats
    inner: Floats
    """Yᵀ Y + λ I of the products' vectors Y."""
    alpha: float

    def scores(self, query: Query) -> Floats:
        """Products of the vectors, above 0; of the customer, else of who would buy this basket."""
        if query.customer != NOBODY:
            own = self.of_customers[query.customer]
        elif len(query.basket):
            own = self._buyer(query)
        else:
            return np.zeros(len(self.of_products), dtype=np.float32)
        found: Floats = np.maximum(self.of_products @ own, np.float32(0))
        return found

    def _buyer(self, query: Query) -> Floats:
        # One step of the least squares, as in Hu, Koren and Volinsky (2008), for one who bought the basket.
        bought = self.of_products[query.basket]
        left = self.inner + self.alpha * bought.T @ bought
        right = (1.0 + self.alpha) * bought.sum(axis=0)
        return np.linalg.solve(left, right).astype(np.float32)

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """Whose taste it fits."""
        whose = "what this customer buys" if query.customer != NOBODY else "this basket"
        text = f"fits {whose}, by {self.of_products.shape[1]} traits learnt from all tickets"
        return (Reason(ReasonKind.FACTORS, text, {"traits": float(self.of_products.shape[1])}),)


@dataclass(frozen=True)
class FactorsLearner:
    """Alternating least squares over customers and products."""

    name: str = "factors"
    factors: int = 64
    regularization: float = 0.1
    alpha: float = 1.0
    rounds: int = 12
    half_life_days: float = 120.0
    least_customers: int = 5
    seed: int = 0

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets that say whose they are."""
        bought = customer_matrix(baskets, newer_more(baskets, self.half_life_days)[baskets.line_basket])
        rows = often_bought(bought, self.least_customers)
        customers, products = self._vectors(rows)
        inner = products.T @ products + self.regularization * np.eye(products.shape[1], dtype=np.float32)
        scorer = Factors(customers, products, inner.astype(np.float32), self.alpha)
        return Ranking(self.name, words_of(baskets, names_in(catalogue)), scorer)

    def _vectors(self, rows: Sparse) -> tuple[Floats, Floats]:
        if not rows.nnz:
            traits = min(self.factors, 1)
            return np.zeros((rows.shape[0], traits), np.float32), np.zeros(
                (rows.shape[1], traits), np.float32
            )
        from implicit.cpu.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                factors=min(self.factors, *rows.shape),
                regularization=self.regularization,
                alpha=self.alpha,
                iterations=self.rounds,
                num_threads=1,
                random_state=self.seed,
            )
            model.fit(csr_matrix(rows), show_progress=False)
        return np.asarray(model.user_factors), np.asarray(model.item_factors)
