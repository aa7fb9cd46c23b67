"""Alerts from stored forecasts: what begins them, what ends them, and what keeps them silent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edge.wire import DwellSketch, QueueCount
from server.alerting.ahead import Ahead, foreseen
from server.alerting.watching import note
from server.config import AlertSettings, Settings
from server.metrics.rows import LabourRow
from server.storage.alerts import AlertKind, Condition
from server.storage.database import open_database, writing
from server.storage.forecasts import ForecastHour, keep_forecast
from server.storage.labour import replace_labour
from tests.server.filling import NOON, STORE, Message, berlin_store, counts, fill, health, settings_for
from tests.server.filling import status as status_of
from tests.server.shop_with_everything import live_queues

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NIGHT = NOON - timedelta(hours=12)


def shop(folder: Path, **changes: Any) -> Settings:
    queues = {"tills": {"name": "Tills", "target_seconds": 120}}
    return settings_for(folder, **{STORE: berlin_store(queues=queues, **changes)})


def forecast(settings: Settings, what: str, begin: datetime, medians: Iterable[float]) -> None:
    hours = [ForecastHour(begin + n * HOUR, of, of * 0.8, of * 1.25) for n, of in enumerate(medians)]
    with open_database(settings.database) as db, writing(db):
        keep_forecast(db, STORE, what, NIGHT, "seasonal naive", hours)


def shifts(settings: Settings, *spans: tuple[datetime, float]) -> None:
    rows = [LabourRow(begin, begin + hours * HOUR, Decimal(1)) for begin, hours in spans]
    with open_database(settings.database) as db, writing(db):
        replace_labour(db, STORE, rows)


def found(settings: Settings, now: datetime = NOON) -> list[Condition]:
    with open_database(settings.database, read_only=True) as db:
        return list(foreseen(db, settings, now))


def busy_tills(joined: int = 2, served: int = 2, waiting: float = 3.0) -> list[Message]:
    """An hour in which so many joined, left and waited in each minute."""
    queue = QueueCount(
        queue="tills",
        joined=joined,
        served=served,
        abandoned=0,
        lost=0,
        wait=DwellSketch.of([60.0] * served),
        abandoned_wait=DwellSketch.of([]),
        waiting_person_seconds=waiting * 60,
        observed_seconds=60,
        length_peak=5,
    )
    return [counts(NOON - n * MINUTE, 0, 0, queues=[queue]) for n in range(1, 60)]


def now_waiting(length: int, longest: float) -> list[Message]:
    return [status_of(NOON), health(NOON), live_queues(length, longest)]


@pytest.mark.parametrize(
    ("ahead", "length", "longest", "told"),
    [
        pytest.param(400.0, 3, 60.0, True, id="many more are expected"),
        pytest.param(40.0, 1, 10.0, False, id="hardly anybody is expected"),
        pytest.param(400.0, 9, 200.0, False, id="it is over its target already"),
    ],
)
def test_a_queue_is_told_before_it_passes_its_target(
    tmp_path: Path, ahead: float, length: int, longest: float, told: bool
) -> None:
    settings = shop(tmp_path)
    fill(settings, [*busy_tills(), *now_waiting(length, longest)], NOON)
    forecast(settings, "transactions", NOON - 2 * HOUR, [100.0, 100.0, ahead, ahead])
    kinds = [(of.kind, of.subject) for of in found(settings)]
    assert kinds == ([(AlertKind.QUEUE_EXPECTED_OVER_TARGET, "tills")] if told else [])


@pytest.mark.parametrize(
    ("tills", "has_forecast"),
    [
        pytest.param(busy_tills(), False, id="no forecast"),
        pytest.param(busy_tills(waiting=0.2), True, id="no line by which to see how fast people are served"),
        pytest.param(busy_tills()[:10], True, id="watched for ten minutes only"),
    ],
)
def test_of_a_queue_of_which_too_little_is_known_nothing_is_told(
    tmp_path: Path, tills: list[Message], has_forecast: bool
) -> None:
    settings = shop(tmp_path)
    fill(settings, [*tills, *now_waiting(5, 100.0)], NOON)
    if has_forecast:
        forecast(settings, "transactions", NOON - 2 * HOUR, [100.0, 100.0, 400.0, 400.0])
    assert found(settings) == []


def test_hours_of_tomorrow_with_too_few_people_are_told_once_until_shifts_are_entered(tmp_path: Path) -> None:
    settings = shop(tmp_path, floor_entries_per_hour=30)
    forecast(settings, "entries", NOON + DAY - HOUR, [50.0, 90.0, 20.0])
    shifts(settings, (NOON - DAY, 4), (NOON + DAY - HOUR, 8))
    (told,) = found(settings)
    assert (told.kind, told.subject) == (AlertKind.UNDERSTAFFED, "2026-03-04")
    assert told.sentence == (
        "Corner shop has too few people for what is forecast on Wed 04 Mar: "
        "11:00 (50 entries, 1 of 2 people), 12:00 (90 entries, 1 of 3 people)."
    )
    with open_database(settings.database) as db:
        assert len(note(db, [told], AlertSettings(), NOON)) == 1
    assert [of.key for of in found(settings, NOON + DAY - 2 * HOUR)] == [told.key]
    assert found(settings, NOON + DAY + HOUR) == []  # both hours have passed
    shifts(settings, (NOON + DAY - HOUR, 8), (NOON + DAY - HOUR, 8), (NOON + DAY, 1))
    assert found(settings) == []


@pytest.mark.parametrize(
    ("changes", "worked", "now"),
    [
        pytest.param({}, True, NOON, id="nobody said how many one person can serve"),
        pytest.param({"floor_entries_per_hour": 30}, False, NOON, id="shifts are not entered in this shop"),
        pytest.param({"floor_entries_per_hour": 30}, True, NOON - HOUR, id="before noon"),
    ],
)
def test_nothing_is_told_of_people(
    tmp_path: Path, changes: dict[str, Any], worked: bool, now: datetime
) -> None:
    settings = shop(tmp_path, **changes)
    forecast(settings, "entries", NOON + DAY, [90.0])
    if worked:
        shifts(settings, (NOON - DAY, 4))
    assert found(settings, now) == []


def test_where_shifts_are_usually_on_record_a_day_without_any_is_told(tmp_path: Path) -> None:
    settings = shop(tmp_path, floor_entries_per_hour=30)
    forecast(settings, "entries", NOON + DAY, [90.0])
    shifts(settings, (NOON - DAY, 4))
    assert "has no shifts on record on Wed 04 Mar" in found(settings)[0].sentence


@pytest.mark.parametrize(
    ("event", "why"), [("", "No event of this day is known."), ("Fair", "It is a day of: Fair.")]
)
def test_a_day_far_from_its_forecast_is_told_with_its_events(tmp_path: Path, event: str, why: str) -> None:
    settings = shop(tmp_path)
    forecast(settings, "entries", NOON - 4 * HOUR, [60.0] * 8)
    fill(settings, [counts(NOON - n * MINUTE, 3, 0) for n in range(1, 181)], NOON)
    if event:
        with open_database(settings.database) as db, writing(db):
            db.execute(
                "INSERT INTO store_events (store, name, kind, first_day, last_day)"
                " VALUES (?, ?, 'event', '2026-03-03', '2026-03-03')",
                (STORE, event),
            )
    (told,) = found(settings)
    assert (told.kind, told.subject) == (AlertKind.TRAFFIC_UNEXPECTED, "2026-03-03")
    assert told.sentence.endswith(f"540 in 3 hours, where 180 were expected. {why}")


def test_hours_that_were_not_watched_say_nothing_of_a_day(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    forecast(settings, "entries", NOON - 4 * HOUR, [60.0] * 8)
    fill(settings, [counts(NOON - n * MINUTE, 0, 0, coverage=0.5) for n in range(1, 181)], NOON)
    assert found(settings) == []


def test_each_can_be_switched_off(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    fill(settings, [*busy_tills(), *now_waiting(3, 60.0)], NOON)
    forecast(settings, "transactions", NOON - 2 * HOUR, [100.0, 100.0, 400.0, 400.0])
    forecast(settings, "entries", NOON - 4 * HOUR, [600.0] * 8)
    assert len(found(settings)) == 1
    off = AlertSettings(queue_ahead_chance=0, unexpected_traffic=False)
    assert found(settings.model_copy(update={"alerts": off})) == []


def test_forecasts_are_looked_at_once_a_minute_and_told_at_each_look(tmp_path: Path) -> None:
    settings, ahead = shop(tmp_path), Ahead()
    forecast(settings, "entries", NOON - 4 * HOUR, [60.0] * 8)
    with open_database(settings.database) as db:
        assert ahead.conditions(db, settings, NOON) == []
        fill(settings, [counts(NOON - n * MINUTE, 3, 0) for n in range(1, 181)], NOON)
        assert ahead.conditions(db, settings, NOON + 59 * timedelta(seconds=1)) == []
        told = ahead.conditions(db, settings, NOON + MINUTE)
        assert len(told) == 1
        assert ahead.conditions(db, settings, NOON + MINUTE) == told
