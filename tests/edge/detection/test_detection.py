from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.assets import find, load_manifest
from edge.detection import Detector, open_detector
from edge.detection.distinct import distinct
from edge.detection.opening import BACKENDS
from edge.detection.rtmdet import PAD, STRIDE, letterbox
from edge.errors import EdgeError
from edge.people import Detections, Image
from tests.edge.cast import DEMO, picture

# A picture of the demo clip, looked at by eye: where the boxes of those in it stand (x0, y0, x1, y1).
FRAME = 150
IN_THE_MIDDLE = (279, 94, 326, 216)
EVERYBODY = [IN_THE_MIDDLE, (330, 107, 371, 203), (109, 110, 161, 225), (300, 49, 326, 113)]


@cache
def frame() -> Image:
    video = cv2.VideoCapture(str(DEMO))
    try:
        for _ in range(FRAME):
            video.grab()
        return np.asarray(video.read()[1], np.uint8)
    finally:
        video.release()


@cache
def opened(name: str) -> Detector:
    """A detector with its real weights."""
    asset = load_manifest().models[name]
    found = find(asset)
    if found is None:
        pytest.skip(f"{name} is not on this machine; FOOTFALL_ASSETS can name a folder that holds it")
    return open_detector(asset.backend, found.path, width=asset.width, threads=1)


def overlap(first: Sequence[float], second: Sequence[float]) -> float:
    """Intersection over union of two boxes."""
    wide = min(first[2], second[2]) - max(first[0], second[0])
    high = min(first[3], second[3]) - max(first[1], second[1])
    shared = max(wide, 0.0) * max(high, 0.0)
    areas = [(one[2] - one[0]) * (one[3] - one[1]) for one in (first, second)]
    return shared / (sum(areas) - shared)


def surely(detector: Detector, image: Image) -> Detections:
    """Those whom a detector is sure of."""
    found = detector.detect(image)
    sure = found.scores >= detector.sure_score
    return Detections(found.boxes[sure], found.scores[sure], found.feet[sure])


both = pytest.mark.parametrize("name", ["rtmdet-nano-person", "person-v0"])


def test_rtmdet_finds_everybody_in_a_picture_where_they_stand() -> None:
    found = surely(opened("rtmdet-nano-person"), frame())

    assert len(found) == len(EVERYBODY)
    for person in EVERYBODY:
        assert max(overlap(person, box) for box in found.boxes.tolist()) > 0.7


def test_our_own_network_finds_the_person_in_the_middle() -> None:
    found = surely(opened("person-v0"), frame())
    overlaps = [overlap(IN_THE_MIDDLE, box) for box in found.boxes.tolist()]

    assert max(overlaps) > 0.7
    x, y = found.feet[int(np.argmax(overlaps))]
    assert x == pytest.approx(304, abs=8)
    assert y == pytest.approx(216, abs=8)


@both
@pytest.mark.parametrize("scale", [0.6, 1.0, 2.0])
def test_places_are_in_pixels_of_the_picture_whatever_its_size(name: str, scale: float) -> None:
    height, width = frame().shape[:2]
    image = np.asarray(cv2.resize(frame(), (round(width * scale), round(height * scale))), np.uint8)
    found = opened(name).detect(image)

    best = max(found.boxes.tolist(), key=lambda box: overlap([x * scale for x in IN_THE_MIDDLE], box))
    assert [side / scale for side in best] == pytest.approx(IN_THE_MIDDLE, abs=9)


@both
def test_a_portrait_picture_is_read_too(name: str) -> None:
    x = 180
    found = opened(name).detect(np.ascontiguousarray(frame()[:, x : x + 240]))

    assert max(overlap(IN_THE_MIDDLE, [b[0] + x, b[1], b[2] + x, b[3]]) for b in found.boxes.tolist()) > 0.6


@both
def test_an_empty_room_holds_nobody(name: str) -> None:
    found = surely(opened(name), picture(127))

    assert len(found) == 0
    assert (found.boxes.shape, found.feet.shape) == ((0, 4), (0, 2))


@both
def test_the_same_picture_gives_the_same_answer(name: str) -> None:
    first, second = (opened(name).detect(frame()) for _ in range(2))

    assert first.boxes.tolist() == second.boxes.tolist()
    assert first.scores.tolist() == second.scores.tolist()


@pytest.mark.parametrize(
    ("wide", "high", "longest", "expected"),
    [
        pytest.param(768, 576, 416, (416, 320), id="4:3"),
        pytest.param(640, 360, 416, (416, 256), id="16:9 is padded below"),
        pytest.param(360, 640, 416, (256, 416), id="portrait is padded at the right"),
        pytest.param(320, 320, 320, (320, 320), id="square, as it is"),
        pytest.param(100, 50, 416, (416, 224), id="small pictures grow"),
        pytest.param(3840, 2160, 416, (416, 256), id="4K"),
        pytest.param(1000, 3, 416, (416, 32), id="a strip"),
    ],
)
def test_the_letterbox_keeps_the_shape_and_maps_back(
    wide: int, high: int, longest: int, expected: tuple[int, int]
) -> None:
    image = picture(200, wide=wide, high=high)
    image[:, wide // 2 :] = 50
    padded, scale = letterbox(image, longest)

    assert (padded.shape[1], padded.shape[0]) == expected
    assert not [side for side in padded.shape[:2] if side % STRIDE]
    filled = padded[0, :, 0] != PAD
    assert filled.sum() / scale == pytest.approx(wide, rel=0.01)
    edge = int(np.argmax(padded[0, :, 0] < 125))
    assert edge / scale == pytest.approx(wide / 2, abs=1.5 / scale)
    assert (padded[:, :, 0] != PAD)[:, 0].sum() / scale == pytest.approx(high, abs=1 / scale)


def test_of_boxes_that_overlap_too_much_the_first_is_kept() -> None:
    boxes = np.array([(0, 0, 10, 10), (1, 0, 11, 10), (8, 0, 18, 10), (50, 50, 60, 60)], np.float32)

    assert distinct(boxes) == [0, 2, 3]


@pytest.mark.parametrize("backend", ["rtmdet-onnx", "centrepoint-onnx"])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"these are no weights", id="text"),
        pytest.param((DEMO.parent / "person_v0.onnx").read_bytes()[:100_000], id="broken off"),
    ],
)
def test_a_damaged_network_is_said_with_its_path_and_a_remedy(
    content: bytes, backend: str, tmp_path: Path
) -> None:
    path = tmp_path / "weights.onnx"
    path.write_bytes(content)

    with pytest.raises(EdgeError, match="cannot be read as an ONNX network") as caught:
        open_detector(backend, path, width=416, threads=1)

    assert str(path) in str(caught.value)
    assert "model verify" in caught.value.hint


def test_an_unknown_backend_is_said_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match="'yolo'") as caught:
        open_detector("yolo", tmp_path, width=416, threads=1)

    assert caught.value.hint == f"known: {', '.join(sorted(BACKENDS))}"
