"""What an experiment sets out to find, written down before it begins and never changed afterwards."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from server.sections import Id, Section

CONTROL = "control"
"""The arm in which nothing is shown; always the first."""

CYCLE_DAYS = 14
"""After so many days each hour of the week has been in both arms once."""

DAY_MINUTES = 24 * 60

LEAST_SHARE = 0.1
"""No arm is drawn more seldom, or nothing more would be learnt of it."""

MOST_LOOKS = 28
"""More looks cost certainty and tell nothing."""


class Design(StrEnum):
    """How it is decided what is shown when."""

    SWITCHBACK = "switchback"
    """Blocks of time of each zone, in random order, balanced over the hours of the week."""
    STORES = "stores"
    """Stores that are alike are paired; one of each pair shows something all the time."""
    THOMPSON = "thompson"
    """Blocks of time by chances that shift every day towards what works, with a share kept for control."""


class Measure(StrEnum):
    """What is measured: Σ numerator / Σ denominator, as the glossary has them."""

    ZONE_CONVERSION = "zone-conversion"
    ENGAGEMENT = "engagement"
    ZONE_VISIT_RATE = "zone-visit-rate"
    CONVERSION = "conversion"
    SALES_PER_VISITOR = "sales-per-visitor"
    AVERAGE_TRANSACTION_VALUE = "average-transaction-value"
    UNITS_PER_TRANSACTION = "units-per-transaction"
    QUEUE_WAIT = "queue-wait"
    """Seconds from joining to being served, per person served."""
    ABANDONMENT = "abandonment"


OF_ZONES = frozenset({Measure.ZONE_CONVERSION, Measure.ENGAGEMENT, Measure.ZONE_VISIT_RATE})
"""Measured zone by zone; the others are the store's."""

LESS_IS_BETTER = frozenset({Measure.QUEUE_WAIT, Measure.ABANDONMENT})


class Guard(Section):
    """A figure that must not get worse while the experiment runs."""

    measure: Measure = Field(description="what is watched")
    tolerance: float = Field(0.0, ge=0, description="so much worse is borne, in the measure's own unit")


class Plan(Section):
    """One experiment before it begins."""

    name: Id = Field(description="what it is called in addresses and commands")
    design: Design = Field(Design.SWITCHBACK, description="how it is decided what is shown when")
    stores: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)] = Field(
        description="where: one store, or those that are compared"
    )
    zones: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)] = Field(
        description="zones that show something"
    )
    arms: Annotated[tuple[Id, ...], Field(min_length=2, max_length=5)] = Field(
        (CONTROL, "shown"), description="control first, then what is tried"
    )
    measure: Measure = Field(Measure.ZONE_CONVERSION, description="the one figure that decides")
    least_effect: float = Field(gt=0, description="the smallest difference worth finding, in its unit")
    days: int = Field(28, ge=1, le=84, description="how long; minutes are kept for 90 days")
    look_days: int = Field(7, ge=1, le=84, description="how often it is looked at; each look costs a little")
    block_minutes: int = Field(60, ge=15, le=DAY_MINUTES, description="how long one arm lasts; divides a day")
    washout_minutes: int = Field(10, ge=0, description="so much of each block's beginning is not measured")
    alpha: float = Field(0.05, ge=0.001, le=0.2, description="how often chance may be taken for an effect")
    power: float = Field(0.8, ge=0.5, le=0.99, description="how often the smallest effect is to be found")
    control_share: float = Field(0.2, ge=0.1, le=0.8, description="least share of control (thompson)")
    guards: Annotated[tuple[Guard, ...], Field(max_length=5)] = Field(
        (), description="what must not get worse"
    )

    @property
    def tried(self) -> tuple[str, ...]:
        """All arms but control."""
        return self.arms[1:]

    @property
    def look_at_days(self) -> tuple[int, ...]:
        """After how many days it is looked at; the last time is its end."""
        return (*range(self.look_days, self.days, self.look_days), self.days)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for says_no, why in _REFUSALS:
            if says_no(self):
                raise ValueError(why)
        return self


_REFUSALS = (
    (
        lambda plan: plan.arms[0] != CONTROL,
        f"arms: the first one is {CONTROL!r}, to which others are compared",
    ),
    (lambda plan: len(set(plan.arms)) < len(plan.arms), "arms: each is named once"),
    (lambda plan: len(set(plan.zones)) < len(plan.zones), "zones: each is named once"),
    (lambda plan: len(set(plan.stores)) < len(plan.stores), "stores: each is named once"),
    (
        lambda plan: plan.design is not Design.THOMPSON and len(plan.arms) > 2,
        "arms: more than one beside control needs the design thompson",
    ),
    (
        lambda plan: plan.design is Design.STORES and len(plan.stores) < 2,
        "stores: one store has nothing to be compared with; the design switchback compares its own hours",
    ),
    (
        lambda plan: plan.design is not Design.STORES and len(plan.stores) > 1,
        "stores: blocks of time are compared within one store; plan one experiment for each, or use the "
        "design stores",
    ),
    (
        lambda plan: DAY_MINUTES % plan.block_minutes,
        "block_minutes: whole blocks make up a day, as 60 do",
    ),
    (
        lambda plan: plan.washout_minutes * 2 > plan.block_minutes,
        "washout_minutes: at most half of a block, or too little is left to measure",
    ),
    (lambda plan: plan.look_days > plan.days, "look_days: it cannot be longer than the experiment"),
    (
        lambda plan: plan.days > MOST_LOOKS * plan.look_days,
        f"look_days: an experiment is looked at {MOST_LOOKS} times at most",
    ),
    (
        lambda plan: any(guard.measure is plan.measure for guard in plan.guards),
        "guards: the figure that decides is watched already",
    ),
    (
        lambda plan: len({guard.measure for guard in plan.guards}) < len(plan.guards),
        "guards: each figure is watched once",
    ),
    (
        lambda plan: (len(plan.arms) - 1) * LEAST_SHARE + plan.control_share > 1,
        "control_share: too little is left for what is tried",
    ),
)
