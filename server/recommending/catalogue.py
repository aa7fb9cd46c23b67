"""Products as recommenders see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Product:
    """What is known of one product. `attributes` holds its category and brand too, by these names."""

    sku: str
    name: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    price: float | None = None
    cost: float | None = None

    @property
    def margin(self) -> float | None:
        """Share of the price that stays with the shop; None where price or cost is not known."""
        if self.price is None or self.cost is None or self.price <= 0:
            return None
        return (self.price - self.cost) / self.price

    @property
    def shown(self) -> str:
        """What people call it."""
        return self.name or self.sku


@dataclass(frozen=True)
class Catalogue:
    """Products by number, and per zone what lies there."""

    products: Mapping[str, Product] = field(default_factory=dict)
    zones: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def product(self, sku: str) -> Product:
        """That product; one of which nothing is known where the catalogue lacks it."""
        return self.products.get(sku) or Product(sku)
