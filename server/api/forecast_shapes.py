"""Stored forecasts and how right they were, as JSON and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from server.api.columns import Column, Table, table
from server.api.parts import Instant, Shape
from server.forecasting.ageing import Accuracy, Aged, verdicts
from server.forecasting.standing import Standing


class ForecastHourShape(Shape):
    """One hour to come."""

    begin: Instant
    begin_local: datetime = Field(description="on the store's clock, with its offset")
    median: float = Field(description="as often it is more as it is less")
    low: float = Field(description="one time in ten it is less")
    high: float = Field(description="one time in ten it is more")


class ForecastDayShape(Shape):
    """One business day to come as a whole; its range is not the sum of its hours' ranges."""

    day: date
    median: float
    low: float
    high: float


class TrainingShape(Shape):
    """How the models were taught that it was made with."""

    taught_until: datetime = Field(description="on the store's clock, without an offset")
    retrained_at: Instant = Field(description="when models taught until then were first used")
    tried_at: Instant | None = Field(description="when a newer one was last set against them")
    sentence: str


class SeriesShape(Shape):
    """A series of which forecasts are stored."""

    what: str
    title: str


class ForecastShape(Shape):
    """The newest stored forecast of one series."""

    store: str
    what: str
    unit: str = Field(description="what is counted: people, tickets, visits or pieces")
    issued_at: Instant | None = Field(description="null where no forecast of it is stored")
    model: str | None
    hours: list[ForecastHourShape]
    days: list[ForecastDayShape]
    basis: list[str] = Field(description="what it rests on")
    training: TrainingShape | None
    last_run: list[str] = Field(description="what came of making the store's forecasts the last time")
    series: list[SeriesShape] = Field(description="of which forecasts are stored")


class AccuracyShape(Shape):
    """How right forecasts were over some hours; one in which nobody was expected and nobody came is none."""

    hours: int
    mae: float = Field(description="mean absolute error of an hour, in what is counted")
    bias: float = Field(description="mean of what was expected less what came")
    coverage: float = Field(description="share of hours within the range; 0.8 is meant")
    naive_mae: float | None = Field(description="mean absolute error of last week's hour")
    mase: float | None = Field(description="error as a multiple of that of last week's hour")


class WeekShape(AccuracyShape):
    """The same of the seven days from an instant."""

    begin: Instant


class AgeShape(Shape):
    """Of forecasts made so many days before."""

    days_ahead: int
    recent: AccuracyShape | None = Field(
        description="over the last four weeks; null where too little is known"
    )
    weeks: list[WeekShape] = Field(description="oldest first, eight at most")


class ForecastAccuracyShape(Shape):
    """Stored forecasts of one series against what came."""

    store: str
    what: str
    unit: str
    ages: list[AgeShape]
    verdicts: list[str] = Field(description="what to know before relying on them; empty where all is well")


def forecast_shape(store: str, found: Standing, titles: Mapping[str, str], zone: ZoneInfo) -> ForecastShape:
    """The newest stored forecast as it is answered."""
    issue, taught = found.issue, found.training
    return ForecastShape(
        store=store,
        what=found.series.what,
        unit=found.series.unit,
        issued_at=issue.issued_at if issue else None,
        model=issue.model if issue else None,
        hours=[
            ForecastHourShape(
                begin=hour.begin,
                begin_local=hour.begin.astimezone(zone),
                median=hour.median,
                low=hour.low,
                high=hour.high,
            )
            for hour in found.hours
        ],
        days=[
            ForecastDayShape(day=day.day, median=day.median, low=day.low, high=day.high) for day in found.days
        ],
        basis=list(issue.basis) if issue else [],
        training=taught
        and TrainingShape(
            taught_until=taught.taught_until,
            retrained_at=taught.retrained_at,
            tried_at=taught.tried_at,
            sentence=taught.sentence,
        ),
        last_run=list(found.run.sentences) if found.run else [],
        series=[SeriesShape(what=what, title=title) for what, title in titles.items()],
    )


def accuracy_shape(store: str, what: str, unit: str, ages: Sequence[Aged]) -> ForecastAccuracyShape:
    """What forecasts were worth, as it is answered."""
    return ForecastAccuracyShape(
        store=store,
        what=what,
        unit=unit,
        ages=[
            AgeShape(
                days_ahead=one.age,
                recent=one.recent and AccuracyShape(**_figures(one.recent)),
                weeks=[WeekShape(begin=begin, **_figures(found)) for begin, found in one.weeks],
            )
            for one in ages
        ],
        verdicts=list(verdicts(ages)),
    )


def forecast_table(shape: ForecastShape) -> Table:
    """A row for each hour."""
    columns = (
        Column("begin", "instant", "UTC", "begin_utc"),
        Column("begin_local", "text", "time with offset"),
        *(Column(name, "number", "unit of the series") for name in ("median", "low", "high")),
    )
    told = [{**hour.model_dump(), "begin_local": hour.begin_local.isoformat()} for hour in shape.hours]
    return table(columns, told)


def accuracy_table(shape: ForecastAccuracyShape) -> Table:
    """A row for each age: first of the last four weeks, then of each week."""
    columns = (
        Column("days_ahead", "whole", "days"),
        Column("begin", "instant", "UTC; empty: the last four weeks", "week_begin_utc"),
        Column("hours", "whole", "hours"),
        Column("mae", "number", "unit of the series"),
        Column("bias", "number", "unit of the series"),
        Column("coverage", "number", "share"),
        Column("naive_mae", "number", "unit of the series"),
        Column("mase", "number", "multiple"),
    )
    rows = [
        {"days_ahead": age.days_ahead, "begin": None, **one.model_dump()}
        for age in shape.ages
        for one in ([age.recent] if age.recent else []) + age.weeks
    ]
    return table(columns, rows)


def _figures(found: Accuracy) -> dict[str, float | None]:
    told = {
        "mae": found.mae,
        "bias": found.bias,
        "coverage": found.coverage,
        "naive_mae": found.naive_mae,
        "mase": found.mase,
    }
    return {"hours": found.hours, **{name: _rounded(value) for name, value in told.items()}}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
