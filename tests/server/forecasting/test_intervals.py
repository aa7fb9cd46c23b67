"""Ranges that hold after a few weeks, too, where each error is a good part of what is known of errors."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from server.forecasting.backtest import origins_of, tried
from server.forecasting.intervals import spread_of
from server.forecasting.naive import MeanWeek
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Known, Panel
from tests.server.forecasting.shops import shop


def _restless(days: int, doors: int) -> Panel:
    """Doors through which at each hour up to twice as many or half as many come as usual."""
    plain = shop(days, tuple(f"door {number}" for number in range(doors)))
    luck = np.exp(np.random.default_rng(4).normal(0, 0.5, plain.values.shape))
    return Panel(plain.start, plain.names, plain.values * luck)


def _share_inside(whole: Panel, weeks: int) -> float:
    history = whole.until(weeks * WEEK)
    spread = spread_of(
        tried(MeanWeek(), history, NOTHING_KNOWN, origins_of(history.hours), 2 * WEEK), history, NOTHING_KNOWN
    )
    found = spread.around(history, NOTHING_KNOWN, MeanWeek().expect(history, NOTHING_KNOWN, 2 * WEEK))
    actual = whole.values[history.hours : history.hours + 2 * WEEK]
    some = actual.mean(axis=1) > 5
    return float(((actual >= found.low) & (actual <= found.high))[some].mean())


@pytest.mark.parametrize("weeks", [4, 8, 26])
def test_a_range_holds_four_hours_in_five_however_few_weeks_were_tried(weeks: int) -> None:
    assert 0.77 <= _share_inside(_restless(30 * 7, 12), weeks) <= 0.86


def test_an_hour_that_errs_once_widens_its_own_range_but_not_by_its_own_measure() -> None:
    history = _restless(56, 1)
    values = history.values.copy()
    noon = history.hours - 2 * DAY + 12
    values[noon] *= 50
    loud = Panel(history.start, history.names, values)
    plain, told = (
        spread_of(tried(MeanWeek(), each, NOTHING_KNOWN, origins_of(each.hours), WEEK), each, NOTHING_KNOWN)
        for each in (history, loud)
    )
    day = (noon // DAY) % 7
    assert told.usual[day, 12, 0] > 1.5 * plain.usual[day, 12, 0]
    assert told.high.max() >= plain.high.max()


def _with_odd_holidays(weeks: int) -> tuple[Panel, Known]:
    """A shop to which a third or thrice as many come on holidays, the fifteenth of each month."""
    plain = shop(weeks * 7)
    days = [(plain.start + timedelta(days=number)).date() for number in range((weeks + 4) * 7)]
    holidays = [day for day in days if day.day == 15]
    values = plain.values.copy()
    for number, day in enumerate(each for each in days[: weeks * 7] if each in holidays):
        at = (day - days[0]).days * DAY
        values[at : at + DAY] *= (0.33, 3.0)[number % 2]
    return Panel(plain.start, plain.names, values), Known(holidays=frozenset(holidays))


def test_a_range_is_wider_on_holidays_where_those_before_missed_far() -> None:
    history, known = _with_odd_holidays(40)
    spread = spread_of(tried(MeanWeek(), history, known, origins_of(history.hours), 4 * WEEK), history, known)
    found = spread.around(history, known, np.full((4 * WEEK, 1), 50.0))
    noons = (found.high - found.low)[12::DAY, 0]
    by_day = {(history.end + timedelta(days=number)).date(): width for number, width in enumerate(noons)}
    (holiday,) = [day for day in by_day if day in known.holidays]
    assert by_day[holiday] > 1.5 * by_day[holiday + timedelta(days=7)]


def test_days_far_from_holidays_have_the_range_they_would_have_without() -> None:
    odd, known = _with_odd_holidays(40)
    plain = shop(40 * 7)
    medians = np.full((WEEK, 1), 50.0)
    widths = []
    for history, of in ((plain, NOTHING_KNOWN), (odd, known)):
        spread = spread_of(tried(MeanWeek(), history, of, origins_of(history.hours), WEEK), history, of)
        found = spread.around(history, NOTHING_KNOWN, medians)
        widths.append(float((found.high - found.low)[12, 0]))
    assert widths[1] == pytest.approx(widths[0], rel=0.15)


def test_after_a_door_was_dead_no_range_goes_beyond_three_times_the_most_that_ever_came() -> None:
    history = shop(140)
    values = history.values.copy()
    values[70 * DAY : 130 * DAY] = 0
    dead = Panel(history.start, history.names, values)
    spread = spread_of(
        tried(MeanWeek(), dead, NOTHING_KNOWN, origins_of(dead.hours), 2 * WEEK), dead, NOTHING_KNOWN
    )
    found = spread.around(dead, NOTHING_KNOWN, np.full((2 * WEEK, 1), 50.0))
    assert found.high.max() <= 3 * values.max()
    assert (found.low <= found.high).all()


def test_more_than_ever_came_may_be_expected_and_has_a_range_above_it() -> None:
    history = shop(140)
    spread = spread_of(
        tried(MeanWeek(), history, NOTHING_KNOWN, origins_of(history.hours), WEEK), history, NOTHING_KNOWN
    )
    found = spread.around(history, NOTHING_KNOWN, np.full((WEEK, 1), 10 * history.values.max()))
    noon = 12
    assert found.high[noon, 0] > found.median[noon, 0]
