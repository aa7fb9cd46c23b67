"""USB cameras: what keeps one from being opened. None is here: the kernel's answers are written down."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

import pytest

from edge.capture import CameraLost, Fault, open_live
from edge.capture.usb import Asked, cameras_in, gives_pictures, why_no_device

CAPTURE, MULTIPLANAR, META, CODEC, OWN = 0x1, 0x1000, 0x800000, 0x4000, 0x80000000


def answer(all_together: int, own: int = 0) -> bytes:
    """As linux/videodev2.h lays out struct v4l2_capability."""
    words = struct.pack("=16s32s32s", b"uvcvideo", b"HD Camera", b"usb-0000:01:00.0-1")
    return words + struct.pack("=6I", 0x060C00, all_together, own, 0, 0, 0)


CAMERA = answer(CAPTURE | META | OWN, CAPTURE)
METADATA = answer(CAPTURE | META | OWN, META)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(CAMERA, True, id="a camera"),
        pytest.param(METADATA, False, id="the metadata of a camera"),
        pytest.param(answer(MULTIPLANAR | OWN, MULTIPLANAR), True, id="a camera on the board"),
        pytest.param(answer(CODEC | OWN, CODEC), False, id="the board's decoder"),
        pytest.param(answer(CAPTURE), True, id="an old driver, which tells of the whole only"),
        pytest.param(answer(META), False, id="an old driver without pictures"),
    ],
)
def test_a_device_file_says_whether_it_gives_pictures(said: bytes, expected: bool) -> None:
    assert gives_pictures(said) is expected


def kernel(answers: dict[str, bytes | int]) -> Asked:
    """What answers for each file by its name: an answer, or the number of an error."""

    def ask(file: int) -> bytes:
        said = answers[Path(f"/proc/self/fd/{file}").readlink().name]
        if isinstance(said, int):
            raise OSError(said, os.strerror(said))
        return said

    return ask


@pytest.mark.parametrize(
    ("said", "fault", "words", "hint"),
    [
        pytest.param(METADATA, Fault.NO_DEVICE, "video1 gives no pictures", "neighbour", id="metadata"),
        pytest.param(errno.ENOTTY, Fault.NO_DEVICE, "video1 is no camera", "another", id="no video device"),
        pytest.param(errno.EBUSY, Fault.BUSY, "busy", "end the other program", id="in use"),
        pytest.param(errno.ENODEV, Fault.NO_DEVICE, "No such device", "plug it in", id="unplugged just now"),
        pytest.param(errno.EPERM, Fault.NO_PERMISSION, "may not be used", "group video", id="not allowed"),
    ],
)
def test_what_keeps_a_usb_camera_from_being_opened_is_told_apart(
    said: bytes | int, fault: Fault, words: str, hint: str, tmp_path: Path
) -> None:
    (tmp_path / "video1").touch()
    lost = why_no_device("usb:1", tmp_path / "video1", kernel({"video1": said}))
    assert lost
    assert lost.fault is fault
    assert words in str(lost)
    assert hint in lost.hint


def test_a_camera_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    answers: dict[str, bytes | int] = {
        "video0": CAMERA,
        "video1": METADATA,
        "video2": errno.EBUSY,
        "video10": errno.ENOTTY,
    }
    for name in answers:
        (tmp_path / name).touch()
    here = [f"usb:{tmp_path}/video0", f"usb:{tmp_path}/video2"]

    lost = why_no_device("usb:7", tmp_path / "video7", kernel(answers))

    assert lost
    assert lost.hint == f"is it plugged in? Cameras here: {', '.join(here)}"
    assert cameras_in(tmp_path, kernel(answers)) == here
    assert why_no_device("usb:0", tmp_path / "video0", kernel(answers)) is None


def test_where_plugs_are_named_the_cameras_at_the_other_plugs_are_said(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    (tmp_path / "video1").touch()
    plugs = tmp_path / "by-path"
    plugs.mkdir()
    for number in (0, 1):
        (plugs / f"usb-0:2:1.0-video-index{number}").symlink_to(tmp_path / f"video{number}")
    ask = kernel({"video0": CAMERA, "video1": METADATA})

    lost = why_no_device("usb:front", plugs / "usb-0:1:1.0-video-index0", ask)

    assert lost
    assert lost.hint.endswith(f"Cameras here: usb:{plugs}/usb-0:2:1.0-video-index0")


def test_the_kernel_itself_says_that_a_device_is_no_camera() -> None:
    _, opener = open_live("usb:/dev/null")
    with pytest.raises(CameraLost, match="/dev/null is no camera") as caught:
        opener()
    assert caught.value.fault is Fault.NO_DEVICE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_usb_camera_that_may_not_be_opened_names_the_group(tmp_path: Path) -> None:
    device = tmp_path / "video3"
    device.touch(mode=0o000)
    lost = why_no_device("usb:3", device)
    assert lost
    assert lost.fault is Fault.NO_PERMISSION
    assert "group video" in lost.hint
