"""What zones show, over the API and on pages: who sees what of it, who may answer, and flags."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.access.rights import Role
from server.access.tokens import form_token
from server.api.app import build_app
from server.api.door import COOKIE
from server.api.forms import HEADER
from server.config import Settings
from server.storage import decisions, flags
from server.storage.database import open_database
from server.storage.decisions import Decision
from server.storage.flags import Flag
from tests.server.asking import Asking, asking, logged_in
from tests.server.filling import STORE
from tests.server.triggering.shop import LINGER, MINUTE, NOW, Looking, history, lingering, ready, shop

ZONE = f"/api/v1/stores/{STORE}/zones/tea"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = shop(tmp_path, linger=LINGER)
    ready(made, history(), lingering())
    Looking(made).at(NOW)
    return made


def shown(settings: Settings) -> Decision:
    with open_database(settings.database, read_only=True) as db:
        (one,) = decisions.showing(db, STORE, NOW)
    return one


def by_staff(settings: Settings) -> Asking:
    secret = logged_in(settings, NOW, "sam", Role.STAFF, frozenset({STORE}))
    headers = {"Cookie": f"{COOKIE}={secret}", HEADER: form_token(secret)}
    return Asking(build_app(settings, lambda: NOW), headers)


def as_display(settings: Settings) -> Asking:
    return asking(settings, NOW, Role.DISPLAY, frozenset({STORE}))


def event(settings: Settings, kind: str) -> dict[str, Any]:
    return {"event": "sign-1", "recommendation": shown(settings).id, "kind": kind}


def test_a_display_is_told_what_to_show_and_not_why(settings: Settings) -> None:
    told = as_display(settings).get(f"{ZONE}/recommendation").json()["recommendation"]
    assert [product["sku"] for product in told["products"]] == ["tea-1", "biscuits"]
    assert (told["reasons"], told["products"][0]["reasons"]) == ([], [])
    known = asking(settings, NOW).get(f"{ZONE}/recommendation").json()["recommendation"]
    assert known["reasons"] == list(shown(settings).reasons)


def test_nothing_is_shown_beyond_its_time(settings: Settings) -> None:
    later = asking(settings, NOW + 10 * MINUTE).get(f"{ZONE}/recommendation").json()
    assert later["recommendation"] is None


def test_what_is_told_twice_counts_once(settings: Settings) -> None:
    ask = as_display(settings)
    stored = [ask.post(f"{ZONE}/events", json=event(settings, "shown")).json() for _ in range(2)]
    assert stored == [{"stored": True}, {"stored": False}]
    told = asking(settings, NOW).get(f"/api/v1/stores/{STORE}/recommendations").json()
    assert told["complete"] is True
    assert [one["shown"] for one in told["recommendations"]] == [1]


@pytest.mark.parametrize(
    ("changes", "status", "why"),
    [
        pytest.param({"kind": "dismissed"}, 403, "may only tell what it has shown", id="a sign dismisses"),
        pytest.param(
            {"recommendation": "another"}, 404, "no recommendation 'another'", id="never recommended"
        ),
        pytest.param({"kind": "seen"}, 422, "kind: ", id="an unknown kind"),
        pytest.param({"at": "1999-01-01T00:00:00Z"}, 422, "not as it has to be", id="long ago"),
        pytest.param({"event": ""}, 422, "event: ", id="an empty number"),
    ],
)
def test_an_event_that_cannot_be_is_refused_in_words(
    settings: Settings, changes: dict[str, Any], status: int, why: str
) -> None:
    answer = as_display(settings).post(f"{ZONE}/events", json={**event(settings, "shown"), **changes})
    assert answer.status_code == status
    assert why in answer.json()["detail"]


def test_staff_acknowledge_and_the_zone_goes_on(settings: Settings) -> None:
    ask, number = by_staff(settings), shown(settings).id
    page = ask.get(f"/stores/{STORE}/notices").text
    assert "6 visits of the last 15 minutes" in page
    assert f"/stores/{STORE}/notices/{number}/acknowledge" in page
    answer = ask.post(f"/stores/{STORE}/notices/{number}/acknowledge")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/stores/{STORE}")
    assert number not in ask.get(f"/stores/{STORE}/notices").text
    assert shown(settings).id == number


def test_staff_dismiss_and_the_zone_is_free(settings: Settings) -> None:
    ask, number = by_staff(settings), shown(settings).id
    ask.post(f"/stores/{STORE}/notices/{number}/dismiss")
    assert ask.get(f"{ZONE}/recommendation").json()["recommendation"] is None
    assert [one.why for one in Looking(settings).at(NOW + MINUTE)] == ["dismissed"]


def test_a_button_that_is_pressed_too_late_does_no_harm(settings: Settings) -> None:
    assert by_staff(settings).post(f"/stores/{STORE}/notices/long-ago/dismiss").status_code == 303


def test_who_may_only_look_sees_the_notice_without_buttons(settings: Settings) -> None:
    page = asking(settings, NOW, Role.HEAD_OFFICE).get(f"/stores/{STORE}/notices").text
    assert "Shown in the shop now" in page
    assert "<button" not in page


def test_a_display_shows_its_products_even_without_scripts(settings: Settings) -> None:
    page = as_display(settings).get(f"/display/{STORE}/tea").text
    assert 'data-sku="tea-1"' in page
    assert "visits" not in page


def test_the_worker_is_a_script_that_is_asked_for_anew(settings: Settings) -> None:
    answer = as_display(settings).get("/display/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"


def test_small_figures_are_left_out_of_reasons_where_they_are_given_away(settings: Settings) -> None:
    few = settings.model_copy(update={"suppress_below": 5})
    ask = asking(few, NOW)
    assert ask.get(f"{ZONE}/recommendation").json()["recommendation"]["reasons"] == []
    (rule,) = ask.get(f"/api/v1/stores/{STORE}/triggers").json()["triggers"]
    assert {condition["sentence"] for condition in rule["conditions"]} == {""}


def test_how_a_rule_stands_is_told_condition_by_condition(settings: Settings) -> None:
    (rule,) = asking(settings, NOW).get(f"/api/v1/stores/{STORE}/triggers").json()["triggers"]
    assert (rule["signal"], rule["blocked"], rule["zone"]) == ("holds", "showing", "tea")
    assert [condition["signal"] for condition in rule["conditions"]] == ["holds", "holds"]
    assert rule["rests_until"] == "2026-03-03T12:00:00Z"


def test_a_flag_is_set_for_some_time_and_over_by_itself(settings: Settings) -> None:
    ask, path = asking(settings, NOW), f"/api/v1/stores/{STORE}/flags"
    assert ask.put(f"{path}/rain", json={"minutes": 60}).json()["expires"] == "2026-03-03T12:30:00Z"
    assert [flag["flag"] for flag in ask.get(path).json()["flags"]] == ["rain"]
    assert asking(settings, NOW + 60 * MINUTE).get(path).json()["flags"] == []
    assert [ask.delete(f"{path}/rain").status_code for _ in range(2)] == [204, 204]
    assert ask.get(path).json()["flags"] == []


@pytest.mark.parametrize("body", [b"", b"{}", b'{"minutes": 0}', b'{"minutes": 10081}', b"[]"])
def test_a_flag_without_a_fitting_time_is_refused(settings: Settings, body: bytes) -> None:
    answer = asking(settings, NOW).put(f"/api/v1/stores/{STORE}/flags/rain", content=body)
    assert answer.status_code == 422


def test_flags_have_a_bound(settings: Settings) -> None:
    with open_database(settings.database) as db:
        one = Flag("", NOW + timedelta(hours=1), NOW)
        for number in range(flags.MOST_FLAGS):
            assert flags.put(db, STORE, dataclasses.replace(one, flag=f"flag-{number}"))
        assert flags.put(db, STORE, dataclasses.replace(one, flag="flag-7")), (
            "one that is set can be set anew"
        )
        assert not flags.put(db, STORE, dataclasses.replace(one, flag="one-more"))
    ask = asking(settings, NOW)
    assert ask.put(f"/api/v1/stores/{STORE}/flags/one-more", json={"minutes": 5}).status_code == 409
