"""Watching goes on while the database is away, says so once, and works again when it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.alerting.parts import AlertWatch, Deliverer
from server.api.subscribing import subscribe, try_out
from server.config import AlertSettings
from server.storage import webhooks
from server.storage.alerts import AlertKind, open_alerts
from server.storage.database import open_database
from server.webhooks.addresses import Target
from tests.server.filling import NOON, settings_for
from tests.waiting import PATIENCE_SECONDS, until


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
        until(lambda: "does not work" in caplog.text, "it is said")
        time.sleep(0.2)
        assert looks == []
        elsewhere.rename(settings.database)
        until(lambda: len(looks) > 2, "it looks again")
    finally:
        stop.set()
        watching.join()
    said = [record.getMessage() for record in caplog.records]
    assert [sentence for sentence in said if "does not work" in sentence] == said[:1]
    assert said[1].startswith("alert 1 began: The disk")
    assert said[2:] == ["watching for alerts works again"]
    with open_database(settings.database, read_only=True) as db:
        assert len(open_alerts(db)) == 1


def test_a_receiver_that_does_not_answer_holds_back_nobody_else(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with open_database(settings.database) as db:
        for number, host in enumerate(("slow.example.org", "quick.example.org"), 1):
            subscribe(db, settings, f"https://{host}/", list(AlertKind), None, NOON)
            for _ in range(3):
                try_out(db, number, NOON)
    answers, stop, told = threading.Event(), threading.Event(), list[str]()

    def post(target: Target, body: bytes, headers: Mapping[str, str], *, allow_private: bool) -> str | None:
        told.append(target.host)
        if target.host.startswith("slow"):
            answers.wait(PATIENCE_SECONDS)
        return None

    telling = threading.Thread(target=Deliverer(settings, lambda: NOON, post).run, args=(stop,))
    telling.start()
    try:
        until(lambda: told.count("quick.example.org") == 3 and "slow.example.org" in told, "it is told")
        assert told.count("slow.example.org") == 1, "one after another to the same receiver"
    finally:
        stop.set()
        answers.set()
        telling.join()
    with open_database(settings.database, read_only=True) as db:
        assert webhooks.waiting_by_webhook(db) == {1: 2}, "a stop waits for one try and no more"
