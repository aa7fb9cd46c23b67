"""A network camera of the tests: GStreamer's RTSP server as a process that can be stopped and killed."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.edge.cast import DEMO, missing

# The bindings of GStreamer belong to the system's Python, not to this environment's.
SYSTEM_PYTHON = "/usr/bin/python3"
NEEDED = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


def need_gstreamer() -> None:
    """Skips the test where the server is not installed."""
    try:
        subprocess.run([SYSTEM_PYTHON, "-c", NEEDED], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        missing("GStreamer's RTSP server and its Python bindings are not installed")


@contextmanager
def serving(port: int, login: str = "", how: str = "basic") -> Iterator[subprocess.Popen[bytes]]:
    """A network camera that shows the demo clip at /door, until it is killed."""
    script = Path(__file__).with_name("rtsp_server.py")
    command = [SYSTEM_PYTHON, str(script), str(port), str(DEMO), *([login, how] if login else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout
            assert server.stdout.readline() == b"ready\n"
            yield server
        finally:
            server.send_signal(signal.SIGCONT)  # one that stands still cannot be ended otherwise
            server.kill()
