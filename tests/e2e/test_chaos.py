"""A short piece of chaos: whatever dies, everybody who crossed stands at the server once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bench import chaos
from tests.edge.cast import missing

pytestmark = pytest.mark.broker


@pytest.mark.long
def test_whatever_dies_nobody_is_lost_and_nobody_counted_twice(tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        missing("FFmpeg is not installed")
    said: list[str] = []
    report = chaos.run(tmp_path, 0.35, seed=5, every_seconds=3.0, camera=False, say=said.append)

    assert sum(report.faults.values()) >= 2, said
    assert report.expected["main-door in"] > 0
    assert (report.lost, report.doubled) == (0, 0), (said, report.in_figures())
    assert report.quarantined == 0


def test_what_is_missing_and_what_is_too_much_is_told_apart() -> None:
    report = chaos.Report(1.0, expected={"a": 3, "b": 2}, held={"a": 1, "b": 4, "c": 1})
    assert (report.lost, report.doubled) == (2, 3)


def test_a_minute_without_a_camera_that_claims_to_be_watched_is_found() -> None:
    minute = "2026-11-22T10:00:00+00:00"
    down = [(1_795_341_590.0, 1_795_341_700.0)]
    shown = chaos.Report(1.0, watched=[(minute, 1.0, 0)], camera_down=down)
    told = chaos.Report(1.0, watched=[(minute, 0.0, 0)], camera_down=down)
    assert (shown.dark_minutes_shown_as_watched(), told.dark_minutes_shown_as_watched()) == (1, 0)


def test_growth_is_a_slope_in_mebibytes_an_hour() -> None:
    samples = [chaos.Sample("clip", 1, 10.0 * n, 100 + n, 12) for n in range(60)]
    grown = chaos.growth(samples)
    assert grown["slope_mb_per_hour"] == pytest.approx(360)
    assert grown["most_files"] == 12
