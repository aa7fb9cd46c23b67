from __future__ import annotations

import logging
import threading
from urllib.parse import unquote, urlsplit

import pytest

from edge.addresses import with_credentials, without_credentials
from edge.capture import CameraLost, Fault, LiveCamera, SourceRefused, open_live
from edge.errors import EdgeError
from tests.edge.cast import free_port, until
from tests.waiting import PATIENCE_SECONDS

SECRET = "s3cr"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("rtsp://cam/stream", "rtsp://cam/stream", id="nothing to hide"),
        pytest.param("rtsp://cam:554/s?channel=1", "rtsp://cam:554/s?channel=1", id="port and query"),
        pytest.param("rtsp://admin:s3cr@cam/stream", "rtsp://…@cam/stream", id="user and password"),
        pytest.param("rtsp://admin@cam/stream", "rtsp://…@cam/stream", id="user only"),
        pytest.param("rtsp://:s3cr@cam:554/", "rtsp://…@cam:554/", id="password only"),
        pytest.param("rtsp://admin:a@s3cr@cam/x", "rtsp://…@cam/x", id="@ in the password"),
        pytest.param("rtsp://admin:a#s3cr@cam/x", "rtsp://…@cam/x", id="# in the password"),
        pytest.param("rtsp://admin:a/s3cr@cam/x", "rtsp://…@cam/x", id="/ in the password"),
        pytest.param("rtsp://admin:a?s3cr@cam/x", "rtsp://…@cam/x", id="? in the password"),
        pytest.param("rtsp://admin:[s3cr@cam/x", "rtsp://…@cam/x", id="[ in the password"),
        pytest.param(
            "http://cam/v?user=a&password=s3cr&q=1", "http://cam/v?user=…&password=…&q=1", id="query"
        ),
        pytest.param("http://cam/v?usr=admin&pwd=s3cr", "http://cam/v?usr=admin&pwd=…", id="query, pwd"),
        pytest.param(
            "rtsp://cam/user=admin&password=s3cr&channel=1.sdp",
            "rtsp://cam/user=…&password=…&channel=1.sdp",
            id="in the path, as cheap recorders have it",
        ),
        pytest.param(
            "rtsp://cam/user=admin_password=s3cr_channel=1",
            "rtsp://cam/user=…_password=…_channel=1",
            id="in the path with underscores",
        ),
        pytest.param("http://cam/v?auth=s3cr", "http://cam/v?auth=…", id="a token"),
        pytest.param("rtsp://[fe80::1]:554/s", "rtsp://[fe80::1]:554/s", id="IPv6"),
    ],
)
def test_an_address_is_shown_without_credentials(address: str, shown: str) -> None:
    assert without_credentials(address) == shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("credentials", "user", "password"),
    [
        ("admin:secret", "admin", "secret"),
        ("admin:p@ss/w:rd#1?", "admin", "p@ss/w:rd#1?"),
        ("admin", "admin", ""),
        ("ad min:ü", "ad min", "ü"),
        ("admin:secret\n", "admin", "secret"),
    ],
)
@pytest.mark.parametrize("address", ["rtsp://cam:554/s?x=1", "rtsp://old:one@cam:554/s?x=1"])
def test_credentials_are_put_into_the_address_escaped(
    credentials: str, user: str, password: str, address: str
) -> None:
    parts = urlsplit(with_credentials(address, credentials))

    assert (parts.hostname, parts.port, parts.path, parts.query) == ("cam", 554, "/s", "x=1")
    assert (unquote(parts.username or ""), unquote(parts.password or "")) == (user, password)


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://",
        "rtsp:///stream",
        "usb:",
        "usb:front",
        "usb:-1",
        "usb:0; rm",
        "rtsp://admin:s3cr@/stream",
        "rtsp://[fe80::1/stream",
        "rtsp://admin:s3cr@[fe80::1/stream",
        "rtsp://admin:[s3cr@cam/stream",
        "",
    ],
)
def test_a_bad_address_is_refused_without_showing_a_secret(source: str) -> None:
    with pytest.raises(SourceRefused, match="is no camera address") as caught:
        open_live(source)

    assert SECRET not in str(caught.value)
    assert "rtsp://host/path" in caught.value.hint


@pytest.mark.parametrize("source", ["usb:0", "usb:/dev/video0"])
def test_a_usb_camera_is_called_by_its_source(source: str) -> None:
    assert open_live(source)[0] == source


def test_a_camera_that_is_not_there_is_lost_and_not_refused() -> None:
    _, opener = open_live("usb:/dev/video99")

    with pytest.raises(CameraLost, match="usb:/dev/video99 cannot be opened"):
        opener()


def test_neither_log_nor_output_shows_the_credentials_of_a_camera_that_cannot_be_reached(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    name, opener = open_live(f"rtsp://127.0.0.1:{free_port()}/stream", f"admin:{SECRET}")
    camera = LiveCamera(name, opener, lambda: 0.0, 10)
    counting = threading.Thread(target=lambda: list(camera.frames()))
    counting.start()
    until(lambda: camera.trouble != "", "the loss is known")
    camera.close()
    counting.join(PATIENCE_SECONDS)

    output = capfd.readouterr()
    assert caplog.text
    for text in (camera.trouble, name, caplog.text, output.out, output.err):
        assert SECRET not in text


@pytest.mark.parametrize("source", ["rstp://admin:s3cr@cam/door", "rtsp:/admin:s3cr@cam/door"])
def test_a_misspelt_address_is_refused_without_showing_a_secret(source: str) -> None:
    with pytest.raises(SourceRefused, match="rtsp://") as caught:
        open_live(source)

    assert SECRET not in str(caught.value)


def test_a_password_file_that_cannot_be_read_is_a_lost_camera_and_not_the_end() -> None:
    def read() -> str:
        raise EdgeError("password_file door cannot be read", "let the device's user read it")

    _, opener = open_live("rtsp://127.0.0.1:1/door", read)
    with pytest.raises(CameraLost, match="cannot be read") as caught:
        opener()
    assert caught.value.fault is Fault.WRONG_CREDENTIALS
