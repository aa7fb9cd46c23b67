"""How right stored forecasts were, by how long before they were made. Needs no library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from server.storage.forecasts import SaidBefore

AGES = (1, 7, 28)
"""Days ahead that are looked at: hours of the first, the seventh and the twenty-eighth day."""

RECENT = timedelta(weeks=4)
"""Over the newest weeks it is judged whether a forecast still holds."""

LEAST_COVERAGE = 0.7
"""With a smaller share of hours within the range, it no longer covers the 80 % that are meant."""

LEAST_HOURS = 100
"""With fewer hours to compare, nothing is said of whether it holds."""

FEWEST_HOURS = 24
"""Of fewer hours no figures are given: they say little, and one alone would tell how many came."""

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """An hour that came beside what was said of it; `naive` is last week's hour, None if not known."""

    begin: datetime
    age: int
    came: float
    median: float
    low: float
    high: float
    naive: float | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How right forecasts were over some hours; one in which nobody was expected and nobody came is none."""

    hours: int
    mae: float
    """Mean absolute error of an hour, in what is counted."""
    bias: float
    """Mean of what was expected less what came: above zero where too much was expected."""
    coverage: float
    """Share of hours within the range; 0.8 is meant."""
    naive_mae: float | None
    """The mean absolute error of last week's hour, over those hours of which it is known.

    Where the forecast was made more than a week before, of the newest same hour known then.
    """
    mase: float | None
    """The forecast's own error over those hours as a multiple of that; below 1 it is better."""


@dataclass(frozen=True, slots=True)
class Aged:
    """Of one age: over the newest weeks together, and week by week."""

    age: int
    """Days ahead: 1, 7 or 28."""
    recent: Accuracy | None
    """Over `RECENT`; None where too little can be compared."""
    weeks: tuple[tuple[datetime, Accuracy], ...]
    """When each week began, oldest first; weeks with too few hours to compare are left out."""


def aged(
    said: Iterable[SaidBefore], came: Mapping[datetime, float | None], zone: ZoneInfo, now: datetime
) -> tuple[Aged, ...]:
    """Compare what was said with what came, an hour's begin (UTC) to its value; one for each of `AGES`."""
    compared = list(_compared(said, came, zone))
    return tuple(_of_age(age, [one for one in compared if one.age == age], now) for age in AGES)


def accuracy(hours: Sequence[Compared]) -> Accuracy | None:
    """The figures of some hours; None of fewer than `FEWEST_HOURS`."""
    if len(hours) < FEWEST_HOURS:
        return None
    beside = [(one, one.naive) for one in hours if one.naive is not None]
    naive_mae = _mean([abs(one.came - naive) for one, naive in beside])
    own = _mean([abs(one.came - one.median) for one, _ in beside])
    return Accuracy(
        hours=len(hours),
        mae=_mean([abs(one.came - one.median) for one in hours]) or 0.0,
        bias=_mean([one.median - one.came for one in hours]) or 0.0,
        coverage=_mean([float(one.low <= one.came <= one.high) for one in hours]) or 0.0,
        naive_mae=naive_mae,
        mase=own / naive_mae if own is not None and naive_mae else None,
    )


def verdicts(ages: Sequence[Aged]) -> tuple[str, ...]:
    """What somebody has to know before they rely on forecasts, in sentences; nothing where all is well."""
    return tuple(sentence for one in ages for sentence in _verdicts(one))


def _verdicts(one: Aged) -> Iterator[str]:
    recent = one.recent
    if recent is None or recent.hours < LEAST_HOURS:
        return
    ahead = f"{one.age} day{'s' if one.age > 1 else ''} ahead"
    if recent.coverage < LEAST_COVERAGE:
        yield (
            f"Over the last four weeks only {100 * recent.coverage:.0f} % of hours came within the range that"
            f" was said {ahead}; four in five were meant. Do not rely on the range until it covers again."
        )
    if recent.mase is not None and recent.mase > 1:
        yield (
            f"Over the last four weeks forecasts made {ahead} missed {100 * (recent.mase - 1):.0f} % more"
            " than last week's hour would have. Something has changed that the model has not seen yet."
        )


def _of_age(age: int, compared: Sequence[Compared], now: datetime) -> Aged:
    recent = accuracy([one for one in compared if one.begin >= now - RECENT])
    by_week: dict[int, list[Compared]] = {}
    for one in compared:
        by_week.setdefault((now - one.begin - timedelta(microseconds=1)) // _WEEK, []).append(one)
    weeks = [
        (now - (number + 1) * _WEEK, accuracy(hours))
        for number, hours in sorted(by_week.items(), reverse=True)
    ]
    return Aged(age, recent, tuple((begin, found) for begin, found in weeks if found is not None))


def _compared(
    said: Iterable[SaidBefore], came: Mapping[datetime, float | None], zone: ZoneInfo
) -> Iterator[Compared]:
    for one in said:
        value, hour = came.get(one.hour.begin), one.hour
        age = _age(one)
        if value is None or age is None or (hour.high <= 0 and value <= 0):
            continue
        # By the clock on the wall, which may have changed between.
        then = hour.begin.astimezone(zone) - -(-age // 7) * _WEEK
        yield Compared(
            hour.begin, age, value, hour.median, hour.low, hour.high, naive=came.get(then.astimezone(UTC))
        )


def _age(one: SaidBefore) -> int | None:
    """Within which of `AGES` an hour was forecast; None in none of them."""
    first = one.issued_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    day = (one.hour.begin - first) // timedelta(days=1) + 1
    return day if day in AGES else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
