"""Plans as JSON: rosters and placements."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from server.api.parts import Shape


class DutyShape(Shape):
    """One person's shift, by the store's clock."""

    name: str
    begin: datetime
    end: datetime
    break_begin: datetime | None
    break_end: datetime | None
    paid_hours: float


class GapShape(Shape):
    """When people with a skill are missing."""

    skill: str
    begin: datetime
    end: datetime
    people: float
    below_least: bool = Field(description="also the least number is not kept")


class RosterShape(Shape):
    """A roster with what it leaves open. Nothing of it is stored."""

    duties: list[DutyShape]
    gaps: list[GapShape]
    wages: float
    cost: float = Field(description="wages, wishes and what is short, in money")
    gap: float = Field(description="no roster costs less by more than this share")
    is_feasible: bool = Field(description="every rule, contract, least number and the budget are kept")
    is_impossible: bool = Field(
        description="it is proved that no roster keeps them all; where both are false, none was found in time"
    )
    problems: list[str] = Field(description="what is not kept, and whether that is proved")
    remedies: list[str] = Field(description="what would mend it; each was tried")
    hours: list[str] = Field(description="what an hour more or less would change")
    notes: list[str] = Field(description="what was taken for granted or left out")


class PlacedShape(Shape):
    """A product in a zone."""

    sku: str
    zone: str
    margin: float = Field(description="expected, in money")


class PlacementShape(Shape):
    """The best placement beside the present one. Nothing of it is stored."""

    placed: list[PlacedShape]
    margin: float = Field(description="expected, in money")
    margin_now: float = Field(description="of the present placement, by the same expectation")
    gain: float
    gap: float = Field(description="no placement earns more by more than this share")
    added: list[tuple[str, str]] = Field(description="pairs of product and zone")
    removed: list[tuple[str, str]]
    limits: list[str] = Field(description="limits that cost something, and what loosening each would win")
    notes: list[str] = Field(description="what was taken for granted or left out")
