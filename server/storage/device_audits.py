"""How a camera's counts compared with what somebody counted beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from edge.wire import Audit, AuditedLine
from server.storage.exact import from_us, to_us

MOST_KEPT = 1_000
"""Of one camera; the oldest go first."""


@dataclass(frozen=True, slots=True)
class AuditedWay:
    """One direction across one line: what was clicked, what was counted, and how many of them are pairs."""

    line: str
    way: Literal["in", "out"]
    clicked: int
    counted: int
    matched: int


@dataclass(frozen=True, slots=True)
class DeviceAudit:
    """One audit of one camera."""

    device: str
    camera: str
    began_at: datetime
    ended_at: datetime
    tolerance_seconds: float
    detector: str
    ways: tuple[AuditedWay, ...]

    @property
    def clicked(self) -> int:
        """Crossings that somebody saw, all lines and directions together."""
        return sum(way.clicked for way in self.ways)

    @property
    def counted(self) -> int:
        """Crossings that were counted."""
        return sum(way.counted for way in self.ways)

    @property
    def matched(self) -> int:
        """Pairs of one of each."""
        return sum(way.matched for way in self.ways)


def keep_audit(db: Database, audit: Audit, received_at: datetime) -> bool:
    """Stores an audit; whether it was a new one. The first that comes is kept."""
    key = (audit.store, audit.device, audit.camera, to_us(audit.begin))
    kept = db.execute(
        "INSERT INTO device_audits VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (*key, to_us(audit.end), audit.tolerance_seconds, audit.detector, to_us(received_at)),
    )
    if not kept.rowcount:
        return False
    for values in (values for line in audit.lines for values in _rows(line)):
        db.execute("INSERT INTO device_audit_ways VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*key, *values))
    db.execute(
        "DELETE FROM device_audits WHERE (store, device, camera) = (?, ?, ?) AND began_at NOT IN ("
        "SELECT began_at FROM device_audits WHERE (store, device, camera) = (?, ?, ?)"
        " ORDER BY began_at DESC LIMIT ?)",
        (*key[:3], *key[:3], MOST_KEPT),
    )
    return True


def audits_of(db: Database, store: str, limit: int = 100) -> list[DeviceAudit]:
    """A store's audits, the newest first."""
    found = db.execute(
        "SELECT device, camera, began_at, ended_at, tolerance_seconds, detector FROM device_audits"
        " WHERE store = ? ORDER BY began_at DESC, device, camera LIMIT ?",
        (store, limit),
    )
    return _with_ways(db, store, list(found))


def newest_of_each(db: Database, store: str) -> dict[tuple[str, str], DeviceAudit]:
    """The newest audit of each camera of a store, by device and camera."""
    found = db.execute(
        "SELECT device, camera, max(began_at), ended_at, tolerance_seconds, detector FROM device_audits"
        " WHERE store = ? GROUP BY device, camera",
        (store,),
    )
    return {(one.device, one.camera): one for one in _with_ways(db, store, list(found))}


def _with_ways(
    db: Database, store: str, rows: list[tuple[str, str, int, int, float, str]]
) -> list[DeviceAudit]:
    if not rows:
        return []
    ways: dict[tuple[str, str, int], list[AuditedWay]] = defaultdict(list)
    for device, camera, began_at, *way in db.execute(
        "SELECT device, camera, began_at, line, way, clicked, counted, matched FROM device_audit_ways"
        " WHERE store = ? AND began_at >= ? ORDER BY line, way",
        (store, min(row[2] for row in rows)),
    ):
        ways[device, camera, began_at].append(AuditedWay(*way))
    return [
        DeviceAudit(device, camera, from_us(began), from_us(ended), seconds, detector, tuple(ways[key]))
        for device, camera, began, ended, seconds, detector in rows
        for key in [(device, camera, began)]
    ]


def _rows(line: AuditedLine) -> Iterator[tuple[str, str, int, int, int]]:
    for way, one in (("in", line.way_in), ("out", line.way_out)):
        yield line.line, way, one.clicked, one.counted, one.matched
