"""Counting that hangs for good in a process that nobody else watches."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from edge.running import HUNG
from tests.edge.cast import until
from tests.edge.device import RUN_SECONDS, Device
from tests.edge.stalled import stalled

HANGS_SECONDS = 240.0


@pytest.mark.long
def test_a_process_whose_counting_hangs_ends_itself_and_says_why(tmp_path: Path) -> None:
    device = Device(tmp_path)
    with device.start("run", "--camera", "entrance") as process:
        until(lambda: device.counted_seconds() > 1.0, "it counts")
        with stalled(process.pid):
            _, status = os.waitpid(process.pid, 0) if _ended(process.pid) else (0, 0)
        assert os.waitstatus_to_exitcode(status) == HUNG
        process.returncode = HUNG
        assert process.stderr
        assert "camera entrance finishes no picture any more" in process.stderr.read()
    counted = device.counted_seconds()
    with device.start("run", "--camera", "entrance") as again:
        until(lambda: device.counted_seconds() > counted, "the next one goes on")
        again.send_signal(signal.SIGTERM)
        again.communicate(timeout=RUN_SECONDS)


def _ended(pid: int) -> bool:
    """Waits until all threads of the process have ended."""
    state = Path(f"/proc/{pid}/stat")
    until(lambda: state.read_text("ascii").rpartition(")")[2].split()[0] == "Z", "it ends", HANGS_SECONDS)
    return True
