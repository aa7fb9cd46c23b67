"""USB cameras: what keeps one from being opened, as Video4Linux tells it (linux/videodev2.h)."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Callable
from pathlib import Path

from edge.capture.frame import CameraLost, Fault

_QUERYCAP = 0x80685600
"""The request VIDIOC_QUERYCAP, which every video device answers."""

_CAPABILITY = struct.Struct("=16s32s32s3I12x")
"""Its answer: driver, card, bus, version, what all of its files can together, what this one can."""

_CAPTURES = 0x00000001 | 0x00001000
_HAS_OWN = 0x80000000

NO_VIDEO_DEVICE = {errno.ENOTTY, errno.EINVAL}

Asked = Callable[[int], bytes]
"""What answers VIDIOC_QUERYCAP for an open file, or raises OSError."""


def asked(file: int) -> bytes:
    """The kernel's answer."""
    return fcntl.ioctl(file, _QUERYCAP, bytes(_CAPABILITY.size))


def gives_pictures(answer: bytes) -> bool:
    """Whether pictures come from a device file.

    A camera has a second one beside it that does not (its metadata), and boards have some for their chips.
    """
    *_, all_together, own = _CAPABILITY.unpack(answer)
    return bool((own if all_together & _HAS_OWN else all_together) & _CAPTURES)


def why_no_device(name: str, device: Path, ask: Asked = asked) -> CameraLost | None:
    """What keeps a device file from being opened as a camera; None if nothing does."""
    try:
        if gives_pictures(_answer_of(device, ask)):
            return None
    except FileNotFoundError:
        why, remedy, fault = f"there is no {device}", "is it plugged in?", Fault.NO_DEVICE
    except PermissionError:
        return CameraLost(
            f"{name} cannot be opened: {device} may not be used",
            "add the device's user to the group video",
            Fault.NO_PERMISSION,
        )
    except OSError as error:
        if error.errno not in NO_VIDEO_DEVICE:
            return _of_another_kind(name, error)
        why, remedy, fault = f"{device} is no camera", "take another one.", Fault.NO_DEVICE
    else:
        why, remedy, fault = f"{device} gives no pictures", "take its neighbour.", Fault.NO_DEVICE
    here = ", ".join(cameras_in(device.parent, ask)) or "none"
    return CameraLost(f"{name} cannot be opened: {why}", f"{remedy} Cameras here: {here}", fault)


def cameras_in(folder: Path, ask: Asked = asked) -> list[str]:
    """How the cameras in a folder are written in the configuration: in /dev, or in one below /dev/v4l."""
    files = sorted({*folder.glob("video*"), *folder.glob("*-video-index*")})
    return [f"usb:{path}" for path in files if _may_give_pictures(path, ask)]


def _may_give_pictures(device: Path, ask: Asked) -> bool:
    try:
        return gives_pictures(_answer_of(device, ask))
    except OSError as error:
        return error.errno not in NO_VIDEO_DEVICE  # in use, or not ours to open: a camera all the same


def _answer_of(device: Path, ask: Asked) -> bytes:
    file = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    try:
        return ask(file)
    finally:
        os.close(file)


def _of_another_kind(name: str, error: OSError) -> CameraLost:
    busy = error.errno == errno.EBUSY
    return CameraLost(
        f"{name} cannot be opened: {error.strerror}",
        "end the other program that uses it" if busy else "unplug it and plug it in again",
        Fault.BUSY if busy else Fault.NO_DEVICE,
    )
