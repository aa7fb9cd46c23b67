from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, berlin_store, counts, fill, settings_for, zone_count

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
