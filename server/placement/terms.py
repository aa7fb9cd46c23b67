"""What is placed where, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """A product or promotion that can be shown.

    `margin` is money for one sold, `space` what it takes up, `most_zones` in how many it may lie.
    """

    sku: str
    margin: float
    space: float = 1.0
    category: str = ""
    most_zones: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A zone: `visits` in the span that is planned, `stay` how much its dwell counts beside the shop's usual
    (1 is usual), `space` how much fits."""

    zone: str
    visits: float
    space: float
    stay: float = 1.0


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What does not go into a zone: a product, or with `category` all of its kind. No zone: nowhere."""

    zone: str | None
    sku: str = ""
    category: str = ""

    def forbids(self, offer: Offer, place: Place) -> bool:
        """Whether it keeps an offer out of a place."""
        meant = offer.sku == self.sku if self.sku else offer.category == self.category
        return meant and self.zone in (None, place.zone)


@dataclass(frozen=True, slots=True)
class Apart:
    """Two products that never share a zone."""

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Range:
    """At least so many products of a category (any, if empty), in one zone or, without one, in the shop."""

    category: str
    least: int
    zone: str | None = None


Limit = Exclusion | Apart | Range


@dataclass(frozen=True)
class Question:
    """What shall be placed, where, and within which limits.

    `affinity` tells for (sku, zone) how many of the product one visit of usual length buys; missing is none.
    """

    offers: tuple[Offer, ...]
    places: tuple[Place, ...]
    affinity: dict[tuple[str, str], float]
    limits: tuple[Limit, ...] = ()

    def worth(self, offer: Offer, place: Place) -> float:
        """Expected margin: visits × stay × affinity × margin of one."""
        return place.visits * place.stay * self.affinity.get((offer.sku, place.zone), 0.0) * offer.margin


Placed = frozenset[tuple[str, str]]
"""Pairs of sku and zone."""
