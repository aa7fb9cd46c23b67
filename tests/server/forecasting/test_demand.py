"""Series of which most hours bring nothing: told as rates whose sums are right, with ranges of counts."""

from __future__ import annotations

import numpy as np
import pytest

from server.forecasting.choosing import Chosen, Knowledge, chosen
from server.forecasting.demand import CountRange, Rate, is_rare
from server.forecasting.naive import MeanWeek
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Forecast, Numbers, Panel
from tests.server.forecasting.shops import MONDAY, shop, usual, with_gap

PER_WEEK = 6.0
"""Pieces of a product that is sold about once a day."""


def _rate(hours: int, per_week: float = PER_WEEK) -> Numbers:
    week = usual(WEEK)
    return np.asarray(usual(hours) * (per_week / week.sum()), dtype=np.float64)


def _sold(days: int, products: int = 1, seed: int = 3, per_week: float = PER_WEEK) -> Panel:
    mean = np.repeat(_rate(days * DAY, per_week)[:, None], products, axis=1)
    pieces = np.random.default_rng(seed).poisson(mean).astype(np.float64)
    return Panel(MONDAY, tuple(f"product:{number}" for number in range(products)), pieces)


def _forecast(history: Panel, hours: int = WEEK) -> tuple[Chosen, Forecast]:
    choice = chosen(history, NOTHING_KNOWN, hours)
    return choice, choice.forecast(history, NOTHING_KNOWN, hours)


@pytest.mark.parametrize(
    ("panel", "rare"),
    [
        pytest.param(shop(30), False, id="a door through which sixty come at noon"),
        pytest.param(Panel(MONDAY, ("door",), np.zeros((30 * DAY, 1))), False, id="nothing at all"),
        pytest.param(_sold(30), True, id="a piece a day"),
        pytest.param(_sold(3, per_week=14.0), True, id="two pieces a day, for three days"),
        pytest.param(_sold(30, per_week=300.0), False, id="six pieces an hour"),
    ],
)
def test_a_series_is_rare_if_mostly_nothing_comes_when_something_may(panel: Panel, rare: bool) -> None:
    assert is_rare(panel, NOTHING_KNOWN).tolist() == [rare]


def test_a_product_sold_once_a_day_is_not_forecast_as_never_sold() -> None:
    history = _sold(180, 12)
    choice, found = _forecast(history)
    assert set(choice.model_of.values()) == {"rate"}
    assert found.median.sum(axis=0).mean() == pytest.approx(PER_WEEK, rel=0.15)
    assert (found.median.sum(axis=0) > PER_WEEK / 3).all()


def test_rates_follow_the_hours_and_days_on_which_pieces_are_sold() -> None:
    history = _sold(180, 12)
    found = Rate().expect(history, NOTHING_KNOWN, WEEK).mean(axis=1)
    truth = _rate(history.hours + WEEK)[-WEEK:]
    assert np.abs(found - truth).mean() < 0.3 * truth.mean()
    assert found[truth == 0].max() < 0.1 * found.max()


def test_on_sundays_on_which_it_is_closed_no_piece_is_expected() -> None:
    history = _sold(180, per_week=20.0)
    found = Rate().expect(history, NOTHING_KNOWN, WEEK).reshape(7, DAY).sum(axis=1)
    sunday = (6 - history.end.weekday()) % 7
    assert found[sunday] == 0
    assert np.delete(found, sunday).min() > 1


def test_the_level_follows_what_was_sold_of_late() -> None:
    before, after = _sold(140, per_week=4.0), _sold(56, per_week=16.0)
    history = Panel(MONDAY, before.names, np.concatenate([before.values, after.values]))
    assert 10 < Rate().expect(history, NOTHING_KNOWN, WEEK).sum() < 16


def test_ranges_of_counts_hold_at_least_eight_hours_in_ten_and_are_no_points() -> None:
    whole = _sold(210, 20, per_week=25.0)
    history = whole.until(whole.hours - 4 * WEEK)
    _, found = _forecast(history, 4 * WEEK)
    actual, busy = whole.values[history.hours :], found.median > 0.2
    inside = (actual >= found.low) & (actual <= found.high)
    assert 0.8 <= inside[busy].mean() < 0.99
    assert (found.high[busy] >= 1).all()
    assert (found.low <= found.median).all()


def test_a_range_is_wider_where_pieces_come_together_and_where_few_were_seen() -> None:
    mean, panel = np.full((DAY, 1), 2.0), _sold(30)
    ends = [
        CountRange(np.array([spread]), np.array([seen])).around(panel, NOTHING_KNOWN, mean).high[0, 0]
        for spread, seen in ((1.0, 1_000.0), (4.0, 1_000.0), (1.0, 2.0))
    ]
    assert ends[0] == 4
    assert ends[1] > 4
    assert ends[2] > 4


def test_three_days_of_a_product_say_how_little_is_known() -> None:
    choice, found = _forecast(_sold(3, per_week=14.0))
    assert choice.knowledge is Knowledge.DAYS
    assert choice.model_of == {"product:0": "rate"}
    assert 4 < found.median.sum() < 40
    assert found.high.max() >= 1


def test_rare_series_keep_their_rate_beside_others_and_over_a_gap() -> None:
    days = 120
    both = Panel(MONDAY, ("door", "product:0"), np.hstack([shop(days).values, _sold(days).values]))
    choice = chosen(with_gap(both, 80, 31), NOTHING_KNOWN, WEEK, (MeanWeek(),))
    assert choice.model_of["product:0"] == "rate"
    found = choice.forecast(both, NOTHING_KNOWN, WEEK)
    assert np.isfinite(found.high).all()
    assert found.median[:, 1].sum() == pytest.approx(PER_WEEK, rel=0.5)
