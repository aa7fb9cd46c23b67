"""Watching goes on while the database is away, says so once, and works again when it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from server.alerting.parts import AlertWatch
from server.config import AlertSettings
from server.storage.alerts import open_alerts
from server.storage.database import open_database
from tests.server.filling import NOON, settings_for


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_database_that_is_away_is_said_once_and_watching_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="footfall.alerts")
    settings = settings_for(tmp_path).model_copy(update={"alerts": AlertSettings(look_seconds=0.02)})
    elsewhere = settings.database.rename(tmp_path / "elsewhere.db")
    looks: list[int] = []
    stop = threading.Event()

    def free_bytes() -> int:
        looks.append(1)
        return 0

    watching = threading.Thread(target=AlertWatch(settings, lambda: NOON, free_bytes).run, args=(stop,))
    watching.start()
    try:
        _until(lambda: "does not work" in caplog.text)
        time.sleep(0.2)
        assert looks == []
        elsewhere.rename(settings.database)
        _until(lambda: len(looks) > 2)
    finally:
        stop.set()
        watching.join()
    said = [record.getMessage() for record in caplog.records]
    assert [sentence for sentence in said if "does not work" in sentence] == said[:1]
    assert said[1].startswith("alert 1 began: The disk")
    assert said[2:] == ["watching for alerts works again"]
    with open_database(settings.database, read_only=True) as db:
        assert len(open_alerts(db)) == 1
