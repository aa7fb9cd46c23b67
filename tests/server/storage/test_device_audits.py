from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.wire import Audit, AuditedLine, AuditedWay, WireError, decode, encode
from server.ingest.apply import Received, apply_batch
from server.storage.database import migrate, open_database, writing
from server.storage.device_audits import MOST_KEPT, audits_of, keep_audit, newest_of_each
from tests.server.samples import MINUTE, NOON, settings


def audit(minute: int = 0, *, camera: str = "door", matched: int = 18) -> Audit:
    """Ten minutes at a camera: 20 came in and `matched` of them were counted, 5 left."""
    begin = NOON + minute * MINUTE
    ways = AuditedWay(clicked=20, counted=19, matched=matched), AuditedWay(clicked=5, counted=5, matched=5)
    return Audit(
        store="demo",
        device="box",
        camera=camera,
        begin=begin,
        end=begin + timedelta(minutes=10),
        tolerance_seconds=2.0,
        detector="rtmdet-nano-person",
        lines=(AuditedLine(line="main-door", way_in=ways[0], way_out=ways[1]),),
    )


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "footfall.db")
    with open_database(tmp_path / "footfall.db") as db:
        yield db


def test_an_audit_that_comes_twice_over_the_broker_is_kept_once(db: Database, tmp_path: Path) -> None:
    message = Received(audit().topic, encode(audit()))
    result = apply_batch(db, settings(tmp_path), [message, message], NOON)
    assert (result.stored, result.unchanged, result.quarantined) == (1, 1, 0)
    (kept,) = audits_of(db, "demo")
    assert (kept.clicked, kept.counted, kept.matched) == (25, 24, 23)
    assert [(way.line, way.way, way.matched) for way in kept.ways] == [
        ("main-door", "in", 18),
        ("main-door", "out", 5),
    ]


def test_the_first_version_of_an_audit_stays(db: Database) -> None:
    with writing(db):
        assert keep_audit(db, audit(), NOON)
        assert not keep_audit(db, audit(matched=1), NOON)
    assert audits_of(db, "demo")[0].matched == 23


def test_the_newest_of_each_camera_is_shown(db: Database) -> None:
    with writing(db):
        for minute, camera in ((0, "door"), (30, "door"), (15, "side")):
            keep_audit(db, audit(minute, camera=camera), NOON)
    newest = newest_of_each(db, "demo")
    assert {camera: one.began_at for (_, camera), one in newest.items()} == {
        "door": NOON + 30 * MINUTE,
        "side": NOON + 15 * MINUTE,
    }
    assert [one.camera for one in audits_of(db, "demo")] == ["door", "side", "door"]
    assert newest_of_each(db, "other") == {}


def test_only_the_newest_thousand_audits_of_a_camera_are_kept(db: Database) -> None:
    with writing(db):
        for minute in range(MOST_KEPT + 3):
            keep_audit(db, audit(minute), NOON)
        keep_audit(db, audit(camera="side"), NOON)
    assert len(audits_of(db, "demo", 2 * MOST_KEPT)) == MOST_KEPT + 1
    assert db.execute("SELECT min(began_at) FROM device_audit_ways WHERE camera = 'door'").fetchone() == (
        int((NOON + 3 * MINUTE).timestamp()) * 1_000_000,
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param((b'"matched":18', b'"matched":21'), "matched is at most", id="more pairs than clicks"),
        pytest.param((b"12:10:00", b"12:00:00"), "end must lie after begin", id="no time"),
        pytest.param((b'"lines":[', b'"lines":[],"more":['), "lines", id="no line"),
    ],
)
def test_an_audit_that_cannot_be_is_refused(change: tuple[bytes, bytes], reason: str) -> None:
    body = encode(audit())
    assert change[0] in body
    with pytest.raises(WireError, match=reason):
        decode(audit().topic, body.replace(*change))
