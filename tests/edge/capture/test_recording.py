from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from edge.capture import Frame, Recording, SourceRefused
from tests.edge.cast import DEMO, NOON, FakeClock

FRAMES, FPS = 300, 15.0


def test_every_frame_is_given_with_the_time_at_which_it_was_filmed() -> None:
    frames = list(Recording(DEMO, NOON).frames())

    assert len(frames) == FRAMES
    assert frames[0].image.shape == (360, 640, 3)
    assert [frame.at - NOON for frame in frames] == pytest.approx([n / FPS for n in range(FRAMES)], abs=1e-4)


def test_closing_ends_the_frames_without_an_error() -> None:
    recording = Recording(DEMO, NOON)
    given: list[Frame] = []
    for frame in recording.frames():
        given.append(frame)
        if len(given) == 10:
            recording.close()

    assert len(given) == 10


class Player:
    """Takes frames, each of which costs it some time, and closes the recording after so many."""

    def __init__(self, clock: FakeClock) -> None:
        self.taken_at: list[float] = []
        recording = Recording(DEMO, NOON, clock)
        for frame in recording.frames():
            self.taken_at.append(clock.at - frame.at)
            if len(self.taken_at) == 8:
                recording.close()


def test_a_recording_in_real_time_waits_until_each_frame_is_due() -> None:
    early = Player(FakeClock(NOON, step=1 / FPS - 0.01))

    # The fake clock does not go on while the recording waits: each frame is met 10 ms earlier than the last.
    assert early.taken_at == pytest.approx([(1 / FPS) - 0.01 * (n + 1) for n in range(8)], abs=1e-4)


def test_a_recording_in_real_time_that_is_behind_does_not_wait() -> None:
    began = FakeClock(NOON + 3600)

    assert Player(began).taken_at == pytest.approx([3600 - n / FPS for n in range(8)], abs=1e-4)


def cut(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def refused(path: Path) -> tuple[int, SourceRefused]:
    """How many frames come before the refusal, and the refusal."""
    given: list[Frame] = []
    with pytest.raises(SourceRefused) as caught:
        given.extend(Recording(path, NOON).frames())
    assert str(path) in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == 4
    return len(given), caught.value


def test_a_recording_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "no such file" in str(refused(tmp_path / "monday.mp4")[1])
    assert "no such file" in str(refused(tmp_path)[1])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="zero bytes"),
        pytest.param(b"This is a letter and no film.\n" * 100, id="text"),
        pytest.param(DEMO.read_bytes()[:4000], id="only half of its table of contents"),
        pytest.param(bytes(100_000), id="nothing but zeros"),
    ],
)
def test_a_file_that_is_no_video_is_said(content: bytes, tmp_path: Path) -> None:
    given, refusal = refused(cut(tmp_path / "monday.mp4", content))

    assert given == 0
    assert "cannot be read as a video" in str(refusal)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_broken_off_copy_breaks_off_and_does_not_just_end(share: float, tmp_path: Path) -> None:
    content = DEMO.read_bytes()
    given, refusal = refused(cut(tmp_path / "monday.mp4", content[: int(len(content) * share)]))

    assert 0 < given < FRAMES
    assert f"breaks off: {given} of {FRAMES} frames can be read" in str(refusal)


def test_times_of_frames_always_rise() -> None:
    times = [frame.at for frame in Recording(DEMO, NOON).frames()]

    assert all(before < after for before, after in pairwise(times))
