"""A small shop whose customers have favourites and whose products have partners."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from server.recommending.baskets import Baskets, Line, baskets_of
from server.recommending.catalogue import Catalogue, Product

STORE = "corner"
MONDAY = date(2026, 3, 2)

_CATEGORIES = ("bakery", "tea", "dairy", "fruit", "sweets")
_PER_CATEGORY = 6
PRODUCTS = tuple(f"{category}-{one}" for category in _CATEGORIES for one in range(_PER_CATEGORY))
PARTNERS = {"tea-0": "sweets-0", "bakery-1": "dairy-1", "fruit-2": "dairy-3"}
"""Whoever buys the one mostly buys the other."""


def lines(days: int = 60, customers: int = 40, seed: int = 7, *, named: bool = True) -> Iterator[Line]:
    """Tickets of a shop: each customer comes every few days and buys of five favourites, and at random.

    Bakery is bought in the morning.
    """
    draw = np.random.default_rng(seed)
    favourites = [draw.choice(len(PRODUCTS), 5, replace=False) for _ in range(customers)]
    for day in range(days):
        for customer in np.flatnonzero(draw.random(customers) < 0.3):
            bought = {PRODUCTS[one] for one in favourites[customer] if draw.random() < 0.5}
            bought.add(PRODUCTS[min(int(draw.exponential(6)), len(PRODUCTS) - 1)])
            bought |= {PARTNERS[one] for one in sorted(bought & PARTNERS.keys()) if draw.random() < 0.8}
            morning = any(sku.startswith("bakery") for sku in bought)
            hour = int(draw.integers(8, 12) if morning else draw.integers(12, 20))
            for sku in sorted(bought):
                yield Line(
                    STORE,
                    f"{day}-{customer}",
                    MONDAY + timedelta(days=day),
                    hour,
                    f"customer:{customer:032x}" if named else None,
                    sku,
                )


def baskets(days: int = 60, customers: int = 40, seed: int = 7, *, named: bool = True) -> Baskets:
    return baskets_of(lines(days, customers, seed, named=named))


def catalogue() -> Catalogue:
    """The products with their categories; zones hold a category each."""
    products = {
        sku: Product(sku, sku.replace("-", " ").title(), {"category": sku.split("-")[0]}, price=2.0, cost=1.0)
        for sku in PRODUCTS
    }
    zones = {
        category: frozenset(sku for sku in PRODUCTS if sku.startswith(category)) for category in _CATEGORIES
    }
    return Catalogue(products, zones)
