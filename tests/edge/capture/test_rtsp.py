from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from edge.capture import Frame, LiveCamera, open_live
from tests.edge.cast import DEMO, FakeClock, free_port, missing, until

pytestmark = pytest.mark.rtsp

# The bindings of GStreamer belong to the system's Python, not to this environment's.
SYSTEM_PYTHON = "/usr/bin/python3"
NEEDED = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


@contextmanager
def serving(port: int) -> Iterator[None]:
    """A network camera that shows the demo clip, until it is killed."""
    script = Path(__file__).with_name("rtsp_server.py")
    with subprocess.Popen(
        [SYSTEM_PYTHON, str(script), str(port), str(DEMO)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        try:
            assert server.stdout
            assert server.stdout.readline() == b"ready\n"
            yield
        finally:
            server.kill()


@pytest.fixture
def port() -> int:
    try:
        subprocess.run([SYSTEM_PYTHON, "-c", NEEDED], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        missing("GStreamer's RTSP server and its Python bindings are not installed")
    return free_port()


def test_a_camera_that_goes_and_comes_back_gives_pictures_again_and_says_so_once(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    name, opener = open_live(f"rtsp://127.0.0.1:{port}/door", "admin:secret")
    camera = LiveCamera(name, opener, FakeClock(step=0.05), 30)
    given: list[Frame] = []
    counting = threading.Thread(target=lambda: given.extend(camera.frames()))
    # A generator hands over one by one; so the list grows while the camera runs.
    with serving(port):
        counting.start()
        until(lambda: len(given) > 5, "pictures come")
    until(lambda: camera.trouble != "", "the loss is known")
    before = len(given)
    with serving(port):
        until(lambda: len(given) > before + 5, "pictures come again")
        camera.close()
        counting.join(10)

    assert not counting.is_alive()
    assert given[-1].image.shape == (360, 640, 3)
    assert np.ptp(given[-1].image) > 100  # a picture, not a grey surface
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in said] == ["WARNING", "INFO"]
    assert said[0][1].startswith(f"camera rtsp://127.0.0.1:{port}/door is lost: ")
    assert said[1][1] == f"camera rtsp://127.0.0.1:{port}/door is back"
    assert "secret" not in caplog.text
