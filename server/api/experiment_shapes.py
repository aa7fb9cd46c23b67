"""Experiments as JSON."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from server.api.parts import Instant, Shape
from server.experiments.looking import Compared, Look
from server.experiments.plans import Plan
from server.experiments.results import Result, State
from server.experiments.sizing import Size


class ArmShape(Shape):
    """One arm beside control; null where too little was measured."""

    arm: str
    value: float | None = Field(description="the measure with it")
    control: float | None = Field(description="the measure without it, at the same time")
    before: float | None = Field(
        description="how far apart the two were before; 0 unless stores are compared"
    )
    difference: float | None = Field(description="value - control - before")
    low: float | None = Field(description="the difference is likely at least this")
    high: float | None = Field(description="and at most this; right however often one looked")
    p: float | None = Field(description="of this look alone; judge by beyond_chance")
    beyond_chance: bool
    groups: int | None = Field(description="that were drawn independently")


class LookShape(Shape):
    """One planned look."""

    days: int
    is_last: bool
    arms: list[ArmShape]


class ExperimentShape(Shape):
    """An experiment and what may be said of it."""

    name: str
    state: State
    plan: Plan
    planned_at: Instant
    begins: date | None
    stopped_at: Instant | None
    stopped_why: str | None
    days: int = Field(description="whole days that were measured")
    blocks: int = Field(description="blocks that were measured")
    left_out: int = Field(description="blocks of which the cameras saw too little")
    looks: list[LookShape]
    sentences: list[str] = Field(description="the result in words, and what cannot be said yet")


class ExperimentsShape(Shape):
    """All experiments, those that were planned last first."""

    experiments: list[ExperimentShape]


class SizeShape(Shape):
    """What the past says of a plan; null where it is too short."""

    days_of_history: int | None
    level: float | None = Field(description="the measure in the past")
    detectable: float | None = Field(description="the smallest effect that the plan finds with its power")
    days_needed: int | None = Field(description="for the plan's least effect")
    stores_needed: int | None = Field(description="for it where stores are compared")
    sentence: str


class PlannedShape(Shape):
    """A plan that was kept, and what the past says of it."""

    experiment: ExperimentShape
    size: SizeShape


class StartWish(BaseModel):
    """When to begin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: date | None = Field(None, description="the first business day; absent: tomorrow")


class StopWish(BaseModel):
    """Why to stop."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: str = Field("stopped by hand", min_length=1, max_length=200)


def experiment_shape(found: Result) -> ExperimentShape:
    """An experiment as JSON."""
    return ExperimentShape(
        name=found.plan.name,
        state=found.state,
        plan=found.plan,
        planned_at=found.planned_at,
        begins=found.begins,
        stopped_at=found.stopped_at,
        stopped_why=found.stopped_why,
        days=found.days,
        blocks=found.blocks,
        left_out=found.left_out,
        looks=[_look(look) for look in found.looks],
        sentences=list(found.sentences),
    )


def size_shape(found: Size | None, sentence: str) -> SizeShape:
    """What the past says, as JSON."""
    return SizeShape(
        days_of_history=found.days_of_history if found else None,
        level=found.level if found else None,
        detectable=found.detectable if found else None,
        days_needed=found.days_needed if found else None,
        stores_needed=found.stores_needed if found else None,
        sentence=sentence,
    )


def _look(look: Look) -> LookShape:
    return LookShape(days=look.days, is_last=look.is_last, arms=[_arm(arm) for arm in look.arms])


def _arm(one: Compared) -> ArmShape:
    found = one.found
    return ArmShape(
        arm=one.arm,
        value=found.tried if found else None,
        control=found.control if found else None,
        before=found.before if found else None,
        difference=found.value if found else None,
        low=one.low,
        high=one.high,
        p=found.p if found else None,
        beyond_chance=one.beyond_chance,
        groups=found.groups if found else None,
    )
