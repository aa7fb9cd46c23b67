"""A camera's view decides what finds people, and the run says it honestly."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from edge.assembly import BackgroundModel, choose_detector, choose_model, open_chosen
from edge.config import CameraSettings, EdgeSettings
from edge.detection import Framed, OverheadBackground

LINES = [{"id": "door", "points": [[0.2, 0.5], [0.8, 0.5]], "arrow": [[0.5, 0.3], [0.5, 0.7]]}]
OVERHEAD = {"source": "usb:0", "view": "overhead", "lines": LINES}


def test_an_overhead_camera_needs_no_weights_and_says_so() -> None:
    camera = CameraSettings.model_validate(OVERHEAD)
    chosen = choose_detector(camera, "no-such-model")
    assert isinstance(chosen, BackgroundModel)
    assert "detector background model, no weights" in chosen.in_words
    assert chosen.card.name == "overhead-background"
    assert chosen.card.licence == "Apache-2.0 (footfall)"
    assert chosen.card.average_precision is None


def test_an_overhead_camera_gets_its_persons_size() -> None:
    camera = CameraSettings.model_validate(OVERHEAD | {"person_size": 0.12})
    settings = EdgeSettings(store="shop", device="door-1", cameras={"ceiling": camera})
    detector = open_chosen(BackgroundModel(), settings, camera)
    assert isinstance(detector, OverheadBackground)
    assert detector.person_size == 0.12


def test_a_person_size_without_the_overhead_view_is_refused() -> None:
    with pytest.raises(ValidationError, match="person_size belongs to view"):
        CameraSettings.model_validate(OVERHEAD | {"view": "oblique", "person_size": 0.12})


def test_a_person_height_with_the_overhead_view_is_refused() -> None:
    with pytest.raises(ValidationError, match="person_height belongs to view"):
        CameraSettings.model_validate(OVERHEAD | {"person_height": 0.2})


OBLIQUE = {"source": "usb:0", "lines": LINES}


@pytest.mark.parametrize(
    ("camera", "detector", "framed"),
    [
        pytest.param(OBLIQUE, {}, True, id="nothing said: learned"),
        pytest.param(OBLIQUE | {"person_height": 0.2}, {}, True, id="people's height given"),
        pytest.param(OBLIQUE, {"width": 640}, False, id="a width asked for: the whole picture"),
        pytest.param(OBLIQUE | {"person_height": 0.2}, {"width": 640}, True, id="both: the height decides"),
    ],
)
def test_what_the_network_looks_at_follows_from_the_settings(
    camera: dict[str, object], detector: dict[str, object], framed: bool
) -> None:
    settings = EdgeSettings.model_validate(
        {"store": "shop", "device": "door-1", "detector": detector, "cameras": {"door": camera}}
    )
    view = settings.cameras["door"]
    opened = open_chosen(choose_model("person-v0"), settings, view)

    assert isinstance(opened, Framed) is framed
    if isinstance(opened, Framed):
        assert opened.person_height == view.person_height
