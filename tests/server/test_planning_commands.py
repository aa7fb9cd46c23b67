"""The commands that plan, as people run them."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest
from icalendar import Calendar
from typer.testing import CliRunner, Result

from server.commands import app
from server.errors import ServerError
from server.placement.tills import NOTHING_EXPECTED
from server.storage.database import migrate
from tests.server.staffing.requests import WEEK

CONFIG = """
database = "shop.db"
[stores.city]
name = "City"
time_zone = "Europe/Berlin"
currency = "EUR"
[stores.city.zones.window]
name = "Window"
"""
SHELVES = """
products = [{ sku = "tea", margin = 2 }, { sku = "jam", margin = 1, most_zones = 2 }]
zones = [
  { zone = "window", space = 1, visits = 100, stay = 1 },
  { zone = "shelf", space = 1, visits = 50, stay = 1 },
]
affinity = [
  { sku = "tea", zone = "window", per_visit = 0.5 }, { sku = "tea", zone = "shelf", per_visit = 0.5 },
  { sku = "jam", zone = "window", per_visit = 0.5 }, { sku = "jam", zone = "shelf", per_visit = 0.5 },
]
present = [{ sku = "jam", zone = "window" }, { sku = "tea", zone = "shelf" }]
"""
TRAFFIC = "begin,entries,transactions\n2026-03-02T10:00,0,100\n2026-03-02T11:00,0,5\n2026-03-03T10:00,0,9\n"


TILLS = ("tills", "--day", "2026-03-02", "--service-seconds", "60", "--tills", "4")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "server.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "week.toml").write_text(WEEK, encoding="utf-8")
    (tmp_path / "shelves.toml").write_text(SHELVES, encoding="utf-8")
    (tmp_path / "traffic.csv").write_text(TRAFFIC, encoding="utf-8")
    migrate(tmp_path / "shop.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "150"}).invoke(app, [*words, "--store", "city"])


def test_a_roster_goes_to_a_spreadsheet_and_to_a_phone(folder: Path) -> None:
    done = run("roster", "week.toml", "--csv", "week.csv", "--ics", "week.ics", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["is_feasible"]
    rows = list(csv.DictReader((folder / "week.csv").read_text(encoding="utf-8").splitlines()))
    events = Calendar.from_ical((folder / "week.ics").read_bytes()).walk("VEVENT")
    assert len(rows) == len(events) == len(told["duties"]) > 0
    assert {row["begin"] for row in rows} == {duty["begin"] for duty in told["duties"]}
    assert not any(row["name"].startswith("=") for row in rows)  # A spreadsheet would run it.
    first = told["duties"][0]
    begins = [datetime.fromisoformat(row["begin"]) for row in rows]
    assert [event.decoded("dtstart") for event in events] == begins
    assert str(events[0]["summary"]) == f"{first['name']}, city"
    assert len({str(event["uid"]) for event in events}) == len(events)


def test_what_cannot_be_kept_ends_with_4_and_says_what_would_mend_it(folder: Path) -> None:
    more = WEEK.replace("wanted = 1", "least = 2").replace(
        'name = "=Bob"', 'name = "=Bob"\naway = [{ begin = 2026-03-03 }]'
    )
    (folder / "week.toml").write_text(more, encoding="utf-8")
    done = run("roster", "week.toml", "--seconds", "8")
    assert done.exit_code == 4, done.output
    assert "not kept: " in done.output
    assert "what would mend it: if =Bob could work on Tue 03 Mar, 2 person-hours would still" in done.output


def test_a_roster_with_targets_says_where_its_traffic_is_from(folder: Path) -> None:
    (folder / "week.toml").write_text(WEEK + "[targets.floor]\nentries_per_hour = 30\n", encoding="utf-8")
    done = run("roster", "week.toml")
    assert "note: nothing is known of the 4 weeks before" in done.output
    assert "  nothing is known of the traffic of 16 hours" in done.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["roster", "no.toml"], "there is no no.toml", id="no request"),
        pytest.param(["placement", "no.toml"], "there is no no.toml", id="no request for a placement"),
        pytest.param(
            ["placement", "week.toml"], "week.toml is wrong", id="a roster's request for a placement"
        ),
        pytest.param(
            ["roster", "week.toml", "--csv", "no/week.csv"], "no/week.csv cannot be written", id="no folder"
        ),
        pytest.param(
            ["tills", "--day", "monday", "--service-seconds", "60", "--tills", "4"],
            "--day 'monday' is not a day",
            id="no day",
        ),
        pytest.param(
            [
                "tills",
                "--day",
                "2026-03-02",
                "--service-seconds",
                "60",
                "--tills",
                "4",
                "--traffic",
                "server.toml",
            ],
            "server.toml does not begin with the header",
            id="no traffic",
        ),
        pytest.param([*TILLS, "--least", "5"], "--least 5 is more than --tills 4", id="more than there are"),
        pytest.param([*TILLS, "--open-now", "5"], "--open-now 5 is more than --tills 4", id="more open"),
    ],
)
def test_a_slip_is_told_in_a_sentence(folder: Path, words: list[str], sentence: str) -> None:
    refused = run(*words).exception
    assert isinstance(refused, ServerError)
    assert sentence in str(refused)


def test_a_placement_is_told_beside_the_present_one(folder: Path) -> None:
    done = run("placement", "shelves.toml")
    assert done.exit_code == 0, done.output
    # Tea in the window 100 and jam on the shelf 25; now jam in the window 50 and tea on the shelf 50.
    assert "expected margin 125.00; as it lies now 100.00: +25.00" in done.output
    assert "goes: jam from window" in done.output
    assert "what limits it: " in done.output
    told = json.loads(run("placement", "shelves.toml", "--json").stdout)
    assert told["gain"] == pytest.approx(25)
    assert told["added"] == [["jam", "shelf"], ["tea", "window"]]


def test_limits_that_clash_end_with_4(folder: Path) -> None:
    clash = SHELVES + 'ranges = [{ least = 3 }]\nexclusions = [{ sku = "jam" }]\n'
    (folder / "shelves.toml").write_text(clash, encoding="utf-8")
    refused = run("placement", "shelves.toml").exception
    assert isinstance(refused, ServerError)
    assert (refused.exit_code, str(refused)[:37]) == (4, "no placement keeps all limits; togeth")


def test_tills_are_told_by_hour_beside_those_that_open_now(folder: Path) -> None:
    words = ["tills", "--day", "2026-03-02", "--service-seconds", "90", "--traffic", "traffic.csv"]
    done = run(*words, "--tills", "9", "--open-now", "2")
    assert "before and after: 10:00: 4 tills instead of 2; " in done.output
    told = json.loads(run(*words, "--tills", "3", "--json").stdout)
    assert [hour["tills"] for hour in told["best"]] == [3, 1]
    assert told["too_few"][0].startswith("10:00: all 3 tills keep ")


def test_tills_of_a_day_of_which_nothing_is_known_say_so(folder: Path) -> None:
    done = run("tills", "--day", "2026-03-02", "--service-seconds", "90", "--tills", "3")
    assert done.exit_code == 0
    assert "note: nothing is known of the 4 weeks before" in done.output


def test_a_traffic_file_without_an_hour_of_the_day_is_told(folder: Path) -> None:
    told = json.loads(run(*TILLS, "--day", "2026-03-05", "--traffic", "traffic.csv", "--json").stdout)
    assert told["hours"] == []
    assert told["notes"] == ["traffic is expected as traffic.csv says", NOTHING_EXPECTED]
