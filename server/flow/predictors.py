"""What sales may hang on, as columns of numbers, and which combinations of them people can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from server.flow.sales_days import History, Numbers, column, elapsed, marked, weekdays
from server.sections import DAY_NAMES

YEAR_DAYS = 365.25
LEAST_MARKED = 5
"""On fewer days nobody can say what a kind of day does."""
LEAST_KNOWN = 0.8
"""What is known of fewer days is left out; of more, the days without it are."""
WET_MM = 1.0
"""From so much rain on a day is rainy."""
_QUARTERS = {
    "The time from December to February": (12, 1, 2),
    "The time from March to May": (3, 4, 5),
    "The time from June to August": (6, 7, 8),
    "The time from September to November": (9, 10, 11),
}
_MID_MONTH = {month: (month - 0.5) / 12 for month in range(1, 13)}


@dataclass(frozen=True, slots=True)
class Contrast:
    """One thing that people can read of a predictor: how much its columns change by it."""

    key: str
    words: str
    """The beginning of a sentence that goes on with "goes with 4 % more transactions"."""
    weights: Numbers
    """Shape (columns of its predictor,)."""
    days: int | None = None
    """How many days are of that kind, where it is a kind of day."""
    verb: str = "goes with"


@dataclass(frozen=True, slots=True)
class Predictor:
    """One thing that sales may hang on."""

    name: str
    columns: Numbers
    """Shape (days, columns); NaN where it is not known of a day."""
    contrasts: tuple[Contrast, ...]
    is_of_time: bool = False
    """Whether it goes on from the days that are known, and so is itself a guess for later ones."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why something cannot be looked at."""

    name: str
    reason: str


Found = Predictor | Unusable


def predictors_of(history: History) -> list[Found]:
    """All that sales may hang on, what matters most first."""
    makers: Sequence[Callable[[History], Found]] = (
        _entries,
        _weekdays,
        *(_mark_maker(mark) for mark in ("holiday", "campaign", "event")),
        _rain,
        _temperature,
        _dwell,
        _trend,
        _season,
    )
    return [make(history) for make in makers]


def nice_step(usual: float) -> float:
    """A round number of about a quarter of what is usual: 100 of 430."""
    steps = [digit * 10.0**power for power in range(8) for digit in (1, 2, 5)]
    return max([step for step in steps if step <= usual / 4], default=1.0)


def _entries(history: History) -> Found:
    entries = column(history.days, "entries")
    usual = float(np.median(entries))
    step = nice_step(usual)
    words = f"{step:,.0f} more people on a day ({usual + step:,.0f} instead of {usual:,.0f})"
    contrast = Contrast("entries", words, np.array([np.log((usual + step) / usual)]), verb="go with")
    return Predictor("entries", np.log(entries / usual)[:, None], (contrast,))


def _weekdays(history: History) -> Found:
    """Each weekday against the mean of those on which the shop sells."""
    found = weekdays(history.days)
    numbers = np.bincount(found, minlength=7)
    there = [number for number in range(7) if numbers[number]]
    if len(there) < 2:
        return Unusable("weekday", f"all days are {DAY_NAMES[there[0]]}s")
    columns = np.stack([(found == number).astype(float) for number in there[1:]], axis=1)
    rows = np.vstack([np.zeros(len(there) - 1), np.eye(len(there) - 1)])
    contrasts = (
        Contrast(
            f"weekday-{number + 1}",
            f"A {DAY_NAMES[number]} (beside the mean of the weekdays)",
            weights,
            int(numbers[number]),
        )
        for number, weights in zip(there, rows - rows.mean(axis=0), strict=True)
    )
    return Predictor("weekday", columns, tuple(contrasts))


def _mark_maker(mark: str) -> Callable[[History], Found]:
    def made(history: History) -> Found:
        days = marked(history.days, mark)
        of_it, others = int(days.sum()), int((1 - days).sum())
        if not of_it:
            return Unusable(mark, "none of the days is one")
        if min(of_it, others) < LEAST_MARKED:
            return Unusable(mark, f"{of_it} of {len(days)} days are one; each kind needs {LEAST_MARKED}")
        names = history.names.get(mark, ())
        which = f" ({names[0]})" if len(names) == 1 else ""
        article = "An" if mark == "event" else "A"
        words = {"holiday": "holiday", "campaign": "day of a campaign", "event": "event's day"}[mark]
        return Predictor(
            mark, days[:, None], (Contrast(mark, f"{article} {words}{which}", np.ones(1), of_it),)
        )

    return made


def _rain(history: History) -> Found:
    rain = column(history.days, "rain_mm")
    wet = np.where(np.isnan(rain), np.nan, (rain >= WET_MM).astype(float))
    unknown = _mostly_unknown("rain", rain)
    if unknown:
        return unknown
    of_it = int(np.nansum(wet))
    if min(of_it, int(np.nansum(1 - wet))) < LEAST_MARKED:
        return Unusable("rain", f"{of_it} days are rainy; each kind needs {LEAST_MARKED}")
    contrast = Contrast("rain", f"A rainy day ({WET_MM:g} mm or more)", np.ones(1), of_it)
    return Predictor("rain", wet[:, None], (contrast,))


def _temperature(history: History) -> Found:
    degrees = column(history.days, "temperature_c")
    unknown = _mostly_unknown("temperature", degrees)
    if unknown:
        return unknown
    contrast = Contrast("temperature", "A day that is 5 °C warmer", np.ones(1))
    return Predictor("temperature", ((degrees - np.nanmean(degrees)) / 5)[:, None], (contrast,))


def _dwell(history: History) -> Found:
    seconds = column(history.days, "dwell_seconds")
    seconds = np.where(seconds > 0, seconds, np.nan)
    unknown = _mostly_unknown("dwell", seconds)
    if unknown:
        return unknown
    usual = float(np.nanmedian(seconds))
    words = f"A tenth longer in the zones ({usual * 1.1:,.0f} s a visit instead of {usual:,.0f} s)"
    contrast = Contrast("dwell", words, np.array([np.log(1.1)]))
    return Predictor("dwell", np.log(seconds / usual)[:, None], (contrast,))


def _trend(history: History) -> Found:
    """Growth; with less than a year of days it cannot be told from the time of year."""
    days = elapsed(history.days)
    span = float(days[-1])
    if span < 56:
        return Unusable("trend", "it needs eight weeks")
    unit, words = (
        (YEAR_DAYS, "A year later") if span >= YEAR_DAYS else (28.0, "Four weeks later (growth or season)")
    )
    contrast = Contrast("trend", words, np.ones(1))
    return Predictor("trend", ((days - days.mean()) / unit)[:, None], (contrast,), is_of_time=True)


def _season(history: History) -> Found:
    if elapsed(history.days)[-1] < YEAR_DAYS - 14:
        return Unusable("season", "it needs a year")
    of_year = np.array([day.day.timetuple().tm_yday / YEAR_DAYS for day in history.days])
    contrasts = (
        Contrast(f"season-{number}", words, waves.mean(axis=0) - _waves(_all_year()).mean(axis=0))
        for number, (words, months) in enumerate(_QUARTERS.items(), 1)
        for waves in [_waves(np.array([_MID_MONTH[month] for month in months]))]
    )
    return Predictor("season", _waves(of_year), tuple(contrasts), is_of_time=True)


def _all_year() -> Numbers:
    return np.array(list(_MID_MONTH.values()))


def _waves(of_year: Numbers) -> Numbers:
    """A wave of one year and one of half a year, at shares of the year; shape (days, 4)."""
    angles = 2 * np.pi * of_year[:, None] * np.array([1.0, 2.0])
    return np.hstack([np.sin(angles), np.cos(angles)])


def _mostly_unknown(name: str, values: Numbers) -> Unusable | None:
    known = float(np.isfinite(values).mean())
    if known >= LEAST_KNOWN:
        return None
    return Unusable(
        name, "nothing is known of it" if not known else f"it is known of {known:.0%} of the days"
    )
