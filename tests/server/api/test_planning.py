"""Rosters and placements over the API and on their page."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from server.api.app import build_app
from server.api.planning import MOST_PERSON_STEPS
from server.config import Settings
from server.dashboard.roster_page import verdict
from server.staffing.planning import Plan
from tests.server.access.cast import asked_by, two_stores
from tests.server.asking import Asking, asking, bearer
from tests.server.filling import NOON, STORE
from tests.server.staffing.requests import WEEK, asked, person

ROSTER = f"/api/v1/stores/{STORE}/roster"
PLACEMENT = f"/api/v1/stores/{STORE}/placement"
PAGE = f"/stores/{STORE}/roster"

NEEDS = [{"begin": "08:00", "end": "16:00", "skill": "till", "wanted": 1}]
SHELVES: dict[str, Any] = {
    "products": [{"sku": "tea", "margin": 2}],
    "zones": [{"zone": "tea", "space": 1, "visits": 100, "stay": 1}],
    "affinity": [{"sku": "tea", "zone": "tea", "per_visit": 0.5}],
    "present": [],
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return two_stores(tmp_path_factory.mktemp("planning"))


@pytest.fixture(scope="module")
def ask(settings: Settings) -> Asking:
    return asking(settings, NOON)


def test_a_roster_comes_back_with_what_it_leaves_open(ask: Asking) -> None:
    answer = ask.post(ROSTER, content=asked(needs=NEEDS).model_dump_json())
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["is_feasible"]
    assert {duty["name"] for duty in told["duties"]} <= {"Ann", "Bob"}
    assert all(duty["begin"].endswith("+01:00") for duty in told["duties"])
    assert told["gaps"] == [] or not any(gap["below_least"] for gap in told["gaps"])


def test_a_placement_comes_back_beside_the_present_one(ask: Asking) -> None:
    told = ask.post(PLACEMENT, json=SHELVES).json()
    assert told["placed"] == [{"sku": "tea", "zone": "tea", "margin": 100.0}]
    assert (told["margin_now"], told["gain"], told["added"]) == (0, 100, [["tea", "tea"]])


def too_many() -> dict[str, Any]:
    people = [person(f"p{number}") for number in range(1 + MOST_PERSON_STEPS // (14 * 48))]
    return {**asked().model_dump(mode="json"), "days": 14, "people": people}


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        pytest.param(ROSTER, {}, "first_day: Field required", id="nothing"),
        pytest.param(ROSTER, [], "the request: ", id="a list"),
        pytest.param(ROSTER, too_many(), "use the command footfall-server roster", id="too large"),
        pytest.param(PLACEMENT, {}, "products: Field required", id="no products"),
        pytest.param(
            PLACEMENT,
            {**SHELVES, "products": [{"sku": "tea"}]},
            "the margin of tea is not given",
            id="no margin",
        ),
        pytest.param(
            PLACEMENT,
            {**SHELVES, "ranges": [{"least": 2}]},
            "no placement keeps all limits",
            id="limits that clash",
        ),
    ],
)
def test_a_request_that_cannot_be_used_is_a_problem_in_a_sentence(
    ask: Asking, path: str, body: object, sentence: str
) -> None:
    answer = ask.post(path, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert sentence in answer.json()["detail"]


def test_while_one_plan_is_made_another_has_to_wait(settings: Settings) -> None:
    app = build_app(settings, lambda: NOON)
    ask = Asking(app, bearer(settings, NOON))
    with app.state.site.planning:
        for path, body in ((ROSTER, asked().model_dump(mode="json")), (PLACEMENT, SHELVES)):
            assert ask.post(path, json=body).status_code == 429
    assert ask.post(PLACEMENT, json=SHELVES).status_code == 200


def test_a_manager_sees_the_roster_and_takes_it_home_as_files(settings: Settings) -> None:
    ask = asked_by(settings, "manager")
    assert 'type="file"' in ask.get(PAGE).text
    assert f'href="{PAGE}"' in ask.get(f"/stores/{STORE}").text
    page = ask.post(PAGE, files={"request": ("week.toml", WEEK.encode())})
    assert page.status_code == 200, page.text
    assert "Every rule, contract and least number is kept." in page.text
    forms = re.findall(
        r'value="(csv|ics)">\s*<textarea name="content" hidden>(.*?)</textarea>', page.text, re.DOTALL
    )
    files = {kind: unescape(content) for kind, content in forms}
    for kind, content in files.items():
        answer = ask.post(f"{PAGE}/file", data={"kind": kind, "content": content})
        assert answer.headers["content-disposition"] == f'attachment; filename="roster-{STORE}.{kind}"'
        assert answer.text == content
    shifts = len(Calendar.from_ical(files["ics"]).walk("VEVENT"))
    assert shifts == len(files["csv"].split()) - 1 > 0


@pytest.mark.parametrize(
    ("is_feasible", "is_impossible", "sentence"),
    [
        pytest.param(True, False, "Every rule, contract and least number is kept.", id="kept"),
        pytest.param(False, True, "Not everything can be kept.", id="proved"),
        pytest.param(False, False, "No roster was found in the time that keeps everything", id="not found"),
    ],
)
def test_the_page_says_that_something_cannot_be_kept_only_where_it_is_proved(
    is_feasible: bool, is_impossible: bool, sentence: str
) -> None:
    assert sentence in verdict(Plan((), (), 0.0, 0.0, 0.0, is_feasible, is_impossible, (), (), ()))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        pytest.param("week.toml", b"days = ", "This is not TOML: ", id="cut off"),
        pytest.param("week.json", b"{}", "first_day: Field required", id="empty"),
        pytest.param("week.toml", b"\xff", "This is not TOML: ", id="not UTF-8"),
        pytest.param("week.toml", b"#" * 1_100_000, "The file is longer than", id="too long"),
        pytest.param("week.json", b"[" * 100_000, "This is not JSON: ", id="nested without end"),
        pytest.param("<script>.toml", b'"<script>alert(1)</script>" = 1', "&lt;script&gt;", id="hostile"),
    ],
)
def test_a_wrong_file_is_told_on_the_page(
    settings: Settings, name: str, content: bytes, sentence: str
) -> None:
    answer = asked_by(settings, "manager").post(PAGE, files={"request": (name, content)})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<script>alert" not in answer.text


def test_a_form_without_a_file_says_so(settings: Settings) -> None:
    answer = asked_by(settings, "manager").post(PAGE)
    assert (answer.status_code, "No file was chosen." in answer.text) == (422, True)


def test_nothing_of_a_roster_is_stored(tmp_path: Path) -> None:
    settings = two_stores(tmp_path)
    ask = asking(settings, NOON)
    people = [person("Xanthippe the Unmistakable")]
    assert ask.post(ROSTER, content=asked(people=people, needs=NEEDS).model_dump_json()).status_code == 200
    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"Xanthippe" not in stored
