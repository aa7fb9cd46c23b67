from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from edge.wire import encode
from server.commands import app
from server.config import load_settings
from server.ingest.apply import Received, apply_batch
from server.storage import counts, quarantine
from server.storage.database import migrate, open_database
from tests.server.asking import bearer
from tests.server.ingest.running import device, free_port, until
from tests.server.samples import MINUTE, NOON, bucket, status
from tests.waiting import PATIENCE_SECONDS

CONFIG = """
database = "shop.db"
[broker]
port = {broker_port}
embedded = {embedded}
[web]
port = {web_port}
[stores.demo]
name = "Demo shop"
time_zone = "Europe/Berlin"
currency = "EUR"
[stores.demo.zones.shelf]
name = "Shelf"
[sales.mappings.bakery]
columns = {{ ticket = "No", at = "At", sku = "Item", net = "Net" }}
"""
SALES = "No,At,Item,Net\n1,2026-03-02 13:00:00,bread,2.50\n1,2026-03-02 13:00:00,milk,1.20\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _configure(tmp_path)
    migrate(tmp_path / "shop.db")
    (tmp_path / "sales.csv").write_text(SALES, encoding="utf-8")
    return tmp_path


def _configure(folder: Path, broker_port: int = 1883, web_port: int = 0, embedded: bool = False) -> None:
    text = CONFIG.format(broker_port=broker_port, web_port=web_port, embedded=str(embedded).lower())
    (folder / "server.toml").write_text(text, encoding="utf-8")


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "FOOTFALL_SERVER_CONFIG": str(folder / "server.toml"), "COLUMNS": "150"}


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        env=_environment(folder), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def _import(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    file = str(folder / "sales.csv")
    return _run(folder, "import-sales", file, "--store", "demo", "--mapping", "bakery", *more)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "error", "hint"),
    [
        pytest.param(
            ["check-config", "--config", "no.toml"],
            2,
            "no configuration at no.toml",
            "--config",
            id="no file",
        ),
        pytest.param(["report", "--store", "dmeo"], 2, "no store 'dmeo'", "demo", id="unknown store"),
        pytest.param(
            ["report", "--store", "demo", "--day", "monday"], 2, "'monday' is not a day", "2026", id="no day"
        ),
        pytest.param(["quarantine", "show", "7"], 3, "no number 7", "quarantine list", id="unknown number"),
        pytest.param(
            ["quarantine", "retry", "7"], 3, "no number 7", "quarantine list", id="retry of nothing"
        ),
        pytest.param(
            ["import-sales", "no.csv", "--store", "demo", "--mapping", "bakery"],
            3,
            "no file no.csv",
            "",
            id="no sales file",
        ),
        pytest.param(
            ["import-sales", "no.csv", "--store", "demo", "--mapping", "bkery"],
            2,
            "no mapping 'bkery'",
            "bakery",
            id="unknown mapping",
        ),
        pytest.param(
            ["import-planogram", "no.csv", "--store", "demo"], 3, "no file no.csv", "", id="no planogram"
        ),
        pytest.param(["serve", "--port", "1"], 2, "No such option", "", id="unknown option"),
    ],
)
def test_a_users_mistake_is_told_in_a_sentence(
    folder: Path, arguments: list[str], exit_code: int, error: str, hint: str
) -> None:
    ended = _run(folder, *arguments)
    assert ended.returncode == exit_code, ended.stderr
    assert error in ended.stderr
    assert hint in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", [["serve"], ["listen"], ["quarantine", "list"]])
def test_without_a_database_each_command_says_how_to_make_one(folder: Path, command: list[str]) -> None:
    (folder / "shop.db").unlink()
    ended = _run(folder, *command)
    assert ended.returncode == 3, ended.stderr
    assert "hint: make it with: footfall-server migrate" in ended.stderr


def test_without_the_extra_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['fastapi'] = None; from server.__main__ import main; main()"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert ended.stderr.splitlines() == [
        "error: footfall-server needs the package fastapi",
        "hint: pip install 'footfall[server]'",
    ]


def test_migrate_makes_the_database_and_then_has_nothing_to_do(folder: Path) -> None:
    (folder / "shop.db").unlink()
    assert "m001_counts" in _run(folder, "migrate").stdout
    assert "is up to date" in _run(folder, "migrate").stdout


def test_a_right_configuration_is_said_to_be_right(folder: Path) -> None:
    ended = _run(folder, "check-config")
    assert (ended.returncode, "demo (1 zones); mappings: bakery" in ended.stdout) == (0, True)


def test_sales_are_imported_once_and_shown_in_the_report(folder: Path) -> None:
    dry = json.loads(_import(folder, "--dry-run", "--json").stdout)
    assert (dry["new"], dry["dry_run"]) == (1, True)
    first = json.loads(_import(folder, "--json").stdout)
    assert (first["tickets"], first["lines"], first["new"]) == (1, 2, 1)
    assert "unchanged" in _import(folder).stdout
    told = json.loads(_run(folder, "report", "--store", "demo", "--day", "2026-03-02", "--json").stdout)
    assert told["totals"]["transactions"] == 1
    assert "3.70 EUR" in _run(folder, "report", "--store", "demo", "--day", "2026-03-02").stdout


@pytest.mark.long
def test_a_refused_row_can_be_listed_shown_retried_and_given_up(folder: Path) -> None:
    with (folder / "sales.csv").open("a", encoding="utf-8") as file:
        file.write("1,2.3.2026,cake,3.00\n2,?,cake,3.00\n")
    ended = _import(folder)
    assert ended.returncode == 4
    assert "fits none of the date_formats" in ended.stdout
    listed = json.loads(_run(folder, "quarantine", "list", "--json").stdout)
    assert (listed["waiting"], [row["position"] for row in listed["rows"]]) == (2, [4, 5])
    assert "1,2.3.2026,cake,3.00" in _run(folder, "quarantine", "show", "1").stdout
    assert _run(folder, "quarantine", "retry", "1").returncode == 4

    with (folder / "server.toml").open("a", encoding="utf-8") as file:
        file.write('date_formats = ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y"]\n')
    ended = _run(folder, "quarantine", "retry-all", "--json")
    assert (ended.returncode, json.loads(ended.stdout)["done"]) == (4, 1)
    assert _run(folder, "quarantine", "discard", "2").returncode == 0
    with open_database(folder / "shop.db") as db:
        assert quarantine.waiting_count(db) == 0


@pytest.mark.long
def test_what_a_file_says_cannot_steer_the_terminal(folder: Path) -> None:
    with (folder / "sales.csv").open("a", encoding="utf-8") as file:
        file.write("3,[/b] \x1b[2J,cake,3.00\n")
    for ended in (
        _import(folder),
        _run(folder, "quarantine", "list"),
        _run(folder, "quarantine", "show", "1"),
    ):
        assert "Traceback" not in ended.stderr
        assert "[/b] \\x1b[2J" in ended.stdout
        assert "\x1b[2J" not in ended.stdout


def test_a_planogram_is_imported_or_refused_with_its_line(folder: Path) -> None:
    file = folder / "shelves.csv"
    file.write_text("sku,zone,valid_from,valid_until\nbread,shelf,,\n", encoding="utf-8")
    assert _run(folder, "import-planogram", str(file), "--store", "demo").returncode == 0
    file.write_text("sku,zone,valid_from,valid_until\nbread,attic,,\n", encoding="utf-8")
    ended = _run(folder, "import-planogram", str(file), "--store", "demo")
    assert (ended.returncode, "line 2: there is no zone 'attic'" in ended.stderr) == (4, True)


@pytest.mark.long
def test_counts_and_catalogue_come_and_go_as_files(folder: Path) -> None:
    with (folder / "server.toml").open("a", encoding="utf-8") as config:
        config.write('[stores.demo.counters.ceiling]\nmake = "axis"\n')
    export = folder / "export.csv"
    export.write_text(
        "start,end,in,out\n2026-03-02 12:00:00,2026-03-02 13:00:00,4,3\nx,y,1,2\n", encoding="utf-8"
    )
    where = ("--store", "demo", "--counter", "ceiling")
    assert _run(folder, "import-counts", str(export), *where, "--dry-run").returncode == 4
    taken = _run(folder, "import-counts", str(export), *where, "--json")
    told = json.loads(taken.stdout)
    assert (taken.returncode, told["new"], told["entries"], told["quarantined"]) == (4, 1, 4, 1)

    hours = folder / "hours.csv"
    hours.write_text("weekday,opens,closes\n1,09:00,18:00\n", encoding="utf-8")
    part = ("--part", "hours", "--store", "demo")
    assert "1 in place of 0" in _run(folder, "import-catalogue", str(hours), *part).stdout
    assert _run(folder, "export-catalogue", *part).stdout == hours.read_text(encoding="utf-8")
    assert _run(folder, "export-catalogue", "--part", "prices").returncode == 2


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its words."""
    for name, command in group.commands.items():
        words = f"{before}{name}"
        if hasattr(command, "commands"):
            yield from commands(command, f"{words} ")
        else:
            yield words, command


COMMANDS = dict(commands(get_command(app)))


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_takes_a_configuration_and_has_an_example(words: str) -> None:
    command = COMMANDS[words]
    assert f"Example: footfall-server {words}" in command.help
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--config" in options or words == "demo"


def test_the_help_tells_the_exit_codes_by_either_name() -> None:
    for option in ("-h", "--help"):
        told = CliRunner().invoke(app, [option], env={"COLUMNS": "150"}).output
        assert "Exit codes: 0 fine, 2 wrong usage" in " ".join(told.split())


@contextmanager
def _up(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "up"],
        env=_environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("footfall: http://127.0.0.1:"), process.communicate(timeout=PATIENCE_SECONDS)
        yield process, said.removeprefix("footfall: ").strip()
    finally:
        process.kill()
        process.communicate()


def _asked(folder: Path, address: str) -> AbstractContextManager[HTTPResponse]:
    settings = load_settings(folder / "server.toml")
    asked = urllib.request.Request(address, headers=bearer(settings, datetime.now(UTC)))
    answer: HTTPResponse = urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS)
    return answer


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_up_runs_broker_listener_and_pages_and_stops_in_peace(folder: Path, number: signal.Signals) -> None:
    broker_port = free_port()
    _configure(folder, broker_port, embedded=True)
    (folder / "shop.db").unlink()
    with _up(folder) as (process, address):
        with device(broker_port) as publish:
            publish(status())
            publish(bucket())
        with open_database(folder / "shop.db", read_only=True) as db:
            until(lambda: bool(counts.bucket_rows(db, "demo", NOON, NOON + MINUTE)), "the bucket is stored")
        with _asked(folder, address + "api/v1/stores") as answer:
            assert "Demo shop" in answer.read().decode()
        process.send_signal(number)
        _, log = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, log
    assert "ERROR" not in log
    assert "Traceback" not in log


def test_up_stops_although_a_page_is_open_and_listens_for_changes(folder: Path) -> None:
    _configure(folder, free_port(), embedded=True)
    with (
        _up(folder) as (process, address),
        _asked(folder, f"{address}stores/demo/events") as events,
    ):
        assert events.readline().startswith(b"event: changed")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, log
    assert "Traceback" not in log


def test_a_port_that_is_taken_ends_up_with_a_sentence(folder: Path) -> None:
    broker_port = free_port()
    _configure(folder, broker_port, embedded=True)
    with _up(folder) as (_, address):
        taken = int(address.rstrip("/").rsplit(":", 1)[1])
        _configure(folder, free_port(), web_port=taken, embedded=True)
        ended = _run(folder, "up")
        assert (ended.returncode, f"cannot be served on 127.0.0.1:{taken}" in ended.stderr) == (5, True)
        _configure(folder, broker_port, embedded=True)
        ended = _run(folder, "up")
        assert (ended.returncode, "embedded broker cannot start" in ended.stderr) == (5, True)


@pytest.mark.long
def test_a_copy_is_made_and_brought_back_by_commands(folder: Path) -> None:
    assert _import(folder).returncode == 0
    made = _run(folder, "backup", str(folder / "copy.db"))
    assert (made.returncode, "1 tickets, 2 ticket lines" in made.stdout) == (0, True), made.stderr
    again = _run(folder, "backup", str(folder / "copy.db"))
    assert (again.returncode, "is there already" in again.stderr) == (4, True)
    with open_database(folder / "shop.db") as db:
        db.execute("DELETE FROM tickets")
    back = _run(folder, "restore", str(folder / "copy.db"), "--yes")
    assert (back.returncode, "what it held before is in" in back.stdout) == (0, True), back.stderr
    with open_database(folder / "shop.db", read_only=True) as db:
        assert db.execute("SELECT count(*) FROM ticket_lines").fetchone() == (2,)


@pytest.mark.long
def test_devices_and_clocks_are_decided_about_by_commands(folder: Path) -> None:
    settings = load_settings(folder / "server.toml")
    unsure = bucket().model_copy(update={"clock_synced": False})
    with open_database(settings.database) as db:
        apply_batch(db, settings, [Received(unsure.topic, encode(unsure))], NOON)
    assert "2026-03-02 12:00" in _run(folder, "clock", "list").stdout
    confirmed = _run(folder, "clock", "confirm", "box", "--store", "demo", "--shift-seconds", "60")
    assert (confirmed.returncode, "1 buckets stand in the figures" in confirmed.stdout) == (0, True)
    assert json.loads(_run(folder, "clock", "list", "--json").stdout) == []
    assert _run(folder, "devices", "refuse", "box", "--store", "demo").returncode == 0
    (refused,) = json.loads(_run(folder, "devices", "list", "--json").stdout)
    assert (refused["device"], refused["state"]) == ("box", "refused")
    assert _run(folder, "devices", "accept", "box", "--store", "demo").returncode == 0
    assert "accepted" in _run(folder, "devices", "list").stdout
    wrong = _run(folder, "devices", "accept", "Box!", "--store", "demo")
    assert (wrong.returncode, "device id 'Box!'" in wrong.stderr) == (2, True)


def test_the_night_can_be_had_at_any_time(folder: Path) -> None:
    night = json.loads(_run(folder, "nightly", "--json").stdout)
    assert night["rolled"] == {"hours": 0, "minutes": 0, "left": 0}


def test_with_a_full_disk_files_are_refused_in_words(folder: Path) -> None:
    config = folder / "server.toml"
    config.write_text("least_free_megabytes = 1000000000\n" + config.read_text("utf-8"), "utf-8")
    refused = _import(folder)
    assert (refused.returncode, "is nearly full" in refused.stderr) == (5, True)
    assert _import(folder, "--dry-run").returncode == 0
