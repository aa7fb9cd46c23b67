"""MJPEG over HTTP, from a small real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from edge.capture import CameraLost, Fault, LiveCamera, Waits, open_live
from edge.capture.opening import Patience
from tests.edge.cast import FakeClock, until
from tests.waiting import PATIENCE_SECONDS

HASTY = Waits(0.1, 0.2, 0.2)
PATIENT = Patience(PATIENCE_SECONDS, PATIENCE_SECONDS, PATIENCE_SECONDS)
SOON = Patience(PATIENCE_SECONDS, 1, PATIENCE_SECONDS)
"""For a camera that stops sending."""
BASIC = "Basic YWRtaW46czNjcg=="  # admin:s3cr


class Camera(BaseHTTPRequestHandler):
    """A web camera: moving pictures at /moving, one picture again and again at /frozen, a page at /."""

    def do_GET(self) -> None:
        if self.path == "/private" and self.headers["Authorization"] != BASIC:
            self._answer(401, "text/html", {"WWW-Authenticate": 'Basic realm="camera"'})
        elif self.path in ("/moving", "/private", "/frozen", "/stalling"):
            self._stream()
        elif self.path == "/single":
            self._answer(200, "image/jpeg", {}, jpeg(1))
        elif self.path == "/":
            self._answer(200, "text/html; charset=utf-8", {}, b"<p>Log in</p>")
        else:
            self._answer({"/broken": 500, "/full": 503}.get(self.path, 404), "text/plain", {})

    def _answer(self, status: int, kind: str, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
        self.end_headers()
        number = 0
        try:
            while not (self.path == "/stalling" and number > 20):
                number += self.path != "/frozen"
                body = jpeg(number)
                head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
                self.wfile.write(head.encode() + body + b"\r\n")
                time.sleep(0.02)
            time.sleep(5)
        except OSError:
            return  # whoever watched has gone

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def jpeg(number: int) -> bytes:
    image = np.full((120, 160, 3), 90, np.uint8)
    cv2.circle(image, (20 + number % 100, 60), 15, (255, 255, 255), -1)
    return bytes(cv2.imencode(".jpg", image)[1])


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def watching(
    source: str, login: str | None = None, frozen_seconds: float = 60.0, patience: Patience = PATIENT
) -> Iterator[LiveCamera]:
    name, opener = open_live(source, login, patience=patience)
    camera = LiveCamera(name, opener, FakeClock(step=0.05), 100, frozen_seconds=frozen_seconds, waits=HASTY)
    given: list[object] = []
    counting = threading.Thread(target=lambda: given.extend(camera.frames()))
    counting.start()
    try:
        until(lambda: len(given) > 3, "pictures come")
        yield camera
    finally:
        camera.close()
        counting.join(PATIENCE_SECONDS)


@pytest.mark.parametrize(("path", "login"), [("/moving", None), ("/private", "admin:s3cr")])
def test_pictures_come_from_a_web_camera(address: str, path: str, login: str | None) -> None:
    with watching(address + path, login) as camera:
        assert camera.trouble == ""


def test_a_web_camera_that_stops_sending_is_noticed_and_comes_back(address: str) -> None:
    with watching(f"{address}/stalling", patience=SOON) as camera:
        until(lambda: camera.fault is Fault.NO_PICTURE, "it is noticed")
        until(lambda: camera.reconnects > 0, "it is back")


def test_one_and_the_same_picture_is_a_lost_camera_and_stays_one_when_it_is_opened_again(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with watching(f"{address}/frozen", frozen_seconds=1.0) as camera:
        until(lambda: camera.fault is Fault.FROZEN, "it is noticed")
        time.sleep(1.0)  # it is opened several times more, and shows the same
        assert camera.fault is Fault.FROZEN
        assert "one and the same picture for 1 s; restart the camera" in camera.trouble
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize(
    ("path", "login", "fault", "words"),
    [
        pytest.param("/private", None, Fault.WRONG_CREDENTIALS, "asks for a user", id="no password"),
        pytest.param("/private", "admin:no", Fault.WRONG_CREDENTIALS, "refuses user", id="wrong password"),
        pytest.param("/nowhere", None, Fault.WRONG_PATH, "no stream of that path", id="wrong path"),
        pytest.param("/full", None, Fault.BUSY, "as many as it can", id="too many watch"),
        pytest.param("/broken", None, Fault.OTHER, "answers 500", id="it is broken"),
        pytest.param("/", None, Fault.NO_VIDEO, "gives text/html and no video", id="its page"),
    ],
)
def test_what_is_wrong_with_a_web_camera_is_told_apart(
    address: str, path: str, login: str | None, fault: Fault, words: str
) -> None:
    _, opener = open_live(address + path, login, patience=PATIENT)
    with pytest.raises(CameraLost, match=words) as caught:
        opener()
    assert caught.value.fault is fault
    assert caught.value.hint
