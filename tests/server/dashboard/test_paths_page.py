"""The page of where people go next: the API's figures, a picture of them, and words where there are none."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from server.api.path_shapes import CameraPathsShape, LeavingShape, StopShape, WayShape
from server.config import Settings
from server.dashboard.path_picture import UNSEEN, path_picture
from server.metrics.glossary import GLOSSARY
from server.metrics.paths import Stop
from tests.server.asking import Asking, asking
from tests.server.dashboard.page import Page, read
from tests.server.dashboard.test_in_browser import opened, serving, sideways
from tests.server.filling import NOON, STORE, berlin_store, fill, settings_for
from tests.server.walking import MINUTE, MORNING, walked

PATHS = f"/stores/{STORE}/paths"


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    long_name = {"tea": {"name": "Tea and herbs from all over the world"}, "gifts": {"name": "Gifts"}}
    settings = settings_for(tmp_path, **{STORE: berlin_store(zones=long_name)})
    fill(settings, [walked(NOON - MINUTE, MORNING)], NOON)
    return settings


@pytest.fixture
def ask(shop: Settings) -> Asking:
    return asking(shop, NOON)


def shown(ask: Asking, **asked: str) -> Page:
    answer = ask.get(PATHS, params=asked)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def people(page: Page) -> list[str]:
    return [one.attributes["data-value"] for one in page.all("td", data_metric="path_people")]


def test_the_figures_are_those_of_the_api(ask: Asking) -> None:
    (camera,) = ask.get(f"/api/v1{PATHS}").json()["cameras"]
    page = shown(ask)

    assert people(page) == [str(way["people"]) for one in camera["leaving"] for way in one["ways"]]
    assert [one.attributes["data-value"] for one in page.all("span", data_metric="left")] == [
        "40",
        "18",
        "30",
    ]
    assert "24 of 40 went to Tea and herbs" in page.all("ul", id="said")[0].text


def test_a_period_without_data_says_so_and_not_nobody(ask: Asking) -> None:
    for kind in ("day", "week", "month", "4-5-4"):
        assert people(shown(ask, kind=kind))
    empty = shown(ask, day="2025-06-01")
    assert people(empty) == []
    assert "no data" in empty.all("p", id="no-paths")[0].text


def test_of_few_people_nothing_is_said(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, **{STORE: berlin_store(least_visitors=500)})
    fill(settings, [walked(NOON - MINUTE, MORNING)], NOON)
    page = shown(asking(settings, NOON))

    assert page.all("ul", id="said") == []
    assert "Too few people" in page.all("p", id="too-few")[0].text


def test_a_camera_that_tells_only_part_of_the_time_and_other_cameras_are_mentioned(shop: Settings) -> None:
    fill(shop, [walked(NOON - n * MINUTE) for n in (2, 3, 4)], NOON)
    fill(shop, [walked(NOON - MINUTE, MORNING, camera="hall")], NOON)
    notes = " ".join(one.text for one in shown(asking(shop, NOON)).all("li"))

    assert "door on edge-1 told of paths in 25\xa0% of the time" in notes
    assert "A camera sees only its own zones" in notes


def test_definitions_stand_below_the_figures(ask: Asking) -> None:
    text = " ".join(shown(ask).elements[0].text.split())
    assert [
        key for key in ("path_people", "path_share", "path_unseen") if GLOSSARY[key].definition not in text
    ] == []


def test_the_stores_page_leads_to_flow_and_that_leads_there(ask: Asking) -> None:
    assert "/flow" in ask.get(f"/stores/{STORE}").text
    page = read(ask.get(f"/stores/{STORE}/drivers").text)
    assert any(one.attributes.get("href", "").startswith(PATHS) for one in page.all("a"))


def test_it_fits_on_a_phone_without_complaint(shop: Settings, chromium: Browser) -> None:
    with serving(shop, lambda: NOON) as served:
        page = opened(chromium, served, PATHS, width=360)
        assert sideways(page) <= 0
        table = page.locator("#paths-1")
        assert table.evaluate("one => one.scrollWidth - one.parentElement.clientWidth") <= 0
        words = page.locator(".stop-word").all()
        frame = page.locator("svg.paths").bounding_box()
        assert frame
        for word in words:
            box = word.bounding_box()
            assert box
            assert frame["x"] - 1 <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        assert len(words) == 7
        assert served.complaints == []


STOPS = st.sampled_from(["in:a", "tea", "gifts", "books", "out:a"])


def stop(text: str) -> StopShape:
    of = Stop.of(text)
    return StopShape(stop=text, kind=of.kind, id=of.id, name=of.id)


def seen(ways: dict[tuple[str, str], int], unseen: int) -> CameraPathsShape:
    origins = list(dict.fromkeys(origin for origin, _ in ways))
    leaving = [
        LeavingShape(
            stop=stop(origin),
            people=None,
            ways=[
                WayShape(to=stop(to), people=n, share=None)
                for (left, to), n in ways.items()
                if left == origin
            ],
            unseen=unseen,
        )
        for origin in origins
    ]
    return CameraPathsShape(device="d", camera="c", watched_seconds=1.0, told_share=1.0, leaving=leaving)


@given(
    st.dictionaries(st.tuples(STOPS, STOPS), st.integers(1, 5000), min_size=1, max_size=12),
    st.integers(0, 90),
)
def test_places_of_the_picture_never_overlap_and_stay_within_it(
    ways: dict[tuple[str, str], int], unseen: int
) -> None:
    picture = path_picture(seen(ways, unseen))
    assert picture
    for side in (picture.left, picture.right):
        for above, below in pairwise(side):
            assert above.y + above.height <= below.y + 0.2
        assert side[-1].y + side[-1].height <= picture.height + 0.2
    lost = {origin for origin, _ in ways if not origin.startswith("out:")} if unseen else set()
    assert len(picture.bands) == len(ways) + len(lost)
    assert (picture.right[-1].word == UNSEEN) == bool(lost)


def test_there_is_no_picture_of_nobody() -> None:
    assert path_picture(seen({}, 0)) is None
    nowhere = LeavingShape(stop=stop("tea"), people=9, ways=[], unseen=9)
    assert path_picture(seen({}, 0).model_copy(update={"leaving": [nowhere]})) is None
