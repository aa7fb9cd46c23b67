"""Unusual days and hours: what was planted is found, what is ordinary is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.flow.days import Days, Numbers
from server.flow.errors import FlowRefused
from server.flow.unusual import LEAST_DAYS, Unusual, unusual_days
from tests.server.flow.weeks import MONDAY, days_of, lucky, usual_week

WEEKS = 20
DAYS = 7 * WEEKS


def looked_at(counts: Numbers, false_alarm_days: int = 50) -> Unusual:
    return unusual_days(days_of(counts), "entries", false_alarm_days)


def listed(counts: Numbers) -> set[int]:
    """The numbers of the days that are listed."""
    return {(day.day - MONDAY).days for day in looked_at(counts).days}


def planted(day: int, hours: Sequence[int], times: float, seed: int = 1) -> Numbers:
    """Ordinary weeks, but for some hours of one day."""
    expected = usual_week(DAYS)
    expected[day, list(hours)] *= times
    return lucky(expected, seed)


@pytest.mark.parametrize(
    ("day", "hours", "times", "way"),
    [
        pytest.param(40, range(14, 18), 2.5, "more", id="a festival in the afternoon"),
        pytest.param(40, range(9, 20), 2.0, "more", id="twice as many all day"),
        pytest.param(40, range(9, 20), 0.4, "fewer", id="a storm all day"),
        pytest.param(39, range(13, 18), 0.1, "fewer", id="the street was closed for an afternoon"),
        pytest.param(DAYS - 3, range(10, 13), 3.0, "more", id="in the last week"),
        pytest.param(0, range(10, 14), 3.0, "more", id="on the very first day"),
    ],
)
def test_what_was_unlike_other_days_is_listed(day: int, hours: range, times: float, way: str) -> None:
    found = {each.day: each for each in looked_at(planted(day, hours, times)).days}
    one = found[MONDAY + timedelta(days=day)]
    assert way in {one.way, *(stretch.way for stretch in one.stretches)}
    assert len(found) <= 1 + DAYS / 25


def test_unusual_hours_have_their_begin_their_end_and_what_was_expected() -> None:
    counts = planted(40, range(14, 18), 3.0)
    (day,) = (each for each in looked_at(counts).days if each.day == MONDAY + timedelta(days=40))
    (stretch,) = day.stretches
    assert (stretch.begin, stretch.end, stretch.way) == (time(14), time(18), "more")
    assert stretch.counted == counts[40, 14:18].sum()
    # Beside the level of that very day, which the event itself lifts a little.
    assert stretch.expected == pytest.approx(float(usual_week(DAYS)[40, 14:18].sum()), rel=0.15)
    assert stretch.probability > 0.99
    assert day.counted == counts[40].sum()
    assert day.low < day.expected < day.high < day.counted


@pytest.mark.parametrize(
    ("mood", "seed"), [(0.0, 1), (0.05, 2), (0.15, 3), (0.3, 4)], ids=lambda value: str(value)
)
def test_ordinary_days_are_listed_no_more_often_than_is_stated(mood: float, seed: int) -> None:
    counts = lucky(usual_week(364), seed, mood=max(mood, 0.001))
    found = looked_at(counts, 50)
    whole = sum(day.way is not None for day in found.days)
    # Of 312 days 6.2 by each way of looking: 13 and more would come once in a hundred such years.
    assert whole < 13
    assert len(found.days) - whole < 13


def test_fewer_false_alarms_are_listed_where_fewer_are_allowed() -> None:
    counts = lucky(usual_week(364), 9, mood=0.2)
    often, seldom = looked_at(counts, 10), looked_at(counts, 1000)
    assert len(seldom.days) < len(often.days)
    assert seldom.probability >= often.probability


def test_a_season_that_comes_and_goes_is_not_unusual() -> None:
    season = 1 + 0.5 * np.sin(np.arange(364) / 364 * 2 * np.pi)
    counts = lucky(usual_week(364) * season[:, None], 4)
    assert len(looked_at(counts).days) <= 20


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param(np.zeros((DAYS, 24)), id="a series of zeros"),
        pytest.param(np.full((DAYS, 24), np.nan), id="nothing is known"),
        pytest.param(lucky(usual_week(3)), id="a new store with three days"),
        pytest.param(lucky(usual_week(LEAST_DAYS - 1)), id="a day too few"),
    ],
)
def test_too_little_makes_no_day_unusual(counts: Numbers) -> None:
    found = looked_at(counts)
    assert (found.days, found.judged_days) == ((), 0)
    assert found.known_days == int((~np.isnan(counts)).any(axis=1).sum())


def _month_away(counts: Numbers) -> Numbers:
    counts[50:80] = np.nan
    return counts


def _sundays_unknown(counts: Numbers) -> Numbers:
    counts[6::7] = np.nan
    return counts


def _clock_forward(counts: Numbers) -> Numbers:
    counts[90, 2] = np.nan
    return counts


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(_month_away, id="a month's gap"),
        pytest.param(_sundays_unknown, id="closed on Sundays"),
        pytest.param(_clock_forward, id="the hour that the clock leaves out"),
    ],
)
def test_what_is_not_known_is_not_unusual_and_hides_nothing(spoilt: object) -> None:
    assert callable(spoilt)
    counts = spoilt(planted(40, range(14, 18), 3.0))
    found = listed(counts)
    assert 40 in found
    assert len(found) <= 1 + DAYS / 25
    assert all((~np.isnan(counts[day])).any() for day in found)


def test_a_day_of_which_half_was_watched_is_beside_that_half_only() -> None:
    counts = lucky(usual_week(DAYS), 6)
    counts[40, :15] = np.nan
    assert 40 not in listed(counts)


def test_a_weekday_that_was_open_twice_is_not_judged() -> None:
    counts = lucky(usual_week(DAYS), 7)
    counts[6::7] = np.nan
    counts[[6, 13], 9:20] = 90.0
    found = looked_at(counts)
    assert not {6, 13} & {(day.day - MONDAY).days for day in found.days}
    assert found.judged_days == DAYS - WEEKS


def test_a_handful_of_people_is_no_event_however_unlikely() -> None:
    counts = lucky(usual_week(DAYS), 8)
    counts[40, 3] = 4.0
    assert 40 not in listed(counts)


@pytest.mark.parametrize("wrong", [-1.0, float("inf")])
def test_a_count_that_cannot_be_is_refused(wrong: float) -> None:
    counts = usual_week(28)
    counts[3, 12] = wrong
    with pytest.raises(FlowRefused, match="negative or infinite"):
        days_of(counts)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 400), st.floats(0, 0.5), st.integers(28, 60))
def test_whatever_comes_stretches_lie_in_days_in_order_and_are_what_they_say(
    seed: int, busiest: float, missing: float, days: int
) -> None:
    chance = np.random.default_rng(seed)
    counts = np.round(lucky(usual_week(days, busiest), seed, 0.3) * chance.choice([0, 1, 1, 1, 5], (days, 1)))
    counts[chance.random(counts.shape) < missing] = np.nan
    found = unusual_days(Days(date(2024, 1, 1), ("entries",), counts[:, :, None]), "entries")
    for day in found.days:
        row = counts[(day.day - MONDAY).days]
        assert day.counted == np.nansum(row)
        assert (day.way == "more") == (day.way is not None and day.counted > day.high)
        for stretch in day.stretches:
            assert 0 <= stretch.first_part < stretch.after_part <= 24
            assert stretch.counted == row[stretch.first_part : stretch.after_part].sum()
            assert (stretch.counted > stretch.expected) == (stretch.way == "more")
