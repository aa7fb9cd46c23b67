"""Ranges that hold after a few weeks, too, where each error is a good part of what is known of errors."""

from __future__ import annotations

import numpy as np
import pytest

from server.forecasting.backtest import origins_of, tried
from server.forecasting.intervals import spread_of
from server.forecasting.naive import MeanWeek
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Panel
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
