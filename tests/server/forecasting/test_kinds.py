"""Ordinary days, days near a holiday and holidays, and how much farther forecasts of them miss."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from server.forecasting.kinds import HOLIDAY, NEAR, ORDINARY, kinds_of, stretch_of
from server.forecasting.series import DAY, NOTHING_KNOWN, Known, Numbers, Panel
from tests.server.forecasting.shops import MONDAY, shop

THE_TENTH = Known(holidays=frozenset({date(2024, 1, 10)}))


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        pytest.param(7, ORDINARY, id="three days before"),
        pytest.param(8, NEAR, id="two days before"),
        pytest.param(9, NEAR, id="the day before"),
        pytest.param(10, HOLIDAY, id="the holiday"),
        pytest.param(12, NEAR, id="two days after"),
        pytest.param(13, ORDINARY, id="three days after"),
    ],
)
@pytest.mark.parametrize("first_hour", [0, 9])
def test_a_holiday_reaches_two_days_before_and_after_it(day: int, kind: int, first_hour: int) -> None:
    panel = shop(20, start=MONDAY.replace(hour=first_hour))
    rows = np.arange((day - 1) * DAY, day * DAY) - first_hour
    assert kinds_of(THE_TENTH, panel, rows).tolist() == [kind] * DAY


def test_days_to_come_and_the_days_beside_a_panels_first_have_their_kind_too() -> None:
    panel = shop(5, start=MONDAY.replace(day=11))
    assert kinds_of(THE_TENTH, panel, np.array([0, 2 * DAY])).tolist() == [NEAR, ORDINARY]
    ends_before = Panel(MONDAY, ("door",), np.zeros((8 * DAY, 1)))
    assert kinds_of(THE_TENTH, ends_before, np.array([9 * DAY])).tolist() == [HOLIDAY]
    assert kinds_of(NOTHING_KNOWN, panel, np.array([0])).tolist() == [ORDINARY]


def _stretch(*holidays: float, times: int = 1) -> Numbers:
    """Ordinary days miss by one; each holiday by so much, and is forecast so many times."""
    missed = [1.0] * 20 + [by for by in holidays for _ in range(times)]
    kind = [ORDINARY] * 20 + [HOLIDAY] * len(holidays) * times
    day = [*range(20), *(20 + number for number in range(len(holidays)) for _ in range(times))]
    return stretch_of(np.array(missed)[:, None], np.array(kind), np.array(day))


def test_without_a_holiday_on_the_past_those_to_come_are_less_sure_by_the_usual() -> None:
    ordinary, near, holiday = _stretch()
    assert ordinary == 1 < near < holiday < 2


def test_holidays_that_missed_far_make_those_to_come_less_sure_and_the_more_the_more_there_were() -> None:
    assert _stretch()[HOLIDAY] < _stretch(2.5)[HOLIDAY] < _stretch(2.5, 2.5, 2.5)[HOLIDAY] < 2.5


def test_a_holiday_counts_once_from_however_many_days_it_was_forecast() -> None:
    assert _stretch(2.5)[HOLIDAY] == pytest.approx(_stretch(2.5, times=26)[HOLIDAY])


@pytest.mark.parametrize(("by", "bound"), [(1000.0, 3.0), (0.0, 0.5)])
def test_odd_holidays_say_no_more_than_so_much(by: float, bound: float) -> None:
    assert _stretch(*[by] * 40)[HOLIDAY] == bound


def test_where_no_error_is_known_the_usual_stands() -> None:
    nothing = stretch_of(np.full((4, 1), np.nan), np.array([0, 0, 1, 2]), np.arange(4))
    assert nothing == pytest.approx(_stretch())
