"""Experiments over the API, on their pages and from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from server.access.rights import Role
from server.access.tokens import form_token
from server.api.app import build_app
from server.api.door import COOKIE
from server.api.forms import HEADER
from server.config import Settings
from server.experiment_commands import app as commands
from server.storage import audit
from server.storage.database import open_database
from tests.server.access.cast import OTHER_STORE, asked_by, two_stores
from tests.server.asking import Asking, asking, logged_in
from tests.server.filling import NOON, STORE, settings_for

PLAN: dict[str, Any] = {"name": "tea", "stores": [STORE], "zones": ["tea"], "least_effect": 0.01, "days": 14}
ADDRESS = "/api/v1/experiments/tea"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return two_stores(tmp_path)


def in_browser(settings: Settings) -> Asking:
    """A manager who is logged in and sends forms of our own."""
    secret = logged_in(settings, NOON, "mara", Role.MANAGER)
    headers = {"Cookie": f"{COOKIE}={secret}", HEADER: form_token(secret)}
    return Asking(build_app(settings, lambda: NOON), headers)


def test_a_plan_is_kept_begun_and_stopped_and_each_step_is_told(settings: Settings) -> None:
    ask = asking(settings, NOON)
    planned = ask.put(ADDRESS, json=PLAN)
    assert planned.status_code == 200, planned.text
    assert planned.json()["experiment"]["state"] == "planned"
    assert planned.json()["size"]["sentence"].startswith("It cannot be said how long it takes")
    assert ask.put(ADDRESS, json=PLAN | {"days": 28}).json()["experiment"]["plan"]["days"] == 28
    begun = ask.post(f"{ADDRESS}/start", json={}).json()
    assert (begun["state"], begun["begins"]) == ("waiting", "2026-03-04")
    stopped = ask.post(f"{ADDRESS}/stop", json={"why": "the shelf is rebuilt"}).json()
    assert stopped["state"] == "over"
    assert stopped["sentences"][0] == "Ended: the shelf is rebuilt."
    assert ask.get(ADDRESS).json() == stopped
    with open_database(settings.database, read_only=True) as db:
        told = [entry.target for entry in audit.newest(db, 10) if entry.what == "manage-experiments"]
    assert told == [f"POST {ADDRESS}/stop", f"POST {ADDRESS}/start", f"PUT {ADDRESS}", f"PUT {ADDRESS}"]


def test_once_begun_a_plan_cannot_be_replaced_or_forgotten(settings: Settings) -> None:
    ask = asking(settings, NOON)
    ask.put(ADDRESS, json=PLAN)
    ask.post(f"{ADDRESS}/start", json={"begins": "2026-03-10"})
    for answer in (ask.put(ADDRESS, json=PLAN | {"days": 7}), ask.delete(ADDRESS)):
        assert answer.status_code == 409
        assert "has begun" in answer.json()["detail"]
    assert ask.get(ADDRESS).json()["plan"]["days"] == 14


def test_a_plan_that_has_not_begun_can_be_forgotten(settings: Settings) -> None:
    ask = asking(settings, NOON)
    ask.put(ADDRESS, json=PLAN)
    assert ask.delete(ADDRESS).status_code == 204
    assert ask.get(ADDRESS).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"zones": ["coffee"]}, "zones", id="a zone that is not there"),
        pytest.param({"stores": ["nowhere"]}, "stores", id="a store that is not there"),
        pytest.param({"name": "coffee"}, "name", id="another name than the address"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_its_field(
    settings: Settings, changes: dict[str, Any], field: str
) -> None:
    answer = asking(settings, NOON).put(ADDRESS, json=PLAN | changes)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_an_experiment_of_another_store_is_not_there(settings: Settings) -> None:
    asking(settings, NOON).put(ADDRESS, json=PLAN)
    other = asked_by(settings, "manager of another store")
    assert other.get(ADDRESS).status_code == 404
    assert other.post(f"{ADDRESS}/start", json={}).status_code == 404
    assert other.get("/api/v1/experiments").json() == {"experiments": []}
    taken = other.put(ADDRESS, json=PLAN | {"stores": [OTHER_STORE]})
    assert (taken.status_code, taken.json()["field"]) == (409, "name")
    assert len(asked_by(settings, "head office").get("/api/v1/experiments").json()["experiments"]) == 1


def test_pages_plan_begin_and_stop_without_scripts(settings: Settings) -> None:
    ask = in_browser(settings)
    assert "There is no experiment yet." in ask.get("/experiments").text
    form = {"name": "tea", "design": "switchback", "stores": STORE, "zones": "tea", "arms": "control shown"}
    form |= {"measure": "zone-conversion", "least_effect": "0.01", "days": "14", "look_days": "7"}
    form |= {"block_minutes": "60", "washout_minutes": "10", "guards": "sales-per-visitor, queue-wait"}
    refused = ask.post("/experiments", data=form | {"block_minutes": "50"})
    assert refused.status_code == 422
    assert "whole blocks make up a day" in refused.text
    assert 'value="50"' in refused.text
    assert ask.post("/experiments", data=form).headers["location"] == "/experiments/tea"
    page = ask.get("/experiments/tea").text
    assert "It has not begun." in page
    assert "sales-per-visitor, queue-wait" in page
    assert ask.post("/experiments/tea/start", data={"begins": "soon"}).status_code == 422
    assert ask.post("/experiments/tea/start", data={"begins": ""}).status_code == 303
    assert "Nothing has been measured yet: its first day is 2026-03-04." in ask.get("/experiments/tea").text
    assert ask.post("/experiments/tea/stop", data={"why": "enough"}).status_code == 303
    assert "Ended: enough." in ask.get("/experiments").text


def test_staff_see_no_experiments_and_head_office_changes_none(settings: Settings) -> None:
    assert asked_by(settings, "staff").get("/experiments").status_code == 403
    assert asked_by(settings, "head office").put(ADDRESS, json=PLAN).status_code == 403


def test_the_commands_plan_begin_look_stop_and_list(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    config, plan = tmp_path / "server.toml", tmp_path / "tea.json"
    store = '[stores.corner]\nname = "Corner"\ntime_zone = "Europe/Berlin"\n'
    zone = '[stores.corner.zones.tea]\nname = "Tea"\n'
    config.write_text(f'database = "{settings.database}"\n{store}{zone}', encoding="utf-8")
    plan.write_text(json.dumps(PLAN), encoding="utf-8")

    def run(*words: str) -> str:
        found = CliRunner().invoke(commands, [*words, "--config", str(config)], catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.output

    assert run("list") == "there is no experiment\n"
    assert run("plan", str(plan)).startswith("tea is planned. It cannot be said how long it takes")
    assert run("start", "tea").startswith("tea begins on ")
    assert "Nothing has been measured yet" in run("look", "tea")
    assert json.loads(run("list", "--json"))[0]["state"] == "waiting"
    assert "Ended: done." in run("stop", "tea", "--why", "done")
    with open_database(settings.database, read_only=True) as db:
        told = [(entry.who, entry.what, entry.target) for entry in audit.newest(db, 10)]
    assert told == [("command", f"{step}-experiment", "tea") for step in ("stop", "start", "plan")]


def test_tomorrow_is_that_of_the_store(settings: Settings) -> None:
    late = NOON.replace(hour=23, minute=30)  # 00:30 in Berlin
    ask = asking(settings, late)
    ask.put(ADDRESS, json=PLAN)
    assert ask.post(f"{ADDRESS}/start", json={}).json()["begins"] == "2026-03-05"
    assert (late + timedelta(days=1)).date().isoformat() == "2026-03-04"
