from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from edge.addresses import with_credentials
from edge.capture import Fault, Frame, LiveCamera, Waits, open_live
from edge.capture.asking import why_no_picture
from edge.capture.opening import Patience, Transport
from tests.edge.capture.camera_on_the_network import need_gstreamer, serving
from tests.edge.cast import FakeClock, free_port, until
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.rtsp

SECRET = "S3cr:t@ /?#"
HASTY = Waits(first_seconds=0.2, longest_seconds=0.5, refused_seconds=0.5)


@pytest.fixture
def port() -> int:
    need_gstreamer()
    return free_port()


def camera_at(
    port: int,
    login: str | Callable[[], str | None] = "admin:secret",
    transport: Transport = "tcp",
    patience_seconds: float = PATIENCE_SECONDS,
) -> LiveCamera:
    patience = Patience(patience_seconds, patience_seconds, patience_seconds)
    name, opener = open_live(f"rtsp://127.0.0.1:{port}/door", login, transport, patience)
    return LiveCamera(name, opener, FakeClock(step=0.05), 30, waits=HASTY)


@contextmanager
def watching(camera: LiveCamera) -> Iterator[list[Frame]]:
    """What the camera gives; a generator hands over one by one, so the list grows while the camera runs."""
    given: list[Frame] = []
    counting = threading.Thread(target=lambda: given.extend(camera.frames()))
    counting.start()
    try:
        yield given
    finally:
        camera.close()
        counting.join(PATIENCE_SECONDS)
        assert not counting.is_alive()


def more_come(given: list[Frame]) -> None:
    before = len(given)
    until(lambda: len(given) > before + 5, "pictures come")


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_a_camera_that_goes_and_comes_back_gives_pictures_again_and_says_so_once(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    camera = camera_at(port)
    with serving(port) as server, watching(camera) as given:
        more_come(given)
        server.kill()
        until(lambda: camera.fault is Fault.UNREACHABLE, "nobody listens any more")
        with serving(port):
            more_come(given)

    assert given[-1].image.shape == (360, 640, 3)
    assert np.ptp(given[-1].image) > 100  # a picture, not a grey surface
    assert (camera.reconnects, camera.trouble) == (1, "")
    assert [level for level, _ in said(caplog)][-1] == "INFO"
    assert said(caplog)[-1][1] == f"camera rtsp://127.0.0.1:{port}/door is back"
    warnings = [text for level, text in said(caplog) if level == "WARNING"]
    assert warnings[0] == (
        f"camera rtsp://127.0.0.1:{port}/door is lost: rtsp://127.0.0.1:{port}/door gives no picture any more"
        " (trying again for ever)"
    )
    assert f"nobody listens at port {port}" in warnings[1]
    assert len(warnings) == 2
    assert "secret" not in caplog.text


@pytest.mark.long
def test_a_camera_that_stands_still_is_noticed_and_heals_when_it_goes_on(
    port: int,
) -> None:
    camera = camera_at(port, patience_seconds=2)
    with serving(port) as server, watching(camera) as given:
        more_come(given)
        server.send_signal(signal.SIGSTOP)
        until(lambda: camera.fault is Fault.NO_PICTURE, "no picture comes any more")
        until(lambda: camera.fault is Fault.SILENT, "it takes the connection and does not answer")
        server.send_signal(signal.SIGCONT)
        more_come(given)
    assert camera.last_fault is not None


@pytest.mark.parametrize("how", ["basic", "digest"])
def test_a_changed_password_is_told_and_taken_up_from_its_file_without_a_restart(
    port: int, how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "camera-password"
    file.write_text("admin:old")
    camera = camera_at(port, file.read_text)
    with watching(camera) as given:
        with serving(port, "admin:old", how):
            more_come(given)
        with serving(port, f"admin:{SECRET}", how):
            until(lambda: camera.fault is Fault.WRONG_CREDENTIALS, "the password is refused")
            assert "refuses user and password; correct them" in camera.trouble
            file.write_text(f"admin:{SECRET}\n")
            more_come(given)
    output = capfd.readouterr()
    for text in (caplog.text, output.out, output.err, camera.trouble):
        assert "S3cr" not in text
        assert "admin" not in text


def udp_sockets() -> int:
    """How many this process has open."""
    table = Path("/proc/self/net/udp").read_text().splitlines()[1:]
    inodes = {f"socket:[{line.split()[9]}]" for line in table}
    return sum(str(one.readlink()) in inodes for one in Path("/proc/self/fd").iterdir() if one.is_symlink())


@pytest.mark.parametrize(("transport", "over_udp"), [("tcp", False), ("udp", True)])
def test_what_carries_the_pictures_is_what_was_asked_for(
    port: int, transport: Transport, over_udp: bool
) -> None:
    before = udp_sockets()
    camera = camera_at(port, transport=transport)
    with serving(port), watching(camera) as given:
        more_come(given)
        assert (udp_sockets() > before) is over_udp
        assert camera.trouble == ""


@pytest.mark.parametrize(
    ("path", "login", "fault", "words"),
    [
        pytest.param("/door", "admin:right@", None, "", id="all is well"),
        pytest.param("/door", "admin:right", Fault.WRONG_CREDENTIALS, "refuses user", id="wrong password"),
        pytest.param("/door", "", Fault.WRONG_CREDENTIALS, "asks for a user", id="no password"),
        pytest.param("/window", "admin:right@", Fault.WRONG_PATH, "no stream of that path", id="wrong path"),
        pytest.param("/sound", "admin:right@", Fault.NO_VIDEO, "offers no video", id="sound alone"),
    ],
)
@pytest.mark.parametrize("how", ["basic", "digest"])
def test_a_real_server_is_asked_what_is_wrong(
    port: int, how: str, path: str, login: str, fault: Fault | None, words: str
) -> None:
    address = f"rtsp://127.0.0.1:{port}{path}"
    address = with_credentials(address, login) if login else address
    with serving(port, "admin:right@", how):
        lost = why_no_picture(address, PATIENCE_SECONDS)
    assert (lost and lost.fault) == fault
    assert words in str(lost)
    assert "right" not in str(lost)
