from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting import CountedBy, Crossing, Direction, Scene, Tally, Visit, VisitEnd, Watched
from edge.counting.tally import KEPT_SECONDS, LONGEST_FRAME_GAP_SECONDS, SETTLED_SECONDS
from edge.wire import Counts
from tests.edge.cast import NOON

BY = CountedBy("shop", "door-1", "entrance")
HOUR = 3600.0


def tally() -> Tally:
    return Tally(Watched(lines=("door",), zones=("shelf",)))


def inside(people: int) -> Scene:
    """So many people in the zone."""
    return Scene({"shelf": people}, {}, {})


def into(at: float, direction: Direction = Direction.IN) -> Crossing:
    """A crossing so many seconds after noon."""
    return Crossing("door", direction, NOON + at)


def visit(begin: float, end: float) -> Visit:
    """A visit from and to so many seconds after noon."""
    return Visit("shelf", NOON + begin, NOON + end, VisitEnd.LEFT)


def watch(counted: Tally, begin: float, end: float, *, people: int = 0, step: float = 0.5) -> None:
    """Frames from and to so many seconds after noon, with so many people in the zone."""
    at = begin
    while at < end:
        after = min(at + step, end)
        counted.observe(NOON + at, NOON + after, inside(people))
        at = after


def by_minute(counts: Iterable[Counts]) -> dict[int, tuple[int, int, int]]:
    """(in, out, visits) by minutes after noon."""
    return {
        round((message.bucket_start.timestamp() - NOON) / 60): (
            message.lines[0].count_in,
            message.lines[0].count_out,
            message.zones[0].visits,
        )
        for message in counts
    }


def test_facts_are_counted_in_the_minute_in_which_they_happened() -> None:
    counted = tally()
    counted.observe(NOON, NOON, inside(0))
    for fact in (into(0), into(59.9), into(60), into(61, Direction.OUT), visit(30, 125)):
        counted.add(fact)

    assert by_minute(counted.take_changed(BY)) == {0: (2, 0, 0), 1: (1, 1, 0), 2: (0, 0, 1)}


def test_a_message_says_who_counted_and_which_minute() -> None:
    counted = tally()
    counted.add(into(90))
    [message] = counted.take_changed(
        CountedBy("shop", "door-1", "entrance", replayed=True, clock_synced=False)
    )

    assert (message.store, message.device, message.camera) == ("shop", "door-1", "entrance")
    assert message.bucket_start.timestamp() == NOON + 60
    assert message.bucket_end.timestamp() == NOON + 120
    assert message.replayed
    assert not message.clock_synced


def test_only_what_changed_since_is_taken_oldest_first() -> None:
    counted = tally()
    counted.add(into(61))
    counted.add(into(1))
    assert list(by_minute(counted.take_changed(BY))) == [0, 1]
    assert counted.take_changed(BY) == []
    counted.add(into(2))
    assert by_minute(counted.take_changed(BY)) == {0: (2, 0, 0)}


def test_a_late_fact_corrects_its_own_minute_which_stays_final() -> None:
    counted = tally()
    watch(counted, 0, 300)
    counted.settle(NOON + 300)
    counted.take_changed(BY)

    counted.add(into(30))
    [late] = counted.take_changed(BY)

    assert by_minute([late]) == {0: (1, 0, 0)}
    assert late.final
    assert late.coverage == 1.0


def test_coverage_is_the_share_of_the_minute_in_which_frames_came() -> None:
    counted = tally()
    watch(counted, 0, 15)
    counted.observe(NOON + 15, NOON + 45, inside(0))  # half a minute without a picture
    watch(counted, 45, 90)

    [first, second] = counted.take_changed(BY)

    assert first.coverage == pytest.approx(0.5)
    assert second.coverage == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("gap", "covered"),
    [
        pytest.param(LONGEST_FRAME_GAP_SECONDS, LONGEST_FRAME_GAP_SECONDS, id="a slow camera"),
        pytest.param(LONGEST_FRAME_GAP_SECONDS + 0.1, 0.0, id="a gap"),
        pytest.param(0.0, 0.0, id="the first frame"),
        pytest.param(-5.0, 0.0, id="a clock that was set back"),
    ],
)
def test_what_lies_between_two_frames_was_watched_unless_it_is_too_long(gap: float, covered: float) -> None:
    counted = tally()
    counted.observe(NOON + 20 - gap, NOON + 20, inside(1))
    [message] = counted.take_changed(BY)

    assert message.coverage == pytest.approx(covered / 60, abs=1e-6)
    assert message.zones[0].observed_seconds == pytest.approx(covered, abs=1e-3)
    assert message.zones[0].occupancy_peak == 1


def test_minutes_without_a_picture_are_not_told_at_all() -> None:
    counted = tally()
    watch(counted, 0, 10)
    counted.observe(NOON + 10, NOON + 400, inside(0))

    assert list(by_minute(counted.take_changed(BY))) == [0, 6]


def test_occupancy_across_the_edge_of_a_minute_belongs_to_both_in_their_shares() -> None:
    counted = tally()
    watch(counted, 50, 59, people=2)
    counted.observe(NOON + 59, NOON + 60.5, inside(4))

    [first, second] = (message.zones[0] for message in counted.take_changed(BY))

    assert (first.occupancy_person_seconds, first.occupancy_peak) == (22.0, 4)
    assert (second.occupancy_person_seconds, second.occupancy_peak) == (2.0, 4)
    assert (first.observed_seconds, second.observed_seconds) == (10.0, 0.5)


def test_a_minute_is_final_once_it_has_settled() -> None:
    counted = tally()
    watch(counted, 0, 70)

    counted.settle(NOON + 60 + SETTLED_SECONDS - 0.1)
    assert [message.final for message in counted.take_changed(BY)] == [False, False]
    counted.settle(NOON + 60 + SETTLED_SECONDS)
    [first] = counted.take_changed(BY)

    assert first.final
    assert by_minute([first]) == {0: (0, 0, 0)}


def test_finishing_makes_every_minute_final() -> None:
    counted = tally()
    watch(counted, 0, 70)
    counted.finish()

    assert [message.final for message in counted.take_changed(BY)] == [True, True]


def busy(counted: Tally, begin: int, end: int) -> None:
    """Seconds of a door at which something happens all the time."""
    for second in range(begin, end):
        watch(counted, second, second + 1, people=second % 4, step=0.25)
        counted.settle(NOON + second + 1)
        if second % 7 == 0:
            counted.add(into(second, Direction.OUT if second % 3 else Direction.IN))
        if second % 11 == 0:
            counted.add(visit(second - 9, second + 0.5))


def times(message: Counts) -> list[float]:
    """The measured seconds in a message, and its coverage."""
    zone = message.zones[0]
    seconds = [zone.occupancy_person_seconds, zone.observed_seconds, zone.dwell.sum_seconds]
    return [*seconds, message.coverage * 60]


def certain(message: Counts) -> object:
    """What has to be the same to the last bit."""
    zone = message.zones[0]
    return message.bucket_start, message.final, message.lines, zone.dwell.bins, zone.occupancy_peak


@settings(max_examples=25)
@given(st.integers(1, 399))
def test_a_tally_restored_at_any_second_goes_on_exactly(second: int) -> None:
    uninterrupted = tally()
    busy(uninterrupted, 0, 400)

    before, after = tally(), tally()
    busy(before, 0, second)
    after.restore(before.take_changed(BY))
    assert after.take_changed(BY) == []
    busy(after, second, 400)
    after.add(into(3))
    uninterrupted.add(into(3))

    newest = {message.bucket_start: message for message in after.take_changed(BY)}
    expected = {message.bucket_start: message for message in uninterrupted.take_changed(BY)}
    for start, message in newest.items():
        assert certain(message) == certain(expected[start])
        # Seconds are told rounded, so that a restart may move the last digit.
        assert times(message) == pytest.approx(times(expected[start]), abs=2e-3)
    assert NOON in {start.timestamp() for start in newest}


def test_a_minute_in_which_lines_and_zones_changed_keeps_the_old_and_begins_the_new_at_nothing() -> None:
    before = tally()
    before.add(into(1))
    before.add(visit(0, 5))
    changed = Tally(Watched(lines=("back-door",), zones=("till",)))
    changed.restore(before.take_changed(BY))
    changed.add(Crossing("back-door", Direction.IN, NOON + 2))
    [message] = changed.take_changed(BY)

    assert [(line.line, line.count_in) for line in message.lines] == [("back-door", 1), ("door", 1)]
    assert [(zone.zone, zone.visits) for zone in message.zones] == [("till", 0), ("shelf", 1)]


class KeptMinutes:
    """What was told of each minute, as the outbox keeps it."""

    def __init__(self) -> None:
        self.minutes: dict[int, Counts] = {}

    def keep(self, counted: Tally) -> None:
        self.minutes |= {int(one.bucket_start.timestamp()): one for one in counted.take_changed(BY)}

    def people(self) -> int:
        return sum(line.count_in for one in self.minutes.values() for line in one.lines)


@pytest.mark.parametrize("step", [-7 * HOUR, -HOUR - 61, -90.0, -1.0, 0.5, 90.0, 3 * HOUR])
@pytest.mark.parametrize("again", [False, True], ids=["once", "and back again"])
def test_however_the_clock_is_set_everybody_is_told_once(step: float, again: bool) -> None:
    kept = KeptMinutes()
    counted = Tally(Watched(lines=("door",), zones=("shelf",)), kept.minutes.get)
    for number in range(0, int(9 * HOUR), 30):
        if number == 5 * HOUR:
            counted.clock_ahead = step
        if number == 7 * HOUR and again:
            counted.clock_ahead = 0.0
        counted.observe(NOON + number - 1, NOON + number, inside(0))
        counted.add(into(number))
        counted.settle(NOON + number)
        kept.keep(counted)
    counted.finish()
    kept.keep(counted)

    assert kept.people() == 9 * HOUR / 30
    assert all(one.final for one in kept.minutes.values())
    assert len(counted) <= 2 * KEPT_SECONDS / 60 + 2


def test_what_could_not_be_kept_is_told_again_with_what_came_since() -> None:
    counted = tally()
    counted.add(into(1))
    refused = counted.take_changed(BY)
    counted.add(into(2))
    counted.take_back(refused)
    assert by_minute(counted.take_changed(BY)) == {0: (2, 0, 0)}


@pytest.mark.parametrize("late_by", [HOUR - 20, HOUR - 1, HOUR, HOUR + 1, HOUR + 59, 2 * HOUR])
def test_a_fact_that_comes_too_late_for_its_minute_is_neither_lost_nor_ever_shrinks_what_was_told(
    late_by: float,
) -> None:
    counted = tally()
    told: dict[int, tuple[int, int, int]] = {}
    for number in range(0, int(3 * HOUR), 30):
        counted.observe(NOON + number - 1, NOON + number, inside(0))
        counted.add(into(number))
        counted.settle(NOON + number)
        told |= by_minute(counted.take_changed(BY))
    at = 3 * HOUR - 30
    before = dict(told)

    counted.add(into(at - late_by))
    told |= by_minute(counted.take_changed(BY))

    assert sum(count_in for count_in, _, _ in told.values()) == 3 * HOUR / 30 + 1
    assert all(told[start] >= before[start] for start in before)


def test_over_a_day_no_more_than_the_last_hour_is_remembered() -> None:
    counted = tally()
    most = 0
    for number in range(0, 86_400, 20):
        counted.observe(NOON + number, NOON + number + 1, inside(1))
        counted.add(into(number))
        counted.settle(NOON + number)
        counted.take_changed(BY)
        most = max(most, len(counted))

    assert most <= math.ceil(KEPT_SECONDS / 60) + 2


def test_a_minute_that_was_not_taken_yet_is_not_forgotten_however_old_it_is() -> None:
    counted = tally()
    counted.add(into(0))
    counted.observe(NOON + 5 * HOUR, NOON + 5 * HOUR, inside(0))
    counted.settle(NOON + 5 * HOUR)

    assert by_minute(counted.take_changed(BY))[0] == (1, 0, 0)
