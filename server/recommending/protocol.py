"""What is asked of a recommender and what it answers. Needs no library, so everybody may import it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol


class ReasonKind(StrEnum):
    """What a recommendation rests on."""

    POPULAR = "popular"
    RECENT = "recent"
    REPEAT = "repeat"
    TOGETHER = "together"
    SIMILAR = "similar"
    CUSTOMERS = "customers"
    FACTORS = "factors"
    SITUATION = "situation"
    SHOP_RULE = "shop-rule"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a product is recommended, in words and as figures that can be checked in the tickets.

    `figures` holds what the words say, as `{"lift": 3.2, "tickets": 41}`.
    """

    kind: ReasonKind
    words: str
    figures: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scored:
    """One product with its score, higher is better, comparable within one answer only."""

    sku: str
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The situation for which something is sought; what is not known is None.

    `day` and `hour` (0 to 23) are those of the store's clocks. `customer` is the keyed hash that
    tickets hold, never a number. `candidates` None: every product that was sold.
    What is in the basket or in `excluded` is never recommended.
    """

    store: str
    zone: str | None = None
    day: date | None = None
    hour: int | None = None
    dwell_seconds: float | None = None
    occupancy: float | None = None
    basket: tuple[str, ...] = ()
    customer: str | None = None
    candidates: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()

    @property
    def weekday(self) -> int | None:
        """1 for Monday up to 7 for Sunday."""
        return None if self.day is None else self.day.isoweekday()


class Recommender(Protocol):
    """What was learnt from tickets, ready to be asked."""

    @property
    def name(self) -> str:
        """What it is called in tables, cards and settings."""
        ...

    def recommend(self, context: Context, k: int) -> Sequence[Scored]:
        """At most `k` products, best first, each with at least one reason.

        Fewer where there is evidence for fewer; none where nothing is known.
        """
        ...
