"""Cameras' processes, kept running: real processes that crash, hang, end, or do their work."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.configuration import Configuration
from edge.starter import starter_configuration
from edge.supervising import Patience, Supervisor, wait_after
from tests.edge.cast import until
from tests.waiting import PATIENCE_SECONDS

WORKER = """
import os, socket, sys, time
folder, camera, *words = sys.argv[1:]
def say(word):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(word, os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
lives = os.path.join(folder, camera)
with open(lives, "a") as file:
    file.write(f"{os.getpid()}\\n")
life = len(open(lives).readlines())
say(b"READY=1")
if "crashes" in words and life == 1:
    os.abort()
if "hangs" in words and life == 1:
    time.sleep(600)
if "ends" in words:
    sys.exit(int(words[-1]))
while True:
    say(b"WATCHDOG=1")
    time.sleep(0.05)
"""


def written(path: Path, cameras: Sequence[str]) -> Path:
    text = starter_configuration("demo", store="shop", device="door-1", host="127.0.0.1", port=1883)
    head, _, camera = text.partition("[cameras.entrance]")
    parts = [
        ("[cameras.entrance]" + camera).replace("cameras.entrance", f"cameras.{name}") for name in cameras
    ]
    path.write_text(head + "\n".join(parts), encoding="utf-8")
    return path


class Kept:
    """A supervisor in a thread, and what its processes left behind."""

    def __init__(self, folder: Path, cameras: dict[str, str], patience: Patience) -> None:
        self.folder = folder
        self.cameras = cameras
        self.program = sys.executable
        self.file = written(folder / "edge.toml", list(cameras))
        self.supervisor = Supervisor(Configuration(self.file, lambda settings: None), self._command, patience)
        self.codes: list[int] = []
        self.thread = threading.Thread(target=lambda: self.codes.append(self.supervisor.run()))

    def _command(self, camera: str) -> list[str]:
        words = self.cameras.get(camera, "").split()
        return [self.program, "-c", WORKER, str(self.folder), camera, *words]

    def lives(self, camera: str) -> list[int]:
        """Process ids, one for each time that it was started."""
        path = self.folder / camera
        return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


@contextmanager
def kept(folder: Path, cameras: dict[str, str], silent_seconds: float = PATIENCE_SECONDS) -> Iterator[Kept]:
    one = Kept(folder, cameras, Patience(PATIENCE_SECONDS, silent_seconds))
    one.thread.start()
    try:
        yield one
    finally:
        one.supervisor.stop()
        one.thread.join(PATIENCE_SECONDS)
    assert not one.thread.is_alive()


@pytest.mark.parametrize("fault", ["crashes", "hangs"])
def test_a_camera_that_fails_is_started_again_and_the_others_go_on(tmp_path: Path, fault: str) -> None:
    # The one that goes on speaks every twentieth of a second, and no machine is so busy as to silence it.
    with kept(tmp_path, {"entrance": "", "exit": fault}, silent_seconds=5) as one:
        until(lambda: len(one.lives("exit")) == 2, "started again")
        assert len(one.lives("entrance")) == 1
        os.kill(one.lives("entrance")[0], 0)  # still there
    assert one.codes == [0]


def test_a_process_that_cannot_be_started_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = Kept(tmp_path, {"entrance": ""}, Patience(PATIENCE_SECONDS, PATIENCE_SECONDS))
    one.program = str(tmp_path / "python")
    one.thread.start()
    try:
        until(lambda: "camera entrance cannot be started" in caplog.text, "it is said")
        Path(one.program).symlink_to(sys.executable)
        until(lambda: len(one.lives("entrance")) == 1, "it is started")
    finally:
        one.supervisor.stop()
        one.thread.join(PATIENCE_SECONDS)
    assert one.codes == [0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names of sockets without a file")
def test_a_camera_is_started_and_watched_though_no_disk_takes_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))  # as where all of the disk is read-only
    with kept(tmp_path, {"entrance": "hangs"}, silent_seconds=5) as one:
        until(lambda: len(one.lives("entrance")) == 2, "it hung, which was noticed, and is started again")
    assert one.codes == [0]


def test_what_ends_for_good_is_not_started_again_and_its_code_is_told(tmp_path: Path) -> None:
    with kept(tmp_path, {"entrance": "ends 4", "exit": "ends 0"}) as one:
        until(lambda: not one.thread.is_alive(), "all have ended")
    assert one.codes == [4]
    assert len(one.lives("entrance")) == len(one.lives("exit")) == 1


def test_a_camera_that_is_added_is_started_and_one_whose_configuration_was_wrong_tried_again(
    tmp_path: Path,
) -> None:
    with kept(tmp_path, {"entrance": "", "exit": "ends 2"}) as one:
        until(lambda: len(one.lives("exit")) == 1, "it has begun")
        until(lambda: not one.supervisor._keepers["exit"].is_running, "that it has ended is known")
        one.cameras["exit"] = ""
        written(one.file, ["entrance", "exit", "back"])
        until(lambda: len(one.lives("back")) == 1 and len(one.lives("exit")) == 2, "both are started")
        assert len(one.lives("entrance")) == 1


def test_a_configuration_that_cannot_be_used_changes_nothing(tmp_path: Path) -> None:
    with kept(tmp_path, {"entrance": ""}) as one:
        until(lambda: len(one.lives("entrance")) == 1, "it runs")
        one.file.write_text("no TOML", encoding="utf-8")
        time.sleep(0.6)
        os.kill(one.lives("entrance")[0], 0)


def test_waits_grow_to_a_minute_and_no_further() -> None:
    assert [wait_after(failures) for failures in (1, 2, 3, 6, 7, 1000)] == [1, 2, 4, 32, 60, 60]
