"""A device that runs for years: what is opened is closed, and what is remembered is forgotten."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from pathlib import Path

import pytest

from edge.assembly import CameraProcess
from edge.counting import VisitEnd
from edge.outbox import Outbox
from tests.edge.cast import DEMO, NOON, until
from tests.edge.device import Device
from tests.edge.test_full_disk import counting, day
from tests.edge.test_service import LIVE

ROUNDS = 5


def open_files() -> int:
    """Of this process, after what is no longer used was let go of."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def a_life(device: Device) -> None:
    """A camera's process that counts a few pictures and is built anew, as when its configuration changes."""
    process = CameraProcess(device.settings, "entrance", recording=DEMO, start_at=NOON)
    process.work(lambda vitals: process.stop(VisitEnd.CONFIG_CHANGED) if vitals.frames_done == 5 else None)


@pytest.mark.long
def test_a_configuration_that_changes_again_and_again_leaves_no_file_and_no_thread_open(
    tmp_path: Path,
) -> None:
    device = Device(tmp_path)  # whose broker is not there
    a_life(device)
    files, threads = open_files(), threading.active_count()
    for _ in range(ROUNDS):
        a_life(device)
    until(lambda: threading.active_count() <= threads, "all threads have ended")
    until(lambda: open_files() <= files + 1, "all files are closed")


@pytest.mark.long
def test_many_who_walk_through_are_not_remembered(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "outbox.db")
    taken = day(120)
    worker = counting(box, taken, LIVE)
    sizes: list[int] = []
    tracemalloc.start()
    try:
        for number, frame in enumerate(taken):
            worker._take(frame)
            if number % 1000 == 999:
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    box.close()
    assert len(sizes) >= 3
    assert sizes[-1] - sizes[0] < 1_000_000  # an hour of minutes in memory has some hundred kilobytes
