"""Shifts, roll-ups and the lag from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.commands import app
from server.config import load_settings
from server.metrics.intervals import Interval
from server.pos.labour import LabourUnreadable, read_labour
from server.storage.database import migrate, open_database
from server.storage.labour import labour_rows
from server.storage.space import DiskFull
from tests.server.filling import NOON, STORE, counts, fill

CONFIG = '[stores.corner]\nname = "Corner"\ntime_zone = "Europe/Berlin"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "server.toml"
    file.write_text(CONFIG, encoding="utf-8")
    migrate(tmp_path / "footfall.db")
    return file


def shifts(folder: Path, *lines: str) -> Path:
    file = folder / "shifts.csv"
    file.write_text("\n".join(["begin,end,people", *lines]), encoding="utf-8")
    return file


def test_shifts_are_taken_in_the_stores_time_and_replace_those_at_the_same_time(config: Path) -> None:
    run = CliRunner().invoke
    for people in ("2", "3.5"):
        file = shifts(config.parent, f"2026-03-03T12:00,2026-03-03T14:00,{people}")
        answer = run(app, ["import-labour", str(file), "--store", STORE, "--config", str(config)])
        assert answer.output == "1 shifts in corner\n"
    with open_database(config.parent / "footfall.db") as db:
        (shift,) = labour_rows(db, STORE, Interval(NOON, NOON + timedelta(hours=1)))
    assert (shift.begin, str(shift.people)) == (NOON, "3.5000")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("noon,2026-03-03T14:00,2", "line 2: not a shift", id="no time"),
        pytest.param("2026-03-03T12:00,2026-03-03T14:00", "line 2: not a shift", id="no people"),
        pytest.param("2026-03-03T14:00,2026-03-03T12:00,2", "ends after it begins", id="backwards"),
        pytest.param("2026-03-03T12:00,2026-03-05T12:00,2", "within 24 hours", id="two days"),
        pytest.param("2026-03-03T12:00,2026-03-03T14:00,-1", "from 0 to", id="less than nobody"),
        pytest.param("2026-03-03T12:00,2026-03-03T14:00,NaN", "from 0 to", id="no number"),
    ],
)
def test_a_line_that_is_no_shift_is_named_and_nothing_is_taken(config: Path, line: str, said: str) -> None:
    file = shifts(config.parent, line)
    with pytest.raises(LabourUnreadable, match=said):
        read_labour(file, load_settings(config).store(STORE).zone)


def test_rolling_up_twice_finds_nothing_the_second_time(config: Path) -> None:
    fill(load_settings(config), [counts(NOON, 5, 4)], NOON)
    outputs = [CliRunner().invoke(app, ["roll-up", "--config", str(config)]).output for _ in range(2)]
    assert outputs[0] != "0 spans put together\n"
    assert outputs[1] == "0 spans put together\n"


def test_a_lag_that_the_data_do_not_show_is_not_made_up(config: Path) -> None:
    answer = CliRunner().invoke(app, ["measure-lag", "--store", STORE, "--config", str(config)])
    assert answer.exit_code == 4
    assert "the data do not show it" in answer.output


def test_a_lag_is_told_to_programs_too_and_forgetting_it_is_no_failure(config: Path) -> None:
    def measured(*options: str) -> tuple[int, str]:
        answer = CliRunner().invoke(app, ["measure-lag", "--store", STORE, "--config", str(config), *options])
        return answer.exit_code, answer.output

    assert measured("--forget")[0] == 0
    code, told = measured("--json")
    assert (code, json.loads(told)) == (4, {"minutes": None, "strength": None, "sure": False, "kept": False})


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["import-labour"], id="shifts"),
        pytest.param(["import-catalogue", "--part", "hours"], id="hours"),
        pytest.param(["import-counts", "--counter", "c"], id="counts"),
    ],
)
def test_with_a_full_disk_no_file_is_taken(config: Path, command: list[str]) -> None:
    config.write_text(f"least_free_megabytes = 1000000000\n{CONFIG}", encoding="utf-8")
    file = shifts(config.parent)
    answer = CliRunner().invoke(app, [*command, str(file), "--store", STORE, "--config", str(config)])
    assert isinstance(answer.exception, DiskFull)
