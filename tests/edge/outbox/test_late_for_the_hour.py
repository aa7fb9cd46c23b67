"""What comes for a minute that has become a part of an hour is added to that hour, under a new revision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from edge.clock import Anchor, ClockNews
from edge.counting import CountedBy, Crossing, Direction, Scene, Tally, Visit, VisitEnd, Watched
from edge.outbox import Outbox, OutboxError
from edge.wire import Counts
from tests.edge.cast import NOON, minute, so_far

BY = CountedBy("shop", "door-1", "entrance")
WATCHED = Watched(lines=("door",), zones=("shelf",))
HOUR = timedelta(hours=1)
ANCHOR = Anchor("a-boot", 0.0, known=False)
UNSURE = {"clock_synced": False}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    """Seven hours with somebody in each minute; the first of them was put together."""
    outbox = Outbox(tmp_path / "outbox.db", most_bytes=120_000)
    outbox.put("entrance", [minute(number) for number in range(420)], so_far(420), NOON)
    assert outbox.trim(NOON + 420 * 60).coarsened >= 60
    yield outbox
    outbox.close()


def tally(box: Outbox) -> Tally:
    return Tally(WATCHED, partial(box.minute, "entrance"))


def hour_of(box: Outbox) -> Counts:
    """The first one, which is kept as one bucket still."""
    first = box.since("entrance", NOON)[0]
    assert first.bucket_end - first.bucket_start == HOUR
    return first


@pytest.mark.parametrize("second", [0.5, 600.0, 3599.0])
def test_somebody_who_comes_to_light_late_is_added_to_the_hour(box: Outbox, second: float) -> None:
    before = hour_of(box)
    counted = tally(box)
    counted.add(Crossing("door", Direction.IN, NOON + second))
    counted.add(Visit("shelf", NOON + second - 9, NOON + second, VisitEnd.LOST))
    [told] = counted.take_changed(BY)
    box.put("entrance", [told], so_far(420), NOON)

    after = hour_of(box)
    assert after.revision == before.revision + 1
    assert after.lines[0].count_in == before.lines[0].count_in + 1 == 61
    assert after.zones[0].visits == 1
    assert (after.coverage, after.final) == (1.0, True)
    assert box.totals().lines == {"door": (421, 0)}
    assert box.oldest(1)[0].revision == after.revision


def test_a_clock_that_is_set_back_into_the_hour_adds_to_it(box: Outbox) -> None:
    counted, crossings = tally(box), 0
    for number in range(100):  # from the middle of that hour on and beyond its end
        at = NOON + 1800 + 30 * number
        counted.observe(at, at, Scene({"shelf": 2}, {}, {}))
        counted.add(Crossing("door", Direction.OUT, at))
        crossings += 1
        counted.settle(at)
        box.put("entrance", counted.take_changed(BY), so_far(420), NOON)
    assert box.totals().lines == {"door": (420, crossings)}
    assert hour_of(box).zones[0].occupancy_peak == 2
    assert hour_of(box).lines[0].count_out == 60


def test_counts_of_an_unsure_clock_that_turn_out_to_be_of_that_hour_are_added_to_it(box: Outbox) -> None:
    wrong = [minute(number).model_copy(update=UNSURE) for number in range(1000, 1003)]
    box.put("entrance", wrong, so_far(1003), NOON, ANCHOR)
    known = ClockNews(moved_by=-990 * 60.0, was_known=False, is_known=True)
    box.retime("entrance", known, Anchor("a-boot", -990 * 60.0, known=True), NOON)
    after = hour_of(box)
    assert after.lines[0].count_in == 63
    assert after.clock_synced
    assert box.totals().lines == {"door": (423, 0)}


def test_people_who_were_there_when_it_was_killed_days_ago_are_added_to_the_hour(box: Outbox) -> None:
    beside = minute(7, count_in=0, visits=[44.0]).model_copy(update={"coverage": 0.0})
    box.put("entrance", [], so_far(420), NOON, beside=[beside])
    counted = tally(box)
    counted.take_in(box.beside("entrance"))
    box.put("entrance", counted.take_changed(BY), so_far(420), NOON, beside=[])
    assert hour_of(box).zones[0].visits == 1
    assert box.beside("entrance") == []


def test_a_recording_cannot_be_counted_anew_into_an_hour_that_is_kept_as_one(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "recorded.db", most_bytes=120_000)
    minutes = [minute(number, replayed=True) for number in range(420)]
    box.put("entrance", minutes, so_far(420), NOON)
    box.trim(NOON + 420 * 60)
    for number in (0, 30, 59):
        with pytest.raises(OutboxError, match="cannot be counted anew"):
            box.put("entrance", [minutes[number]], so_far(1), NOON)
    assert box.totals().lines == {"door": (420, 0)}
    box.close()
