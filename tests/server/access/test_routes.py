"""The whole cast at every route: the table is made from the list of routes, so that none is forgotten."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from server.access.rights import Action
from server.api.app import EVERY_ROUTE, build_app
from server.api.site import Route
from server.config import Settings
from tests.server.access.cast import CAST, OTHER_STORE, asked_by, two_stores
from tests.server.asking import Asking
from tests.server.filling import NOON, STORE

PEOPLE = {"owner", "manager", "manager of another store", "staff"}
MANAGERS = {"owner", "manager", "manager of another store"}

MAY: dict[Action, set[str]] = {
    Action.OPEN: set(CAST),
    Action.BE_KNOWN: PEOPLE | {"head office"},
    Action.OWN_ACCOUNT: PEOPLE,
    Action.SEE_FIGURES: PEOPLE | {"head office"},
    Action.EXPORT: MANAGERS | {"head office"},
    Action.SEND_COUNTS: {"device"},
    Action.IMPORT_SALES: MANAGERS | {"till"},
    Action.SEE_CATALOGUE: MANAGERS | {"head office"},
    Action.EDIT_CATALOGUE: MANAGERS,
    Action.EDIT_PRODUCTS: {"owner"},
    Action.SEE_DISPLAY: PEOPLE | {"head office", "display"},
    Action.ANSWER_NOTICES: PEOPLE,
    Action.SET_FLAGS: MANAGERS,
    Action.QUARANTINE: MANAGERS,
    Action.MANAGE_USERS: {"owner"},
    Action.MANAGE_TOKENS: {"owner"},
    Action.SEE_AUDIT: {"owner"},
    Action.SEE_LEARNING: MANAGERS | {"head office"},
    Action.MANAGE_WEBHOOKS: {"owner"},
    Action.SEE_EXPERIMENTS: MANAGERS | {"head office"},
    Action.MANAGE_EXPERIMENTS: MANAGERS,
    Action.PLAN_STAFF: MANAGERS,
}
"""Written down by hand, not taken from the code's own table."""

OPEN_TO_STRANGERS = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/log-in"),
    ("POST", "/log-in"),
    ("GET", "/welcome/{key}"),
    ("POST", "/welcome/{key}"),
    ("GET", "/enter/{key}"),
    ("GET", "/show/{key}"),
}

OF_A_STORE = {"store": (STORE, OTHER_STORE), "number": ("1", "2")}
"""Parts of an address that belong to a store: the manager's, and the other manager's."""

NOTHING = {"name": "nobody", "key": "no-such-key", "sku:path": "no-such/product"}
"""Parts of an address that name what is not there, so that whoever is let in hears just that."""

WEBHOOK = "/webhooks/{number}"
"""There is no webhook, so whoever is let in hears just that."""

ANYTHING = {"part": "names", "make": "axis", "zone": "shelf-1", "flag": "rain", "recommendation": "none"}
"""Parts that need a word that is known."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return two_stores(tmp_path_factory.mktemp("two-stores"))


def address(route: Route, which: int) -> str:
    """The route's path with everything filled in; what belongs to a store is that of one of the two."""
    path = route.path
    for name, both in OF_A_STORE.items():
        path = path.replace(f"{{{name}}}", both[which])
    return filled(path)


def filled(path: str) -> str:
    for name, word in {**NOTHING, **ANYTHING}.items():
        path = path.replace(f"{{{name}}}", word)
    assert "{" not in path, f"{path}: say above what stands in this part of the address"
    return path


def belongs_to_a_store(route: Route) -> bool:
    return any(f"{{{name}}}" in route.path for name in OF_A_STORE) and WEBHOOK not in route.path


def what_became_of(answer: httpx.Response) -> str:
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/log-in"):
        return "who are you?"
    return {403: "you may not", 404: "not there"}.get(answer.status_code, "let in")


def expected(name: str, route: Route) -> str:
    if name not in MAY[route.action]:
        return "who are you?" if CAST[name] is None else "you may not"
    who = CAST[name]
    sees_it = who is None or who.stores is None or STORE in who.stores
    return "let in" if sees_it or not belongs_to_a_store(route) else "not there"


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", EVERY_ROUTE, ids=name_of)
@pytest.mark.parametrize("name", CAST)
def test_everybody_is_let_in_exactly_where_they_may(settings: Settings, name: str, route: Route) -> None:
    answer = asked_by(settings, name).request(route.method, address(route, 0))
    # There is no broker here, and so it is not ready.
    assert answer.status_code < 500 or route.path == "/readyz", answer.text
    became = what_became_of(answer)
    if became == "not there" and any(
        named in route.path for named in (WEBHOOK, *(f"{{{part}}}" for part in NOTHING))
    ):
        became = "let in"
    if route.path == "/log-out" and name in PEOPLE:
        assert answer.headers["location"] == "/log-in"
    else:
        assert became == expected(name, route)


@pytest.mark.parametrize("route", [route for route in EVERY_ROUTE if belongs_to_a_store(route)], ids=name_of)
@pytest.mark.parametrize("name", ["manager", "staff", "manager of another store"])
def test_a_store_that_is_not_yours_answers_as_one_that_is_not_there(
    settings: Settings, name: str, route: Route
) -> None:
    if name not in MAY[route.action]:
        pytest.skip("may not do this in any store")
    foreign = 0 if name == "manager of another store" else 1
    ask = asked_by(settings, name)
    foreign_one = ask.request(route.method, address(route, foreign))
    unknown = filled(route.path.replace("{store}", "nowhere").replace("{number}", "999"))
    nowhere = ask.request(route.method, unknown)
    assert foreign_one.status_code == nowhere.status_code == 404
    if "{store}" in route.path:
        said = re.sub(rf"\b{OF_A_STORE['store'][foreign]}\b", "nowhere", foreign_one.text)
    else:
        said = foreign_one.text.replace(f"no number {OF_A_STORE['number'][foreign]} ", "no number 999 ")
    assert said == nowhere.text


def test_nothing_else_is_open_to_strangers() -> None:
    assert {(route.method, route.path) for route in EVERY_ROUTE if route.action is Action.OPEN} == (
        OPEN_TO_STRANGERS
    )


def test_every_address_of_the_application_is_in_the_list(settings: Settings) -> None:
    app = build_app(settings, lambda: NOON)
    known = {(route.method, route.path) for route in EVERY_ROUTE}
    served = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert served == known
    others = [route.path for route in app.routes if not isinstance(route, APIRoute)]  # type: ignore[attr-defined]
    assert others == ["/static"]


def test_a_route_that_does_not_say_what_it_does_cannot_be_made() -> None:
    action = next(field for field in dataclasses.fields(Route) if field.name == "action")
    assert action.default is dataclasses.MISSING
    with pytest.raises(TypeError, match="action"):
        Route("GET", "/api/v1/secrets", lambda: None)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "stores"),
    [
        ("owner", [STORE, OTHER_STORE]),
        ("head office", [STORE, OTHER_STORE]),
        ("manager", [STORE]),
        ("manager of another store", [OTHER_STORE]),
        ("staff", [STORE]),
    ],
)
def test_lists_hold_only_the_stores_that_one_may_see(
    settings: Settings, name: str, stores: list[str]
) -> None:
    ask = asked_by(settings, name)
    assert [store["store"] for store in ask.get("/api/v1/stores").json()] == stores
    first = ask.get("/")
    if len(stores) == 1:
        assert first.headers["location"] == f"/stores/{stores[0]}"
    else:
        assert all(f"/stores/{store}" in first.text for store in stores)


@pytest.mark.parametrize(
    ("name", "numbers"), [("owner", [1, 2]), ("manager", [1]), ("manager of another store", [2])]
)
def test_the_quarantine_shows_only_what_belongs_to_ones_stores(
    tmp_path: Path, name: str, numbers: list[int]
) -> None:
    ask = asked_by(two_stores(tmp_path), name)
    told = ask.get("/api/v1/quarantine").json()
    assert ([row["number"] for row in told["rows"]], told["waiting"]) == (numbers, len(numbers))
    page = ask.get("/quarantine").text
    assert [number for number in (1, 2) if f'data-number="{number}"' in page] == numbers
    assert ask.get("/healthz").json()["waiting_in_quarantine"] == len(numbers)
    foreign = {1, 2} - set(numbers)
    assert all("data-outcome" not in ask.get(f"/quarantine?tried={number}").text for number in foreign)


@pytest.mark.parametrize("name", ["stranger", "staff", "device", "till", "display"])
def test_health_tells_others_no_more_than_that_the_server_answers(settings: Settings, name: str) -> None:
    told = asked_by(settings, name).get("/healthz").json()
    assert told.pop("status") == "ok"
    assert set(told) == {"waiting_in_quarantine", "unknown_time", "free_megabytes"}
    assert set(told.values()) == {None}


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nothing", "/api/v2", "/docs", "//", "/stores//now"])
def test_strangers_do_not_even_learn_which_addresses_there_are(settings: Settings, path: str) -> None:
    assert what_became_of(asked_by(settings, "stranger").get(path)) == "who are you?"


def test_figures_of_ones_own_store_do_come(settings: Settings) -> None:
    entries = asked_by(settings, "manager of another store").get(f"/api/v1/stores/{OTHER_STORE}/metrics")
    assert entries.json()["totals"]["entries"] == 5


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Authorization": "Bearer fft_guess"}, id="a guessed token"),
        pytest.param({"Authorization": "Bearer "}, id="no token"),
        pytest.param({"Authorization": "Basic b3duZXI6b3duZXI="}, id="a password"),
        pytest.param({"Cookie": "footfall=guess"}, id="a guessed session"),
        pytest.param({"Cookie": "footfall="}, id="an empty session"),
        pytest.param({"X-Forwarded-User": "owner"}, id="a header of a proxy"),
    ],
)
def test_what_is_not_ours_opens_nothing(settings: Settings, headers: dict[str, str]) -> None:
    answer = Asking(build_app(settings, lambda: NOON), headers).get("/api/v1/stores")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="footfall"')
