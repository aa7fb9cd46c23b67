"""Buckets that contradict themselves are set aside, in words, and never silently mended."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from edge.wire import Counts, DwellSketch, LineCount, ZoneCount, encode
from server.ingest.apply import BatchResult, Received
from server.ingest.retrying import retry
from server.storage import quarantine
from server.storage.database import open_database
from server.storage.queues import queue_rows
from tests.server.filling import NOON, STORE, berlin_store, counts, fill, receive, settings_for
from tests.server.shop_with_everything import everything_at, length_only_at

EARLIER = NOON - timedelta(hours=1)


def _line(**told: int) -> Counts:
    return counts(
        EARLIER, 0, 0, lines=[LineCount.model_validate({"line": "main", "in": 2, "out": 1, **told})]
    )


def _zone(all_of_them: list[float], staff: list[float]) -> Counts:
    zone = ZoneCount(
        zone="tea",
        dwell=DwellSketch.of(all_of_them),
        staff_dwell=DwellSketch.of(staff),
        occupancy_person_seconds=0,
        observed_seconds=60,
        occupancy_peak=0,
    )
    return counts(EARLIER, 0, 0, [zone])


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param(
            _line(staff_in=3), "line 'main': staff_in is 3 but 'in' is 2; staff are part of 'in'", id="in"
        ),
        pytest.param(
            _line(staff_out=2),
            "line 'main': staff_out is 2 but 'out' is 1; staff are part of 'out'",
            id="out",
        ),
        pytest.param(
            _zone([4.2], [61.0]),
            "zone 'tea': staff_dwell is not a part of dwell: "
            "bin 105 holds 1 of the part but only 0 of the whole",
            id="a visit of staff that is nobody's visit",
        ),
    ],
)
def test_more_staff_than_people_is_set_aside_with_the_place_and_the_numbers(
    tmp_path: Path, message: Counts, reason: str
) -> None:
    settings = settings_for(tmp_path)
    assert fill(settings, [message], NOON) == BatchResult(0, 0, quarantined=1, refused=0)
    with open_database(settings.database) as db:
        (row,) = quarantine.waiting(db, 10)
    assert row.reason == reason


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(_line(staff_in=2, staff_out=1), id="all of them are staff"),
        pytest.param(_line(staff_in=0), id="none of them is"),
        pytest.param(_zone([4.2, 61.0], [61.0]), id="one visit of two"),
    ],
)
def test_staff_within_the_whole_is_stored(tmp_path: Path, message: Counts) -> None:
    assert fill(settings_for(tmp_path), [message], NOON).stored == 1


def test_a_bucket_with_a_queue_is_stored_from_quarantine_once_its_store_is_known(tmp_path: Path) -> None:
    message = length_only_at(3).model_copy(update={"store": "annex"})
    unknown = settings_for(tmp_path)
    receive(unknown, [Received(message.topic, encode(message))], NOON)
    known = settings_for(tmp_path, corner=berlin_store(), annex=berlin_store())
    with open_database(known.database) as db:
        assert retry(db, known, 1, NOON) is None
        (row,) = queue_rows(db, "annex", NOON - timedelta(days=1), NOON)
    assert (row.queue, row.peak) == ("bakery", 3)


def test_the_same_minute_twice_is_stored_once(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    minute = everything_at(5, random.Random(1))
    assert fill(settings, [minute, minute], NOON) == BatchResult(1, 1, 0, 0)
    with open_database(settings.database) as db:
        assert len(queue_rows(db, STORE, NOON - timedelta(days=1), NOON)) == 1
