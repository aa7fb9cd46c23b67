"""The page of a shop whose devices tell everything, and of one whose devices do not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from edge.wire import LineCount
from server.api.heat import CameraHeat, StoreHeat
from server.config import Settings
from server.dashboard.heat_picture import MOST_ACROSS, MOST_NAMED, STEPS, HeatPicture, pictures
from server.metrics.heat import HeatMap
from server.metrics.intervals import Interval
from tests.browser import SLOW_MS
from tests.server.asking import Asking, asking
from tests.server.dashboard.page import Page, read
from tests.server.dashboard.test_in_browser import (
    Served,
    contrast,
    let_in,
    opened,
    serving,
    sideways,
)
from tests.server.filling import NOON, STORE, berlin_store, counts, fill, live, settings_for, status
from tests.server.shop_with_everything import everything, live_queues

STORE_PAGE = f"/stores/{STORE}"
HOUR_AGO = NOON - timedelta(hours=1)


@pytest.fixture
def busy(tmp_path: Path) -> Settings:
    settings = settings_for(tmp_path, **{STORE: berlin_store(queues={"tills": {"name": "Tills"}})})
    fill(settings, everything(), NOON)
    return settings


@pytest.fixture
def ask_busy(busy: Settings) -> Asking:
    return asking(busy, NOON)


def page_of(ask: Asking, path: str = STORE_PAGE) -> Page:
    answer = ask.get(path)
    assert answer.status_code == 200
    return read(answer.text)


def test_the_door_and_the_queue_show_what_the_api_gives(ask_busy: Asking) -> None:
    page = page_of(ask_busy)
    totals: dict[str, Any] = ask_busy.get(f"/api/v1{STORE_PAGE}/metrics").json()["totals"]
    for metric in ("entries", "passers_by", "raw_entries", "raw_exits"):
        assert page.value(metric) == str(totals[metric]), metric
    for metric in ("capture_rate", "group_conversion"):
        assert page.value(metric) == str(totals[metric]["value"]), metric
    assert page.value("groups") == str(totals["groups"]["n"])
    tills = totals["queues"][0]
    assert page.value("queue_wait_median") == str(tills["wait"]["median_seconds"])
    assert page.value("queue_over_target") == str(tills["over_target"]["value"])
    assert page.value("queue_abandonment") == str(tills["abandonment"]["value"])
    assert (page.value("queue_now"), page.value("queue_longest_now")) == ("4", "130.0")
    assert f"{totals['raw_entries']} with staff" in page.elements[0].text


def test_a_queue_of_which_only_the_length_is_known_shows_that_and_no_empty_rows(ask_busy: Asking) -> None:
    page = page_of(ask_busy)
    assert [
        queue.attributes["data-queue"] for queue in page.all("article") if "data-queue" in queue.attributes
    ] == [
        "tills",
        "bakery",
    ]
    assert len(page.all("dd", data_metric="queue_served")) == 1
    assert [cell.attributes["data-value"] for cell in page.all("dd", data_metric="queue_length_peak")][
        1
    ] == "3"


@pytest.mark.parametrize("title", ["door-title", "queues-title", "heat-title"])
def test_what_no_device_tells_is_not_on_the_page(tmp_path: Path, ask_busy: Asking, title: str) -> None:
    assert page_of(ask_busy).all("h2", id=title)
    (tmp_path / "old").mkdir()
    settings = settings_for(tmp_path / "old")
    fill(settings, [counts(HOUR_AGO, 40, 30), status(NOON), live(NOON, tea=1)], NOON)
    assert not page_of(asking(settings, NOON)).all("h2", id=title)


def test_on_another_day_nobody_waits_now(ask_busy: Asking, busy: Settings) -> None:
    tomorrow = asking(busy, NOON + timedelta(days=1))
    page = page_of(tomorrow, f"{STORE_PAGE}?day=2026-03-03")
    assert page.all("h2", id="queues-title")
    assert not page.all(data_metric="queue_now")
    assert page.all("figure", data_metric="heat")


def test_staff_that_only_one_door_tells_are_remarked(busy: Settings, ask_busy: Asking) -> None:
    note = "Staff are told apart by some of the cameras only"
    assert note not in ask_busy.get(STORE_PAGE).text
    side = LineCount(line="side", count_in=3, count_out=0)
    fill(busy, [counts(HOUR_AGO, 0, 0, camera="side", lines=[side])], NOON)
    html = ask_busy.get(STORE_PAGE).text
    assert note in html
    assert "no conversion by group" in html


def test_a_heatmap_has_its_warmest_places_as_a_table(ask_busy: Asking) -> None:
    page = page_of(ask_busy)
    bakery, door = page.all("figure", data_metric="heat")
    maps = ask_busy.get(f"/api/v1{STORE_PAGE}/heatmap").json()["maps"]
    assert [float(one.attributes["data-value"]) for one in (bakery, door)] == pytest.approx(
        [one["total_seconds"] for one in maps], abs=1e-3
    )
    warmest = max(maps[1]["seconds"], key=maps[1]["seconds"].get)
    column, row = (0.5 * int(part) for part in warmest.split(","))
    assert f"{column:.1f} m to {column + 0.5:.1f} m" in door.text
    assert f"{row:.1f} m to {row + 0.5:.1f} m" in door.text
    assert all(
        svg.attributes["role"] == "img" and svg.attributes["aria-label"]
        for svg in page.all("svg", role="img")
    )


def test_the_heatmap_can_be_fetched_alone(ask_busy: Asking) -> None:
    alone = ask_busy.get(f"{STORE_PAGE}/heat")
    assert "<html" not in alone.text
    assert len(read(alone.text).all("figure")) == 2
    assert ask_busy.get(f"{STORE_PAGE}/heat", params={"day": "2026-03-02"}).text.strip() == ""
    assert ask_busy.get(f"{STORE_PAGE}/heat", params={"day": "soon"}).status_code == 422


def drawn(heat: HeatMap) -> tuple[HeatPicture, ...]:
    settings = Settings.model_validate({"stores": {STORE: berlin_store()}}).store(STORE)
    whole = Interval(HOUR_AGO, NOON)
    return pictures(StoreHeat(STORE, settings, whole, (CameraHeat(heat, 1.0),)))


FLOOR = HeatMap("edge-1", "door", "metres", 0.5, {(-2, 3): 90.0, (4, 5): 10.0, (0, 0): 0.0})


def test_a_picture_begins_at_the_first_warm_cell_and_shares_sum_to_all() -> None:
    (picture,) = drawn(FLOOR)
    assert (picture.columns, picture.rows) == (7, 3)
    assert [(one.x, one.y, one.step) for one in picture.squares] == [(0, 0, STEPS), (6, 2, 2)]
    assert [(one.left, one.top, one.share) for one in picture.places] == [(-1.0, 1.5, 0.9), (2.0, 2.5, 0.1)]


def test_every_square_is_within_the_limit_of_its_colour() -> None:
    heat = replace(FLOOR, seconds={(n, 0): float(1 + n * n) for n in range(30)})
    (picture,) = drawn(heat)
    for square in picture.squares:
        assert square.seconds <= picture.limits[square.step - 1]
        assert square.step == 1 or square.seconds > picture.limits[square.step - 2]
    assert len(picture.places) == MOST_NAMED


def test_a_wide_floor_is_drawn_with_larger_squares() -> None:
    heat = replace(FLOOR, seconds={(0, 0): 1.0, (MOST_ACROSS, 0): 2.0, (99_999, -7): 3.0})
    (picture,) = drawn(heat)
    assert max(picture.columns, picture.rows) <= MOST_ACROSS
    assert sum(square.seconds for square in picture.squares) == picture.total_seconds == 6.0
    assert picture.cell > 0.5


def test_a_picture_of_a_cameras_view_has_its_full_width() -> None:
    heat = HeatMap("edge-1", "door", "width", 0.05, {(3, 2): 1.0})
    (picture,) = drawn(heat)
    assert (picture.columns, picture.rows) == (20, 3)


def test_a_map_in_which_nobody_was_is_no_picture() -> None:
    assert drawn(replace(FLOOR, seconds={(0, 0): 0.0})) == ()
    assert drawn(replace(FLOOR, seconds={})) == ()


@contextmanager
def _served(settings: Settings) -> Iterator[Served]:
    with serving(settings, lambda: NOON) as running:
        yield running


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_everything_fits_and_nothing_is_refused_by_the_browser(
    chromium: Browser, busy: Settings, width: int
) -> None:
    with _served(busy) as served:
        page = opened(chromium, served, STORE_PAGE, width=width)
        page.locator("#live").get_by_text("Live", exact=True).wait_for(timeout=SLOW_MS)
        assert page.locator("figure.heat").count() == 2
        box = page.locator(".heat-grid").first.bounding_box()
        assert box
        assert box["height"] > 100
        page.locator("summary").evaluate_all("all => all.forEach(summary => summary.click())")
        assert sideways(page) <= 0
        assert page.locator("table.places").first.is_visible()
        colours = (
            page.locator(".heat-legend")
            .first.locator("rect")
            .evaluate_all("all => all.map(rect => getComputedStyle(rect).fill)")
        )
        assert len(set(colours)) == STEPS
        page.context.close()
        assert [said for said in served.complaints if "/events" not in said] == []


@pytest.mark.browser
def test_an_open_page_follows_the_queue(chromium: Browser, busy: Settings) -> None:
    with _served(busy) as served:
        page = opened(chromium, served, STORE_PAGE)
        now = page.locator('[data-metric="queue_now"]').first
        assert now.get_attribute("data-value") == "4"
        fill(busy, [live_queues(9, 240.0)], NOON)
        page.locator('[data-metric="queue_now"][data-value="9"]').wait_for(timeout=SLOW_MS)
        assert (
            page.locator('[data-metric="queue_longest_now"]').inner_text()
            == "4\N{NO-BREAK SPACE}min 00\N{NO-BREAK SPACE}s"
        )
        page.context.close()


@pytest.mark.browser
def test_words_about_queues_and_heat_keep_their_contrast(chromium: Browser, busy: Settings) -> None:
    with _served(busy) as served:
        for scheme in ("light", "dark"):
            context = chromium.new_context(color_scheme=scheme)
            let_in(context, served)
            page = context.new_page()
            page.route("**/figures", lambda asked: asked.abort())
            page.goto(served.address + STORE_PAGE)
            for selector in (
                ".heat .note",
                ".heat-legend li",
                ".heat h3",
                "[data-queue] .note",
                "[data-queue] dt",
            ):
                assert contrast(page, selector) >= 4.5, (scheme, selector)
            context.close()
