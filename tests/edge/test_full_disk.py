"""Counting while the disk is full: it goes on, says so, and loses nothing that is still in memory."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from edge.capture import Frame
from edge.clock import Anchor
from edge.counting import CountedBy, Scene, Tally
from edge.counting.tally import MOST_BUCKETS
from edge.outbox import DiskTrouble, Outbox, Progress
from edge.service import CameraService, Run
from edge.wire import Counts
from tests.edge.cast import NOON, FakeClock, FakeDetector, FakeSource
from tests.edge.disk import dying_disk, filled, small_disk
from tests.edge.test_service import LIVE, RECORDING, WALK, WATCHED, counters, frames


class FullDisk(Outbox):
    """Takes nothing from one call of `put` to another."""

    def __init__(self, path: Path, full: range) -> None:
        super().__init__(path)
        self._full = full
        self.calls = 0

    def put(
        self,
        camera: str,
        counts: Iterable[Counts],
        progress: Progress,
        at: float,
        clock: Anchor | None = None,
        beside: Iterable[Counts] | None = None,
    ) -> None:
        self.calls += 1
        if self.calls in self._full:
            raise DiskTrouble("database or disk is full")
        super().put(camera, counts, progress, at, clock, beside)


def counting(box: Outbox, taken: list[Frame], run: Run) -> CameraService:
    return CameraService(
        CountedBy("shop", "door-1", "entrance", replayed=run.repeatable),
        run,
        FakeSource(taken),
        FakeDetector(),
        counters,
        Tally(WATCHED, partial(box.minute, "entrance")),
        box,
        FakeClock(),
        FakeClock(step=0.01),
    )


def day(walkers: int) -> list[Frame]:
    """One person every ten seconds."""
    taken: list[Frame] = []
    for number in range(walkers):
        taken += frames(WALK, NOON + 10 * number)
        taken += frames([0] * 7, NOON + 10 * number + 2.6, seconds=1.0)
    return taken


def test_a_camera_goes_on_while_the_disk_is_full_and_all_of_it_is_kept_afterwards(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    box = FullDisk(tmp_path / "outbox.db", range(10, 60))
    troubles: list[str] = []
    worker = counting(box, day(30), LIVE)
    worker.work(lambda vitals: troubles.append(vitals.outbox_trouble))

    assert box.calls > 60
    assert box.totals().lines == {"door": (30, 0)}
    assert "database or disk is full" in troubles
    assert troubles[-1] == ""
    assert caplog.text.count("in memory only") == caplog.text.count("on the disk again") == 1
    box.close()


def test_what_the_disk_never_took_is_said_to_be_lost_at_the_end(tmp_path: Path) -> None:
    box = FullDisk(tmp_path / "outbox.db", range(2, 10_000))
    with pytest.raises(DiskTrouble, match="is lost"):
        counting(box, day(3), LIVE).work()
    box.close()


def test_a_recording_stops_at_a_full_disk_for_it_can_be_counted_again(tmp_path: Path) -> None:
    box = FullDisk(tmp_path / "outbox.db", range(2, 10_000))
    with pytest.raises(DiskTrouble, match="full"):
        counting(box, day(3), RECORDING).work()
    box.close()


def test_what_is_remembered_while_nothing_is_kept_has_a_bound_and_is_counted() -> None:
    tally = Tally(WATCHED)
    for number in range(MOST_BUCKETS + 100):
        tally.observe(NOON + 60 * number, NOON + 60 * number, Scene({"shop": 0}, {}, {}))
        if number > MOST_BUCKETS - 100:
            tally.settle(NOON + 60 * number)
    assert len(tally) == MOST_BUCKETS
    assert tally.dropped_minutes == 100


def test_a_really_full_disk_is_said_in_words_and_takes_everything_once_it_is_not(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk):
        box = Outbox(disk / "outbox.db")
        worker = counting(box, day(40), LIVE)
        with filled(disk):
            for frame in worker._source.frames():
                worker._take(frame)
            assert "disk is full" in worker.vitals.outbox_trouble
        worker._finish(for_good=False)
        assert box.totals().lines == {"door": (40, 0)}
        box.close()


@pytest.mark.long
def test_a_disk_that_turns_read_only_is_said_and_another_in_its_place_takes_everything(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    disk = tmp_path / "disk"
    disk.mkdir()
    taken = day(40)
    with dying_disk(disk, tmp_path / "image") as die:
        box = Outbox(disk / "outbox.db")
        worker = counting(box, taken, LIVE)
        for frame in taken[:100]:
            worker._take(frame)
        before = box.totals().lines["door"][0]
        assert before > 0
        die()
        for frame in taken[100:1000]:
            worker._take(frame)
        assert "cannot be used" in worker.vitals.outbox_trouble
    with small_disk(disk):  # a new card, and nobody has restarted anything
        for frame in taken[1000:]:
            worker._take(frame)
        worker._finish(for_good=False)
        assert worker.vitals.outbox_trouble == ""
        assert 40 - before <= box.totals().lines["door"][0] <= 40
        box.close()
    assert caplog.text.count("in memory only") == caplog.text.count("on the disk again") == 1
