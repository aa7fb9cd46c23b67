"""Staff, groups, passers-by, queues, heat and paths in the minutes of a camera."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting import (
    CountedBy,
    Crossing,
    Direction,
    Fact,
    Grid,
    Group,
    Leg,
    Passed,
    QueueEnd,
    QueueJoined,
    QueueLeft,
    Scene,
    StaffCrossing,
    Tally,
    Visit,
    VisitEnd,
    Waiting,
    Watched,
)
from edge.wire import Counts, DwellSketch, PathCount, decode, encode
from edge.wire.messages import MOST_PATHS
from tests.edge.cast import NOON

BY = CountedBy("shop", "door-1", "entrance")
IN, OUT = Direction.IN, Direction.OUT

EVERYTHING = Watched(
    lines=("door", "pavement"),
    zones=("shelf",),
    queues=("till",),
    passing=frozenset({"pavement"}),
    tells_staff=True,
    grid=Grid("metres", 0.5),
    tells_paths=True,
)

FACTS: list[Fact] = [
    Crossing("door", IN, NOON + 1),
    Crossing("door", IN, NOON + 2),
    Crossing("door", IN, NOON + 3),
    Crossing("door", OUT, NOON + 70),
    StaffCrossing("door", IN, NOON + 3),
    StaffCrossing("door", OUT, NOON + 70),
    Group("door", IN, NOON + 1, 2),
    Crossing("pavement", OUT, NOON + 5),
    Passed("pavement", NOON + 5),
    Visit("shelf", NOON + 1, NOON + 21, VisitEnd.LEFT),
    Visit("shelf", NOON + 1, NOON + 31, VisitEnd.DAY_ENDED, is_staff=True),
    QueueJoined("till", NOON + 10),
    QueueJoined("till", NOON + 11),
    QueueJoined("till", NOON + 12),
    QueueLeft("till", NOON + 10, NOON + 40, QueueEnd.SERVED),
    QueueLeft("till", NOON + 11, NOON + 21, QueueEnd.ABANDONED),
    QueueLeft("till", NOON + 12, NOON + 90, QueueEnd.LOST),
    Leg("in:door", "shelf", NOON + 1),
    Leg("in:door", "shelf", NOON + 2),
    Leg("shelf", "out:door", NOON + 21),
]


def told(counted: Tally) -> dict[int, Counts]:
    """What has changed, by minutes after noon."""
    return {
        round((message.bucket_start.timestamp() - NOON) / 60): message for message in counted.take_changed(BY)
    }


def filled(facts: Iterable[Fact] = FACTS, watched: Watched = EVERYTHING) -> Tally:
    """A tally that has seen two people for a second, and heard these facts."""
    counted = Tally(watched)
    scene = Scene({"shelf": 1}, {"till": Waiting(2, 7.0)}, {"0,0": 1, "-3,4": 1})
    counted.observe(NOON, NOON + 1, scene if watched is EVERYTHING else Scene({}, {}, {}))
    for fact in facts:
        counted.add(fact)
    return counted


def test_every_figure_stands_in_the_minute_to_which_it_belongs() -> None:
    first, second = told(filled()).values()

    door, pavement = first.lines
    assert (door.kind, door.count_in, door.staff_in, door.staff_out) == ("entrance", 3, 1, 0)
    assert (door.groups_in, door.groups_out, door.passed) == ({2: 1}, {}, None)
    assert (pavement.kind, pavement.count_out, pavement.passed) == ("passing", 1, 1)
    assert (pavement.groups_in, pavement.groups_out) == (None, None)
    [shelf] = first.zones
    assert (shelf.dwell, shelf.staff_dwell) == (DwellSketch.of([20, 30]), DwellSketch.of([30]))
    assert shelf.ended == {"left": 1, "day-ended": 1}
    [till] = first.queues
    assert (till.joined, till.served, till.abandoned, till.lost) == (3, 1, 1, 0)
    assert (till.wait, till.abandoned_wait) == (DwellSketch.of([30]), DwellSketch.of([10]))
    assert (till.waiting_person_seconds, till.observed_seconds, till.length_peak) == (2, 1, 2)
    assert first.heat
    assert (first.heat.unit, first.heat.cell) == ("metres", 0.5)
    assert first.heat.seconds == {"0,0": 1.0, "-3,4": 1.0}
    assert first.paths == (
        PathCount(origin="in:door", to="shelf", n=2),
        PathCount(origin="shelf", to="out:door", n=1),
    )

    assert (second.lines[0].count_out, second.lines[0].staff_out, second.queues[0].lost) == (1, 1, 1)
    assert second.heat
    assert second.heat.seconds == {}
    assert second.paths == ()


def test_what_is_not_asked_for_is_absent_and_not_zero() -> None:
    [message] = told(
        filled([Crossing("door", IN, NOON)], Watched(lines=("door",), zones=("shelf",)))
    ).values()

    assert (message.lines[0].staff_in, message.lines[0].staff_out, message.heat) == (None, None, None)
    assert message.zones[0].staff_dwell is None
    assert message.paths is None
    assert message.queues == ()
    assert message.lines[0].groups_in == {}


def test_all_of_it_survives_the_wire_and_a_restart() -> None:
    before = told(filled())
    after = Tally(EVERYTHING)
    kept = [decode(message.topic, encode(message)) for message in before.values()]
    after.restore(message for message in kept if isinstance(message, Counts))
    after.add(Crossing("pavement", IN, NOON + 100))
    after.add(Crossing("pavement", IN, NOON + 30))

    for number, message in told(after).items():
        expected = before[number]
        [pavement] = [line for line in message.lines if line.line == "pavement"]
        assert pavement.count_in == 1
        assert message.lines[0] == expected.lines[0]
        assert (message.zones, message.queues, message.heat) == (
            expected.zones,
            expected.queues,
            expected.heat,
        )
        assert message.paths == expected.paths


@pytest.mark.parametrize(
    "late",
    [
        pytest.param(StaffCrossing("door", IN, NOON), id="staff"),
        pytest.param(Group("door", IN, NOON, 3), id="group"),
        pytest.param(Passed("pavement", NOON), id="passer-by"),
    ],
)
def test_what_is_said_of_crossings_in_a_forgotten_minute_goes_into_no_other(late: Fact) -> None:
    counted = filled([Crossing("door", IN, NOON), Crossing("door", IN, NOON + 4000)])
    for _ in range(2):  # it becomes final, is told as that, and is then forgotten
        counted.settle(NOON + 4000)
        counted.take_changed(BY)
    counted.add(late)

    assert told(counted) == {}


def test_a_crossing_that_was_staffs_already_is_not_staffs_twice() -> None:
    counted = filled([Crossing("door", IN, NOON), *[StaffCrossing("door", IN, NOON)] * 3])

    assert told(counted)[0].lines[0].staff_in == 1


@given(
    st.lists(st.sampled_from([Crossing("door", IN, NOON), StaffCrossing("door", IN, NOON)]), max_size=30),
)
def test_there_are_never_more_staff_than_people(facts: list[Fact]) -> None:
    line = told(filled([Crossing("door", IN, NOON), *facts]))[0].lines[0]

    assert line.staff_in is not None
    assert line.staff_in <= line.count_in


@given(st.integers(1, 5000))
def test_a_group_however_large_loses_nobody(size: int) -> None:
    groups = told(filled([Crossing("door", IN, NOON), Group("door", IN, NOON, size)]))[0].lines[0].groups_in

    assert groups is not None
    assert sum(people * number for people, number in groups.items()) == size


@settings(max_examples=30)
@given(st.integers(0, len(FACTS)))
def test_a_tally_restored_after_any_fact_goes_on_exactly(cut: int) -> None:
    uninterrupted, before, after = told(filled()), filled(FACTS[:cut]), Tally(EVERYTHING)
    newest = told(before)
    after.restore(newest.values())
    for fact in FACTS[cut:]:
        after.add(fact)
    newest |= told(after)

    assert newest == uninterrupted


def test_the_minute_of_a_change_keeps_its_heat_and_the_queues_that_are_gone() -> None:
    changed = Tally(Watched(lines=("door",), queues=("new",), grid=Grid("width", 1 / 32)))
    changed.restore(told(filled()).values())
    changed.add(QueueJoined("new", NOON))
    message = told(changed)[0]

    assert message.lines[0].count_in == 3
    assert message.lines[0].staff_in is None
    assert [(queue.queue, queue.joined) for queue in message.queues] == [("new", 1), ("till", 3)]
    assert message.heat == told(filled())[0].heat
    assert message.paths == told(filled())[0].paths


def test_a_leg_whose_minute_is_forgotten_is_told_to_nobody() -> None:
    counted = filled()
    for _ in range(2):
        counted.settle(NOON + 2 * 3600)
        told(counted)
    counted.add(Leg("shelf", "shelf", NOON + 21))

    assert told(counted) == {}


def test_a_minute_has_room_for_no_more_ways_than_a_message() -> None:
    counted = filled(Leg("shelf", f"z{number}", NOON) for number in range(MOST_PATHS + 5))
    counted.add(Leg("shelf", "z0", NOON))
    paths = told(counted)[0].paths

    assert paths
    assert len(paths) == MOST_PATHS
    assert sum(path.n for path in paths) == MOST_PATHS + 1


AT = NOON + 20


@pytest.mark.parametrize(
    "late",
    [
        pytest.param(Crossing("door", Direction.IN, AT), id="a crossing that could be undone"),
        pytest.param(StaffCrossing("door", Direction.IN, AT), id="staff whose crossing was told before"),
        pytest.param(Group("door", Direction.IN, AT, 2), id="a group"),
        pytest.param(Passed("pavement", AT), id="a passer-by"),
        pytest.param(Visit("shelf", AT - 9, AT, VisitEnd.STOPPED), id="a visit"),
        pytest.param(Visit("shelf", AT - 9, AT, VisitEnd.STOPPED, is_staff=True), id="a visit of staff"),
        pytest.param(QueueJoined("till", AT), id="somebody who joined"),
        pytest.param(QueueLeft("till", AT - 5, AT, QueueEnd.LOST), id="somebody who waits"),
        pytest.param(Leg("shelf", "in:door", AT), id="a path"),
    ],
)
def test_what_is_told_beside_a_minute_adds_the_same_to_it_as_counting_it_there(late: Fact) -> None:
    known: list[Fact] = [Crossing("door", Direction.IN, AT), Crossing("pavement", Direction.IN, AT)]

    def told(facts: list[Fact], beside: list[Fact]) -> Counts:
        tally = Tally(EVERYTHING)
        for fact in facts:
            tally.add(fact)
        tally.take_in(tally.told_beside(beside, BY))
        [minute] = tally.take_changed(BY)
        return minute

    assert told(known, [late]) == told([*known, late], [])
    assert told(known, [late]) != told(known, [])
