from __future__ import annotations

from datetime import timedelta

import pytest

from server.metrics.footfall import crossings, entrance_rows
from server.metrics.inside import OccupancyCurve
from server.metrics.intervals import Interval
from tests.server.metrics.rows_for_tests import BERLIN, DAY, at, line, span


def test_crossings_of_all_entrance_lines_add_up() -> None:
    rows = [line(0, 1, 3, 1), line(0, 1, 2, 0, "side"), line(1, 2, 0, 4)]
    total = crossings(rows)
    assert total is not None
    assert (total.entries, total.exits) == (5, 5)
    assert total.balance == 1


def test_a_line_of_another_kind_is_no_entrance() -> None:
    assert entrance_rows([line(0, 1, 3, 1, kind="passers-by")]) == []


def test_no_rows_are_no_data_and_rows_without_crossings_are_zero() -> None:
    assert crossings([]) is None
    nobody = crossings([line(0, 1, 0, 0)])
    assert nobody is not None
    assert (nobody.entries, nobody.exits, nobody.balance) == (0, 0, None)


@pytest.mark.parametrize(
    ("count_in", "count_out", "balance"),
    [pytest.param(90, 110, 0.9, id="more out"), pytest.param(5, 0, 0.0, id="only in")],
)
def test_balance_is_one_less_the_relative_difference(count_in: int, count_out: int, balance: float) -> None:
    total = crossings([line(0, 1, count_in, count_out)])
    assert total is not None
    assert total.balance == pytest.approx(balance)


def test_occupancy_is_what_came_less_what_went_since_the_day_began() -> None:
    curve = OccupancyCurve.of([line(0, 10, 4, 0), line(10, 20, 2, 1), line(20, 30, 0, 3)], BERLIN)
    inside = curve.over(span(10, 30))
    assert inside is not None
    # 4 people from minute 10 to 20, 5 from 20 to 30, 2 as it ends.
    assert inside.at_end == 2
    assert inside.mean == pytest.approx((4 * 10 + 5 * 10) / 20)
    assert inside.peak == 5


def test_who_came_within_the_running_minute_is_inside_now() -> None:
    curve = OccupancyCurve.of([line(0, 1, 4, 0), line(1, 2, 3, 1)], BERLIN, at(1.5))
    inside = curve.over(span(0, 1.5))
    assert inside is not None
    assert (inside.at_end, inside.peak) == (6, 6)


def test_every_business_day_begins_at_zero() -> None:
    evening, next_morning = line(23 * 60, 24 * 60, 7, 0), line(24 * 60 + 60, 24 * 60 + 120, 1, 0)
    curve = OccupancyCurve.of([evening, next_morning], BERLIN)
    first = curve.over(DAY)
    second = curve.over(Interval(DAY.end, DAY.end + timedelta(hours=2)))
    assert first is not None
    assert second is not None
    assert first.at_end == 7
    assert (second.at_end, second.peak, second.mean) == (1, 1, 0)


def test_occupancy_below_zero_is_shown_as_it_is() -> None:
    inside = OccupancyCurve.of([line(0, 1, 0, 2)], BERLIN).over(span(0, 2))
    assert inside is not None
    assert (inside.at_end, inside.peak) == (-2, 0)


def test_a_day_without_counts_is_unknown_and_does_not_thin_the_mean() -> None:
    curve = OccupancyCurve.of([line(0, 60, 6, 0)], BERLIN)
    assert curve.over(Interval(DAY.end, DAY.end + timedelta(hours=1))) is None
    two_days = curve.over(Interval(at(60), DAY.end + timedelta(days=1)))
    assert two_days is not None
    assert two_days.mean == 6


def test_no_time_has_no_occupancy() -> None:
    assert OccupancyCurve.of([line(0, 60, 6, 0)], BERLIN).over(span(5, 5)) is None


def test_a_bucket_that_outlasts_its_day_counts_in_the_day_in_which_it_began() -> None:
    curve = OccupancyCurve.of([line(23 * 60 + 30, 24 * 60 + 30, 7, 2)], BERLIN)
    evening = curve.over(Interval(at(23 * 60), DAY.end))
    assert evening is not None
    assert evening.at_end == 5
