"""Whether the server can do its work now, for what starts, watches and restarts it."""

from __future__ import annotations

import socket
import sqlite3
from typing import Literal

from fastapi.responses import JSONResponse, Response
from pydantic import Field

from server.api.parts import Shape
from server.api.problems import MEDIA_TYPE, problem_content
from server.api.site import Here, Site
from server.config import BrokerSettings
from server.storage.database import StorageError, open_database

BROKER_SECONDS = 2.0
LOCK_MILLISECONDS = 2000
"""Longer than any transaction of ours holds the write lock."""

Check = Literal["ok", "failed"]


class ReadyShape(Shape):
    """What was looked at."""

    ready: bool
    database: Check = Field(description="it can be written to")
    migrations: Check = Field(description="it is of this version")
    broker: Check = Field(description="its address takes connections")


def readyz(here: Here) -> Response:
    """Whether the database can be written to and is of this version, and the broker can be reached."""
    database, migrations = _database(here)
    broker = _broker(here.settings.broker)
    found = ReadyShape(
        ready=database == migrations == broker == "ok",
        database=database,
        migrations=migrations,
        broker=broker,
    )
    if found.ready:
        return JSONResponse(found.model_dump())
    failed = [name for name in ("database", "migrations", "broker") if getattr(found, name) == "failed"]
    content = problem_content(503, f"Not ready: {', '.join(failed)}.")
    return JSONResponse({**content, **found.model_dump()}, 503, media_type=MEDIA_TYPE)


def _database(here: Site) -> tuple[Check, Check]:
    try:
        db = open_database(here.settings.database)
    except StorageError:
        # One that cannot be opened is not known to be of this version either.
        return "failed", "failed"
    with db:
        db.execute(f"PRAGMA busy_timeout = {LOCK_MILLISECONDS}")
        try:
            db.execute("BEGIN IMMEDIATE")
            db.execute("UPDATE feed SET forgotten = forgotten")
            # Not committed, or every open page would hear that something changed.
            db.rollback()
        except sqlite3.OperationalError:
            return "failed", "ok"
    return "ok", "ok"


def _broker(broker: BrokerSettings) -> Check:
    try:
        socket.create_connection((broker.host, broker.port), BROKER_SECONDS).close()
    except OSError:
        return "failed"
    return "ok"
