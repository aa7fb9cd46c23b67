"""Which model is chosen, how wide its interval is, and what a forecast says where little is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest

from server.forecasting.backtest import LEAST_HOURS, Tried, origins_of, tried
from server.forecasting.choosing import Knowledge, best_of, chosen
from server.forecasting.intervals import spread_of, with_interval
from server.forecasting.learned import boosting
from server.forecasting.models import Model, Trained
from server.forecasting.naive import MeanWeek, SeasonalNaive
from server.forecasting.scores import naive_scale, scored
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Forecast, Known, Numbers, Panel
from tests.server.forecasting.shops import MONDAY, shop, usual, with_gap

PLAIN = (SeasonalNaive(), MeanWeek())
QUICK = replace(boosting(), most_rows=2_000)


@dataclass(frozen=True)
class Knowing:
    """Knows the truth of one of two series, and nothing of the other."""

    name: str = "knowing"
    least_hours: int = 1

    def fit(self, history: Panel, known: Known) -> Trained:
        return self

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:
        truth = usual(history.hours + hours)[-hours:]
        return np.stack([truth, np.full(hours, 1_000.0)], axis=1)


def test_each_series_gets_the_model_that_was_best_on_its_own_past() -> None:
    choice = chosen(shop(140, ("front", "back")), NOTHING_KNOWN, WEEK, (*PLAIN, Knowing()))
    assert choice.model_of == {"front": "knowing", "back": "mean-week"}
    assert choice.mae_of["knowing"][0] < choice.mae_of["mean-week"][0] < choice.mae_of["seasonal-naive"][0]


@pytest.mark.parametrize(
    ("other", "model"),
    [
        pytest.param(10.2, "common", id="a little more"),
        pytest.param(9.3, "common", id="a little less, which may be luck"),
        pytest.param(8.5, "other", id="clearly less"),
    ],
)
def test_a_series_leaves_the_common_model_only_for_one_that_is_clearly_better(
    other: float, model: str
) -> None:
    tries = {"other": _missing_by(30.0, other), "common": _missing_by(10.0, 10.0)}
    assert best_of(("front", "back"), tries, "none") == {"front": "common", "back": model}


def _missing_by(*errors: float) -> Tried:
    hours = np.arange(DAY)
    return Tried(hours, hours, np.full((DAY, len(errors)), 50.0), np.full((DAY, len(errors)), 50.0) + errors)


def test_intervals_hold_four_hours_in_five() -> None:
    whole = shop(300, tuple("abcdefgh"))
    known = whole.until(whole.hours - 4 * WEEK)
    found = chosen(known, NOTHING_KNOWN, 4 * WEEK, PLAIN).forecast(known, NOTHING_KNOWN, 4 * WEEK)
    actual = whole.values[known.hours :]
    open_hours = actual.mean(axis=1) > 0
    inside = (actual >= found.low) & (actual <= found.high)
    assert 0.76 < inside[open_hours].mean() < 0.84
    assert (found.low <= found.median).all()
    assert (found.median <= found.high).all()


@pytest.mark.parametrize("days", [1, 3, 13])
def test_a_new_store_gets_a_wide_forecast_that_says_how_little_it_knows(days: int) -> None:
    history = shop(days)
    choice = chosen(history, NOTHING_KNOWN, WEEK)
    found = choice.forecast(history, NOTHING_KNOWN, WEEK)
    assert choice.knowledge is Knowledge.DAYS
    assert choice.mae_of == {}
    busiest = int(found.median.argmax())
    assert found.high[busiest, 0] > 1.9 * found.median[busiest, 0] > 20
    assert found.low[busiest, 0] < 0.6 * found.median[busiest, 0]


def test_a_store_of_some_weeks_is_tried_on_them() -> None:
    assert chosen(shop(40), NOTHING_KNOWN, WEEK, PLAIN).knowledge is Knowledge.WEEKS
    assert chosen(shop(400), NOTHING_KNOWN, WEEK, PLAIN).knowledge is Knowledge.YEAR


@pytest.mark.parametrize("models", [PLAIN, (QUICK,)], ids=["plain", "learnt"])
def test_a_store_closed_on_sundays_expects_nobody_on_sundays(models: tuple[Model, ...]) -> None:
    history = shop(100)
    found = chosen(history, NOTHING_KNOWN, 2 * WEEK, models).forecast(history, NOTHING_KNOWN, 2 * WEEK)
    sundays = [hour for hour in range(2 * WEEK) if (history.end + timedelta(hours=hour)).weekday() == 6]
    assert len(sundays) == 2 * DAY
    assert found.high[sundays].max() < 0.5


def test_on_a_day_on_which_it_is_closed_nobody_is_expected() -> None:
    history = shop(70)
    day = (history.end + timedelta(days=1)).date()
    found = chosen(history, NOTHING_KNOWN, WEEK, PLAIN).forecast(
        history, Known(closed=frozenset({day})), WEEK
    )
    assert found.high[DAY : 2 * DAY].max() == 0
    assert found.median[2 * DAY :].max() > 10


def test_zeros_are_expected_after_zeros_with_a_narrow_interval() -> None:
    history = Panel(MONDAY, ("door",), np.zeros((70 * DAY, 1)))
    found = chosen(history, NOTHING_KNOWN, WEEK).forecast(history, NOTHING_KNOWN, WEEK)
    assert found.median.max() == 0
    assert found.high.max() < 0.1


def test_a_history_of_which_nothing_is_known_is_as_zeros_with_a_guessed_interval() -> None:
    history = Panel(MONDAY, ("door",), np.full((70 * DAY, 1), np.nan))
    found = chosen(history, NOTHING_KNOWN, WEEK, PLAIN).forecast(history, NOTHING_KNOWN, WEEK)
    assert found.median.max() == 0
    assert found.high.min() > 0.5


@pytest.mark.long
def test_a_missing_month_does_not_stop_the_choice() -> None:
    history = with_gap(shop(140, ("front", "back")), 100, 31)
    choice = chosen(history, NOTHING_KNOWN, WEEK, (*PLAIN, QUICK))
    found = choice.forecast(history, NOTHING_KNOWN, WEEK)
    truth = usual(history.hours + WEEK)[-WEEK:, None]
    assert np.isfinite(found.high).all()
    assert np.abs(found.median - truth).mean() < 6


def test_a_special_day_is_not_held_against_a_model() -> None:
    history = shop(140)
    values = history.values.copy()
    day = history.hours - 3 * DAY
    values[day : day + DAY] = 900.0
    loud = Panel(history.start, history.names, values)
    party = Known(special=frozenset({(history.start + timedelta(hours=day)).date()}))
    silent, told = (
        tried(SeasonalNaive(), loud, known, origins_of(loud.hours), WEEK) for known in (NOTHING_KNOWN, party)
    )
    assert silent is not None
    assert told is not None
    assert told.mae()[0] < silent.mae()[0] - 10


@pytest.mark.parametrize("hours", [1, LEAST_HOURS - 1, LEAST_HOURS, 9 * WEEK, 200 * WEEK])
def test_origins_lie_within_the_history_and_leave_most_of_it_to_learn_from(hours: int) -> None:
    found = origins_of(hours)
    assert bool(found) == (hours >= LEAST_HOURS)
    assert all(hours * 2 // 3 - DAY <= origin < hours for origin in found)
    assert len(found) <= 26


def test_scores_are_those_of_the_textbooks() -> None:
    actual = np.array([[10.0], [20.0], [np.nan]])
    found = Forecast(
        MONDAY,
        ("door",),
        np.array([[12.0], [18.0], [5.0]]),
        np.array([[11.0], [10.0], [1.0]]),
        np.array([[15.0], [25.0], [9.0]]),
    )
    scores = scored(found, actual, np.array([4.0]))
    assert scores.mae[0] == 2.0
    assert scores.mase[0] == 0.5
    assert scores.coverage[0] == 0.5
    low, middle, high = (0.9 * 1 + 0.1 * 10) / 2, (0.5 * 2 + 0.5 * 2) / 2, (0.1 * 5 + 0.1 * 5) / 2
    assert scores.pinball[0] == pytest.approx((low + middle + high) / 3)


def test_the_unit_of_mase_is_what_last_weeks_hour_misses() -> None:
    weeks = np.concatenate([np.full((WEEK, 1), 5.0), np.full((WEEK, 1), 8.0)])
    assert naive_scale(weeks)[0] == 3.0


def test_an_interval_widens_with_the_errors_that_were_made() -> None:
    calm, wild = (
        spread_of(tried(MeanWeek(), each, NOTHING_KNOWN, origins_of(each.hours), WEEK), each, NOTHING_KNOWN)
        for each in (shop(100), _wild(shop(100)))
    )
    median = np.full((DAY, 1), 50.0)
    widths = [with_interval(each, shop(100), NOTHING_KNOWN, median) for each in (calm, wild)]
    assert (widths[1].high - widths[1].low)[14, 0] > 2 * (widths[0].high - widths[0].low)[14, 0]


def _wild(panel: Panel) -> Panel:
    days = np.random.default_rng(2).uniform(0.3, 1.7, size=(panel.hours // DAY, 1))
    return Panel(panel.start, panel.names, panel.values * np.repeat(days, DAY, axis=0))
