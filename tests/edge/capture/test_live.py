from __future__ import annotations

import logging
import threading
import time
from itertools import islice, pairwise

import pytest

from edge.capture import CameraLost, Fault, Frame, LiveCamera, Waits
from edge.people import Image
from tests.edge.cast import NOON, FakeCamera, FakeClock, FakeOpener, PacedCamera, picture, until
from tests.waiting import PATIENCE_SECONDS

MANY_FPS = 1000.0


def live(opener: FakeOpener, *, fps: float = MANY_FPS, step: float = 0.01) -> LiveCamera:
    """A camera on a clock that goes on by `step` seconds with every picture."""
    return LiveCamera("door", opener, FakeClock(NOON, step), fps)


def paced_frames(*, fps: float, step: float, pictures_between: int) -> tuple[LiveCamera, list[Frame]]:
    """Six frames, each asked for before the camera takes more than so many pictures after the last."""
    paced = PacedCamera()
    camera = live(FakeOpener(paced), fps=fps, step=step)
    given = camera.frames()
    paced.give()
    frames = [next(given)]
    for _ in range(5):
        paced.give(pictures_between)
        frames.append(next(given))
    camera.close()
    paced.give()  # so that the thread that reads sees it
    return camera, frames


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_pictures_come_with_the_time_of_the_clock() -> None:
    camera = live(FakeOpener(FakeCamera(0, forever=True, wait=0.001)))
    frames = list(islice(camera.frames(), 5))
    camera.close()

    assert frames[0].image.shape == picture().shape
    assert all(before.at < after.at for before, after in pairwise(frames))


def test_a_camera_that_is_lost_heals_and_both_are_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    first, second = FakeCamera(3), FakeCamera(0, forever=True, wait=0.001)
    opener = FakeOpener(first, None, second)
    camera = live(opener)
    frames = camera.frames()
    next(frames)
    until(lambda: camera.trouble != "", "the loss is known")
    assert "the cable is out" in camera.trouble or "no route" in camera.trouble

    next(islice(frames, 3, None))

    assert opener.tried == 3
    assert camera.trouble == ""
    assert said(caplog) == [
        ("WARNING", "camera door is lost: the cable is out (trying again for ever)"),
        ("INFO", "camera door is back"),
    ]
    assert first.closed
    frames.close()  # type: ignore[attr-defined]  # a generator
    until(lambda: second.closed, "the camera is let go of")


def test_a_camera_that_is_away_at_the_start_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    camera = live(FakeOpener(None, FakeCamera(0, forever=True, wait=0.001)))

    next(camera.frames())

    assert [level for level, _ in said(caplog)] == ["WARNING", "INFO"]
    camera.close()


def test_a_slow_counter_gets_the_newest_picture_and_what_it_missed_is_counted() -> None:
    paced = PacedCamera()
    camera = live(FakeOpener(paced), step=0.01)
    frames = camera.frames()
    paced.give()
    first = next(frames)
    paced.give(20)
    until(lambda: camera.frames_skipped == 19, "all but the newest are left out")
    second = next(frames)
    paced.give()
    third = next(frames)

    assert camera.frames_skipped == 19
    assert second.at - first.at == pytest.approx(20 * 0.01)
    assert third.at - second.at == pytest.approx(0.01)
    camera.close()
    paced.give()  # so that the thread that reads sees it


def test_no_more_pictures_are_given_than_asked_for_and_those_left_out_are_not_called_skipped() -> None:
    camera, frames = paced_frames(fps=5, step=0.04, pictures_between=5)

    gaps = [after.at - before.at for before, after in pairwise(frames)]
    assert min(gaps) >= 0.18
    assert camera.frames_skipped == 0


def test_a_camera_at_just_the_rate_that_is_asked_for_loses_no_picture_to_jitter() -> None:
    _, frames = paced_frames(fps=10, step=0.095, pictures_between=1)

    assert [after.at - before.at for before, after in pairwise(frames)] == pytest.approx([0.095] * 5)


@pytest.mark.parametrize(
    "opener",
    [
        pytest.param(FakeOpener(FakeCamera(0, forever=True, wait=0.01)), id="while pictures come"),
        pytest.param(FakeOpener(), id="while it is away"),
    ],
)
def test_closing_ends_the_frames(opener: FakeOpener) -> None:
    camera = live(opener)
    given: list[Frame] = []
    counting = threading.Thread(target=lambda: given.extend(camera.frames()))
    counting.start()
    until(lambda: opener.tried > 0, "the camera was tried")
    camera.close()
    counting.join(PATIENCE_SECONDS)

    assert not counting.is_alive()


class BrokenCamera(FakeCamera):
    """Raises what nobody expects."""

    def read(self) -> Image:
        raise ZeroDivisionError("in the driver")


def test_a_failure_nobody_expected_reaches_the_thread_that_counts() -> None:
    camera = live(FakeOpener(BrokenCamera(1)))

    with pytest.raises(ZeroDivisionError, match="in the driver"):
        list(camera.frames())


def test_a_camera_that_is_never_there_is_not_knocked_on_all_the_time() -> None:
    tried_at: list[float] = []

    def nobody() -> FakeCamera:
        tried_at.append(time.monotonic())
        raise CameraLost("no route to host")

    camera = LiveCamera("door", nobody, FakeClock(NOON, 0.01), MANY_FPS)
    counting = threading.Thread(target=lambda: list(camera.frames()))
    counting.start()
    until(lambda: len(tried_at) == 2, "it was tried again")
    camera.close()
    counting.join(PATIENCE_SECONDS)

    assert tried_at[1] - tried_at[0] >= 0.8


@pytest.mark.parametrize(
    ("failures", "fault", "seconds"),
    [
        pytest.param(0, Fault.NO_PICTURE, 1.0, id="at first"),
        pytest.param(3, Fault.UNREACHABLE, 8.0, id="after three more"),
        pytest.param(10_000, Fault.UNREACHABLE, 60.0, id="after a week"),
        pytest.param(0, Fault.WRONG_CREDENTIALS, 120.0, id="a wrong password, lest the camera lock us out"),
    ],
)
def test_the_wait_grows_to_a_bound_and_is_left_to_chance_by_a_fifth(
    failures: int, fault: Fault, seconds: float
) -> None:
    waits = [Waits().after(failures, fault, jitter) for jitter in (0.0, 0.5, 1.0)]
    assert waits == pytest.approx([0.8 * seconds, seconds, 1.2 * seconds])


class HangingCamera(FakeCamera):
    """A driver whose call does not return until it is let go."""

    def __init__(self) -> None:
        super().__init__(0)
        self.let_go = threading.Event()

    def read(self) -> Image:
        self.let_go.wait(PATIENCE_SECONDS)
        return picture()


def test_a_driver_that_hangs_is_said_while_it_hangs_and_heals_when_it_goes_on() -> None:
    hanging = HangingCamera()
    camera = LiveCamera(
        "door",
        FakeOpener(hanging),
        FakeClock(NOON, 1.0),
        MANY_FPS,
        waits=Waits(stall_seconds=0.5, hang_seconds=1.0),
    )
    given: list[Frame] = []
    counting = threading.Thread(target=lambda: given.extend(camera.frames()))
    counting.start()
    until(lambda: camera.fault is Fault.SILENT, "the stall is noticed")
    assert "neither picture nor error for" in camera.trouble
    until(lambda: camera.hangs, "it is given up")
    hanging.let_go.set()
    until(lambda: len(given) > 0, "a picture comes")
    until(lambda: camera.trouble == "" and not camera.hangs, "it heals")
    camera.close()
    counting.join(PATIENCE_SECONDS)
