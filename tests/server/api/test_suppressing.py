from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.wire import Live
from server.access.rights import Role
from tests.server.asking import Asking, asking
from tests.server.dashboard.page import read
from tests.server.filling import (
    CAMERA,
    DEVICE,
    NOON,
    STORE,
    berlin_store,
    counts,
    fill,
    settings_for,
    status,
    zone_count,
)

LATER = NOON + timedelta(hours=9)


def _asked(folder: Path, entries: list[int], visits: list[int], suppress_below: int) -> dict[str, Any]:
    settings = settings_for(folder, **{STORE: berlin_store()}).model_copy(
        update={"suppress_below": suppress_below}
    )
    hours: list[datetime] = [NOON + timedelta(hours=number) for number in range(len(entries))]
    fill(
        settings,
        [
            counts(hour, people, 0, [zone_count("tea", [9.0] * stays)])
            for hour, people, stays in zip(hours, entries, visits, strict=True)
        ],
        LATER,
    )
    answer = asking(settings, LATER).get(f"/api/v1/stores/{STORE}/metrics?resolution=hour")
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def _entries(answer: dict[str, Any]) -> list[Any]:
    return ["left out" if part["suppressed"] else part["entries"] for part in answer["intervals"]][12:18]


def _visits(answer: dict[str, Any]) -> list[Any]:
    zones = [next(zone for zone in part["zones"] if zone["zone"] == "tea") for part in answer["intervals"]]
    return ["left out" if zone["suppressed"] else zone["visits"] for zone in zones][12:18]


@pytest.mark.parametrize(
    ("entries", "below", "shown"),
    [
        pytest.param([2, 30, 1, 0, 40, 8], 5, ["left out", 30, "left out", 0, 40, 8], id="few people"),
        pytest.param([2, 30, 9, 0, 40, 8], 5, ["left out", 30, 9, 0, 40, "left out"], id="one alone"),
        pytest.param([2, 30, 1, 0, 40, 8], 0, [2, 30, 1, 0, 40, 8], id="not asked for"),
        pytest.param([0, 30, 9, 0, 40, 8], 5, [0, 30, 9, 0, 40, 8], id="nobody is no secret"),
    ],
)
def test_figures_of_few_people_are_left_out_and_marked(
    tmp_path: Path, entries: list[int], below: int, shown: list[Any]
) -> None:
    answer = _asked(tmp_path, entries, [0] * 6, below)
    assert _entries(answer) == shown
    for part in answer["intervals"]:
        if part["suppressed"]:
            assert (part["entries"], part["exits"], part["occupancy"], part["sales_per_visitor"]) == (
                None,
            ) * 4
            assert part["coverage"] is not None
            assert {zone["visits"] for zone in part["zones"]} == {None}
    assert answer["totals"]["entries"] == sum(entries)


@pytest.mark.parametrize(
    ("entries", "hours"),
    [
        pytest.param([50, 60, 70, 80, 90, 99], 3, id="all told"),
        pytest.param([50, 60, 2, 80, 90, 99], 0, id="an hour left out"),
    ],
)
def test_the_hours_that_matter_most_are_left_out_with_any_hour(
    tmp_path: Path, entries: list[int], hours: int
) -> None:
    """Which hours hold half of the entries would say how many came in the one that is left out."""
    assert len(_asked(tmp_path, entries, [0] * 6, 5)["power_hours"]) == hours


def test_a_zone_with_few_visits_is_left_out_of_an_hour_with_many_people(tmp_path: Path) -> None:
    answer = _asked(tmp_path, [50, 60, 70, 80, 90, 99], [1, 20, 2, 30, 0, 7], 5)
    assert _visits(answer) == ["left out", 20, "left out", 30, 0, 7]
    assert _entries(answer) == [50, 60, 70, 80, 90, 99]


def _of_queue(folder: Path, joined: list[int], entries: int = 50, below: int = 5) -> Asking:
    settings = settings_for(folder, **{STORE: berlin_store()}).model_copy(update={"suppress_below": below})
    heat = {"unit": "metres", "cell": 0.5, "seconds": {"1,2": 9.0}}
    fill(
        settings,
        [
            counts(
                NOON + timedelta(hours=number),
                entries,
                entries,
                queues=[{"queue": "till", "joined": people, "served": people, "length_peak": 1}],
                heat=heat,
            )
            for number, people in enumerate(joined)
        ],
        LATER,
    )
    return asking(settings, LATER)


@pytest.mark.parametrize("what", ["queues", "metrics"])
def test_a_queue_that_few_joined_is_left_out(tmp_path: Path, what: str) -> None:
    ask = _of_queue(tmp_path, [1, 20, 2, 30, 0, 7])
    parts = ask.get(f"/api/v1/stores/{STORE}/{what}?resolution=hour").json()["intervals"][12:18]
    queues = [next(queue for queue in part["queues"] if queue["queue"] == "till") for part in parts]
    shown = ["left out" if queue["suppressed"] else queue["joined"] for queue in queues]
    assert shown == ["left out", 20, "left out", 30, 0, 7]
    assert (queues[0]["joined"], queues[0]["length"], queues[0]["name"]) == (None, None, "till")


def test_queues_and_staff_of_an_hour_of_few_people_are_left_out_with_it(tmp_path: Path) -> None:
    ask = _of_queue(tmp_path, [20, 20], entries=3)
    answer = ask.get(f"/api/v1/stores/{STORE}/metrics?resolution=hour").json()
    hour = answer["intervals"][12]
    assert (hour["suppressed"], hour["raw_entries"], hour["groups"]) == (True, None, None)
    assert {queue["joined"] for queue in hour["queues"]} == {None}


@pytest.mark.parametrize(("entries", "below", "maps"), [(2, 5, 0), (2, 0, 1), (20, 5, 1), (0, 5, 1)])
def test_a_heatmap_of_few_people_is_left_out(tmp_path: Path, entries: int, below: int, maps: int) -> None:
    answer = _of_queue(tmp_path, [0], entries, below).get(f"/api/v1/stores/{STORE}/heatmap").json()
    assert (len(answer["maps"]), answer["suppressed"]) == (maps, maps == 0)


def test_a_whole_day_of_few_people_is_left_out(tmp_path: Path) -> None:
    answer = _asked(tmp_path, [1, 1, 0, 0, 0, 0], [0] * 6, 5)
    assert (answer["totals"]["suppressed"], answer["totals"]["entries"]) == (True, None)


@pytest.mark.parametrize(("below", "status"), [(0, 200), (5, 403)])
def test_where_small_figures_are_left_out_there_is_no_feed(tmp_path: Path, below: int, status: int) -> None:
    assert _of_queue(tmp_path, [0], 20, below).get("/api/v1/changes").status_code == status


@pytest.mark.parametrize(("entries", "left_out"), [(2, True), (20, False)])
def test_a_comparison_of_a_day_of_few_people_is_left_out(
    tmp_path: Path, entries: int, left_out: bool
) -> None:
    day = f"{NOON:%Y-%m-%d}"
    answer = _of_queue(tmp_path, [0], entries, 5).get(f"/api/v1/stores/{STORE}/comparison?day={day}").json()
    assert answer["suppressed"] is left_out
    told = {figure["key"]: figure["value"] for figure in answer["figures"]}
    assert told["entries"] == (None if left_out else entries)


def _at_noon(folder: Path, entries: int, seen: int, below: int, role: Role = Role.MANAGER) -> Asking:
    """A day of `entries` people, of whom a camera sees `seen` at the shelf and in the queue now."""
    settings = settings_for(folder, **{STORE: berlin_store()}).model_copy(update={"suppress_below": below})
    heat = {"unit": "metres", "cell": 0.5, "seconds": {"1,2": 9.0}}
    view = Live.model_validate(
        {
            "store": STORE, "device": DEVICE, "camera": CAMERA, "at": NOON,
            "zones": [{"zone": "tea", "occupancy": seen}],
            "queues": [{"queue": "till", "length": seen, "longest_wait_seconds": 31.5}],
        }
    )  # fmt: skip
    visits = [zone_count("tea", [9.0] * entries)]
    day = counts(NOON - timedelta(hours=1), entries, 0, visits, heat=heat)
    fill(settings, [day, status(NOON), view], NOON)
    return asking(settings, NOON, role)


@pytest.mark.parametrize(
    ("entries", "seen", "below", "shown"),
    [
        pytest.param(3, 1, 0, (3, 3, 1, 1), id="not asked for"),
        pytest.param(3, 9, 5, (None, None, None, None), id="few came today"),
        pytest.param(30, 1, 5, (30, 30, None, None), id="few are seen now"),
        pytest.param(30, 9, 5, (30, 30, 9, 9), id="many"),
        pytest.param(30, 0, 5, (30, 30, 0, 0), id="nobody is no secret"),
    ],
)
def test_who_is_there_now_is_left_out_where_they_are_few(
    tmp_path: Path, entries: int, seen: int, below: int, shown: tuple[int | None, ...]
) -> None:
    now = _at_noon(tmp_path, entries, seen, below).get(f"/api/v1/stores/{STORE}/now").json()
    tea = next(zone for zone in now["zones"] if zone["zone"] == "tea")
    (queue,) = now["queues"]
    assert (now["entries"], now["inside"], tea["inside"], queue["length"]) == shown
    assert [now["suppressed"], tea["suppressed"], queue["suppressed"]] == [
        number is None for number in shown[1:]
    ]
    assert (queue["longest_wait_seconds"] is None) == (shown[3] is None)
    assert [camera["presence"] for camera in now["cameras"]] == ["online"]


def test_a_queue_with_few_people_now_is_left_out_of_the_queues(tmp_path: Path) -> None:
    answer = _at_noon(tmp_path, 30, 1, 5).get(f"/api/v1/stores/{STORE}/queues").json()
    assert [(queue["length"], queue["suppressed"]) for queue in answer["now"]] == [(None, True)]


SHOP_AND_OTHERS = [(Role.OWNER, True), (Role.MANAGER, True), (Role.STAFF, True), (Role.HEAD_OFFICE, False)]


@pytest.mark.parametrize(("role", "shown"), SHOP_AND_OTHERS)
def test_pages_show_few_people_to_the_shop_and_to_nobody_else(
    tmp_path: Path, role: Role, shown: bool
) -> None:
    ask = _at_noon(tmp_path, 3, 1, 5, role)
    told = "3" if shown else ""
    for path in (f"/stores/{STORE}", f"/stores/{STORE}/figures"):
        page = read(ask.get(path).raise_for_status().text)
        assert {page.value(metric) for metric in ("entries", "inside", "visits")} == {told}, path
        assert {hour.attributes["data-value"] for hour in page.all("td", data_metric="entries")} == {told}
        assert (
            "fewer than 5 people are not shown" in " ".join(item.text for item in page.all("li"))
        ) is not shown
    assert ("<svg" in ask.get(f"/stores/{STORE}/heat").text) is shown


@pytest.mark.parametrize(("role", "shown"), SHOP_AND_OTHERS)
def test_the_list_of_stores_shows_few_people_to_the_shop_and_to_nobody_else(
    tmp_path: Path, role: Role, shown: bool
) -> None:
    stores = {store: berlin_store() for store in (STORE, "annex")}
    settings = settings_for(tmp_path, **stores).model_copy(update={"suppress_below": 5})
    fill(settings, [counts(NOON - timedelta(hours=1), 3, 0)], NOON)
    page = read(asking(settings, NOON, role).get("/").raise_for_status().text)
    assert ("3" in [cell.text for cell in page.all("dd")]) is shown


@pytest.mark.parametrize("kind", ["day", "week", "month", "4-5-4"])
@pytest.mark.parametrize(("role", "shown"), SHOP_AND_OTHERS)
def test_a_period_of_few_people_is_shown_to_the_shop_and_to_nobody_else(
    tmp_path: Path, role: Role, shown: bool, kind: str
) -> None:
    ask = _at_noon(tmp_path, 3, 1, 5, role)
    text = ask.get(f"/stores/{STORE}/period?kind={kind}").raise_for_status().text
    page = read(text)
    assert ("3" in {cell.text for cell in (*page.all("td"), *page.all("dd"))}) is shown
    assert (": 3 entries" in text) is shown
    assert ("fewer than 5 people are not shown" in " ".join(text.split())) is not shown
