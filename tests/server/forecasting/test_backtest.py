"""Forecasts from the past: which of them count, and how ranges follow what came since."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from server.forecasting.backtest import LONGEST_SPAN, Tried, origins_of, tried, tried_since
from server.forecasting.choosing import Chosen, chosen
from server.forecasting.naive import MeanWeek, SeasonalNaive
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Known, Panel
from tests.server.forecasting.shops import shop

MEAN = MeanWeek()


def _tried(history: Panel, known: Known = NOTHING_KNOWN, hours: int = 2 * WEEK) -> Tried:
    found = tried(MEAN, history, known, origins_of(history.hours), hours)
    assert found is not None
    return found


def _since(whole: Panel, taught: int, now: int) -> Tried:
    return tried_since(_tried(whole.until(taught)), MEAN, taught, whole.until(now), NOTHING_KNOWN)


def _added(panel: Panel, first: int) -> Panel:
    """The same and a second door, of which nothing is known before an hour."""
    values = np.repeat(panel.values, 2, axis=1)
    values[:first, 1] = np.nan
    return Panel(panel.start, ("old", "new"), values)


def _origins(found: Tried) -> list[int]:
    return sorted(set((found.row - found.ahead).tolist()))


def test_what_is_not_over_yet_is_told_as_unknown() -> None:
    found = _tried(shop(70))
    assert (np.isnan(found.actual[:, 0]) == (found.row >= 70 * DAY)).all()
    assert not np.isnan(found.expected).any()


def test_a_door_is_not_held_against_forecasts_from_before_it_was_there() -> None:
    history = _added(shop(210), 160 * DAY)
    found = _tried(history)
    before = found.row - found.ahead <= 160 * DAY
    assert before.any()
    assert np.isnan(found.actual[before, 1]).all()
    assert found.mae()[1] < 2 * found.mae()[0]


def test_a_door_that_was_added_lately_has_a_range_like_that_of_the_others() -> None:
    history = _added(shop(210), 160 * DAY)
    found = chosen(history, NOTHING_KNOWN, 2 * WEEK, (SeasonalNaive(), MEAN)).forecast(
        history, NOTHING_KNOWN, 2 * WEEK
    )
    width = (found.high - found.low).sum(axis=0)
    assert width[1] < 1.5 * width[0]


def test_days_of_a_closed_shop_are_not_held_against_a_model() -> None:
    history = shop(140)
    shut = slice(138 * DAY, 139 * DAY)
    values = history.values.copy()
    values[shut] = 0
    day = (history.start + timedelta(days=138)).date()
    found = _tried(Panel(history.start, history.names, values), Known(closed=frozenset({day})))
    assert np.isnan(found.actual[found.row // DAY == 138]).all()


def test_what_came_since_is_filled_in_and_each_week_since_is_tried() -> None:
    taught, now = 140 * DAY, 165 * DAY
    found = _since(shop(170), taught, now)
    assert [origin for origin in _origins(found) if origin >= taught] == [taught + n * WEEK for n in range(4)]
    assert (np.isnan(found.actual[:, 0]) == (found.row >= now)).all()


def test_step_by_step_or_at_once_the_same_is_known() -> None:
    whole, taught = shop(190), 140 * DAY
    found = _since(whole, taught, 150 * DAY)
    for now in (163 * DAY, 186 * DAY):
        found = tried_since(found, MEAN, taught, whole.until(now), NOTHING_KNOWN)
    at_once = _since(whole, taught, 186 * DAY)
    assert _origins(found) == _origins(at_once)
    np.testing.assert_array_equal(found.actual, at_once.actual)
    np.testing.assert_array_equal(found.expected, at_once.expected)


@pytest.mark.parametrize("later", [27 * WEEK, 60 * WEEK])
def test_what_lies_further_back_than_half_a_year_is_forgotten(later: int) -> None:
    whole, taught = shop(7 * 100), 30 * WEEK
    found = _since(whole, taught, taught + later)
    assert min(_origins(found)) >= taught + later - LONGEST_SPAN
    assert len(_origins(found)) <= 27


def _restless_at_last(weeks: int) -> Panel:
    """Calm for most of its time; in the last weeks days bring a third or thrice as many."""
    calm = shop(7 * 60)
    values = calm.values.copy()
    luck = np.exp(np.random.default_rng(5).normal(0, 0.8, weeks * 7))
    values[-weeks * WEEK :] *= np.repeat(luck, DAY)[:, None]
    return Panel(calm.start, calm.names, values)


def _width(choice: Chosen, history: Panel) -> float:
    found = choice.forecast(history, NOTHING_KNOWN, WEEK)
    share = (found.high - found.low)[found.median > 5] / found.median[found.median > 5]
    return float(share.mean())


def test_a_range_widens_by_what_was_missed_since_the_models_were_taught() -> None:
    whole = _restless_at_last(weeks=13)
    choice = chosen(whole.until(46 * WEEK), NOTHING_KNOWN, WEEK, (SeasonalNaive(), MEAN))
    seen = choice.seen_since(whole, NOTHING_KNOWN)
    assert _width(seen, whole) > 1.5 * _width(choice, whole)


def test_where_nothing_came_since_ranges_stay() -> None:
    history = shop(140)
    choice = chosen(history, NOTHING_KNOWN, WEEK, (SeasonalNaive(), MEAN))
    assert _width(choice.seen_since(history, NOTHING_KNOWN), history) == _width(choice, history)


def test_a_new_shop_of_which_nothing_was_tried_keeps_its_guessed_range() -> None:
    history = shop(3)
    choice = chosen(history, NOTHING_KNOWN, WEEK)
    assert _width(choice.seen_since(shop(4), NOTHING_KNOWN), history) == _width(choice, history)
