"""The work of one camera: what it keeps when pictures stop, break off, repeat or come again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from edge.capture import Frame, SourceRefused
from edge.counting import CameraCounter, CountedBy, Line, Plan, Tally, Watched, Zone
from edge.geometry import Point
from edge.outbox import Outbox, OutboxError
from edge.service import CameraService, Run
from tests.edge.cast import NOON, FakeClock, FakeDetector, FakeSource, picture

WALK = range(10, 60, 2)
"""Shades of somebody who walks from x = 20 to x = 118, over the line at x = 70."""

RECORDING = Run("walk.mp4", NOON, None, repeatable=True)
LIVE = Run("usb:0", NOON, None, repeatable=False)

WATCHED = Watched(lines=("door",), zones=("shop",))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.db")
    yield outbox
    outbox.close()


def frames(shades: Iterable[int], begin: float = NOON, seconds: float = 0.1) -> list[Frame]:
    return [Frame(picture(shade), begin + number * seconds) for number, shade in enumerate(shades)]


def counters(width: int, height: int) -> CameraCounter:
    line = Line("door", (Point(70, 0), Point(70, height)), (Point(0, 100), Point(width, 100)))
    whole = Zone("shop", (Point(-1, -1), Point(width, -1), Point(width, height), Point(-1, height)), 1.0, 1.0)
    return CameraCounter(Plan((line,), (whole,)))


def service(box: Outbox, taken: Sequence[Frame], run: Run = RECORDING) -> tuple[CameraService, FakeSource]:
    source = FakeSource(taken)
    tally = Tally(WATCHED)
    if run.counted_until is not None:
        tally.restore(box.since("entrance", NOON - 3600))
    by = CountedBy("shop", "door-1", "entrance", replayed=run.repeatable)
    worker = CameraService(
        by, run, source, FakeDetector(), counters, tally, box, FakeClock(), FakeClock(step=0.01)
    )
    return worker, source


def test_somebody_who_walks_through_is_counted_and_kept(box: Outbox) -> None:
    worker, _ = service(box, frames(WALK))
    worker.work()

    totals = box.totals()
    assert totals.lines == {"door": (1, 0)}
    assert totals.visits == {"shop": 1}
    progress = box.progress("entrance")
    assert progress is not None
    assert progress.ended
    assert progress.counted_until == pytest.approx(NOON + 0.1 * (len(WALK) - 1))


@pytest.mark.parametrize("cut", range(2, len(WALK), 3))
def test_a_recording_that_is_stopped_anywhere_and_resumed_counts_the_same(cut: int, box: Outbox) -> None:
    taken = frames(WALK)
    worker, source = service(box, taken)
    worker.work(lambda vitals: worker.stop() if vitals.frames_done == cut else None)
    assert source.frames_skipped == 0
    left = box.progress("entrance")
    assert left is not None
    assert not left.ended

    resumed = Run(left.source, left.started_at, left.counted_until, repeatable=True)
    service(box, taken, resumed)[0].work()
    assert box.totals().lines == {"door": (1, 0)}
    assert box.totals().visits == {"shop": 1}


def test_a_live_camera_that_is_stopped_ends_the_visits_that_were_under_way(box: Outbox) -> None:
    worker, _ = service(box, frames([30] * 25), LIVE)
    worker.work(lambda vitals: worker.stop() if vitals.frames_done == 20 else None)
    assert box.totals().visits == {"shop": 1}


def test_two_pictures_of_the_same_moment_forget_nobody(box: Outbox) -> None:
    taken = [frame for frame in frames(WALK) for _ in range(2)]
    service(box, taken)[0].work()
    assert box.totals().lines == {"door": (1, 0)}


@pytest.mark.parametrize("jump", [pytest.param(60.0, id="a long gap"), pytest.param(-5.0, id="a step back")])
def test_nobody_is_followed_across_a_break_in_time(jump: float, box: Outbox) -> None:
    before, after = list(WALK)[:11], list(WALK)[14:]
    taken = frames(before) + frames(after, NOON + 1.1 + jump)
    service(box, taken, LIVE)[0].work()
    assert box.totals().lines == {"door": (0, 0)}


def test_a_camera_that_changes_its_size_begins_anew_and_goes_on(box: Outbox) -> None:
    small = frames(WALK)
    large = [
        Frame(picture(shade, wide=640, high=480), NOON + 10 + number * 0.1)
        for number, shade in enumerate(WALK)
    ]
    service(box, small + large)[0].work()
    assert box.totals().lines == {"door": (2, 0)}


def test_time_between_pictures_that_were_not_seen_is_not_covered(box: Outbox) -> None:
    taken = frames([0] * 11) + frames([0] * 11, NOON + 31)
    service(box, taken)[0].work()
    [minute] = box.since("entrance", NOON)
    assert minute.coverage == pytest.approx(2 / 60, abs=1e-6)


class BreaksOff(FakeSource):
    """Ends in an error after its frames."""

    def __init__(self, frames: Iterable[Frame], error: Exception) -> None:
        super().__init__(frames)
        self._error = error

    def frames(self) -> Iterator[Frame]:
        yield from super().frames()
        raise self._error


@pytest.mark.parametrize(
    ("error", "is_over"),
    [
        pytest.param(SourceRefused("breaks off"), True, id="a recording that breaks off is over"),
        pytest.param(OutboxError("disk full"), False, id="a full disk is not the recording's end"),
    ],
)
def test_only_the_source_itself_ends_a_recording(error: Exception, is_over: bool, box: Outbox) -> None:
    worker = CameraService(
        CountedBy("shop", "door-1", "entrance", replayed=True),
        RECORDING,
        BreaksOff(frames(WALK), error),
        FakeDetector(),
        counters,
        Tally(WATCHED),
        box,
        FakeClock(),
        FakeClock(step=0.01),
    )
    with pytest.raises(type(error)):
        worker.work()
    progress = box.progress("entrance")
    assert progress is not None
    assert progress.ended is is_over
