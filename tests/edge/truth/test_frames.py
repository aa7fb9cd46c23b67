from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture import Frame, SourceRefused, Thinned
from edge.truth import frames as frames_module
from edge.truth.frames import Frames, clip_facts
from tests.edge.cast import DEMO, FakeSource, picture


def shown(frames: Frames, number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    found = frames.picture(number)
    assert found
    image = cv2.imdecode(np.frombuffer(found.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def test_a_clip_tells_its_size_rate_length_and_checksum() -> None:
    facts = clip_facts(DEMO)
    assert (facts.file, facts.width, facts.height, facts.fps, facts.frames) == (
        "demo.mp4",
        640,
        360,
        15.0,
        300,
    )
    assert facts.sha256 == "1fc31341edf503c9bf06ba8fb736b0a5eaa2b7bd3fbbd849b23ed9ad6e1cbcd1"


def test_frames_are_the_same_in_any_order() -> None:
    forwards, mixed = Frames(DEMO, 15), Frames(DEMO, 15)
    wanted = {number: shown(forwards, number) for number in range(0, 300, 23)}
    for number in (276, 0, 161, 138, 23, 253):
        assert np.array_equal(shown(mixed, number), wanted[number]), number
    forwards.close()
    mixed.close()


def test_a_frame_has_the_time_at_which_the_device_counts_it() -> None:
    frames = Frames(DEMO, 15)
    seconds = [picture.seconds for number in (0, 1, 150) if (picture := frames.picture(number))]
    assert seconds == pytest.approx([0, 1 / 15, 10], abs=1e-3)
    frames.close()


def test_beyond_the_end_there_is_nothing_and_one_can_go_back() -> None:
    frames = Frames(DEMO, 15)
    assert frames.picture(300) is None
    assert frames.picture(10_000) is None
    assert frames.picture(299)
    frames.close()


def test_pictures_take_a_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames_module, "MOST_KEPT_BYTES", 200_000)
    frames = Frames(DEMO, 15)
    for number in range(100):
        frames.picture(number)
        assert frames.kept_bytes <= 200_000
    frames.close()


@pytest.mark.parametrize("content", [None, b"no video"])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceRefused):
        clip_facts(path)


@pytest.mark.parametrize(
    ("fps", "kept"),
    [
        pytest.param(30.0, list(range(10)), id="faster than it was filmed"),
        pytest.param(10.0, list(range(10)), id="as fast"),
        pytest.param(5.0, [0, 2, 4, 6, 8], id="half as fast"),
        pytest.param(3.0, [0, 4, 7], id="a third: the first frame on or after each beat"),
    ],
)
def test_a_recording_is_thinned_to_a_slower_camera(fps: float, kept: list[int]) -> None:
    source = FakeSource([Frame(picture(), 1000.0 + number / 10) for number in range(10)])
    thinned = Thinned(source, fps)
    assert [round((frame.at - 1000) * 10) for frame in thinned.frames()] == kept
    thinned.close()
    assert (thinned.frames_skipped, thinned.trouble) == (0, "")
