"""Shapes of a store's flow: typical days, unusual days, what goes together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from server.api.parts import Shape

if TYPE_CHECKING:
    from server.flow.asking import Explained, Span, Together, Typical, UnusualDays
    from server.flow.together import Pair
    from server.flow.typical import Ordinary, TypicalDay
    from server.flow.unusual import Stretch

SUPPRESSED = "left out, for it is of too few people"


class SpanShape(Shape):
    """The days that were looked at: business days that are over."""

    first_day: str
    last_day: str
    known_days: int = Field(description="of which something of the series is known")
    closed_days: int = Field(description="on which the shop did not open by its catalogue; they are left out")


class OrdinaryShape(Shape):
    """What some days had; null where too few are known to say it."""

    days: int
    mean: float | None
    variance: float | None = Field(description="the squared deviations / (days - 1)")
    deviation: float | None = Field(description="the standard deviation: the root of the variance")
    median: float | None
    low: float | None = Field(description="one day in ten has less; null of fewer than 5 days")
    high: float | None = Field(description="one day in ten has more; null of fewer than 5 days")
    suppressed: bool = Field(False, description=SUPPRESSED)


class TypicalHourShape(OrdinaryShape):
    """One hour of a weekday."""

    begin: str = Field(description="on the shop's clock, as 14:00")


class TypicalDayShape(Shape):
    """One weekday; `whole` is of its days of which every hour with people is known."""

    weekday: int = Field(description="Monday is 1")
    whole: OrdinaryShape
    hours: list[TypicalHourShape]


class TypicalShape(Shape):
    """The typical day of each weekday."""

    store: str
    series: str
    name: str
    span: SpanShape
    days: list[TypicalDayShape]
    sentences: list[str]


class StretchShape(Shape):
    """Some hours of a day in which more or fewer came than usual at that day's level."""

    begin: str = Field(description="on the shop's clock, as 14:00")
    end: str
    way: Literal["more", "fewer"]
    counted: float | None
    expected: float
    probability: float = Field(description="that it was not as usual")


class ReasonShape(Shape):
    """Something known of a day. That it made the day unusual is likely, not proven."""

    kind: Literal["campaign", "event", "holiday", "weather", "near"]
    text: str


class UnusualDayShape(Shape):
    """A day that was unlike others, as a whole or for some hours."""

    day: str
    counted: float | None = Field(description="in the hours of the day that are known")
    expected: float = Field(description="in the same hours, by weekday and season")
    low: float = Field(description="ordinary days lie between this and `high`, but for the false alarms")
    high: float
    way: Literal["more", "fewer"] | None = Field(description="of the whole day; null: only some hours")
    hours: list[StretchShape]
    reasons: list[ReasonShape]
    sentence: str
    suppressed: bool = Field(False, description=SUPPRESSED)


class UnusualShape(Shape):
    """The days that were unlike others, the last one first."""

    store: str
    series: str
    name: str
    span: SpanShape
    judged_days: int
    false_alarm_days: int = Field(
        description="once in so many ordinary days one is listed for its total, and one for some hours"
    )
    days: list[UnusualDayShape]
    sentences: list[str]


class PairShape(Shape):
    """How two series go together; null where too little is known, or one of them never changes."""

    one: str
    other: str
    n: int = Field(description="hours or days in which both are known")
    independent: float = Field(description="as many independent ones would say as much")
    covariance: float | None = Field(description="with the pattern of the week taken out")
    correlation: float | None = Field(description="Pearson's, with the pattern of the week taken out")
    low: float | None = Field(description="the true one lies between this and `high` in 95 cases of 100")
    high: float | None
    rank_correlation: float | None = Field(description="Spearman's, with the pattern of the week taken out")
    raw_covariance: float | None = Field(description="with the pattern of the week left in")
    raw: float | None = Field(description="Pearson's, with the pattern of the week left in")


class TogetherShape(Shape):
    """What goes up and down together."""

    store: str
    series: str
    name: str
    span: SpanShape
    hours: list[PairShape]
    days: list[PairShape]
    followed: list[PairShape] = Field(description="the halves of a day, and a day and the next")
    sentences: list[str]


def typical_shape(store: str, series: str, name: str, found: Typical, least: int) -> TypicalShape:
    """Typical days; what is of fewer people than `least` is left out."""
    return TypicalShape(
        store=store,
        series=series,
        name=name,
        span=_span(found.span),
        days=[_typical_day(day, least) for day in found.days],
        sentences=[] if least > 1 else list(found.sentences),
    )


def unusual_shape(store: str, series: str, name: str, found: UnusualDays, least: int) -> UnusualShape:
    """Unusual days; counts of fewer people than `least` are left out."""
    return UnusualShape(
        store=store,
        series=series,
        name=name,
        span=_span(found.span),
        judged_days=found.unusual.judged_days,
        false_alarm_days=found.unusual.false_alarm_days,
        days=[_unusual_day(day, least) for day in found.days],
        sentences=list(found.sentences),
    )


def together_shape(store: str, series: str, name: str, found: Together) -> TogetherShape:
    """What goes together."""
    return TogetherShape(
        store=store,
        series=series,
        name=name,
        span=_span(found.span),
        hours=_pairs(found.hours),
        days=_pairs(found.days),
        followed=_pairs(found.followed),
        sentences=list(found.sentences),
    )


def _span(span: Span) -> SpanShape:
    return SpanShape(
        first_day=span.first_day.isoformat(),
        last_day=span.last_day.isoformat(),
        known_days=span.known_days,
        closed_days=span.closed_days,
    )


def _typical_day(day: TypicalDay, least: int) -> TypicalDayShape:
    return TypicalDayShape(
        weekday=day.weekday + 1,
        whole=OrdinaryShape.model_validate(_ordinary(day.whole, least)),
        hours=[
            TypicalHourShape.model_validate({"begin": f"{hour.begin:%H:%M}", **_ordinary(hour.people, least)})
            for hour in day.hours
        ],
    )


def _ordinary(found: Ordinary, least: int) -> dict[str, object]:
    people = (found.mean or 0.0) * found.days
    values = {
        "mean": found.mean,
        "variance": found.variance,
        "deviation": found.deviation,
        "median": found.median,
        "low": found.low,
        "high": found.high,
    }
    if 0 < people < least:
        return {"days": found.days, **dict.fromkeys(values), "suppressed": True}
    return {"days": found.days, **values}


def _unusual_day(found: Explained, least: int) -> UnusualDayShape:
    day = found.day
    counts = [day.counted, *(each.counted for each in day.stretches)]
    few = any(0 < counted < least for counted in counts)
    return UnusualDayShape(
        day=day.day.isoformat(),
        counted=None if few else day.counted,
        expected=day.expected,
        low=day.low,
        high=day.high,
        way=day.way,
        hours=[_stretch(each, hidden=few) for each in day.stretches],
        reasons=[ReasonShape(kind=each.kind, text=each.text) for each in found.reasons],
        sentence=SUPPRESSED if few else found.sentence,
        suppressed=few,
    )


def _stretch(stretch: Stretch, *, hidden: bool) -> StretchShape:
    return StretchShape(
        begin=f"{stretch.begin:%H:%M}",
        end=f"{stretch.end:%H:%M}",
        way=stretch.way,
        counted=None if hidden else stretch.counted,
        expected=stretch.expected,
        probability=stretch.probability,
    )


def _pairs(pairs: Sequence[Pair]) -> list[PairShape]:
    return [
        PairShape(
            one=pair.one,
            other=pair.other,
            n=pair.n,
            independent=pair.independent,
            covariance=pair.covariance,
            correlation=pair.correlation,
            low=pair.low,
            high=pair.high,
            rank_correlation=pair.rank_correlation,
            raw_covariance=pair.raw_covariance,
            raw=pair.raw,
        )
        for pair in pairs
    ]
