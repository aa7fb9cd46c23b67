from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from edge.counting import Crossing, Direction, Group, LineSums, QueueSums, RunSums, Watched
from edge.counting.facts import QueueEnd, QueueJoined, QueueLeft
from edge.counting.sums import MOST_SPEEDS
from edge.figures import doubts_of, line_summary, queue_summary, tables_of, tally_tables
from edge.outbox import Outbox
from tests.edge.cast import NOON
from tests.edge.test_service_figures import service

IN, OUT = Direction.IN, Direction.OUT


def text_of(tables: list[Table]) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        for table in tables:
            console.print(table)
    return captured.get()


def walking(*speeds: float | None) -> LineSums:
    sums = RunSums(Watched(lines=("door",)))
    for speed in speeds:
        sums.add(Crossing("door", IN, NOON, metres_per_second=speed))
    return sums.lines["door"]


def test_a_line_tells_only_what_it_was_asked_for() -> None:
    entrance = line_summary("door", walking(1.0), Watched(lines=("door",)))
    passing = line_summary(
        "door", walking(), Watched(("door",), passing=frozenset({"door"}), tells_staff=True)
    )

    assert entrance == {
        "in": 1,
        "out": 0,
        "groups_in": {},
        "groups_out": {},
        "median_metres_per_second": 1.0,
    }
    assert passing == {"in": 0, "out": 0, "staff_in": 0, "staff_out": 0, "passed": 0}


@pytest.mark.parametrize(
    ("speeds", "is_doubted"),
    [
        pytest.param([1.2, 1.3, 9.0], False, id="one who runs"),
        pytest.param([4.0, 4.5, 1.0], True, id="metres too many"),
        pytest.param([0.1, 0.2, 1.0], True, id="metres too few"),
        pytest.param([None, None], False, id="no floor"),
        pytest.param([0.4], False, id="just slow enough"),
        pytest.param([3.0], False, id="just fast enough"),
    ],
)
def test_people_who_walk_at_no_human_pace_make_the_floor_doubtful(
    speeds: list[float | None], is_doubted: bool
) -> None:
    summary = {"lines": {"door": line_summary("door", walking(*speeds), Watched(("door",)))}}
    doubts = doubts_of(summary)

    assert bool(doubts) is is_doubted
    assert all("over line door" in doubt and "check the floor's metres" in doubt for doubt in doubts)


def test_of_many_people_only_the_last_speeds_are_remembered() -> None:
    of = walking(*[1.0] * 5000, *[2.0] * MOST_SPEEDS)

    assert len(of.speeds) == MOST_SPEEDS
    assert of.median_speed == 2.0


def test_a_queue_tells_what_became_of_everybody() -> None:
    of = QueueSums()
    for fact in (
        QueueJoined("till", NOON),
        QueueJoined("till", NOON),
        QueueLeft("till", NOON, NOON + 30, QueueEnd.SERVED),
        QueueLeft("till", NOON, NOON + 900, QueueEnd.ABANDONED),
    ):
        of.add(fact)
    told = queue_summary(of)

    assert {name: told[name] for name in ("joined", "served", "abandoned", "lost")} == {
        "joined": 2,
        "served": 1,
        "abandoned": 1,
        "lost": 0,
    }
    assert told["median_wait_seconds"] == pytest.approx(30, rel=0.02)


def test_groups_are_shown_with_their_sizes() -> None:
    sums = RunSums(Watched(lines=("door",)))
    for fact in (Group("door", IN, NOON, 1), Group("door", IN, NOON, 2), Group("door", IN, NOON, 2)):
        sums.add(fact)
    lines = {"door": line_summary("door", sums.lines["door"], Watched(("door",)))}

    assert "3 (2×2) / 0" in text_of(tables_of({"lines": lines, "zones": {}, "queues": {}}))


def test_the_devices_own_tally_adds_up_all_figures(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "outbox.db")
    service(box).work()
    totals = box.totals()
    box.close()

    assert totals.lines == {"door": (2, 1), "pavement": (1, 0)}
    assert totals.staff == {"door": (0, 1), "pavement": (0, 0)}
    assert totals.groups == {"door": (1, 0)}
    assert totals.passed == {"pavement": 1}
    assert totals.paths == {"in:door": {"shelf": 1}}
    till = totals.queues["till"]
    assert (till.joined, till.served, till.abandoned, till.lost) == (1, 1, 0, 0)
    assert till.median_wait_seconds == pytest.approx(11, abs=1)
    shown = text_of(tally_tables({"entrance": totals}))
    assert "gave up" in shown
    assert "0 / 1" in shown
    assert "in:door" in shown
