"""Whether a camera's process is alive is told by its work."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from edge.pulse import STUCK_SECONDS, Pulse


@dataclass
class SomeWork:
    frames_done: int = 0
    busy_since: float | None = None


LATER = STUCK_SECONDS + 1


@pytest.mark.parametrize(
    ("work", "trouble", "alive"),
    [
        pytest.param(SomeWork(1), "", True, id="pictures are finished"),
        pytest.param(SomeWork(0), "", False, id="no picture comes, and nobody says why"),
        pytest.param(SomeWork(0), "cannot be opened", True, id="the camera is known to be lost"),
        pytest.param(SomeWork(0, 0.5), "cannot be opened", False, id="a picture is never finished"),
        pytest.param(SomeWork(0, LATER - 1), "", True, id="a picture is in work"),
        pytest.param(SomeWork(0, 0.5), "", False, id="the detector hangs"),
    ],
)
def test_who_finishes_pictures_or_waits_for_a_lost_camera_is_alive(
    work: SomeWork, trouble: str, alive: bool
) -> None:
    pulse = Pulse(began_at=0.0)
    assert pulse.is_alive(SomeWork(), "", 0.0)
    assert pulse.is_alive(work, trouble, LATER) is alive


def test_each_finished_picture_gives_more_time() -> None:
    pulse, work = Pulse(began_at=0.0), SomeWork()
    for second in range(0, 300, 30):
        work.frames_done += 1
        assert pulse.is_alive(work, "", float(second))
    assert pulse.is_alive(work, "", 270 + STUCK_SECONDS - 1)
    assert not pulse.is_alive(work, "", 270 + STUCK_SECONDS)
