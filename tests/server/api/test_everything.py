"""Figures of a whole morning, against sums over the messages themselves."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from edge.wire import Counts, Heat, LineCount, QueueCount
from edge.wire.sketch import GAMMA
from server.config import Settings
from server.metrics.ratios import wilson
from tests.server.asking import Asking, asking
from tests.server.filling import DEVICE, NOON, STORE, berlin_store, counts, fill, settings_for, status
from tests.server.shop_with_everything import everything, length_only_at, live_queues, tickets

BASE = f"/api/v1/stores/{STORE}"
QUEUES = {"tills": {"name": "Tills"}, "bakery": {"name": "Bakery counter", "target_seconds": 60}}
MORNING = everything()
BUCKETS = [message for message in MORNING if isinstance(message, Counts)]


@pytest.fixture
def busy(tmp_path: Path) -> Settings:
    settings = settings_for(tmp_path, **{STORE: berlin_store(queues=QUEUES)})
    assert fill(settings, MORNING, NOON).quarantined == 0
    return settings


@pytest.fixture
def ask_busy(busy: Settings) -> Asking:
    return asking(busy, NOON)


@pytest.fixture
def totals(ask_busy: Asking) -> dict[str, Any]:
    found: dict[str, Any] = ask_busy.get(f"{BASE}/metrics").json()["totals"]
    return found


def entrances() -> Iterator[LineCount]:
    yield from (line for bucket in BUCKETS for line in bucket.lines if line.kind == "entrance")


def queue_counts(name: str) -> list[QueueCount]:
    return [queue for bucket in BUCKETS for queue in bucket.queues if queue.queue == name]


def rate(numerator: int, denominator: int) -> dict[str, Any]:
    bounds = wilson(numerator, denominator)
    assert bounds
    return {
        "numerator": numerator,
        "denominator": denominator,
        "value": numerator / denominator,
        "low": bounds.low,
        "high": bounds.high,
        "enough": denominator >= 20,
    }


def test_entries_without_staff_and_with_them_are_those_of_sql(busy: Settings, totals: dict[str, Any]) -> None:
    with closing(connect(busy.database)) as db:
        everybody, staff = db.execute(
            "SELECT sum(count_in), sum(staff_in) FROM line_counts WHERE kind = 'entrance'"
        ).fetchone()
        (passed,) = db.execute("SELECT sum(passed) FROM line_counts WHERE kind = 'passing'").fetchone()
    assert staff > 0
    assert (totals["raw_entries"], totals["staff_entries"]) == (everybody, staff)
    assert totals["entries"] == everybody - staff
    assert totals["passers_by"] == passed
    assert totals["capture_rate"] == rate(everybody - staff, everybody - staff + passed)
    assert totals["conversion"] == rate(len(tickets()), everybody - staff)
    assert totals["staff_partly"] is False


def test_groups_are_the_sums_of_the_messages(totals: dict[str, Any]) -> None:
    sizes: Counter[str] = Counter()
    for line in entrances():
        sizes.update({str(size): number for size, number in (line.groups_in or {}).items()})
    groups, people = sizes.total(), sum(int(size) * number for size, number in sizes.items())
    assert totals["groups"] == {
        "n": groups,
        "people": people,
        "mean_size": people / groups,
        "sizes": dict(sizes),
        "complete": True,
    }
    assert people == totals["entries"]
    assert totals["group_conversion"] == rate(len(tickets()), groups)


def test_a_queue_is_the_sum_of_its_minutes(totals: dict[str, Any]) -> None:
    tills, told = totals["queues"][0], queue_counts("tills")
    joined, gave_up = sum(queue.joined or 0 for queue in told), sum(queue.abandoned or 0 for queue in told)
    assert (tills["queue"], tills["name"], tills["target_seconds"]) == ("tills", "Tills", 180)
    assert (tills["joined"], tills["abandoned"]) == (joined, gave_up)
    assert tills["served"] == sum(queue.served or 0 for queue in told)
    assert tills["lost"] == sum(queue.lost or 0 for queue in told)
    assert tills["abandonment"] == rate(gave_up, joined)
    seconds = sum(queue.waiting_person_seconds or 0 for queue in told)
    assert tills["length"]["mean"] == pytest.approx(seconds / (60 * len(told)))
    assert tills["length"]["peak"] == max(queue.length_peak for queue in told)


def test_waits_are_read_off_the_bins_of_all_minutes_together(totals: dict[str, Any]) -> None:
    waits = [queue.wait for queue in queue_counts("tills") if queue.wait]
    bins = sorted(number for wait in waits for number, count in wait.bins.items() for _ in range(count))
    found = totals["queues"][0]

    def middle(share: float) -> float:
        return 2 * GAMMA ** bins[max(1, math.ceil(share * len(bins))) - 1] / (GAMMA + 1)

    assert found["wait"]["n"] == len(bins)
    assert found["wait"]["mean_seconds"] == pytest.approx(sum(wait.sum_seconds for wait in waits) / len(bins))
    assert found["wait"]["median_seconds"] == pytest.approx(middle(0.5))
    assert found["wait"]["p90_seconds"] == pytest.approx(middle(0.9))
    # Three minutes lie in bin 133, from 177.2 to 184.3 s: it counts as over.
    assert found["over_target"] == rate(sum(number >= 133 for number in bins), len(bins))


def test_a_zone_without_staff_has_its_raw_figures_beside(totals: dict[str, Any]) -> None:
    tea = totals["zones"][0]
    zones = [zone for bucket in BUCKETS for zone in bucket.zones]
    staff = [zone.staff_dwell for zone in zones if zone.staff_dwell]
    everybody, of_staff = sum(zone.dwell.n for zone in zones), sum(sketch.n for sketch in staff)
    seconds = sum(zone.dwell.sum_seconds for zone in zones)
    assert (tea["visits"], tea["raw_visits"], tea["staff_visits"]) == (
        everybody - of_staff,
        everybody,
        of_staff,
    )
    assert tea["raw_dwell"]["mean_seconds"] == pytest.approx(seconds / everybody)
    assert tea["dwell"]["mean_seconds"] == pytest.approx(
        (seconds - sum(sketch.sum_seconds for sketch in staff)) / (everybody - of_staff)
    )
    # Visitors stay up to 90 s, staff from 300 s on.
    assert tea["dwell"]["p90_seconds"] < 92 < 300 < 1.02 * max(sketch.quantile(1) or 0 for sketch in staff)
    lost = sum((zone.ended or {}).get("lost", 0) for zone in zones)
    assert tea["ended"]["lost"] == lost
    assert tea["lost_share"] == rate(lost, everybody)


def test_a_counter_that_knows_only_the_length_says_no_more(totals: dict[str, Any]) -> None:
    bakery = totals["queues"][1]
    assert (bakery["name"], bakery["target_seconds"]) == ("Bakery counter", 60)
    assert bakery["length"] == {"mean": None, "peak": 3}
    known = {"queue", "name", "target_seconds", "length", "suppressed"}
    assert {value for key, value in bakery.items() if key not in known} == {None}


_SHOWN = {"suppressed": False}


def test_queues_have_a_route_of_their_own_with_the_same_figures_and_who_waits_now(ask_busy: Asking) -> None:
    answer = ask_busy.get(f"{BASE}/queues").json()
    metrics = ask_busy.get(f"{BASE}/metrics").json()
    assert answer["totals"]["queues"] == metrics["totals"]["queues"]
    assert answer["totals"]["coverage"] == metrics["totals"]["coverage"]
    assert [part["queues"] for part in answer["intervals"]] == [
        part["queues"] for part in metrics["intervals"]
    ]
    assert answer["now"] == [
        {**_SHOWN, "queue": "tills", "name": "Tills", "length": 4, "longest_wait_seconds": 130.0},
        {**_SHOWN, "queue": "bakery", "name": "Bakery counter", "length": None, "longest_wait_seconds": None},
    ]
    assert ask_busy.get(f"{BASE}/now").json()["queues"] == answer["now"]


def test_a_queue_seen_by_two_cameras_is_one_and_its_first_has_waited_longest(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    other = live_queues(2, 300.0).model_copy(update={"camera": "hall"})
    fill(settings, [status(NOON), status(NOON, camera="hall"), live_queues(3, 20.0), other], NOON)
    assert asking(settings, NOON).get(f"{BASE}/now").json()["queues"] == [
        {**_SHOWN, "queue": "tills", "name": "tills", "length": 5, "longest_wait_seconds": 300.0}
    ]


@pytest.mark.parametrize(
    ("later", "length"),
    [pytest.param(60, 0, id="heard of lately"), pytest.param(61, None, id="silent")],
)
def test_an_empty_queue_is_zero_and_one_that_nobody_sees_is_unknown(
    busy: Settings, later: int, length: int | None
) -> None:
    fill(busy, [live_queues(0, None)], NOON)
    now = asking(busy, NOON + timedelta(seconds=later)).get(f"{BASE}/now").json()
    assert now["queues"][0]["length"] == length


def heat_by_hand(camera: str) -> dict[str, float]:
    by_hand: dict[str, float] = {}
    for bucket in BUCKETS:
        if bucket.camera == camera and bucket.heat:
            for cell, seconds in bucket.heat.seconds.items():
                by_hand[cell] = by_hand.get(cell, 0.0) + seconds
    return by_hand


def test_two_cameras_with_different_grids_have_a_map_each(ask_busy: Asking) -> None:
    bakery, door = ask_busy.get(f"{BASE}/heatmap").json()["maps"]
    assert (bakery["camera"], bakery["unit"], bakery["cell"]) == ("bakery", "width", 0.05)
    assert (door["camera"], door["device"], door["unit"], door["cell"]) == ("door", DEVICE, "metres", 0.5)
    assert bakery["seconds"] == pytest.approx(heat_by_hand("bakery"))
    assert door["seconds"] == pytest.approx(heat_by_hand("door"), abs=1e-3)
    assert door["total_seconds"] == pytest.approx(sum(heat_by_hand("door").values()), abs=1e-3)
    # Watched from nine to noon of twelve hours.
    assert door["coverage"] == pytest.approx(3 / 12)


def test_a_heatmap_is_asked_for_by_camera_and_range(ask_busy: Asking) -> None:
    only = {"camera": "bakery", "begin": "2026-03-03T09:00", "end": "2026-03-03T09:20"}
    (bakery,) = ask_busy.get(f"{BASE}/heatmap", params=only).json()["maps"]
    assert bakery["total_seconds"] == 20 * 2.5
    assert bakery["coverage"] == 1
    before = {"begin": "2026-03-01", "end": "2026-03-02"}
    assert ask_busy.get(f"{BASE}/heatmap", params=before).json()["maps"] == []


def test_maps_in_metres_of_a_store_add_up_over_cameras_and_pictures_do_not(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    floor = Heat(unit="metres", cell=0.5, seconds={"0,0": 2.0})
    picture = Heat(unit="width", cell=0.05, seconds={"0,0": 4.0})
    minute = NOON - timedelta(hours=1)
    cameras = {"door": floor, "hall": floor, "back": picture, "side": picture}
    fill(settings, [counts(minute, 0, 0, camera=name, heat=heat) for name, heat in cameras.items()], NOON)
    maps = asking(settings, NOON).get(f"{BASE}/heatmap", params={"by": "store"}).json()["maps"]
    assert [(one["camera"], one["unit"], one["total_seconds"]) for one in maps] == [
        (None, "metres", 4.0),
        ("back", "width", 4.0),
        ("side", "width", 4.0),
    ]


@pytest.mark.parametrize(
    ("parameters", "field", "said"),
    [
        ({"camera": "attic"}, "camera", "no camera 'attic' was ever heard of; there are: bakery, door."),
        ({"by": "device"}, "by", "'camera' or 'store'"),
        ({"begin": "2026-03-04", "end": "2026-03-03"}, "end", "the range must end after it begins."),
    ],
)
def test_a_bad_question_for_a_heatmap_is_answered_in_words(
    ask_busy: Asking, parameters: dict[str, str], field: str, said: str
) -> None:
    answer = ask_busy.get(f"{BASE}/heatmap", params=parameters)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert said in answer.json()["detail"]


def test_a_corrected_minute_replaces_its_queue_its_heat_and_its_staff(busy: Settings) -> None:
    first = next(bucket for bucket in BUCKETS if bucket.lines and bucket.lines[0].staff_in)
    nobody = first.model_copy(update={"revision": 2, "queues": (), "heat": None, "lines": first.lines[1:]})
    ask = asking(busy, NOON)
    before = ask.get(f"{BASE}/metrics").json()["totals"]
    warm = ask.get(f"{BASE}/heatmap", params={"camera": "door"}).json()["maps"][0]["total_seconds"]
    fill(busy, [nobody], NOON)
    after = ask.get(f"{BASE}/metrics").json()["totals"]
    assert after["staff_entries"] == before["staff_entries"] - 1
    assert after["queues"][0]["joined"] == before["queues"][0]["joined"] - (first.queues[0].joined or 0)
    (left,) = ask.get(f"{BASE}/heatmap", params={"camera": "door"}).json()["maps"]
    assert first.heat
    assert left["total_seconds"] == pytest.approx(warm - sum(first.heat.seconds.values()), abs=2e-3)


def test_a_shop_of_old_devices_is_told_as_before_and_the_new_figures_are_unknown(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    fill(settings, [counts(NOON - timedelta(hours=1), 40, 30)], NOON)
    totals = asking(settings, NOON).get(f"{BASE}/metrics").json()["totals"]
    assert (totals["entries"], totals["raw_entries"], totals["staff_entries"]) == (40, 40, None)
    assert (totals["groups"], totals["group_conversion"]) == (None, None)
    assert (totals["passers_by"], totals["capture_rate"], totals["queues"]) == (None, None, [])
    assert asking(settings, NOON).get(f"{BASE}/heatmap").json()["maps"] == []


def test_the_hour_that_comes_twice_in_autumn_is_two_hours_of_queue_and_heat(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    # 02:30 in summer time, and 02:30 again in winter time.
    twice = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    fill(
        settings,
        [
            length_only_at(3).model_copy(update={"bucket_start": at, "bucket_end": at + timedelta(minutes=1)})
            for at in twice
        ],
        NOON,
    )
    ask = asking(settings, datetime(2026, 10, 26, 12, tzinfo=UTC))
    intervals = ask.get(f"{BASE}/queues", params={"begin": "2026-10-25"}).json()["intervals"]
    assert len(intervals) == 25
    seen = [part["begin_local"] for part in intervals if part["queues"][0]["length"]]
    assert seen == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]
    (heat,) = ask.get(f"{BASE}/heatmap", params={"begin": "2026-10-25"}).json()["maps"]
    assert heat["total_seconds"] == 2 * 2.5
    assert heat["coverage"] == pytest.approx(2 / (25 * 60))
