"""Weather and campaigns: used where they are given, and no harm where they are not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest

from server.forecasting.backtest import origins_of, tried
from server.forecasting.features import FEATURES, design
from server.forecasting.grid import grid_of
from server.forecasting.learned import boosting
from server.forecasting.models import Trained
from server.forecasting.naive import MeanWeek
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Known, Numbers, Panel, Weather, flags_of
from tests.server.forecasting.shops import MONDAY, shop, usual

DAYS = 210
AHEAD = 2 * WEEK
QUICK = replace(boosting(), most_rows=6_000)


def _chosen_days(share: float, seed: int) -> frozenset[date]:
    hit = np.random.default_rng(seed).random(DAYS + 14) < share
    return frozenset((MONDAY + timedelta(days=int(day))).date() for day in np.flatnonzero(hit))


RAINY, BUSY = _chosen_days(0.35, 5), _chosen_days(0.2, 6)
WEATHER = {
    day: Weather(15.0, 6.0 if day in RAINY else 0.0)
    for day in ((MONDAY + timedelta(days=number)).date() for number in range(DAYS + 14))
}


def _times(hours: int, days: frozenset[date], factor: float) -> Numbers:
    """The factor in the hours of some days, else one."""
    found = [
        factor if (MONDAY + timedelta(days=number)).date() in days else 1.0 for number in range(hours // DAY)
    ]
    return np.repeat(np.array(found), DAY)[:, None]


def _made(days: frozenset[date], factor: float) -> tuple[Panel, Numbers]:
    """A history in which some days differ, and the truth of what comes after it."""
    history = shop(DAYS)
    whole = usual(DAYS * DAY + AHEAD)[:, None] * _times(DAYS * DAY + AHEAD, days, factor)
    values = np.round(history.values * _times(DAYS * DAY, days, factor))
    return Panel(history.start, history.names, values), whole[-AHEAD:]


def _missed(history: Panel, truth: Numbers, known: Known) -> float:
    return float(np.abs(QUICK.fit(history, known).expect(history, known, AHEAD) - truth).mean())


@pytest.fixture(scope="module")
def wet() -> tuple[Panel, Numbers]:
    """A shop to which half as many come when it rains."""
    return _made(RAINY, 0.5)


@pytest.fixture(scope="module")
def untold(wet: tuple[Panel, Numbers]) -> float:
    """What a model that knows nothing of rain misses there."""
    return _missed(*wet, NOTHING_KNOWN)


def test_where_rain_halves_traffic_the_model_that_is_told_of_it_misses_far_less(
    wet: tuple[Panel, Numbers], untold: float
) -> None:
    assert _missed(*wet, Known(weather=WEATHER)) < 0.55 * untold


@pytest.mark.long
def test_without_a_forecast_of_the_weather_it_misses_no_more_than_one_that_never_saw_any(
    wet: tuple[Panel, Numbers], untold: float
) -> None:
    past = Known(weather=WEATHER).weather_until(wet[0].end.date())
    assert _missed(*wet, past) < 1.1 * untold


@pytest.mark.long
def test_where_campaigns_bring_more_the_model_that_is_told_of_them_misses_less() -> None:
    made = _made(BUSY, 1.8)
    told, untold = (_missed(*made, known) for known in (Known(campaigns=BUSY), NOTHING_KNOWN))
    assert told < 0.6 * untold


@pytest.mark.long
def test_weather_that_changes_nothing_spoils_nothing() -> None:
    made = _made(frozenset(), 1.0)
    told, untold = (_missed(*made, known) for known in (Known(weather=WEATHER), NOTHING_KNOWN))
    assert told < 1.15 * untold


@dataclass(frozen=True)
class Listening:
    """Writes down how many days ahead it was told the weather."""

    foreseen: list[int]
    name: str = "listening"
    least_hours: int = 1

    def fit(self, history: Panel, known: Known) -> Trained:
        return self

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:
        self.foreseen.append((max(known.weather) - history.end.date()).days + 1)
        return MeanWeek().expect(history, known, hours)


@pytest.mark.parametrize("foreseen", [0, 3])
def test_on_the_past_a_model_is_told_no_more_weather_than_is_foreseen_now(foreseen: int) -> None:
    history = shop(60)
    known = Known(weather=WEATHER).weather_until((history.end + timedelta(days=foreseen)).date())
    model = Listening([])
    tried(model, history, known, origins_of(history.hours), WEEK)
    assert set(model.foreseen) == {foreseen}


def test_rain_is_told_alone_and_against_the_last_four_weeks() -> None:
    history = shop(40)
    days = [(MONDAY + timedelta(days=number)).date() for number in range(45)]
    known = Known(weather={day: Weather(rain_mm=8.0 if day == days[41] else 2.0) for day in days[:43]})
    grid = grid_of(history, known)
    rows = np.arange(grid.last_row, grid.last_row + 4 * DAY)
    seen = design(grid, grid.last_row, rows).features[::DAY, 0]
    assert seen[:, FEATURES.index("rain")].tolist() == pytest.approx([2, 8, 2, np.nan], nan_ok=True)
    against = seen[:, FEATURES.index("rain against the last weeks")].tolist()
    assert against == pytest.approx([0, 6, 0, np.nan], nan_ok=True)
    assert np.isnan(seen[:, FEATURES.index("temperature")]).all()


@pytest.mark.parametrize(
    ("days", "unusual"),
    [
        pytest.param((0, 1, 2, 20), (0, 1, 2, 20), id="short ones"),
        pytest.param(tuple(range(14)), tuple(range(14)), id="two weeks"),
        pytest.param((*range(15), 30), (30,), id="a long sale and a day"),
        pytest.param((), (), id="none"),
    ],
)
def test_days_of_short_campaigns_say_nothing_about_ordinary_days(
    days: tuple[int, ...], unusual: tuple[int, ...]
) -> None:
    known = Known(campaigns=frozenset((MONDAY + timedelta(days=day)).date() for day in days))
    found = flags_of(known, MONDAY.date(), 40)
    assert np.flatnonzero(found.unusual).tolist() == list(unusual)
