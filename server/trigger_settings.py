"""The parts of `server.toml` that say when a zone shows something, and what may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from server.sections import ClockTime, Id, Section, Weekday


class Figure(StrEnum):
    """What a condition looks at."""

    DWELL = "dwell"
    STAYED = "stayed"
    VISITS = "visits"
    CONVERSION = "conversion"
    OCCUPANCY = "occupancy"
    QUEUE = "queue"
    HOUR = "hour"
    WEEKDAY = "weekday"
    FLAG = "flag"


BOUNDS = ("at_least", "at_most", "above_usual", "below_usual")

_NUMBERS = {Figure.DWELL, Figure.STAYED, Figure.VISITS, Figure.CONVERSION, Figure.OCCUPANCY, Figure.QUEUE}
_WITH_USUAL = {Figure.DWELL, Figure.CONVERSION}

_OWN: Mapping[str, Figure] = {
    "queue": Figure.QUEUE,
    "from_time": Figure.HOUR,
    "until_time": Figure.HOUR,
    "weekdays": Figure.WEEKDAY,
    "flag": Figure.FLAG,
}
"""Settings that belong to one figure only."""


class ConditionSettings(Section):
    """One condition of a trigger; all of them have to hold."""

    figure: Figure = Field(description="what is looked at")
    at_least: float | None = Field(None, ge=0, le=1_000_000, description="holds from this value on")
    at_most: float | None = Field(None, ge=0, le=1_000_000, description="holds up to this value")
    above_usual: float | None = Field(
        None, gt=0, le=100, description="holds from so many times what is usual on; dwell and conversion"
    )
    below_usual: float | None = Field(
        None, gt=0, le=100, description="holds up to so many times what is usual; dwell and conversion"
    )
    slack: float = Field(
        0.1, ge=0, lt=1, description="over only when the figure is beyond the bound by this share of it"
    )
    queue: Id | None = Field(None, description="which queue; of the figure `queue`")
    from_time: ClockTime | None = Field(None, description="local time from which it holds; of `hour`")
    until_time: ClockTime | None = Field(None, description="local time up to which it holds; of `hour`")
    weekdays: tuple[Weekday, ...] = Field((), description="days on which it holds; of `weekday`")
    flag: Id | None = Field(None, description="name of a flag that has to be set; of `flag`")

    @property
    def bound(self) -> tuple[str, float] | None:
        """The one bound that is set, and its value; None of figures that have none."""
        return next(((name, value) for name in BOUNDS if (value := getattr(self, name)) is not None), None)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        bounds = [name for name in BOUNDS if getattr(self, name) is not None]
        if self.figure in _NUMBERS and len(bounds) != 1:
            raise ValueError(f"the figure {self.figure} needs exactly one of {', '.join(BOUNDS)}")
        if self.figure not in _NUMBERS and bounds:
            raise ValueError(f"the figure {self.figure} has no {bounds[0]}")
        if bounds and bounds[0].endswith("usual") and self.figure not in _WITH_USUAL:
            raise ValueError(f"only dwell and conversion know what is usual, so {self.figure} needs a number")
        return self

    @model_validator(mode="after")
    def _has_what_its_figure_needs(self) -> Self:
        for name, figure in _OWN.items():
            is_set = bool(getattr(self, name))
            if is_set != (self.figure is figure):
                verb = "has no" if is_set else "needs"
                raise ValueError(f"the figure {self.figure} {verb} {name}")
        if self.from_time is not None and self.from_time == self.until_time:
            raise ValueError("from_time and until_time are the same; leave the condition out for all day")
        return self


class TriggerSettings(Section):
    """One rule: when its zone shows something."""

    zone: Id = Field(description="which zone shows something, and whose figures are looked at")
    conditions: tuple[ConditionSettings, ...] = Field(
        min_length=1, max_length=20, description="all of them have to hold"
    )
    priority: int = Field(
        0, ge=-1000, le=1000, description="where several rules want a zone, the highest number has it"
    )
    window_minutes: int = Field(
        15, ge=1, le=240, description="dwell, stayed, visits and conversion are those of so many last minutes"
    )
    least_visits: int = Field(
        5, ge=1, le=10_000, description="with fewer visits dwell and conversion are not known"
    )
    usual_weeks: int = Field(
        6, ge=2, le=12, description="usual is the same weekday and hour of so many weeks before"
    )
    expires_minutes: int = Field(15, ge=1, le=24 * 60, description="so long it is shown at most")
    cool_down_minutes: int = Field(
        60, ge=1, le=7 * 24 * 60, description="so long the rule rests after it has begun to show something"
    )
    repeats: bool = Field(
        False, description="shows again after resting while it still holds; else only once it was over"
    )
    quiet_from: ClockTime | None = Field(None, description="local time from which nothing is shown")
    quiet_until: ClockTime | None = Field(None, description="local time up to which nothing is shown")

    @model_validator(mode="after")
    def _quiet_has_both_ends(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet_from and quiet_until belong together: give both, or neither")
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise ValueError("quiet_from and quiet_until are the same, so nothing would ever be shown")
        return self


class ShowingSettings(Section):
    """What may be shown in a store's zones."""

    products: int = Field(3, ge=1, le=20, description="so many products at once, at most")
    look_back_days: int = Field(
        28, ge=1, le=366, description="tickets of so many days say what is bought together"
    )
    least_tickets: int = Field(
        5, ge=1, le=10_000, description="products of other zones need so many tickets with this one's"
    )
    least_lift: float = Field(
        1.2, ge=0, le=100, description="and are bought with it so many times as often as chance"
    )
    least_stock: float = Field(
        1.0, ge=0, le=1_000_000, description="less left in the product's attribute `stock` is not shown"
    )
    least_margin: float = Field(
        0.0, ge=-1, le=1, description="share of the price above cost; less is not shown where both are known"
    )
    least_price: float | None = Field(None, ge=0, le=1e8, description="cheaper products are not shown")
    most_price: float | None = Field(None, ge=0, le=1e8, description="dearer products are not shown")
    exclude: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        (), description="numbers of products that are never shown"
    )
    exclude_categories: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        (), description="categories of products that are never shown"
    )
    diversity: float = Field(
        0.3, ge=0, le=1, description="0: the best by score; 1: as unlike one another as can be"
    )

    @model_validator(mode="after")
    def _prices_leave_room(self) -> Self:
        if (
            self.least_price is not None
            and self.most_price is not None
            and self.most_price < self.least_price
        ):
            raise ValueError("most_price lies below least_price, so nothing could be shown")
        return self


class TriggeringSettings(Section):
    """How triggers are looked after."""

    look_seconds: float = Field(
        0.5, ge=0.1, le=60, description="so often it is asked whether anything new was stored"
    )
