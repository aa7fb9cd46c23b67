from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.config import KeepingSettings, Settings
from server.ingest.apply import Received
from server.storage import counts, expiry, quarantine, unknown_time
from server.storage.database import open_database, writing
from server.upkeep.nightly import NightShift, next_run, nightly
from tests.server.filling import STORE, fill, receive, sale, settings_for
from tests.server.filling import counts as bucket

OPENS = datetime(2026, 3, 3, 8, tzinfo=UTC)
SENT = OPENS + timedelta(hours=12)
NOW = SENT + timedelta(days=100)


def _keeping(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update={"keeping": KeepingSettings.model_validate(changes)})


def test_a_night_copies_first_and_then_puts_together_and_forgets(tmp_path: Path) -> None:
    settings = _keeping(settings_for(tmp_path), backup_folder=str(tmp_path / "copies"))
    fill(settings, [bucket(OPENS + timedelta(minutes=n), 1, 0) for n in range(90)], SENT)
    fill(settings, [bucket(OPENS - timedelta(days=1), 1, 0, clock_synced=False)], SENT)
    receive(settings, [Received(f"footfall/v1/{STORE}/edge-1/counts", b"nonsense")], SENT)
    with open_database(settings.database) as db:
        quarantine.resolved(db, 1, SENT)
    night = nightly(settings, NOW)
    assert (night.rolled.hours, night.rolled.minutes) == (2, 90)
    assert (night.quarantine_forgotten, night.unknown_time_forgotten, night.customers_forgotten) == (1, 1, 0)
    assert night.backup is not None
    with open_database(settings.database) as now, open_database(night.backup, read_only=True) as copy:
        assert len(counts.bucket_rows(now, STORE, OPENS, SENT)) == 2
        assert len(counts.bucket_rows(copy, STORE, OPENS, SENT)) == 90
        assert unknown_time.count(now) == 0


def test_what_is_younger_than_its_time_is_kept(tmp_path: Path) -> None:
    settings = _keeping(settings_for(tmp_path), minutes_days=200, quarantine_days=200)
    fill(settings, [bucket(OPENS, 1, 0), bucket(OPENS, 1, 0, camera="b", clock_synced=False)], SENT)
    night = nightly(settings, NOW)
    assert (night.backup, night.rolled.hours, night.unknown_time_forgotten) == (None, 0, 0)


def test_customers_are_taken_off_old_tickets_and_off_all_where_they_ask(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    fill(settings, [sale("old", OPENS), sale("new", NOW)], NOW)
    with open_database(settings.database) as db:
        assert expiry.forget_customer(db, "abc") == 0
        with writing(db):
            db.execute("UPDATE tickets SET customer = 'abc'")
    assert nightly(_keeping(settings, customer_days=30), NOW).customers_forgotten == 1
    with open_database(settings.database) as db:
        assert db.execute("SELECT ticket FROM tickets WHERE customer IS NOT NULL").fetchall() == [("new",)]
        assert expiry.forget_customer(db, "xyz") == 0
        assert expiry.forget_customer(db, "abc") == 1


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("after", "at", "expected"),
    [
        pytest.param("2026-01-10T01:00Z", "03:30", "2026-01-10T02:30Z", id="later this night"),
        pytest.param("2026-01-10T02:30Z", "03:30", "2026-01-11T02:30Z", id="just done"),
        pytest.param("2026-03-28T12:00Z", "02:30", "2026-03-29T01:30Z", id="the clocks skip that time"),
        pytest.param("2026-10-24T12:00Z", "02:30", "2026-10-25T00:30Z", id="it comes twice: the first"),
    ],
)
def test_it_is_night_once_a_day_by_the_shops_clock(after: str, at: str, expected: str) -> None:
    run = next_run(datetime.fromisoformat(after), time.fromisoformat(at), BERLIN)
    assert run == datetime.fromisoformat(expected)


def test_a_night_that_fails_is_told_and_the_next_one_comes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="footfall.nightly")
    stop = threading.Event()
    moments = iter([NOW, NOW + timedelta(days=1), NOW + timedelta(days=1), NOW + timedelta(days=2)])

    def clock() -> datetime:
        try:
            return next(moments)
        except StopIteration:
            stop.set()
            return NOW + timedelta(days=2)

    settings = settings_for(tmp_path)
    settings.database.unlink()
    NightShift(settings, clock).run(stop)
    assert "there is no database" in caplog.text
