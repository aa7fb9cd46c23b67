"""Queues, groups, staff, floor and heatmap in the configuration, and every mistake with its remedy."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from edge.config import ConfigError, EdgeSettings, load_settings

EVERYTHING = """
store = "shop"
device = "door-1"
time_zone = "Europe/Berlin"
day_ends = "04:00"

[cameras.shop]
source = "rtsp://192.0.2.1/stream"

[[cameras.shop.lines]]
id = "pavement"
kind = "passing"
points = [[0.0, 0.3], [1.0, 0.3]]
arrow = [[0.5, 0.2], [0.5, 0.4]]

[[cameras.shop.zones]]
id = "till"
points = [[0.1, 0.5], [0.2, 0.5], [0.2, 0.6]]

[[cameras.shop.queues]]
id = "till"
points = [[0.5, 0.5], [0.6, 0.5], [0.6, 0.9], [0.5, 0.9]]
service = [[0.5, 0.4], [0.6, 0.4], [0.6, 0.5], [0.5, 0.5]]

[cameras.shop.groups]
seconds = 2

[cameras.shop.staff]
origins = [[[0.8, 0.1], [0.9, 0.1], [0.9, 0.2], [0.8, 0.2]]]
long_stay_seconds = 1800
badges = ["7000-7999", "42", "staff-*"]

[cameras.shop.staff.readers]
till-1 = [[0.7, 0.4], [0.8, 0.4], [0.8, 0.5], [0.7, 0.5]]

[cameras.shop.floor]
points = [[0.2, 0.4], [0.8, 0.4], [0.95, 0.9], [0.05, 0.9]]
metres = [[0, 0], [6, 0], [6, 4], [0, 4]]

[cameras.shop.heatmap]
cell = 0.25
"""


def loaded(text: str, folder: Path) -> EdgeSettings:
    path = folder / "edge.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def problems(text: str, folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        loaded(text, folder)
    return caught.value.problems


def test_everything_that_can_be_asked_of_a_camera_is_read(tmp_path: Path) -> None:
    settings = loaded(EVERYTHING, tmp_path)
    camera = settings.cameras["shop"]

    assert (settings.zone.key, settings.day_ends) == ("Europe/Berlin", time(4, 0))
    assert camera.lines[0].kind == "passing"
    [queue] = camera.queues
    assert (queue.minimum_stay_seconds, queue.gap_seconds, queue.rejoin_seconds) == (3, 5, 60)
    assert (camera.groups.seconds, camera.groups.metres) == (2, 1.5)
    assert camera.staff
    assert camera.staff.numbers.contains("7001")
    assert list(camera.staff.readers) == ["till-1"]
    assert camera.heat_cell == 0.25


def test_paths_are_told_where_there_is_a_zone_and_something_else(tmp_path: Path) -> None:
    entrance = EVERYTHING.replace('kind = "passing"', "")
    off = entrance.replace("[[cameras.shop.lines]]", "paths_within_seconds = 0\n[[cameras.shop.lines]]", 1)
    asked = [loaded(text, tmp_path).cameras["shop"].tells_paths for text in (EVERYTHING, entrance, off)]

    assert asked == [False, True, False]


def test_a_queue_and_a_zone_may_share_a_name(tmp_path: Path) -> None:
    camera = loaded(EVERYTHING, tmp_path).cameras["shop"]

    assert camera.zones[0].id == camera.queues[0].id


@pytest.mark.parametrize(
    ("without", "cell"),
    [
        pytest.param("cell = 0.25", 0.5, id="half a metre where the floor is known"),
        pytest.param(
            EVERYTHING[EVERYTHING.index("[cameras.shop.floor]") :], 1 / 32, id="else 1/32 of the width"
        ),
    ],
)
def test_a_heatmap_that_says_nothing_has_cells_that_fit(without: str, cell: float, tmp_path: Path) -> None:
    text = EVERYTHING.replace(without, "")
    if "[cameras.shop.heatmap]" not in text:
        text += "[cameras.shop.heatmap]\n"

    assert loaded(text, tmp_path).cameras["shop"].heat_cell == cell


@pytest.mark.parametrize("written", ['"04:00"', "04:00:00", '"04:00:00"'])
def test_the_end_of_the_day_may_be_text_or_a_time_of_toml(written: str, tmp_path: Path) -> None:
    settings = loaded(EVERYTHING.replace('"04:00"', written), tmp_path)

    assert settings.day_ends == time(4, 0)


CAMERA = "cameras.shop"
QUEUE, STAFF, FLOOR = f"{CAMERA}.queues[0]", f"{CAMERA}.staff", f"{CAMERA}.floor"
QUEUE_POINTS = "points = [[0.5, 0.5], [0.6, 0.5], [0.6, 0.9], [0.5, 0.9]]"
SERVICE = "service = [[0.5, 0.4], [0.6, 0.4], [0.6, 0.5], [0.5, 0.5]]"
ORIGINS = "origins = [[[0.8, 0.1], [0.9, 0.1], [0.9, 0.2], [0.8, 0.2]]]"
BADGES = 'badges = ["7000-7999", "42", "staff-*"]'
READERS = EVERYTHING[
    EVERYTHING.index("[cameras.shop.staff.readers]") : EVERYTHING.index("[cameras.shop.floor]")
]
FLOOR_POINTS = "points = [[0.2, 0.4], [0.8, 0.4], [0.95, 0.9], [0.05, 0.9]]"
FLOOR_METRES = "metres = [[0, 0], [6, 0], [6, 4], [0, 4]]"
WHOLE_FLOOR = f"[cameras.shop.floor]\n{FLOOR_POINTS}\n{FLOOR_METRES}\n"
WHOLE_STAFF = EVERYTHING[EVERYTHING.index("[cameras.shop.staff]") : EVERYTHING.index("[cameras.shop.floor]")]


@pytest.mark.parametrize(
    ("good", "bad", "place", "remedy"),
    [
        pytest.param(
            '"Europe/Berlin"', '"Berlin"', "time_zone", "its IANA name, such as Europe/Berlin", id="no zone"
        ),
        pytest.param(
            '"Europe/Berlin"', '"Europe"', "time_zone", "its IANA name", id="part of the world for a zone"
        ),
        pytest.param(
            '"Europe/Berlin"', '"../zone"', "time_zone", "its IANA name", id="a path for a time zone"
        ),
        pytest.param('"04:00"', '"4 am"', "day_ends", 'write it as "HH:MM"', id="no time of day"),
        pytest.param('"04:00"', '"24:30"', "day_ends", 'write it as "HH:MM"', id="no such time of day"),
        pytest.param('"04:00"', '"04:00:30"', "day_ends", "full minute", id="end of the day with seconds"),
        pytest.param(
            '"04:00"', '"04:00+02:00"', "day_ends", "local time", id="end of the day with an offset"
        ),
        pytest.param(
            '"passing"', '"pavement"', f"{CAMERA}.lines[0].kind", "'entrance' or 'passing'", id="kind"
        ),
        pytest.param(
            "[0.0, 0.3]", "[-0.1, 0.3]", f"{CAMERA}.lines[0].points[0][0]", "x lies outside", id="line"
        ),
        pytest.param(
            "arrow = [[0.5, 0.2]",
            "arrow = [[0.5, 1.2]",
            f"{CAMERA}.lines[0].arrow[0][1]",
            "y lies",
            id="arrow",
        ),
        pytest.param(
            "arrow = [[0.5, 0.2], [0.5, 0.4]]",
            "arrow = [[0.5, 0.2]]",
            f"{CAMERA}.lines[0].arrow[1]",
            "is missing",
            id="arrow of one place",
        ),
        pytest.param(SERVICE, "", f"{QUEUE}.service", "is missing", id="queue without a place of service"),
        pytest.param(
            QUEUE_POINTS,
            "points = [[0.5, 0.5], [0.6, 0.9], [0.6, 0.5], [0.5, 0.9]]",
            f"{QUEUE}.points",
            "give the corners in order around",
            id="queue that crosses itself",
        ),
        pytest.param(
            SERVICE,
            "service = [[0.5, 0.4], [0.6, 0.5], [0.6, 0.4], [0.5, 0.5]]",
            f"{QUEUE}.service",
            "give the corners in order around",
            id="service that crosses itself",
        ),
        pytest.param(
            SERVICE,
            "service = [[0.5, 0.4], [0.55, 0.4], [0.6, 0.4]]",
            f"{QUEUE}.service",
            "draw them around a piece of floor",
            id="service without area",
        ),
        pytest.param(
            SERVICE, "service = [[0.5, 0.4], [0.6, 0.4]]", f"{QUEUE}.service", "at least 3", id="two corners"
        ),
        pytest.param(
            SERVICE,
            "service = [[500, 400], [0.6, 0.4], [0.6, 0.5]]",
            f"{QUEUE}.service[0][0]",
            "divide pixels",
            id="service in pixels",
        ),
        pytest.param(
            SERVICE, SERVICE + "\ngap_seconds = -1", f"{QUEUE}.gap_seconds", "greater than", id="gap"
        ),
        pytest.param(
            SERVICE,
            SERVICE + "\nrejoin = 5",
            f"{QUEUE}.rejoin",
            "did you mean 'rejoin_seconds'?",
            id="misspelt",
        ),
        pytest.param(
            "[cameras.shop.groups]",
            f'[[cameras.shop.queues]]\nid = "till"\n{QUEUE_POINTS}\n{SERVICE}\n[cameras.shop.groups]',
            CAMERA,
            "queue 'till' stands twice; give each its own id",
            id="two queues of one name",
        ),
        pytest.param("seconds = 2", "seconds = 0", f"{CAMERA}.groups.seconds", "greater than 0", id="groups"),
        pytest.param(
            "seconds = 2", "second = 2", f"{CAMERA}.groups.second", "did you mean 'seconds'?", id="typo"
        ),
        pytest.param(
            ORIGINS,
            "origins = [[[0.8, 0.1], [0.9, 0.2], [0.9, 0.1], [0.8, 0.2]]]",
            f"{STAFF}.origins[0]",
            "give the corners in order around",
            id="origin that crosses itself",
        ),
        pytest.param(
            ORIGINS,
            "origins = [[[0.8, 0.1], [0.9, 1.1], [0.9, 0.2]]]",
            f"{STAFF}.origins[0][1][1]",
            "y lies outside the picture",
            id="origin outside the picture",
        ),
        pytest.param(
            "long_stay_seconds = 1800",
            "long_stay_seconds = 5",
            f"{STAFF}.long_stay_seconds",
            "greater than or equal to 60",
            id="a long stay of five seconds",
        ),
        pytest.param(
            "long_stay_seconds",
            "longstay_seconds",
            f"{STAFF}.longstay_seconds",
            "did you mean",
            id="staff typo",
        ),
        pytest.param(
            BADGES,
            'badges = ["7000-"]',
            f"{STAFF}.badges",
            "'7000-' is no badge number, range",
            id="half a range",
        ),
        pytest.param(
            BADGES,
            'badges = ["9-7"]',
            f"{STAFF}.badges",
            "'9-7' ends before it begins; write the lower",
            id="back",
        ),
        pytest.param(
            READERS, "", STAFF, "say where the user of each reader stands", id="badges and no reader"
        ),
        pytest.param(BADGES, "", STAFF, "say which numbers are staff's", id="readers and no badges"),
        pytest.param(
            WHOLE_STAFF,
            "[cameras.shop.staff]\n",
            STAFF,
            "nobody can be known as staff",
            id="staff, but no way",
        ),
        pytest.param(
            "till-1 =", "Till_1 =", f"{STAFF}.readers.Till_1", "only a-z, 0-9 and '-'", id="reader's id"
        ),
        pytest.param(
            "till-1 = [[0.7, 0.4], [0.8, 0.4], [0.8, 0.5], [0.7, 0.5]]",
            "till-1 = [[0.7, 0.4], [0.8, 0.5], [0.8, 0.4], [0.7, 0.5]]",
            f"{STAFF}.readers.till-1",
            "give the corners in order around",
            id="reader whose area crosses itself",
        ),
        pytest.param(FLOOR_METRES, "", f"{FLOOR}.metres", "is missing", id="floor without metres"),
        pytest.param(
            FLOOR_METRES,
            "metres = [[0, 0, 0], [6, 0], [6, 4], [0, 4]]",
            f"{FLOOR}.metres[0]",
            "at most 2",
            id="heights on the floor",
        ),
        pytest.param(
            FLOOR_POINTS,
            "points = [[200, 400], [0.8, 0.4], [0.95, 0.9], [0.05, 0.9]]",
            f"{FLOOR}.points[0][0]",
            "divide pixels",
            id="floor in pixels",
        ),
        pytest.param("cell = 0.25", "cell = 0", f"{CAMERA}.heatmap.cell", "greater than 0", id="no cell"),
        pytest.param(
            "cell = 0.25", "cell = 50", CAMERA, "metres on the floor", id="cells as large as a shop"
        ),
        pytest.param(
            WHOLE_FLOOR + "\n[cameras.shop.heatmap]\ncell = 0.25",
            "[cameras.shop.heatmap]\ncell = 2",
            CAMERA,
            "shares of the picture's width",
            id="cells in metres without a floor",
        ),
    ],
)
def test_a_mistake_is_said_with_its_place_and_what_to_do(
    good: str, bad: str, place: str, remedy: str, tmp_path: Path
) -> None:
    assert good in EVERYTHING
    said = problems(EVERYTHING.replace(good, bad, 1), tmp_path)

    matching = [problem for problem in said if problem.startswith(f"{place}: ") and remedy in problem]
    assert len(matching) == 1, said


def test_a_heatmap_alone_is_worth_a_camera(tmp_path: Path) -> None:
    text = EVERYTHING[: EVERYTHING.index("[[cameras.shop.lines]]")] + "[cameras.shop.heatmap]\n"

    assert loaded(text, tmp_path).cameras["shop"].heat_cell == 1 / 32
