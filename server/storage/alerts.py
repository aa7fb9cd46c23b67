"""What is or was wrong: each alert begins once and ends once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from server.storage.exact import from_us, from_us_or_none, to_us

MOST_ENDED = 10_000
"""So many alerts that are over are kept."""

_ROWS = "SELECT number, store, kind, subject, sentence, began_at, calm_since, ended_at FROM alerts "


class AlertKind(StrEnum):
    """What can be wrong."""

    QUEUE_OVER_TARGET = "queue-over-target"
    DEVICE_SILENT = "device-silent"
    DISK_LOW = "disk-low"
    QUARANTINE_GROWING = "quarantine-growing"
    CAMERA_LOST = "camera-lost"
    VIEW_BLOCKED = "view-blocked"
    VIEW_MOVED = "view-moved"
    VIEW_DARK = "view-dark"
    VIEW_UNFOCUSED = "view-unfocused"
    OUTBOX_GROWING = "outbox-growing"
    DEVICE_DISK_LOW = "device-disk-low"
    DEVICE_HOT = "device-hot"
    QUEUE_EXPECTED_OVER_TARGET = "queue-expected-over-target"
    UNDERSTAFFED = "understaffed"
    TRAFFIC_UNEXPECTED = "traffic-unexpected"
    OUTBOX_TROUBLE = "outbox-trouble"
    COUNTS_DROPPED = "counts-dropped"
    CLOCK_UNKNOWN = "clock-unknown"


Key = tuple[str | None, AlertKind, str]
"""Store, kind and subject: what makes two conditions the same one."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong at this moment. `store` None: with the server itself."""

    store: str | None
    kind: AlertKind
    subject: str
    sentence: str

    @property
    def key(self) -> Key:
        """By what it is known."""
        return (self.store, self.kind, self.subject)


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition from when it began; `calm_since`: it does not hold any more, but is not over yet."""

    number: int
    condition: Condition
    began_at: datetime
    calm_since: datetime | None
    ended_at: datetime | None


def begin(db: Database, condition: Condition, now: datetime) -> Alert | None:
    """Raise an alert; None where it is open already. Belongs into a transaction."""
    cursor = db.execute(
        "INSERT OR IGNORE INTO alerts (store, kind, subject, sentence, began_at) VALUES (?, ?, ?, ?, ?)",
        (condition.store, condition.kind.value, condition.subject, condition.sentence, to_us(now)),
    )
    if not cursor.rowcount:
        return None
    number = int(cursor.lastrowid or 0)
    _forget_ended(db)
    return Alert(number, condition, now, None, None)


def calm(db: Database, number: int, since: datetime | None) -> None:
    """Note since when an alert's condition does not hold any more; None: it holds."""
    db.execute(
        "UPDATE alerts SET calm_since = ? WHERE number = ?", (None if since is None else to_us(since), number)
    )


def end(db: Database, number: int, now: datetime) -> bool:
    """End an alert; False if another was faster."""
    cursor = db.execute(
        "UPDATE alerts SET ended_at = ? WHERE number = ? AND ended_at IS NULL", (to_us(now), number)
    )
    return cursor.rowcount == 1


def open_alerts(db: Database) -> list[Alert]:
    """Alerts that are not over, oldest first."""
    return [_alert(*values) for values in db.execute(_ROWS + "WHERE ended_at IS NULL ORDER BY number")]


def latest(db: Database, limit: int, before: int | None = None) -> list[Alert]:
    """Alerts with a number below `before`, over or not, newest first."""
    found = db.execute(
        _ROWS + "WHERE ? IS NULL OR number < ? ORDER BY number DESC LIMIT ?", (before, before, limit)
    )
    return [_alert(*values) for values in found]


def _forget_ended(db: Database) -> None:
    db.execute(
        "DELETE FROM alerts WHERE ended_at IS NOT NULL AND number <= (SELECT max(number) FROM alerts) - ?",
        (MOST_ENDED,),
    )


def _alert(
    number: int,
    store: str | None,
    kind: str,
    subject: str,
    sentence: str,
    began_at: int,
    calm_since: int | None,
    ended_at: int | None,
) -> Alert:
    return Alert(
        number=number,
        condition=Condition(store, AlertKind(kind), subject, sentence),
        began_at=from_us(began_at),
        calm_since=from_us_or_none(calm_since),
        ended_at=from_us_or_none(ended_at),
    )
