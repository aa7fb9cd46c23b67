"""The nightly work killed at any time, and done again: the figures are the same."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from server.api.reports import day_report
from server.config import KeepingSettings, Settings
from server.storage.database import open_database
from server.upkeep.nightly import nightly
from tests.server.filling import STORE, fill, settings_for, zone_count
from tests.server.filling import counts as bucket

OPENS = datetime(2026, 3, 3, 0, tzinfo=UTC)
NOW = OPENS + timedelta(days=100)
DAYS = 3

NIGHT = """
import sys
from datetime import datetime
from pathlib import Path
from server.upkeep.nightly import nightly
from tests.server.upkeep.test_killed import keeping

print("began", flush=True)
nightly(keeping(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2]))
"""


def keeping(folder: Path) -> Settings:
    copies = KeepingSettings(backup_folder=str(folder / "copies"))
    return settings_for(folder).model_copy(update={"keeping": copies})


def _figures(settings: Settings) -> list[object]:
    with open_database(settings.database, read_only=True) as db:
        reports = [
            day_report(db, STORE, settings.store(STORE), date(2026, 3, 3) + timedelta(days=day), NOW)
            for day in range(DAYS)
        ]
    return [
        (figures.entries, figures.exits, figures.coverage, figures.zones)
        for report in reports
        for figures in (report.totals, *report.parts)
    ]


def _killed_after(seconds: float, folder: Path, now: datetime) -> None:
    night = subprocess.Popen(
        [sys.executable, "-c", NIGHT, str(folder), now.isoformat()], stdout=subprocess.PIPE
    )
    assert night.stdout
    assert night.stdout.readline() == b"began\n"
    time.sleep(seconds)
    night.kill()
    night.wait()
    night.stdout.close()


@pytest.mark.long
def test_a_night_killed_at_any_time_and_done_again_changes_no_figure(tmp_path: Path) -> None:
    settings = keeping(tmp_path)
    minutes = [OPENS + timedelta(minutes=number) for number in range(DAYS * 1440)]
    fill(
        settings,
        [bucket(at, n % 7, n % 5, [zone_count("tea", [n % 90 + 1.0])]) for n, at in enumerate(minutes)],
        OPENS + timedelta(days=4),
    )
    before, chance = _figures(settings), random.Random(3)
    for night in range(4):
        _killed_after(chance.uniform(0, 0.15), tmp_path, NOW + timedelta(seconds=night))
        assert _figures(settings) == before
    nightly(settings, NOW + timedelta(minutes=1))
    assert _figures(settings) == before
    with open_database(settings.database, read_only=True) as db:
        assert db.execute("SELECT count(*) FROM buckets").fetchone()[0] < DAYS * 26
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
