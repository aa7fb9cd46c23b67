"""From traffic and statements to people."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from server.staffing.grid import grid_of
from server.staffing.needed import needs_of, needs_while_closed, people_for
from server.staffing.request import FloorTarget, RosterRequest, Targets, TillTarget
from tests.server.staffing.requests import asked

BERLIN = ZoneInfo("Europe/Berlin")
TILL = TillTarget(service_seconds=180, within_seconds=20, share=0.8)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [(0, 1), (30, 1), (30.1, 2), (90, 3)],
)
def test_star_asks_for_one_person_for_so_many_entries(entries: float, expected: int) -> None:
    targets = Targets(floor=FloorTarget(entries_per_hour=30))
    assert list(people_for(entries, 0, targets)) == [("floor", expected, 1)]


def test_tills_open_by_erlang() -> None:
    # 100 calls an hour of 3 minutes, 80 % within 20 seconds: the textbooks' 8 agents (load 5, share 89 %;
    # with 7 it is 76 %).
    assert list(people_for(0, 100, Targets(till=TILL))) == [("till", 8, 1)]


def needs_by_clock(request: RosterRequest) -> dict[str, tuple[float, int]]:
    grid = grid_of(request, BERLIN)
    return {
        f"{grid.at(need.step):%a %H:%M} {need.skill}": (need.wanted, need.least)
        for need in needs_of(request, grid)
    }


def test_of_several_statements_about_one_step_the_highest_holds() -> None:
    needs = [
        {"begin": "08:00", "end": "10:00", "skill": "till", "wanted": 3},
        {"day": "monday", "begin": "09:00", "end": "11:00", "skill": "till", "wanted": 1, "least": 2},
        {"day": "tuesday", "begin": "08:00", "end": "16:00", "skill": "till", "wanted": 9},
    ]
    found = needs_by_clock(asked(needs=needs))
    assert found == {
        "Mon 08:00 till": (3, 0),
        "Mon 08:30 till": (3, 0),
        "Mon 09:00 till": (3, 2),
        "Mon 09:30 till": (3, 2),
        "Mon 10:00 till": (2, 2),
        "Mon 10:30 till": (2, 2),
    }


def test_where_no_traffic_is_expected_the_targets_ask_for_their_least() -> None:
    traffic = [{"begin": "2026-03-02T09:00", "entries": 90}]
    found = needs_by_clock(asked(targets={"floor": {"entries_per_hour": 30}}, traffic=traffic))
    assert len(found) == 16
    assert {clock for clock, need in found.items() if need == (3, 1)} == {
        "Mon 09:00 floor",
        "Mon 09:30 floor",
    }
    assert set(found.values()) == {(3, 1), (1, 1)}


def test_the_hour_that_comes_twice_is_expected_twice() -> None:
    request = asked(
        first_day="2026-10-25",
        hours={"sunday": {"opens": "01:00", "closes": "04:00"}},
        targets={"floor": {"entries_per_hour": 30, "least": 0}},
        traffic=[{"begin": "2026-10-25T02:00", "entries": 60}],
    )
    wanted = [need.wanted for need in needs_of(request, grid_of(request, BERLIN))]
    assert wanted == [0, 0, 2, 2, 2, 2, 0, 0]


def test_needs_while_closed_are_left_out_and_told_unless_they_are_of_every_day() -> None:
    needs = [
        {"begin": "07:00", "end": "09:00", "skill": "till", "wanted": 1},
        {"day": "tuesday", "begin": "08:00", "end": "09:00", "skill": "till", "wanted": 1},
    ]
    request = asked(days=3, needs=needs)
    grid = grid_of(request, BERLIN)
    assert list(needs_by_clock(request)) == ["Mon 08:00 till", "Mon 08:30 till"]
    told = [f"{grid.at(need.step):%a %H:%M}" for need in needs_while_closed(request, grid)]
    assert told == ["Mon 07:00", "Mon 07:30", "Tue 08:00", "Tue 08:30"]
