"""Whole days: their sums, and ranges that are those of days and not of hours put together."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from server.forecasting.choosing import Chosen, chosen
from server.forecasting.days import Days, days_expected
from server.forecasting.naive import MeanWeek, SeasonalNaive
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Forecast, Known, Numbers, Panel
from tests.server.forecasting.shops import shop

WEEKS = 30
AHEAD = 4 * WEEK


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Two doors; the second is a tenth as busy."""
    busy, quiet = shop((WEEKS + 4) * 7), shop((WEEKS + 4) * 7, seed=2)
    chance = np.random.default_rng(3)
    thinned = chance.binomial(quiet.values.astype(int), 0.1).astype(np.float64)
    return Panel(busy.start, ("busy", "quiet"), np.concatenate([busy.values, thinned], axis=1))


def _days(
    panel: Panel, hours: int, begins: int = 0, known: Known = NOTHING_KNOWN
) -> tuple[Days, Forecast, Chosen]:
    history = panel.until(hours)
    choice = chosen(history, known, AHEAD, (SeasonalNaive(), MeanWeek()))
    forecast = choice.forecast(history, known, AHEAD)
    return days_expected(choice, history, known, forecast, begins), forecast, choice


def _came(panel: Panel, hours: int) -> Numbers:
    sums: Numbers = panel.values[hours : hours + AHEAD].reshape(-1, DAY, 2).sum(axis=1)
    return sums


def test_four_days_in_five_lie_within_their_range() -> None:
    inside, open_days = 0, 0
    for seed in range(8):
        panel = shop((WEEKS + 4) * 7, ("left", "right"), seed=seed)
        days, _, _ = _days(panel, WEEKS * WEEK)
        came, is_open = _came(panel, WEEKS * WEEK), days.high > 0
        inside += int(((days.low <= came) & (came <= days.high) & is_open).sum())
        open_days += int(is_open.sum())
    assert 0.73 < inside / open_days < 0.87


def test_a_days_range_is_narrower_than_its_hours_ranges_put_together(panel: Panel) -> None:
    days, forecast, _ = _days(panel, WEEKS * WEEK)
    low, high = (part.reshape(-1, DAY, 2).sum(axis=1) for part in (forecast.low, forecast.high))
    is_open = days.high > 0
    assert ((days.high - days.low) < (high - low))[is_open].all()


def test_on_a_day_on_which_it_is_closed_nobody_is_expected(panel: Panel) -> None:
    days, forecast, _ = _days(panel, WEEKS * WEEK)
    sundays = [n for n in range(len(days.first_hour)) if (forecast.start.weekday() + n) % 7 == 6]
    assert (days.high[sundays] == 0).all()
    assert (days.median[[n for n in range(7) if n not in sundays]] > 0).all()


def test_of_a_day_that_has_begun_the_hours_that_are_over_stand_in_the_sum(panel: Panel) -> None:
    at = WEEKS * WEEK + 14
    days, _, _ = _days(panel, at)
    so_far = panel.values[at - 14 : at].sum(axis=0)
    assert days.first_hour[0] == -14
    assert (days.low[0] >= so_far).all()
    assert (days.low[0, 0], days.high[0, 0]) != (so_far[0], so_far[0])


def test_business_days_begin_when_the_shop_says(panel: Panel) -> None:
    days, _, _ = _days(panel, WEEKS * WEEK, begins=4)
    assert days.first_hour[:3].tolist() == [-20, 4, 28]


def test_a_new_shops_day_may_bring_half_or_twice_as_many(panel: Panel) -> None:
    days, forecast, _ = _days(panel, 3 * DAY)
    expected = forecast.median.reshape(-1, DAY, 2).sum(axis=1)
    assert days.median[0] == pytest.approx(expected[0])
    assert days.high[0, 0] == pytest.approx(np.expm1(np.log1p(expected[0, 0]) + 0.7))


def _widths(panel: Panel, known: Known) -> Numbers:
    days, _, _ = _days(panel, WEEKS * WEEK, known=known)
    widths: Numbers = days.high - days.low
    return widths


def test_the_day_of_an_event_that_never_was_has_a_wider_range_and_no_other_day(panel: Panel) -> None:
    fair = (panel.start + timedelta(weeks=WEEKS, days=4)).date()
    plain, told = _widths(panel, NOTHING_KNOWN), _widths(panel, Known(events={fair: "street fair"}))
    others = [number for number in range(AHEAD // DAY) if number != 4]
    assert (told[4] > 1.5 * plain[4]).all()
    assert told[others] == pytest.approx(plain[others])


def test_the_first_holiday_is_less_sure_than_another_day(panel: Panel) -> None:
    easter = (panel.start + timedelta(weeks=WEEKS, days=4)).date()
    plain, told = _widths(panel, NOTHING_KNOWN), _widths(panel, Known(holidays=frozenset({easter})))
    assert (told[4] > 1.4 * plain[4]).all()
    assert (told[3] > 1.1 * plain[3]).all()
    assert told[14] == pytest.approx(plain[14])
