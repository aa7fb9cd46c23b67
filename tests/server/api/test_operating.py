"""What operators ask: is it ready, how does it fare."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlite_utils import Database

from server.api.app import build_app
from server.config import Settings
from server.ingest.apply import Received
from server.storage.database import data_version, open_database, writing
from tests.server.asking import Asking, asking
from tests.server.filling import (
    CAMERA,
    DEVICE,
    NOON,
    STORE,
    berlin_store,
    counts,
    fill,
    health,
    receive,
    sale,
    settings_for,
    status,
)


@contextmanager
def broker_of(settings: Settings) -> Iterator[Settings]:
    """Settings whose broker takes connections within the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        yield settings.model_copy(update={"broker": settings.broker.model_copy(update={"port": port})})


def without_broker(settings: Settings) -> Settings:
    with broker_of(settings) as gone:
        return gone


def stranger(settings: Settings) -> Asking:
    """What asks whether a server is ready shows no token."""
    return Asking(build_app(settings, lambda: NOON))


def test_a_server_with_database_and_broker_is_ready(settings: Settings) -> None:
    with broker_of(settings) as reachable:
        answer = stranger(reachable).get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": "ok", "migrations": "ok", "broker": "ok"}


def test_asking_whether_it_is_ready_tells_no_page_of_a_change(settings: Settings) -> None:
    with open_database(settings.database, read_only=True) as db, broker_of(settings) as reachable:
        before = data_version(db)
        stranger(reachable).get("/readyz")
        assert data_version(db) == before


def test_without_a_broker_it_is_not_ready(settings: Settings) -> None:
    answer = stranger(without_broker(settings)).get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["broker"], answer.json()["database"]) == ("failed", "ok")
    assert answer.json()["detail"] == "Not ready: broker."


def test_a_database_that_is_locked_for_long_is_not_ready(settings: Settings) -> None:
    with broker_of(settings) as reachable, open_database(settings.database) as db, writing(db):
        answer = stranger(reachable).get("/readyz")
    assert (answer.status_code, answer.json()["database"], answer.json()["migrations"]) == (
        503,
        "failed",
        "ok",
    )


def test_a_database_of_an_older_version_is_not_ready(tmp_path: Path, settings: Settings) -> None:
    with closing(Database(settings.database).conn) as connection, connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'm051_api_alerts'")
    with broker_of(settings) as reachable:
        answer = stranger(reachable).get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "failed")
    assert str(tmp_path) not in answer.text


def samples(ask: Asking) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = ask.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_prometheus_hears_how_cameras_and_server_fare(settings: Settings) -> None:
    hour = timedelta(hours=1)
    fill(settings, [counts(NOON - hour, 5, 1), status(NOON - hour), health(NOON - hour)], NOON - hour)
    receive(settings, [Received(f"footfall/v1/{STORE}/{DEVICE}/counts", b"junk")], NOON)
    cared_for = {"outbox_trouble": "disk full", "outbox_coarsened": 120, "clock_known": False}
    fill(settings, [health(NOON - hour, camera="hall").model_copy(update=cared_for)], NOON - hour)
    found = samples(asking(settings, NOON))
    hall = ("hall", DEVICE, STORE)
    assert found["footfall_camera_outbox_kept", hall] == 0
    assert found["footfall_camera_outbox_coarsened", hall] == 120
    assert found["footfall_camera_clock_known", hall] == 0
    assert ("footfall_camera_outbox_dropped", hall) not in found  # it does not say
    camera = (CAMERA, DEVICE, STORE)  # labels come in the order of their names
    assert found["footfall_camera_up", camera] == 0
    assert found["footfall_camera_seen_age_seconds", camera] == 3600
    assert found["footfall_camera_fps", camera] == 9.7
    assert found["footfall_camera_inference_seconds", camera] == pytest.approx(0.0415)
    assert found["footfall_camera_outbox_buckets", camera] == 0
    assert found["footfall_camera_outbox_kept", camera] == 1
    assert found["footfall_newest_counts_age_seconds", (STORE,)] == 3600
    assert found["footfall_changes_total", ()] == 1
    assert found["footfall_quarantine_rows", ()] == 1
    assert found["footfall_quarantine_lost_total", ()] == 0
    assert found["footfall_alerts_open", ("device-silent",)] == 0
    assert found["footfall_webhook_deliveries", ("waiting",)] == 0
    assert found["footfall_database_bytes", ()] > 0
    assert found["footfall_disk_free_bytes", ()] > 0


def test_the_number_of_series_does_not_grow_with_people_or_tickets(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, **{STORE: berlin_store()})
    ask = asking(settings, NOON)
    fill(settings, [counts(NOON, 1, 0), sale("t0", NOON), status(NOON), health(NOON)], NOON)
    few = set(samples(ask))
    fill(settings, [counts(NOON, 900, 700, revision=2), *(sale(f"t{n}", NOON) for n in range(200))], NOON)
    assert set(samples(ask)) == few
