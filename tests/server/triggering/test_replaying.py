"""Past days are played again: the simulator decides as the running part did, and says why else not."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.commands import app
from server.config import Settings
from server.storage.database import open_database
from server.triggering.replaying import Trial, Trying, tried
from tests.server.filling import STORE
from tests.server.triggering.shop import LINGER, MINUTE, NOW, Looking, history, lingering, ready, shop

DAY = date(2026, 3, 3)


def trial_of(settings: Settings, first: date = DAY, flags: frozenset[str] = frozenset()) -> Trial:
    with open_database(settings.database, read_only=True) as db:
        (trial,) = tried(Trying(db, STORE, settings.stores[STORE], flags), first, DAY)
    return trial


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = shop(tmp_path, linger=LINGER)
    ready(made, history(), lingering())
    return made


def test_a_past_day_begins_when_the_running_part_would_have(settings: Settings) -> None:
    trial = trial_of(settings)
    (firing,) = trial.firings
    assert firing.at == NOW - 9 * MINUTE, "with the first full minute of long visits"
    assert (firing.ended_at, firing.why) == (NOW + MINUTE, "expired")
    assert firing.products == ("tea-1", "biscuits")
    (changed,) = Looking(settings).at(firing.at)
    assert changed.began
    assert changed.began.reasons == firing.reasons


def test_every_minute_is_accounted_for(settings: Settings) -> None:
    trial = trial_of(settings)
    hindrances = {what: of.minutes for what, of in trial.hindrances.items()}
    # It holds for 14 minutes: begins in the first, is shown for 9 more, and rests.
    assert (hindrances["showing"], hindrances["resting"]) == (9, 5)
    assert hindrances["dwell unknown"] == 24 * 60 - 15
    assert trial.hindrances["dwell unknown"].example.startswith("Nothing was counted")


def test_two_days_go_on_from_one_to_the_next(settings: Settings) -> None:
    trial = trial_of(settings, DAY - timedelta(days=1))
    assert len(trial.firings) == 1
    assert sum(of.minutes for what, of in trial.hindrances.items() if what.startswith("dwell")) >= 2 * 1420


def test_flags_of_the_past_are_those_that_one_says(tmp_path: Path) -> None:
    rule = {"zone": "tea", "conditions": [{"figure": "flag", "flag": "rain"}], "expires_minutes": 1440}
    made = shop(tmp_path, rain=rule)
    assert trial_of(made).firings == []
    assert len(trial_of(made, flags=frozenset({"rain"})).firings) == 1


def run(settings: Settings, folder: Path, *words: str) -> tuple[int, str]:
    content = (
        f'database = "{settings.database}"\n[stores.corner]\nname = "Corner shop"\n'
        'time_zone = "Europe/Berlin"\n[stores.corner.zones.tea]\nname = "Tea shelf"\n'
        '[stores.corner.triggers.linger]\nzone = "tea"\ncool_down_minutes = 30\nexpires_minutes = 10\n'
        '[[stores.corner.triggers.linger.conditions]]\nfigure = "dwell"\nabove_usual = 1.5\n'
    )
    (folder / "server.toml").write_text(content, "utf-8")
    done = CliRunner().invoke(app, ["try-triggers", *words, "--config", str(folder / "server.toml")])
    return done.exit_code, str(done.exception) if done.exception else done.stdout


def test_the_command_tells_it_as_a_table_and_as_json(settings: Settings, tmp_path: Path) -> None:
    code, told = run(settings, tmp_path, STORE, "--from", "2026-03-03", "--json")
    assert code == 0, told
    (trial,) = json.loads(told)
    assert [firing["at"][:16] for firing in trial["firings"]] == ["2026-03-03T11:21"]
    assert trial["hindrances"]["dwell unknown"]["minutes"] > 1000
    code, told = run(settings, tmp_path, STORE, "--from", "2026-03-03")
    assert code == 0
    assert "12:21" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--from", "yesterday"], "--from 'yesterday' is not a day", id="no day"),
        pytest.param(["--from", "2026-03-03", "--to", "2026-03-02"], "lies before", id="the wrong way round"),
        pytest.param(["--from", "2026-01-01", "--to", "2026-03-02"], "at most 31 days", id="too many days"),
        pytest.param(["--from", "2099-01-01"], "is not over yet", id="a day to come"),
    ],
)
def test_what_cannot_be_tried_is_said(
    settings: Settings, tmp_path: Path, words: list[str], said: str
) -> None:
    code, told = run(settings, tmp_path, STORE, *words)
    assert code != 0
    assert said in told
