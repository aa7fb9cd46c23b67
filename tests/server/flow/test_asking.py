"""A store's flow from its database: over the API, on the page and by command, all with the same figures."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from server.access.rights import Role
from server.commands import app
from server.config import Settings
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.flow.asking import Asked, Flow, flow_of
from server.flow.errors import FlowRefused
from server.storage.database import open_database
from tests.server.asking import Asking, asking
from tests.server.dashboard.page import read
from tests.server.filling import STORE, counts, fill, settings_for
from tests.server.flow.shop import BUSY, CLOSED, DAYS, FESTIVAL, FIRST, GAP, NOW, RAINY

API = f"/api/v1/stores/{STORE}/flow"
PAGE = f"/stores/{STORE}/flow"


def _flow(settings: Settings, asked: Asked | None = None, now: datetime = NOW) -> Flow:
    with open_database(settings.database, read_only=True) as db:
        source = Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))
        return flow_of(source, asked or Asked(), {"tea": "Tea shelf"}, now)


@pytest.fixture(scope="module")
def flow(shop: Settings) -> Flow:
    return _flow(shop)


@pytest.fixture(scope="module")
def ask(shop: Settings) -> Asking:
    return asking(shop, NOW)


@pytest.fixture(scope="module")
def unusual(ask: Asking) -> Any:
    return ask.get(f"{API}/unusual-days?holidays=de").json()


@pytest.fixture(scope="module")
def together(ask: Asking) -> Any:
    return ask.get(f"{API}/together").json()


def test_days_are_read_as_they_were_and_what_is_not_known_is_not_zero(flow: Flow) -> None:
    days, came = flow.past.days, flow.past.days.of("entries")
    assert (days.first, days.days, days.parts) == (FIRST, DAYS, 24)
    assert came[0, 3] == 0
    assert came[0, 14] > 20
    gap = slice((GAP[0] - FIRST).days, (GAP[1] - FIRST).days)
    assert np.isnan(came[gap]).all()
    # The hour that the clock leaves out lies in the night of a Sunday, on which the shop is closed anyway.
    assert np.isnan(came[6::7]).all()
    assert CLOSED in flow.past.closed_days
    assert np.isnan(came[(CLOSED - FIRST).days]).all()


def test_only_open_hours_are_compared(flow: Flow) -> None:
    monday = flow.past.open_parts[0]
    assert np.flatnonzero(monday).tolist() == list(range(9, 20))
    assert not flow.past.open_parts[6].any()


def test_the_hour_that_comes_twice_counts_once(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    midnight = datetime(2025, 10, 25, 22, tzinfo=UTC)
    fill(settings, [counts(midnight + timedelta(hours=n), 10, 0, minutes=60) for n in range(25)], midnight)
    days = _flow(settings, now=midnight + timedelta(hours=26)).past.days
    assert (days.first, days.days) == (date(2025, 10, 26), 1)
    assert days.of("entries")[0].tolist() == [10.0] * 24


def test_what_was_planted_is_listed_with_what_is_known_of_it(unusual: Any) -> None:
    found = {day["day"]: day for day in unusual["days"]}
    assert {FESTIVAL.isoformat(), RAINY.isoformat(), BUSY.isoformat()} <= found.keys()
    assert len(found) <= 6
    festival = found[FESTIVAL.isoformat()]
    assert [reason["text"] for reason in festival["reasons"]] == ["Street festival"]
    assert [(hours["begin"], hours["end"]) for hours in festival["hours"]] in (
        [("14:00", "19:00")],
        [("13:00", "19:00")],
    )
    assert found[RAINY.isoformat()]["way"] == "fewer"
    assert found[RAINY.isoformat()]["sentence"].endswith("Known of it: 34 mm of rain.")
    assert found[BUSY.isoformat()]["sentence"].endswith("No reason is known.")
    judged = unusual["judged_days"]
    assert unusual["sentences"][0].startswith(f"Of {judged} days {len(found)} were unusual: ")


def test_the_typical_day_is_that_of_its_weekday_and_sundays_have_none(ask: Asking) -> None:
    told = ask.get(f"{API}/typical-day").json()
    monday, sunday = told["days"][0], told["days"][6]
    assert monday["whole"]["days"] == 14
    assert monday["whole"]["low"] < monday["whole"]["median"] < monday["whole"]["high"]
    assert sunday["whole"] == {"days": 0, "suppressed": False} | dict.fromkeys(
        ("mean", "variance", "deviation", "median", "low", "high")
    )
    assert any(sentence.startswith("A typical Monday has ") for sentence in told["sentences"])
    assert not any("Sunday" in sentence for sentence in told["sentences"])


def test_what_goes_together_is_said_and_what_does_not_is_not(together: Any) -> None:
    said = " ".join(together["sentences"])
    assert "When more people come in than usual, Tea shelf is visited more: r = 0." in said
    assert "Gifts" not in said
    pairs = {(each["one"], each["other"]): each for each in together["hours"]}
    pair = pairs["entries", "visits:tea"]
    assert 0.7 < pair["low"] < pair["correlation"] < pair["high"] < 0.95
    assert pair["independent"] <= pair["n"]


@pytest.mark.parametrize(
    ("part", "rows", "columns"),
    [
        pytest.param("typical-day", 7 * 25, {"weekday", "begin", "mean", "variance", "low"}, id="typical"),
        pytest.param("unusual-days", None, {"day", "counted", "expected", "hours", "reasons"}, id="unusual"),
        pytest.param("together", None, {"by", "one", "other", "covariance", "correlation"}, id="together"),
    ],
)
def test_each_part_comes_as_csv(ask: Asking, part: str, rows: int | None, columns: set[str]) -> None:
    answer = ask.get(f"{API}/{part}?weeks=8", headers={"Accept": "text/csv"})
    found = list(csv.DictReader(answer.text.splitlines()))
    assert columns <= found[0].keys()
    assert len(found) == (rows or len(found))
    assert {row["store"] for row in found} == {STORE}


def test_the_page_shows_what_the_api_says(ask: Asking, unusual: Any, together: Any) -> None:
    page = read(ask.get(PAGE).text)
    assert {row.attributes["data-day"] for row in page.all("tr") if "data-day" in row.attributes} == {
        day["day"] for day in unusual["days"]
    }
    for sentence in (*unusual["sentences"], *together["sentences"]):
        assert any(sentence == " ".join(each.text.split()) for each in page.all("li")), sentence
    charts = [each for each in page.all("svg") if "band-chart" in each.attributes.get("class", "")]
    assert len(charts) == 7
    assert page.all("a", href=PAGE, aria_current="page")


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        pytest.param("what=visits:cheese", 422, "'visits:cheese' is not counted in corner", id="no zone"),
        pytest.param("holidays=XX", 422, "no holidays are known of 'XX'", id="no country"),
        pytest.param("weeks=0", 422, "weeks", id="no weeks"),
        pytest.param("false_alarm_days=3", 422, "false_alarm_days", id="too many alarms"),
    ],
)
def test_what_cannot_be_answered_is_said(ask: Asking, query: str, status: int, words: str) -> None:
    answer = ask.get(f"{API}/unusual-days?{query}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]
    page = ask.get(f"{PAGE}?{query}")
    assert page.status_code == status
    assert words.split("'")[0] in page.text


def test_a_store_in_which_nothing_was_counted_says_so_on_page_and_api(tmp_path: Path) -> None:
    nobody = asking(settings_for(tmp_path), NOW)
    assert "nothing was counted in corner yet" in nobody.get(f"{API}/typical-day").json()["detail"]
    page = nobody.get(PAGE)
    assert page.status_code == 422
    assert "nothing was counted in corner yet" in page.text


def test_a_new_store_with_three_days_says_how_little_it_knows(shop: Settings) -> None:
    asked = asking(shop, datetime(2026, 2, 5, 10, tzinfo=UTC))
    unusual = asked.get(f"{API}/unusual-days").json()
    assert unusual["days"] == []
    assert unusual["sentences"] == ["3 days are known; unusual ones are looked for from 28 days on."]
    typical = asked.get(f"{API}/typical-day").json()["sentences"]
    assert typical == [
        "Too few whole days are known for a band (5 are needed): Monday (1), Tuesday (1), Wednesday (1)."
    ]
    together = asked.get(f"{API}/together").json()["sentences"]
    assert together == [
        "Too few hours are known to say what goes together.",
        "Too few days are known to say what goes together.",
    ]
    assert asked.get(PAGE).status_code == 200


def test_a_store_of_which_not_one_day_is_over_is_refused(shop: Settings) -> None:
    with pytest.raises(FlowRefused, match="not even one day"):
        _flow(shop, now=datetime(2026, 2, 2, 12, tzinfo=UTC))


def test_figures_of_few_people_are_left_out_for_head_office(shop: Settings) -> None:
    settings = shop.model_copy(update={"suppress_below": 200})
    outside = asking(settings, NOW, Role.HEAD_OFFICE)
    days = {day["day"]: day for day in outside.get(f"{API}/unusual-days?weeks=8").json()["days"]}
    rainy = days[RAINY.isoformat()]
    assert (rainy["counted"], rainy["suppressed"]) == (None, True)
    assert "147" not in rainy["sentence"]
    assert days[BUSY.isoformat()]["counted"] > 200
    hours = outside.get(f"{API}/typical-day?weeks=2").json()["days"][0]["hours"]
    assert [hour["mean"] for hour in hours if hour["suppressed"]]
    assert all(hour["mean"] is None for hour in hours if hour["suppressed"])
    page = outside.get(f"{PAGE}?weeks=8").text
    assert f'data-day="{RAINY}"' in page
    assert " 147 " not in page


def _five_weeks_up_to_now(folder: Path) -> Path:
    """A store whose days are the last ones, for commands know the time themselves; its configuration."""
    settings = settings_for(folder)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = [
        counts(today - timedelta(days=day) + timedelta(hours=hour), 300 if day == 3 else 30, 0, minutes=60)
        for day in range(36, 0, -1)
        for hour in (10, 11, 12)
    ]
    fill(settings, hours, today)
    config = folder / "server.toml"
    config.write_text(
        f'database = "{settings.database}"\n[stores.{STORE}]\nname = "Corner"\ntime_zone = "UTC"\n', "utf-8"
    )
    return config


def test_the_command_says_it_in_sentences_in_a_table_and_as_json(tmp_path: Path) -> None:
    asked = ["flow", "--store", STORE, "--config", str(_five_weeks_up_to_now(tmp_path)), "--holidays", "DE"]
    found = json.loads(CliRunner().invoke(app, [*asked, "--json"]).output)
    assert found.keys() == {"typical", "unusual", "together"}
    (unusual,) = found["unusual"]["days"]
    assert (unusual["day"]["counted"], unusual["day"]["way"]) == (900, "more")
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 0, told.output
    assert all(sentence in told.output for sentence in found["typical"]["sentences"])
    assert unusual["day"]["day"] in told.output


def test_the_command_ends_with_a_sentence_where_nothing_was_counted(tmp_path: Path) -> None:
    config = tmp_path / "server.toml"
    settings = settings_for(tmp_path)
    config.write_text(
        f'database = "{settings.database}"\n[stores.{STORE}]\nname = "Corner"\ntime_zone = "UTC"\n', "utf-8"
    )
    told = CliRunner().invoke(app, ["flow", "--store", STORE, "--config", str(config)])
    assert isinstance(told.exception, FlowRefused)
    assert str(told.exception) == "nothing was counted in corner yet"
