from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.outbox import Audits, OutboxError
from edge.outbox.audits import MOST_WAITING
from edge.wire import Audit, AuditedLine, AuditedWay, decode

NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def audit(minute: int = 0) -> Audit:
    """Ten minutes at the door."""
    way = AuditedWay(clicked=20, counted=19, matched=18)
    return Audit(
        store="shop",
        device="door-1",
        camera="entrance",
        begin=NINE + timedelta(minutes=minute),
        end=NINE + timedelta(minutes=minute + 10),
        tolerance_seconds=2.0,
        lines=(AuditedLine(line="main-door", way_in=way, way_out=way),),
    )


def test_audits_wait_oldest_first_until_the_broker_has_them(tmp_path: Path) -> None:
    audits = Audits(tmp_path / "audits-entrance")
    assert audits.oldest(10) == []
    for minute in (30, 0, 15):
        audits.put(audit(minute))
    waiting = Audits(tmp_path / "audits-entrance").oldest(10)
    assert [decode(one.topic, one.body) for one in waiting] == [audit(0), audit(15), audit(30)]
    assert len(audits.oldest(2)) == 2
    audits.delivered(waiting[0].name)
    audits.delivered(waiting[0].name)
    assert [one.name for one in audits.oldest(10)] == [one.name for one in waiting[1:]]


def test_the_same_audit_is_kept_once(tmp_path: Path) -> None:
    audits = Audits(tmp_path)
    audits.put(audit())
    audits.put(audit())
    assert len(audits.oldest(10)) == 1


def test_what_was_being_written_when_the_power_went_is_not_sent(tmp_path: Path) -> None:
    audits = Audits(tmp_path)
    audits.put(audit())
    (tmp_path / ".20261121T100000000000.json.part").write_bytes(b"half")
    assert len(audits.oldest(10)) == 1


def test_no_more_than_a_thousand_wait(tmp_path: Path) -> None:
    audits = Audits(tmp_path)
    for number in range(MOST_WAITING):
        (tmp_path / f"{number}.json").touch()
    with pytest.raises(OutboxError, match="wait to be sent"):
        audits.put(audit())


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    with pytest.raises(OutboxError, match="cannot be written"):
        Audits(tmp_path / "taken").put(audit())


def test_what_cannot_be_deleted_is_said_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken.json").mkdir()
    Audits(tmp_path).delivered("taken.json")
    assert "was delivered and cannot be deleted" in caplog.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")
def test_what_root_keeps_belongs_to_whoever_counts(tmp_path: Path) -> None:
    os.chown(tmp_path, 12_345, 12_346)
    Audits(tmp_path / "audits-entrance").put(audit())
    for path in (tmp_path / "audits-entrance", *(tmp_path / "audits-entrance").iterdir()):
        assert (path.stat().st_uid, path.stat().st_gid) == (12_345, 12_346)
