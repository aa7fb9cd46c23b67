"""Days far from their forecast, and days that only look so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.alerting.unexpected import is_far_for_long, so_far
from server.storage.forecasts import ForecastHour
from tests.server.filling import NOON


def hours(
    came: list[float], median: float = 60.0, low: float = 48.0, high: float = 75.0
) -> list[tuple[float, ForecastHour]]:
    """Hours that were all expected alike."""
    return [
        (number, ForecastHour(NOON + timedelta(hours=n), median, low, high)) for n, number in enumerate(came)
    ]


@pytest.mark.parametrize(
    ("came", "told"),
    [
        pytest.param([60, 58, 66], False, id="as forecast"),
        pytest.param([45, 47, 49], False, id="at the end of the range"),
        pytest.param([20, 25], True, id="far fewer for two hours"),
        pytest.param([25], False, id="one hour only"),
        pytest.param([140, 130, 150], True, id="far more"),
        pytest.param([60, 60, 10], False, id="one bad hour after good ones"),
        pytest.param([160, 58], False, id="one full hour, and then as forecast"),
        pytest.param([], False, id="nothing yet"),
    ],
)
def test_a_day_is_told_that_is_far_from_its_forecast_for_two_hours(came: list[float], told: bool) -> None:
    assert is_far_for_long(hours(came), told_already=False) is told


def test_a_day_that_was_told_stays_told_until_it_is_well_within_what_was_forecast() -> None:
    assert is_far_for_long(hours([30, 40, 42]), told_already=True)
    assert not is_far_for_long(hours([30, 60, 60, 60]), told_already=True)


def test_chance_averages_out_over_hours_and_the_error_of_a_day_does_not() -> None:
    by_chance = [abs(so_far(hours([30.0] * n, 40.0, 32.0, 48.5)).deviations) for n in (1, 4, 16)]
    of_the_day = [abs(so_far(hours([3000.0] * n, 4000.0, 3200.0, 5000.0)).deviations) for n in (1, 4, 16)]
    assert by_chance[2] > by_chance[1] > by_chance[0]
    assert of_the_day[2] == pytest.approx(of_the_day[0], rel=0.05)


def test_few_people_are_no_sign() -> None:
    assert not is_far_for_long(hours([0, 0, 0], 3.0, 1.0, 6.0), told_already=False)
