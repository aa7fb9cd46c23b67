"""Hours on the shop's clock, over both changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from server.forecasting.clock import instants, on_the_clock
from server.forecasting.errors import HistoryRefused
from server.forecasting.series import DAY, Numbers, Panel

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def _hours(begin: datetime, count: int) -> list[tuple[datetime, float | None]]:
    return [(begin + number * HOUR, float(number)) for number in range(count)]


def test_the_hour_that_spring_leaves_out_is_unknown() -> None:
    begin = datetime(2026, 3, 28, 23, tzinfo=UTC)  # Midnight of the day of the change, in Berlin.
    panel = on_the_clock({"door": _hours(begin, 23)}, BERLIN, begin + 23 * HOUR)
    assert panel.hours == DAY
    assert np.isnan(panel.values[2, 0])
    assert panel.values[[1, 3, 23], 0].tolist() == [1, 2, 22]


def test_the_hour_that_autumn_repeats_has_the_mean_of_both() -> None:
    begin = datetime(2026, 10, 24, 22, tzinfo=UTC)
    panel = on_the_clock({"door": _hours(begin, 25)}, BERLIN, begin + 25 * HOUR)
    assert panel.hours == DAY
    assert panel.values[[1, 2, 3], 0].tolist() == [1, 2.5, 4]


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(datetime.fromisoformat("2026-03-29"), 23, id="spring"),
        pytest.param(datetime.fromisoformat("2026-10-25"), 25, id="autumn"),
        pytest.param(datetime.fromisoformat("2026-06-01"), 24, id="any other day"),
    ],
)
def test_instants_of_a_day_follow_each_other_by_an_hour(day: datetime, hours: int) -> None:
    found = [at for _, at in instants(day, DAY, BERLIN)]
    assert len(found) == hours
    assert {later - earlier for earlier, later in pairwise(found)} == {HOUR}


def test_the_hour_that_still_runs_is_left_out() -> None:
    begin = datetime(2026, 6, 1, 8, tzinfo=UTC)
    panel = on_the_clock({"door": _hours(begin, 5)}, BERLIN, begin + 4 * HOUR + timedelta(minutes=20))
    assert panel.hours == 4


@pytest.mark.parametrize("values", [[], [(datetime(2026, 6, 1, tzinfo=UTC), None)]])
def test_without_any_hour_there_is_no_forecast(values: list[tuple[datetime, float | None]]) -> None:
    with pytest.raises(HistoryRefused, match="nothing was counted"):
        on_the_clock({"door": values}, BERLIN, datetime(2026, 6, 2, tzinfo=UTC))


NEW_YEAR = datetime.fromisoformat("2026-01-01")


@pytest.mark.parametrize(
    ("start", "names", "values"),
    [
        pytest.param(NEW_YEAR, ("a",), np.array([[-1.0]]), id="below zero"),
        pytest.param(NEW_YEAR, ("a",), np.array([[np.inf]]), id="infinite"),
        pytest.param(NEW_YEAR, ("a",), np.zeros((3, 2)), id="a name too few"),
        pytest.param(NEW_YEAR, (), np.zeros((3, 0)), id="no series"),
        pytest.param(NEW_YEAR + HOUR / 2, ("a",), np.zeros((3, 1)), id="half an hour"),
    ],
)
def test_hours_that_no_model_could_use_are_refused(
    start: datetime, names: tuple[str, ...], values: Numbers
) -> None:
    with pytest.raises(HistoryRefused):
        Panel(start, names, values)
