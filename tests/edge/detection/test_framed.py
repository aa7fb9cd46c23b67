"""A detector that learns how tall people are, played by a network that sees squares of white."""

from __future__ import annotations

import logging
from typing import Any

import cv2
import numpy as np
import pytest

from edge.assembly import counted_region
from edge.config import CameraSettings
from edge.detection import Framed, Sight
from edge.detection.body_height import BodyHeight
from edge.people import NOBODY, Detections, Floats, Image
from tests.edge.cast import box, seen

FULL_HD = (1920, 1080)
DOOR = (0.4, 0.5, 0.6, 0.5)
BUDGET = 400_000
OWN_WIDTH = 416


class WhiteBoxes:
    """Finds white upright boxes, if they are large enough in its input; remembers what it was shown."""

    sure_score = 0.5

    def __init__(self, fixed_side: int | None = None) -> None:
        self.sight = Sight(least=28, enough=36, aim=56, most=384, fixed_side=fixed_side)
        self.shown: list[tuple[int, int, float]] = []

    def own_scale(self, width: int, height: int) -> float:
        return (self.sight.fixed_side or OWN_WIDTH) / max(width, height)

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        return self.detect_at(image, self.own_scale(image.shape[1], image.shape[0]))

    def detect_at(self, image: Image, scale: float) -> Detections:
        self.shown.append((image.shape[1], image.shape[0], scale))
        white = (image[..., 0] > 200).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(white)
        boxes = [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h, _ in stats[1:]]
        return seen(*(one for one in boxes if (one[3] - one[1]) * scale >= self.sight.least))


def filmed(tall: int, number: int, size: tuple[int, int] = FULL_HD) -> tuple[Image, tuple[float, ...]]:
    """Somebody so many pixels tall who walks to and fro before the door, and their box."""
    image = np.zeros((size[1], size[0], 3), np.uint8)
    x, y = 800 + (number * 17) % 300, 500
    place = (x, y - tall, x + tall // 3, y)
    image[place[1] : place[3], place[0] : place[2]] = 255
    return image, tuple(map(float, place))


def watched(detector: Framed, tall: int, pictures: int, fps: float = 3.0) -> list[Detections]:
    return [detector.detect(filmed(tall, number)[0], number / fps) for number in range(pictures)]


def small_people(network: WhiteBoxes | None = None, given: float | None = None) -> Framed:
    return Framed(network or WhiteBoxes(), DOOR, given, BUDGET)


def test_people_too_small_for_the_whole_picture_are_learned_and_then_found_in_every_picture() -> None:
    network = WhiteBoxes()
    detector = small_people(network)
    found = watched(detector, 54, 80)

    assert detector.person_height == pytest.approx(0.05, abs=0.001)
    assert detector.framing is not None
    assert not detector.framing.own
    assert [len(one) for one in found[-15:]] == [1] * 15
    width, height, scale = network.shown[-1]
    assert width * height * scale**2 < BUDGET
    assert 54 * scale == pytest.approx(56, abs=1)


def test_while_it_learns_small_people_are_found_three_times_a_second() -> None:
    detector = small_people()
    found = watched(detector, 54, 30, fps=10.0)

    assert detector.framing is None
    assert [len(one) for one in found[3::3]] == [1] * 9
    assert sum(map(len, found)) == 9


def test_boxes_are_in_the_pictures_pixels_before_and_after_it_has_learned() -> None:
    detector = small_people()
    for number in range(80):
        image, place = filmed(54, number)
        for one in detector.detect(image, number / 3).boxes.tolist():
            assert one == pytest.approx(place)


def test_large_people_leave_the_whole_picture_and_one_look_each() -> None:
    network = WhiteBoxes()
    detector = small_people(network)
    watched(detector, 300, 80)
    network.shown.clear()
    watched(detector, 300, 10)

    assert detector.framing is not None
    assert detector.framing.own
    assert network.shown == [(*FULL_HD, OWN_WIDTH / 1920)] * 10


def test_a_given_height_needs_no_learning() -> None:
    network = WhiteBoxes()
    found = watched(small_people(network, given=0.05), 54, 5)

    assert [len(one) for one in found] == [1] * 5
    assert len(network.shown) == 5


def test_a_network_of_fixed_input_finds_small_people_in_tiles_once_each() -> None:
    network = WhiteBoxes(fixed_side=256)
    detector = Framed(network, (0.3, 0.4, 0.7, 0.6), 0.05, BUDGET)
    found = watched(detector, 54, 30)

    assert detector.framing is not None
    assert len(detector.framing.windows) > 1
    assert [len(one) for one in found] == [1] * 30


def test_another_size_of_picture_is_framed_anew() -> None:
    detector = small_people(given=0.05)
    watched(detector, 54, 2)
    before = detector.framing
    detector.detect(np.zeros((540, 960, 3), np.uint8), 1.0)

    assert before is not None
    assert detector.framing is not None
    assert detector.framing.around.x1 <= 960 < before.around.x1


def test_a_recording_is_learned_alike_each_time() -> None:
    first, second = small_people(), small_people()
    for one, other in zip(watched(first, 54, 80), watched(second, 54, 80), strict=True):
        assert one.boxes.tolist() == other.boxes.tolist()
    assert first.framing == second.framing


def test_what_was_learned_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        watched(small_people(), 54, 80)

    [said] = [record.getMessage() for record in caplog.records]
    assert "people are 0.050 of the picture's height here, 56 pixels for the detector" in said
    assert "person_height = 0.050 can keep that" in said


def test_people_who_stay_too_small_are_said_with_a_remedy(caplog: pytest.LogCaptureFixture) -> None:
    everywhere = (0.0, 0.1, 1.0, 1.0)
    detector = Framed(WhiteBoxes(), everywhere, 0.02, 100_000)
    watched(detector, 22, 1)

    assert "pixels high for the detector here; fewer than 28 are found badly" in detector.trouble
    assert "raise detector.most_pixels" in caplog.text


def test_nobody_ever_is_said_so_and_costs_no_second_look() -> None:
    network = WhiteBoxes()
    detector = small_people(network)
    empty = np.zeros((1080, 1920, 3), np.uint8)
    for number in range(100):
        detector.detect(empty, number / 10)

    assert len(network.shown) == 100
    assert "not known yet" in detector.in_words


def test_second_looks_become_rare_where_nobody_is_found() -> None:
    network = WhiteBoxes()
    detector = small_people(network)
    flicker = np.zeros((2, 480, 854, 3), np.uint8)  # of something that is nobody
    flicker[1, :60, :60] = 150
    for number in range(1200):  # ten minutes
        detector.detect(flicker[number % 2], number / 2)

    second_looks = len(network.shown) - 1200
    assert 120 * 2 <= second_looks <= 120 * 2 + 480 / 5 + 10


# Learning by itself


def learned(
    boxes: list[Floats], region: tuple[float, float, float, float] = (0, 0, 640, 480)
) -> float | None:
    height = BodyHeight(region, (640, 480), ample=400)
    for one in boxes:
        height.learn(one)
    return height.pixels


def walking(tall: float, number: int) -> tuple[float, float, float, float]:
    return box(50 + (number * 31) % 500, 300, wide=tall / 2, tall=tall)


def test_a_poster_beside_the_line_is_nobodys_height() -> None:
    poster = box(320, 300, wide=100, tall=250)
    pictures = [seen(walking(80, number), poster).boxes for number in range(100)]

    assert learned(pictures) == pytest.approx(80, abs=1)


def test_too_few_people_teach_nothing() -> None:
    assert learned([seen(walking(80, number)).boxes for number in range(40)]) is None


def test_who_walks_far_from_the_line_teaches_nothing() -> None:
    pictures = [seen(box(50 + number % 7 * 20, 100, tall=40)).boxes for number in range(100)]

    assert learned(pictures, region=(300, 380, 500, 400)) is None


def test_the_smaller_quarter_decides() -> None:
    pictures = [seen(walking(60 if number % 2 else 120, number)).boxes for number in range(200)]

    assert learned(pictures) == pytest.approx(60, abs=1)


# A device


LINES = [{"id": "door", "points": [[0.2, 0.5], [0.8, 0.6]], "arrow": [[0.5, 0.3], [0.5, 0.8]]}]
ZONES = [{"id": "shelf", "points": [[0.1, 0.1], [0.3, 0.1], [0.3, 0.4]]}]


def test_what_is_looked_at_holds_all_lines_and_zones() -> None:
    camera = CameraSettings.model_validate({"source": "usb:0", "lines": LINES, "zones": ZONES})

    assert counted_region(camera) == (0.1, 0.1, 0.8, 0.6)


def test_nobody_at_all_is_no_mistake() -> None:
    assert len(small_people(given=0.05).detect(np.zeros((1080, 1920, 3), np.uint8))) == len(NOBODY)


@pytest.mark.parametrize(
    ("more", "region"),
    [
        pytest.param(
            {
                "queues": [
                    {
                        "id": "tills",
                        "points": [[0.6, 0.7], [0.7, 0.7], [0.7, 0.8]],
                        "service": [[0.8, 0.8], [0.9, 0.8], [0.9, 0.95]],
                    }
                ]
            },
            (0.2, 0.5, 0.9, 0.95),
            id="a queue and where it is served",
        ),
        pytest.param({"heatmap": {}}, (0.0, 0.0, 1.0, 1.0), id="a heatmap: everything"),
        pytest.param(
            {"staff": {"origins": [[[0.0, 0.1], [0.1, 0.1], [0.1, 0.3]]]}},
            (0.0, 0.1, 0.8, 0.6),
            id="where staff come from",
        ),
    ],
)
def test_what_is_looked_at_holds_all_else_that_is_counted(
    more: dict[str, Any], region: tuple[float, float, float, float]
) -> None:
    camera = CameraSettings.model_validate({"source": "usb:0", "lines": LINES, **more})

    assert counted_region(camera) == region
