"""Devices let in or left out, and what waited for that decision."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from server.config import Settings
from server.ingest.apply import retry_message
from server.storage import gate_decisions, quarantine
from server.storage.database import writing


def accept_device(db: Database, settings: Settings, store: str, device: str, now: datetime) -> int:
    """Let a device in, and store what it sent while it waited; how many messages that were."""
    with writing(db):
        gate_decisions.accept(db, store, device, now)
    return retry_held(db, settings, now, f"/{store}/{device}/")


def refuse_device(db: Database, store: str, device: str, now: datetime) -> None:
    """Leave out what a device sends from now on."""
    with writing(db):
        gate_decisions.refuse(db, store, device, now)


def retry_held(db: Database, settings: Settings, now: datetime, part_of_topic: str = "/") -> int:
    """Try messages again that wait in quarantine, of some topics; how many are done with."""
    waiting = [
        row
        for row in quarantine.waiting(db, quarantine.MOST_ROWS)
        if row.source == "mqtt" and part_of_topic in row.origin
    ]
    return sum(retry_message(db, settings, row, now) is None for row in waiting)
