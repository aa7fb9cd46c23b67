from __future__ import annotations

from dataclasses import replace

import pytest

from edge.wire import DwellSketch
from server.metrics.footfall import crossings
from server.metrics.groups import Groups, groups_in, passers_by, passing_rows
from server.metrics.inside import OccupancyCurve
from server.metrics.intervals import Resolution, split
from server.metrics.ratios import Ratio, wilson
from server.metrics.report import Figures, Rows, report
from server.metrics.rows import LineRow
from server.metrics.zones import ZoneFigures
from tests.server.metrics.rows_for_tests import (
    BERLIN,
    DAY,
    LONG_AFTER,
    TERMS,
    bucket,
    line,
    shelf,
    span,
    ticket,
    zone,
)


def staffed(row: LineRow, staff_in: int, staff_out: int) -> LineRow:
    return replace(row, staff_in=staff_in, staff_out=staff_out)


def together(row: LineRow, sizes: dict[int, int] | None) -> LineRow:
    return replace(row, groups_in=sizes)


def pavement(minute: int, passed: int | None, crossed: int = 0) -> LineRow:
    row = line(minute, minute + 1, crossed, crossed, "pavement", kind="passing")
    return replace(row, passed=passed)


def totals(rows: Rows, least: int = 1) -> Figures:
    terms = replace(TERMS, least_visitors=least)
    return report(rows, terms, DAY, split(DAY, Resolution.HOUR, BERLIN), LONG_AFTER).totals


def test_entries_are_those_who_came_without_staff_and_the_raw_figure_stands_beside() -> None:
    found = crossings([staffed(line(0, 1, 5, 2), 1, 0), staffed(line(1, 2, 4, 4), 2, 3)])
    assert found
    assert (found.entries, found.exits) == (5 + 4 - 1 - 2, 2 + 4 - 3)
    assert (found.raw_entries, found.raw_exits) == (9, 6)
    assert (found.staff_entries, found.staff_exits, found.staff_partly) == (3, 3, False)
    # The health of the cameras: staff are seen like everybody else.
    assert found.balance == pytest.approx(1 - 3 / 15)


def test_where_nobody_tells_staff_apart_they_are_unknown_and_not_zero() -> None:
    found = crossings([line(0, 1, 5, 2)])
    assert found
    assert (found.entries, found.raw_entries, found.staff_entries, found.staff_partly) == (5, 5, None, False)


def test_staff_that_only_some_counts_tell_are_taken_away_and_it_is_said() -> None:
    found = crossings([staffed(line(0, 1, 5, 2), 1, 0), line(0, 1, 5, 2, "side")])
    assert found
    assert (found.entries, found.staff_entries, found.staff_partly) == (9, 1, True)


def test_staff_are_not_among_those_inside() -> None:
    rows = [staffed(line(0, 10, 6, 0), 2, 0), staffed(line(10, 20, 0, 3), 0, 1)]
    inside = OccupancyCurve.of(rows, BERLIN).over(span(0, 20))
    assert inside
    assert (inside.peak, inside.at_end) == (4, 4 - 2)


def test_conversion_is_of_those_who_came_to_buy() -> None:
    rows = Rows(lines=[staffed(line(0, 60, 50, 0), 10, 0)], tickets=[ticket(5), ticket(6)])
    assert totals(rows).conversion == Ratio(2, 40, 1)


def test_groups_add_up_by_size() -> None:
    found = groups_in([together(line(0, 1, 4, 0), {1: 2, 2: 1}), together(line(1, 2, 7, 0), {2: 1, 5: 1})])
    assert found == Groups({1: 2, 2: 2, 5: 1}, complete=True)
    assert (found.n, found.people, found.mean_size) == (5, 2 + 4 + 5, 11 / 5)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([], None, id="no line was watched"),
        pytest.param([line(0, 1, 4, 0)], None, id="groups are not formed"),
        pytest.param([together(line(0, 1, 0, 0), {})], Groups({}, True), id="nobody came"),
        pytest.param(
            [together(line(0, 1, 1, 0), {1: 1}), line(0, 1, 4, 0, "side")],
            Groups({1: 1}, False),
            id="one door of two tells",
        ),
    ],
)
def test_groups_that_are_not_told_are_unknown(rows: list[LineRow], found: Groups | None) -> None:
    assert groups_in(rows) == found


def test_nobody_has_no_mean_size() -> None:
    assert Groups({}, complete=True).mean_size is None


def test_group_conversion_is_tickets_by_groups_beside_conversion_by_people() -> None:
    rows = Rows(
        lines=[together(line(0, 60, 30, 0), {1: 10, 2: 10})], tickets=[ticket(minute) for minute in range(8)]
    )
    found = totals(rows)
    assert found.group_conversion == Ratio(8, 20, 1)
    assert found.group_conversion.interval == wilson(8, 20)
    assert found.conversion == Ratio(8, 30, 1)


def test_there_is_no_group_conversion_where_a_door_tells_no_groups() -> None:
    lines = [together(line(0, 60, 30, 0), {1: 30}), line(0, 60, 30, 0, "side")]
    found = totals(Rows(lines=lines, tickets=[ticket(1)]))
    assert found.groups
    assert found.group_conversion is None


def test_who_passes_outside_has_not_come_in() -> None:
    rows = Rows(lines=[line(0, 60, 20, 10), pavement(3, 60, crossed=400)])
    found = totals(rows)
    assert (found.entries, found.exits, found.passers_by) == (20, 10, 60)
    assert found.occupancy
    assert found.occupancy.at_end == 20 - 10


def test_capture_rate_is_who_came_in_among_all_who_came_by() -> None:
    rows = Rows(lines=[staffed(line(0, 60, 25, 0), 5, 0), pavement(3, 50), pavement(4, 10)])
    found = totals(rows, least=81)
    assert found.capture_rate == Ratio(20, 20 + 60, 81)
    assert not found.capture_rate.enough
    assert found.capture_rate.interval == wilson(20, 80)


@pytest.mark.parametrize(
    ("lines", "passers", "captured"),
    [
        pytest.param([line(0, 1, 5, 0)], None, None, id="nobody watches the pavement"),
        pytest.param(
            [line(0, 1, 5, 0), pavement(0, None, 9)], None, None, id="the device tells no passers-by"
        ),
        pytest.param([pavement(0, 7)], 7, None, id="nobody watches the door"),
        pytest.param([line(0, 1, 0, 0), pavement(0, 0)], 0, Ratio(0, 0, 1), id="an empty street"),
    ],
)
def test_capture_needs_both_sides(lines: list[LineRow], passers: int | None, captured: Ratio | None) -> None:
    found = totals(Rows(lines=lines))
    assert (found.passers_by, found.capture_rate) == (passers, captured)


def test_only_passing_lines_have_passers_by() -> None:
    rows = [line(0, 1, 5, 0), pavement(0, 3), pavement(1, None)]
    assert passing_rows(rows) == rows[1:]
    assert passers_by(passing_rows(rows)) == 3


def zone_of(rows: Rows, name: str = "tea") -> ZoneFigures:
    return next(found for found in totals(rows).zones if found.zone == name)


def test_a_zone_counts_visits_and_dwell_without_staff_and_keeps_everybodys_beside() -> None:
    everybody = [10.0, 20.0, 30.0, 1800.0]
    rows = [
        replace(zone(0, 1, "tea", everybody), staff_dwell=DwellSketch.of([1800.0])),
        replace(zone(1, 2, "tea", [40.0]), staff_dwell=DwellSketch()),
    ]
    tea = zone_of(Rows(lines=[line(0, 1, 8, 0)], zones=rows))
    assert (tea.visits, tea.raw_visits, tea.staff_visits) == (4, 5, 1)
    assert tea.dwell
    assert tea.dwell.mean_seconds == pytest.approx((10 + 20 + 30 + 40) / 4)
    assert tea.dwell.p90_seconds == pytest.approx(40, rel=0.02)
    assert tea.raw_dwell
    assert tea.raw_dwell.mean_seconds == pytest.approx((10 + 20 + 30 + 40 + 1800) / 5)
    assert tea.visit_rate == Ratio(4, 8, 1)


def test_a_zones_conversion_is_of_visits_without_staff() -> None:
    rows = Rows(
        zones=[replace(zone(0, 60, "tea", [10.0] * 6), staff_dwell=DwellSketch.of([10.0, 10.0]))],
        tickets=[ticket(3)],
        planogram=[shelf("tea", "tea")],
    )
    assert zone_of(rows).conversion == Ratio(1, 4, 1)


def test_staff_of_a_zone_are_unknown_where_nobody_tells_them() -> None:
    tea = zone_of(Rows(zones=[zone(0, 1, "tea", [10.0])]))
    assert (tea.visits, tea.raw_visits, tea.staff_visits, tea.ended, tea.lost_share) == (
        1,
        1,
        None,
        None,
        None,
    )


def test_why_visits_ended_adds_up_and_the_lost_ones_are_a_share() -> None:
    rows = [
        replace(zone(0, 1, "tea", [10.0] * 4), ended={"left": 3, "lost": 1}),
        replace(zone(1, 2, "tea", [10.0] * 6), ended={"left": 5, "day-ended": 1}),
        zone(2, 3, "tea", [10.0] * 9),
    ]
    tea = zone_of(Rows(buckets=[bucket(0, 3)], zones=rows))
    assert tea.ended == {"day-ended": 1, "left": 8, "lost": 1}
    assert tea.lost_share == Ratio(1, 10, 1)
