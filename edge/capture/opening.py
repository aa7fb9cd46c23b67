"""USB and network cameras through OpenCV, with a reason where one cannot be opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from edge.addresses import doubt_of, is_live, usb_device, with_credentials, without_credentials
from edge.capture.asking import PATIENCE_SECONDS, why_no_picture
from edge.capture.frame import CameraLost, Fault, SourceRefused
from edge.capture.live import Opened
from edge.capture.usb import why_no_device
from edge.errors import EdgeError
from edge.people import Image

OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
"""The only way to tell OpenCV's FFmpeg how RTSP is to be carried; what is there already is the operator's."""

Transport = Literal["tcp", "udp"]
Credentials = str | Callable[[], str | None] | None
"""user:password, or what reads it anew for every opening, so that a changed password is taken up."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a network camera is waited for: to open, for a picture, and to say what is wrong."""

    open_seconds: float = 10
    read_seconds: float = 10
    ask_seconds: float = PATIENCE_SECONDS


def open_live(
    source: str,
    credentials: Credentials = None,
    transport: Transport = "tcp",
    patience: Patience | None = None,
) -> tuple[str, Callable[[], Opened]]:
    """The name that may be shown of a live source, and what opens it.

    Args:
        source: usb:0, usb:/dev/video0, rtsp://… or http://… (MJPEG).
        credentials: of a network camera, put into the address when it is opened.
        transport: what carries RTSP. UDP loses packets silently, and a lost packet is a smeared person.
        patience: how long it is waited for.

    Raises:
        SourceRefused: the source is none of these.
    """
    if device := usb_device(source):
        return source, lambda: _open_usb(source, device)
    shown = without_credentials(source)
    if doubt := doubt_of(source):
        raise SourceRefused(f"{shown} is no camera address: {doubt}", "write usb:0 or rtsp://host/path")
    if not is_live(source):
        raise SourceRefused(f"{shown} is no camera address", "write usb:0 or rtsp://host/path")
    return shown, _NetworkCamera(shown, source, credentials, transport, patience or Patience())


class _NetworkCamera:
    """Opens a network camera, again and again."""

    def __init__(
        self, shown: str, source: str, credentials: Credentials, transport: Transport, patience: Patience
    ) -> None:
        self._shown = shown
        self._source = source
        self._credentials = credentials
        self._transport = transport
        self._patience = patience
        self._was_refused = False

    def __call__(self) -> Opened:
        address = self._address()
        # Cameras lock users out after a few wrong passwords: one question is asked, then, in place of two.
        lost = self._trouble(address) if self._was_refused else None
        video = None if lost else _opened(address, self._transport, self._patience)
        if video is None:
            lost = lost or self._trouble(address) or self._no_picture()
            self._was_refused = lost.fault is Fault.WRONG_CREDENTIALS
            raise lost
        self._was_refused = False
        return _OpenCvCamera(self._shown, video)

    def _address(self) -> str:
        try:
            said = self._credentials() if callable(self._credentials) else self._credentials
        except EdgeError as error:  # the file is being changed, or was taken away
            raise CameraLost(str(error), error.hint, Fault.WRONG_CREDENTIALS) from None
        return with_credentials(self._source, said) if said else self._source

    def _trouble(self, address: str) -> CameraLost | None:
        return why_no_picture(address, self._patience.ask_seconds)

    def _no_picture(self) -> CameraLost:
        way = "udp" if self._transport == "udp" and self._source.startswith("rtsp") else ""
        return CameraLost(
            f"{self._shown} offers a video, but no picture of it comes",
            'set transport = "tcp": a firewall may keep UDP away' if way else "restart the camera",
            Fault.NO_PICTURE,
        )


class _OpenCvCamera:
    def __init__(self, name: str, video: cv2.VideoCapture) -> None:
        self._name = name
        self._video = video
        self._any = False

    def read(self) -> Image:
        ok, image = self._video.read()
        if not ok or image is None:
            raise self._lost()
        self._any = True
        return np.asarray(image, np.uint8)

    def close(self) -> None:
        self._video.release()

    def _lost(self) -> CameraLost:
        if self._any:
            return CameraLost(f"{self._name} gives no picture any more", fault=Fault.NO_PICTURE)
        return CameraLost(
            f"{self._name} opens, but gives no picture",
            "it may be in use by another program, or send a video that cannot be decoded",
            Fault.NO_PICTURE,
        )


def _opened(address: str, transport: Transport, patience: Patience) -> cv2.VideoCapture | None:
    ours = {f"rtsp_transport;{one}" for one in ("tcp", "udp")}
    if os.environ.get(OPTIONS) in {None, *ours}:
        os.environ[OPTIONS] = f"rtsp_transport;{transport}"
    video = cv2.VideoCapture()
    settings = [
        int(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC),
        round(patience.open_seconds * 1000),
        int(cv2.CAP_PROP_READ_TIMEOUT_MSEC),
        round(patience.read_seconds * 1000),
    ]
    if video.open(address, cv2.CAP_FFMPEG, settings):
        return video
    video.release()
    return None


def _open_usb(name: str, device: str) -> Opened:
    if trouble := why_no_device(name, Path(device)):
        raise trouble
    video = cv2.VideoCapture()
    if not video.open(device, cv2.CAP_V4L2, []):
        video.release()
        raise CameraLost(
            f"{name} cannot be opened: it is there, but does not begin",
            "end the other program that uses it; if there is none, unplug it and plug it in again",
            Fault.BUSY,
        )
    return _OpenCvCamera(name, video)
