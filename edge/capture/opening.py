"""USB and network cameras through OpenCV."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from urllib.parse import quote, urlsplit, urlunsplit

import cv2
import numpy as np

from edge.capture.frame import CameraLost, SourceRefused
from edge.capture.live import Opened
from edge.people import Image

OPEN_SECONDS = 10
READ_SECONDS = 10

_USB = re.compile(r"^usb:(\d{1,3}|/dev/[\w./-]+)$")
_USER_AND_PASSWORD = re.compile(r"://.*@")
# Many cameras take them as parameters, in the query or in the path, parted by & or by _.
_SECRET = re.compile(
    r"(user(?:name)?|pass(?:word|wd)?|pwd|auth|token|key)=[^&/?#]*?(?=_[a-z]+=|[&/?#]|$)", re.IGNORECASE
)


def open_live(source: str, credentials: str | None = None) -> tuple[str, Callable[[], Opened]]:
    """The name that may be shown of a live source, and what opens it.

    Args:
        source: usb:0, usb:/dev/video0, rtsp://… or http://… (MJPEG).
        credentials: user:password for a network camera, put into the address when it is opened.

    Raises:
        SourceRefused: the source is none of these.
    """
    usb = _USB.match(source)
    if usb:
        device: int | str = int(usb[1]) if usb[1].isdigit() else usb[1]
        return source, lambda: _open(source, device, cv2.CAP_V4L2)
    shown = without_credentials(source)
    if not _host(source):
        raise SourceRefused(f"{shown} is no camera address", "write usb:0 or rtsp://host/path")
    address = with_credentials(source, credentials) if credentials else source
    return shown, lambda: _open(shown, address, cv2.CAP_FFMPEG)


def without_credentials(address: str) -> str:
    """An address as it may be shown: whatever may be a user or password replaced by three dots."""
    # Up to the last @: a password may hold any sign, and few write it escaped as addresses need it.
    return _SECRET.sub(r"\1=…", _USER_AND_PASSWORD.sub("://…@", address))


def with_credentials(address: str, credentials: str) -> str:
    """An address with user:password in it, escaped as addresses need it."""
    user, _, password = credentials.strip().partition(":")
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}"))


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None  # an unfinished IPv6 address


class _OpenCvCamera:
    def __init__(self, name: str, video: cv2.VideoCapture) -> None:
        self._name = name
        self._video = video

    def read(self) -> Image:
        ok, image = self._video.read()
        if not ok or image is None:
            raise CameraLost(f"{self._name} gives no picture any more")
        return np.asarray(image, np.uint8)

    def close(self) -> None:
        self._video.release()


def _open(name: str, address: int | str, backend: int) -> Opened:
    video = cv2.VideoCapture()
    settings: list[int] = []
    if backend == cv2.CAP_FFMPEG:
        # UDP loses packets silently, and a lost packet is a smeared person.
        os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
        settings = [
            int(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC),
            OPEN_SECONDS * 1000,
            int(cv2.CAP_PROP_READ_TIMEOUT_MSEC),
            READ_SECONDS * 1000,
        ]
    # The two calls differ in the type of the address only.
    opened = video.open(address, backend, settings)
    if not opened:
        video.release()
        raise CameraLost(f"{name} cannot be opened", "is it on, and are address and password right?")
    return _OpenCvCamera(name, video)
