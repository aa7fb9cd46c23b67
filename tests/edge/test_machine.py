from __future__ import annotations

from pathlib import Path

import pytest

from edge.machine import disk_free_mb, machine_now


def board(root: Path, *temperatures: str) -> Path:
    (root / "proc/self/fd").mkdir(parents=True)
    for number in range(5):
        (root / f"proc/self/fd/{number}").touch()
    (root / "proc/meminfo").write_text("MemTotal:  2048000 kB\nMemAvailable:  1048576 kB\n")
    for number, text in enumerate(temperatures):
        zone = root / f"sys/class/thermal/thermal_zone{number}"
        zone.mkdir(parents=True)
        (zone / "temp").write_text(text)
    return root


def test_a_board_tells_its_disk_memory_files_and_hottest_sensor(tmp_path: Path) -> None:
    now = machine_now(tmp_path, board(tmp_path, "48312\n", "61250\n", "", "-274000", "none"))
    assert now.temperature_celsius == pytest.approx(61.25)
    assert now.memory_available_mb == 1024
    assert now.open_files == 5
    assert now.open_files_most
    assert now.disk_free_mb == disk_free_mb(tmp_path)


def test_what_a_board_does_not_tell_is_left_out(tmp_path: Path) -> None:
    now = machine_now(tmp_path, tmp_path / "nothing")
    assert (now.temperature_celsius, now.memory_available_mb, now.open_files) == (None, None, None)


def test_the_disk_of_a_folder_that_is_not_made_yet_is_that_of_the_one_above(tmp_path: Path) -> None:
    assert disk_free_mb(tmp_path / "state" / "deep") == pytest.approx(disk_free_mb(tmp_path) or 0, rel=0.05)
