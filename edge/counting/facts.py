"""What counting finds out: closed facts, each true once and for all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Along the line's arrow, or against it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody went from one confirmed side of a line to the other; `at` is when on the line itself."""

    line: str
    direction: Direction
    at: float


class VisitEnd(StrEnum):
    """Why a visit ended."""

    LEFT = "left"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody was inside a zone from `entered_at` to `left_at`, at least for the zone's minimum stay."""

    zone: str
    entered_at: float
    left_at: float
    end: VisitEnd

    @property
    def seconds(self) -> float:
        """How long it lasted, to the millisecond."""
        return round(self.left_at - self.entered_at, 3)
