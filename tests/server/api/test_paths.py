"""Where people went next, as JSON and as a table, with what is too little to say left unsaid."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.api.path_shapes import CameraPathsShape, LeavingShape, PathsShape, StopShape, WayShape
from server.api.path_words import with_sentences
from server.api.suppressing import paths_without_small
from server.config import Settings
from server.metrics.ratios import wilson
from tests.server.asking import Asking, asking
from tests.server.filling import CAMERA, DEVICE, NOON, STORE, fill, settings_for
from tests.server.walking import MINUTE, MORNING, quiet, walked

PATHS = f"/api/v1/stores/{STORE}/paths"


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    """A morning in one minute, and three quiet ones after it."""
    settings = settings_for(tmp_path)
    minutes = [walked(NOON - 4 * MINUTE, MORNING), *(quiet(NOON - n * MINUTE) for n in (3, 2, 1))]
    fill(settings, minutes, NOON)
    return settings


@pytest.fixture
def ask(shop: Settings) -> Asking:
    return asking(shop, NOON)


def only_camera(answer: dict[str, Any]) -> dict[str, Any]:
    (camera,) = answer["cameras"]
    found: dict[str, Any] = camera
    return found


def test_each_way_is_a_share_of_all_who_left_its_stop(ask: Asking) -> None:
    camera = only_camera(ask.get(PATHS).json())
    came_in, gifts, tea, _ = camera["leaving"]
    bounds = wilson(24, 40)

    assert (camera["device"], camera["camera"]) == (DEVICE, CAMERA)
    assert (came_in["stop"], came_in["people"], came_in["unseen"]) == (
        {"stop": "in:main", "kind": "in", "id": "main", "name": "main"},
        40,
        10,
    )
    assert bounds
    assert came_in["ways"][0] == {
        "to": {"stop": "tea", "kind": "zone", "id": "tea", "name": "Tea shelf"},
        "people": 24,
        "share": {
            "numerator": 24,
            "denominator": 40,
            "value": 0.6,
            "low": bounds.low,
            "high": bounds.high,
            "enough": True,
        },
        "suppressed": False,
    }
    assert [(way["to"]["stop"], way["people"]) for way in tea["ways"]] == [
        ("gifts", 12),
        ("out:main", 9),
        ("tea", 2),
    ]
    assert not gifts["ways"][0]["share"]["enough"]


def test_the_most_taken_ways_are_said_where_enough_people_left(ask: Asking) -> None:
    assert ask.get(PATHS).json()["sentences"] == [
        "Of those who came in by main, 24 of 40 went to Tea shelf first (60\xa0%, likely 45 to 74\xa0%).",
        "After Tea shelf, 12 of 30 went to Gifts next (40\xa0%, likely 25 to 58\xa0%).",
    ]


def test_it_is_said_in_how_much_of_the_time_paths_were_told(shop: Settings) -> None:
    fill(shop, [walked(NOON - n * MINUTE) for n in (9, 8, 7, 6)], NOON)
    camera = only_camera(asking(shop, NOON).get(PATHS).json())

    assert (camera["watched_seconds"], camera["told_share"]) == (480.0, 0.5)


def test_a_range_has_only_what_began_in_it(ask: Asking) -> None:
    answer = ask.get(PATHS, params={"begin": "2026-03-03T10:57:00Z", "end": "2026-03-03T11:00:00Z"}).json()
    assert only_camera(answer)["leaving"] == []
    assert answer["sentences"] == []


def test_where_no_camera_tells_of_paths_there_is_none_and_not_nobody(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    fill(settings, [walked(NOON - MINUTE)], NOON)
    assert asking(settings, NOON).get(PATHS).json()["cameras"] == []


def test_two_cameras_keep_their_ways_apart(shop: Settings) -> None:
    fill(shop, [walked(NOON - MINUTE, {("tea", "gifts"): 3}, camera="hall")], NOON)
    door, hall = asking(shop, NOON).get(PATHS).json()["cameras"]

    assert (door["camera"], hall["camera"]) == (CAMERA, "hall")
    assert [leaving["unseen"] for leaving in hall["leaving"]] == [40, 18, 27, 31]


def test_three_years_can_be_asked_for_at_once_and_four_cannot(ask: Asking) -> None:
    assert ask.get(PATHS, params={"begin": "2023-03-04", "end": "2026-03-04"}).status_code == 200
    assert ask.get(PATHS, params={"begin": "2022-03-04", "end": "2026-03-04"}).status_code == 422


def test_the_table_has_a_row_for_each_way_and_one_for_those_not_seen_again(ask: Asking) -> None:
    answer = ask.get(PATHS, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    camera = only_camera(ask.get(PATHS).json())
    ways = sum(len(leaving["ways"]) for leaving in camera["leaving"])

    assert len(rows) == ways + len(camera["leaving"])
    tea = [row for row in rows if row["from"] == "tea"]
    assert [(row["to"], row["people"], row["left"]) for row in tea] == [
        ("gifts", "12", "30"),
        ("out:main", "9", "30"),
        ("tea", "2", "30"),
        ("", "7", "30"),
    ]
    assert (tea[0]["share"], tea[0]["share_enough"], tea[0]["to_name"]) == ("0.4", "true", "Gifts")
    assert sum(int(row["people"]) for row in tea) == 30


def test_ways_of_few_people_are_left_out_for_those_who_ask_so(shop: Settings) -> None:
    careful = asking(shop.model_copy(update={"suppress_below": 5}), NOON).get(PATHS).json()
    _, _, tea, _ = only_camera(careful)["leaving"]
    told = {way["to"]["stop"]: way["people"] for way in tea["ways"]}

    # Two came back; alone they would be all who left less the others.
    assert told == {"gifts": 12, "out:main": 9, "tea": None}
    assert tea["unseen"] is None
    assert [way["suppressed"] for way in tea["ways"]] == [False, False, True]


def stop(name: str) -> StopShape:
    return StopShape(stop=name, kind="zone", id=name, name=name)


def leaving(ways: list[int], unseen: int) -> LeavingShape:
    return LeavingShape(
        stop=stop("tea"),
        people=sum(ways) + unseen,
        ways=[WayShape(to=stop(f"z{n}"), people=people, share=None) for n, people in enumerate(ways)],
        unseen=unseen,
    )


def shape(one: LeavingShape) -> PathsShape:
    camera = CameraPathsShape(device="d", camera="c", watched_seconds=60.0, told_share=1.0, leaving=[one])
    return PathsShape(
        store=STORE, name="", time_zone="UTC", begin=NOON, end=NOON + timedelta(days=1), least_visitors=20,
        cameras=[camera], sentences=[],
    )  # fmt: skip


@given(st.lists(st.integers(1, 12), max_size=5), st.integers(0, 12), st.integers(2, 8))
def test_nothing_of_few_people_is_told_or_left_to_be_reckoned(
    ways: list[int], unseen: int, least: int
) -> None:
    (camera,) = paths_without_small(shape(leaving(ways, unseen)), least).cameras
    (one,) = camera.leaving
    told = [way.people for way in one.ways] + [one.unseen]
    known = [people for people in told if people is not None]

    assert not any(0 < people < least for people in known)
    if one.suppressed:
        assert sum(ways) + unseen < least
        assert (one.people, one.ways) == (None, [])
        return
    hidden = sorted(people for people, shown in zip([*ways, unseen], told, strict=True) if shown is None)
    assert one.people == sum(ways) + unseen
    assert len(hidden) != 1


def test_what_is_left_out_stands_in_no_sentence() -> None:
    said = with_sentences(paths_without_small(shape(leaving([3, 2], 30)), 5))
    assert said.sentences == []
