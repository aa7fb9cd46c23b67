"""What was refused, tried again: messages here, rows of files by their own import."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from server.config import Settings
from server.counters.taking import retry_counts
from server.errors import ServerError
from server.ingest.apply import retry_message
from server.pos.setting_aside import retry_row
from server.storage import quarantine


class NotInQuarantine(ServerError):
    """There is no row of that number."""

    exit_code = 3


def retry(db: Database, settings: Settings, number: int, now: datetime) -> str | None:
    """Try one refused item again; the reason if it is refused again, None if it is done with.

    Raises:
        NotInQuarantine: there is none of that number.
        ConfigError: it needs a store or a mapping that is not in the configuration.
    """
    row = quarantine.get(db, number)
    if row is None:
        raise NotInQuarantine(
            f"there is no number {number} in quarantine", "see: footfall-server quarantine list"
        )
    if row.source == "mqtt":
        return retry_message(db, settings, row, now)
    if "counter" in row.context:
        return retry_counts(db, settings, row, now)
    return retry_row(db, settings, row, now)
