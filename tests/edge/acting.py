"""A small shop in which people walk as a script says: real tracking and counting, boxes made by hand."""

from __future__ import annotations

from itertools import pairwise

from edge.capture import Frame
from edge.config import CameraSettings
from edge.people import Detections, Image
from tests.edge.cast import NOON, box, picture, seen

WIDE, HIGH = 640, 480

Waypoint = tuple[float, float, float]
"""Seconds after noon, x and y of the feet in pixels; straight and evenly from one to the next."""


def shares(*places: tuple[float, float]) -> list[tuple[float, float]]:
    """Pixels as a configuration has them."""
    return [(x / WIDE, y / HIGH) for x, y in places]


def rectangle(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    """Its corners as a configuration has them."""
    return shares((left, top), (right, top), (right, bottom), (left, bottom))


SHOP = {
    "source": "usb:0",
    "lines": [
        {"id": "door", "points": shares((200, 250), (440, 250)), "arrow": shares((320, 200), (320, 300))},
        {
            "id": "pavement",
            "kind": "passing",
            "points": shares((100, 120), (100, 230)),
            "arrow": shares((60, 180), (140, 180)),
        },
    ],
    "zones": [{"id": "shelf", "points": rectangle(240, 380, 330, 440)}],
    "queues": [
        {"id": "till", "points": rectangle(480, 390, 600, 470), "service": rectangle(480, 290, 600, 390)}
    ],
    "staff": {
        "origins": [rectangle(20, 380, 110, 470)],
        "badges": ["7000-7999"],
        "readers": {"till-1": rectangle(330, 380, 400, 440)},
    },
    "heatmap": {},
}

PASSER_BY: list[Waypoint] = [(0, 20, 180), (6, 620, 180)]
BROWSER: list[Waypoint] = [(8, 290, 190), (11, 290, 410), (21, 290, 410), (23, 180, 440), (26, 180, 440)]
CUSTOMER: list[Waypoint] = [
    (8, 340, 190),
    (11, 360, 410),
    (13, 540, 430),
    (23, 540, 430),
    (24, 540, 350),
    (29, 540, 350),
]
CLERK: list[Waypoint] = [(10, 60, 430), (14, 60, 430), (17, 225, 440), (21, 225, 190), (22, 225, 150)]

EVERYBODY = (PASSER_BY, BROWSER, CUSTOMER, CLERK)
LASTS_SECONDS = 45.0


def settings(**changes: object) -> CameraSettings:
    """The shop's camera."""
    return CameraSettings.model_validate(SHOP | changes)


def place_at(way: list[Waypoint], seconds: float) -> tuple[float, float] | None:
    """Where somebody is; None before they come and after they have gone."""
    for (begin, x, y), (end, to_x, to_y) in pairwise(way):
        if begin <= seconds <= end:
            share = (seconds - begin) / (end - begin)
            return x + share * (to_x - x), y + share * (to_y - y)
    return None


class ScriptedDetector:
    """Finds everybody where the script has them."""

    sure_score = 0.5

    def __init__(self, ways: tuple[list[Waypoint], ...] = EVERYBODY, begins: float = NOON) -> None:
        self._ways = ways
        self._begins = begins

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        del image
        places = (place_at(way, at - self._begins) for way in self._ways)
        return seen(*(box(*place) for place in places if place))


def film(seconds: float = LASTS_SECONDS, begins: float = NOON) -> list[Frame]:
    """Ten pictures a second."""
    plain = picture(wide=WIDE, high=HIGH)
    return [Frame(plain, begins + number / 10) for number in range(round(10 * seconds))]
