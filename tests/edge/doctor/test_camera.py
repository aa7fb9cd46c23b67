from __future__ import annotations

import numpy as np
import pytest

from edge.capture import LiveCamera
from edge.doctor import Verdict, camera
from edge.doctor.camera import Seen
from edge.people import Image
from tests.edge.cast import FakeCamera, FakeClock, FakeDetector, FakeOpener, picture


def test_a_camera_that_gives_pictures_is_watched_for_a_while() -> None:
    opener = FakeOpener(FakeCamera(0, forever=True, wait=0.001))
    seen = camera.watch(LiveCamera("door", opener, FakeClock(step=0.05), 100), 2.0, 5.0)
    assert seen
    assert seen.image.shape == picture().shape
    assert 1 < seen.fps < 21


def test_a_camera_that_is_lost_is_given_up_at_once_with_its_reason() -> None:
    door = LiveCamera("door", FakeOpener(), FakeClock(), 100)
    assert camera.watch(door, 2.0, 60.0) is None
    assert door.trouble == "no route to host"


def bright() -> Image:
    return picture(150)


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        pytest.param(Seen(bright(), 9.7), [("camera", Verdict.FINE)], id="well"),
        pytest.param(Seen(bright(), 7.9), [("camera", Verdict.WARNING)], id="too few pictures"),
        pytest.param(
            Seen(picture(10), 10.0), [("camera", Verdict.FINE), ("view", Verdict.WARNING)], id="too dark"
        ),
    ],
)
def test_pictures_are_judged_by_their_number_and_light(seen: Seen, found: list[tuple[str, Verdict]]) -> None:
    findings = list(camera.pictures("door", seen, 10.0))
    assert [(finding.check, finding.verdict) for finding in findings] == found
    assert "320×240" in findings[0].sentence


@pytest.mark.parametrize(("seconds", "verdict"), [(0.05, Verdict.FINE), (0.2, Verdict.WARNING)])
def test_detection_has_to_keep_up_with_the_pictures_that_are_asked_for(
    seconds: float, verdict: Verdict
) -> None:
    finding = camera.speed(
        "door", FakeDetector(), np.zeros((24, 32, 3), np.uint8), 10.0, FakeClock(step=seconds)
    )
    assert finding.verdict is verdict
    assert f"{seconds * 1000:.0f} ms" in finding.sentence
