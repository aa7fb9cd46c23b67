"""Days and hours that were unlike others: too many or too few people for luck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from statistics import NormalDist
from typing import Literal

import numpy as np

from server.flow.days import Days, Marks, Numbers
from server.flow.states import FEWER, MORE
from server.flow.usual import Usual, usual_of

FALSE_ALARM_DAYS = 50
"""Once in so many days an ordinary one is called unusual by its total, and once by some of its hours."""

LEAST_DAYS = 28
"""With fewer known days nothing is called unusual;"""
LEAST_SAME = 3
"""and no day of a weekday of which fewer are known."""
LEAST_KNOWN = 0.5
"""A day of which less was watched, by the people expected, is not judged as a whole."""

LEAST_SHARE = 0.05
"""Hours whose difference is less than this share of the day's expected people are not listed,"""
LEAST_PEOPLE = 5
"""nor is a difference of fewer people, however unlikely."""

MOST_OF_DAY = 0.8
"""Hours of so large a share of a day that is unusual itself are the day."""

_SIMULATED_DAYS = 2000
_LEAST_PROBABILITY = 0.05
_SOMEBODY = 0.5

Way = Literal["more", "fewer"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some hours of a day in which more or fewer came than usual at that day's level."""

    begin: time
    """On the shop's clock."""
    end: time
    way: Way
    counted: float
    expected: float
    probability: float
    """That it was not as usual: the highest of its parts."""
    first_part: int
    after_part: int


@dataclass(frozen=True, slots=True)
class UnusualDay:
    """A day that was unlike others, as a whole or for some hours."""

    day: date
    counted: float
    """In the parts of the day that are known."""
    expected: float
    """In the same parts, by weekday and season."""
    low: float
    """Ordinary days lie between this"""
    high: float
    """and this, but for the false alarms that are allowed."""
    way: Way | None
    """Of the whole day; None where only some of its hours were unusual."""
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Unusual:
    """All days that were unlike others, in order; and how they were told apart."""

    days: tuple[UnusualDay, ...]
    known_days: int
    judged_days: int
    probability: float
    """From which on some hours are called unusual."""
    false_alarm_days: int


def unusual_days(days: Days, name: str, false_alarm_days: int = FALSE_ALARM_DAYS) -> Unusual:
    """What was unusual in one series; nothing where too few days are known, or nobody ever came.

    Once in `false_alarm_days` an ordinary day is listed for its total, and once for some of its hours.
    """
    counts = days.of(name)
    known = ~np.isnan(counts)
    known_days = int(known.any(axis=1).sum())
    judged = _judged(days, known)
    if known_days < LEAST_DAYS or not judged.any() or not np.nansum(counts):
        return Unusual((), known_days, 0, 1.0, false_alarm_days)
    usual = usual_of(counts, days.weekdays)
    probability = probability_beyond_luck(usual, judged, false_alarm_days)
    bounds = _Bounds(usual, probability, NormalDist().inv_cdf(1 - 0.5 / false_alarm_days))
    found = (_looked_at(days, number, counts, bounds) for number in np.flatnonzero(judged).tolist())
    listed = tuple(day for day in found if day is not None)
    return Unusual(listed, known_days, int(judged.sum()), probability, false_alarm_days)


def probability_beyond_luck(usual: Usual, known: Marks, false_alarm_days: int) -> float:
    """The probability that some part of an ordinary day reaches once in so many days.

    By days drawn from what was learnt, without anything unusual in them; always the same ones.
    """
    chance = np.random.default_rng(1)
    like = chance.choice(np.flatnonzero(known), _SIMULATED_DAYS)
    before = 1 / usual.day_variance[like]
    level = chance.gamma(before, 1 / before)
    counts = usual.spread.drawn(usual.expected[like] * level[:, None], chance)
    highest = usual.seen_as(counts, like)[..., (MORE, FEWER)].max(axis=(1, 2))
    return max(_LEAST_PROBABILITY, float(np.quantile(highest, 1 - 1 / false_alarm_days)))


def _judged(days: Days, known: Marks) -> Marks:
    """Known days of a weekday of which enough are known."""
    some = known.any(axis=1)
    enough = np.bincount(days.weekdays[some], minlength=7) >= LEAST_SAME
    found: Marks = some & enough[days.weekdays]
    return found


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What is usual, and how far from it is no longer luck."""

    usual: Usual
    probability: float
    deviations: float


def _looked_at(days: Days, number: int, counts: Numbers, bounds: _Bounds) -> UnusualDay | None:
    usual = bounds.usual
    known = ~np.isnan(counts[number])
    expected = usual.expected[number]
    came, wanted = float(counts[number][known].sum()), float(expected[known].sum())
    spread = float(usual.spread.variance(expected[known]).sum()) / wanted**2
    reach = np.exp(bounds.deviations * np.sqrt(usual.day_variance[number] + spread))
    low, high = wanted / reach, wanted * reach
    whole = wanted >= LEAST_KNOWN * float(expected.sum()) and abs(came - wanted) >= LEAST_PEOPLE
    way: Way | None = "more" if whole and came > high else "fewer" if whole and came < low else None
    least = max(LEAST_PEOPLE, LEAST_SHARE * wanted)
    found = _stretches(days, number, counts, bounds)
    stretches = tuple(
        each
        for each in found
        if abs(each.counted - each.expected) >= least
        and not (each.way == way and each.expected >= MOST_OF_DAY * wanted)
    )
    if way is None and not stretches:
        return None
    return UnusualDay(days.day(number), came, wanted, low, high, way, stretches)


def _stretches(days: Days, number: int, counts: Numbers, bounds: _Bounds) -> Iterator[Stretch]:
    usual = bounds.usual
    known = ~np.isnan(counts[number])
    ways: tuple[tuple[int, Way], ...] = ((MORE, "more"), (FEWER, "fewer"))
    for state, way in ways:
        likely = usual.likely[number, :, state] * known
        for begins, ends in runs(likely > bounds.probability):
            first, after = _core(likely, counts[number] + usual.mean[number], begins, ends)
            part = slice(first, after)
            yield Stretch(
                begin=days.clock(first),
                end=days.clock(after),
                way=way,
                counted=float(counts[number, part].sum()),
                expected=float(usual.mean[number, part].sum()),
                probability=float(likely[part].max()),
                first_part=first,
                after_part=after,
            )


def _core(likely: Numbers, people: Numbers, first: int, after: int) -> tuple[int, int]:
    """A stretch without ends that are hardly likely beside the rest, or in which nobody was about."""
    part = slice(first, after)
    some = np.flatnonzero((likely[part] >= likely[part].max() / 2) & (people[part] >= _SOMEBODY))
    return (first + int(some[0]), first + int(some[-1]) + 1) if len(some) else (first, after)


def runs(marks: Marks) -> list[tuple[int, int]]:
    """Where marks stand one after the other: the first of them, and the one after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    return [(int(first), int(after)) for first, after in zip(edges[::2], edges[1::2], strict=True)]
