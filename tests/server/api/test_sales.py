from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.access.rights import Role
from server.api.app import build_app
from server.api.taking import MOST_BODY_BYTES
from server.config import Settings
from server.pos.posting import MOST_TICKETS
from server.storage import sales
from server.storage.database import open_database, writing
from server.storage.requests import Answered, answered, keep_answer
from tests.server.asking import Asking, asking, bearer
from tests.server.filling import NOON, STORE

SALES = "/api/v1/sales"


def ticket(number: str = "17", **changes: Any) -> dict[str, Any]:
    return {
        "store": STORE,
        "till": "till-1",
        "ticket": number,
        "at": "2026-03-03T11:00:00+01:00",
        "lines": [{"sku": "tea-1", "quantity": 2, "net": "7.00"}, {"sku": "mug", "net": 4.5}],
        **changes,
    }


def _post(ask: Asking, content: object, key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return ask.post(SALES, content=json.dumps(content), headers=headers)


def _net(settings: Settings) -> list[Decimal | None]:
    day = timedelta(days=1)
    with open_database(settings.database, read_only=True) as db:
        return [row.net for row in sales.ticket_rows(db, STORE, NOON - day, NOON + day)]


def test_a_ticket_is_taken_and_stands_in_the_figures(ask: Asking, settings: Settings) -> None:
    answer = _post(ask, ticket())
    assert answer.status_code == 200
    assert answer.json() == {
        "new": 1, "changed": 0, "unchanged": 0, "older": 0,
        "tickets": [{"store": STORE, "ticket": "17", "revision": 1, "outcome": "new"}],
    }  # fmt: skip
    totals = ask.get(f"/api/v1/stores/{STORE}/metrics").json()["totals"]
    assert (totals["transactions"], totals["net_sales"]) == (1, {"amount": "11.5", "currency": "EUR"})


def test_a_list_is_taken_and_each_ticket_has_its_outcome(ask: Asking) -> None:
    _post(ask, ticket("1"))
    answer = _post(ask, [ticket("1"), ticket("2")]).json()
    assert [one["outcome"] for one in answer["tickets"]] == ["unchanged", "new"]


def test_a_correction_replaces_and_never_doubles(ask: Asking, settings: Settings) -> None:
    _post(ask, ticket())
    corrected = ticket(revision=2, lines=[{"sku": "tea-1", "gross": "11.90", "tax_percent": 19}])
    assert _post(ask, corrected).json()["changed"] == 1
    assert _post(ask, ticket()).json()["older"] == 1
    assert _net(settings) == [Decimal("10.0000")]


def test_the_same_revision_with_another_content_is_told_and_not_dropped(
    ask: Asking, settings: Settings
) -> None:
    _post(ask, ticket())
    answer = _post(ask, ticket(lines=[{"sku": "tea-1", "net": "1"}]))
    assert answer.status_code == 422
    assert "a correction needs a higher one" in answer.json()["detail"]
    assert _net(settings) == [Decimal("11.5")]


def test_one_wrong_ticket_keeps_all_out_and_every_mistake_is_named(ask: Asking, settings: Settings) -> None:
    answer = _post(
        ask, [ticket("1"), ticket("2", till="Till 1"), ticket("3", lines=[{"sku": "", "nett": 1}])]
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [one["where"] for one in answer.json()["errors"]] == [
        "tickets.1.till", "tickets.2.lines.0.sku", "tickets.2.lines.0.nett",
    ]  # fmt: skip
    assert _net(settings) == []


@pytest.mark.parametrize(
    ("content", "where", "problem"),
    [
        pytest.param([], "body", "at least 1 item", id="none"),
        pytest.param(
            [ticket(str(n)) for n in range(MOST_TICKETS + 1)],
            "body",
            f"at most {MOST_TICKETS} items",
            id="too many",
        ),
        pytest.param([ticket(), ticket()], "tickets.1.ticket", "as number 0", id="twice in one request"),
        pytest.param(ticket(store="annex"), "tickets.0.store", "no store 'annex'", id="unknown store"),
        pytest.param(ticket(at="2026-03-03T11:00:00"), "at", "offset from UTC", id="time without offset"),
        pytest.param(ticket(revision="2"), "revision", "integer", id="number as text"),
        pytest.param(ticket(colour="red"), "colour", "not known here", id="unknown field"),
        pytest.param(ticket(currency="eur"), "currency", "as EUR", id="currency in small letters"),
        pytest.param(ticket(till="Till 1"), "till", "only a-z, 0-9", id="till with a space"),
        pytest.param({"store": "demo"}, "till", "is missing", id="next to nothing"),
        pytest.param(
            ticket(lines=[{"sku": "x", "gross": "1"}]), "lines.0", "gross holds tax", id="gross without tax"
        ),
        pytest.param(
            ticket(lines=[{"sku": "x", "net": "1", "tax": "1"}]), "lines.0", "neither", id="net with tax"
        ),
        pytest.param(
            ticket(lines=[{"sku": "x", "quantity": 1000000, "unit_price": 100000000}]),
            "tickets.0.lines",
            "out of bounds",
            id="price times quantity out of bounds",
        ),
    ],
)
def test_what_is_wrong_is_said_and_where(ask: Asking, content: object, where: str, problem: str) -> None:
    answer = _post(ask, content)
    assert answer.status_code == 422
    first = answer.json()["errors"][0]
    assert first["where"] == where
    assert problem in first["problem"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 10_000, b"null", b"[null]"])
def test_what_is_no_json_is_a_problem_and_no_failure(ask: Asking, body: bytes) -> None:
    assert ask.post(SALES, content=body).status_code == 422


def test_a_body_that_is_too_long_is_refused(ask: Asking) -> None:
    assert ask.post(SALES, content=b" " * (MOST_BODY_BYTES + 1)).status_code == 413


def test_a_request_that_comes_again_under_its_key_is_answered_as_before(
    ask: Asking, settings: Settings
) -> None:
    first = _post(ask, ticket(), key="abc-1")
    _post(ask, ticket(revision=2, lines=[{"sku": "x", "net": "1"}]))
    again = _post(ask, ticket(), key="abc-1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert _net(settings) == [Decimal(1)]


def test_a_key_with_another_body_is_refused(ask: Asking, settings: Settings) -> None:
    _post(ask, ticket(), key="abc-1")
    answer = _post(ask, ticket("18"), key="abc-1")
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")
    assert len(_net(settings)) == 1


def test_a_refused_request_may_be_mended_under_its_key(ask: Asking) -> None:
    assert _post(ask, ticket(till="Till 1"), key="abc-1").status_code == 422
    assert _post(ask, ticket(), key="abc-1").status_code == 200


def test_a_key_is_known_for_a_week(settings: Settings) -> None:
    first = asking(settings, NOON)
    _post(first, ticket(), key="old")
    later = Asking(asking(settings, NOON + timedelta(days=6)).app, first.headers)
    assert _post(later, ticket("18"), key="old").status_code == 422
    after = Asking(asking(settings, NOON + timedelta(days=8)).app, first.headers)
    assert _post(after, ticket("18"), key="new").status_code == 200
    assert _post(after, ticket("19"), key="old").status_code == 200


def test_two_tills_with_the_same_key_do_not_hear_each_others_answers(settings: Settings) -> None:
    one, other = (asking(settings, NOON, Role.TILL, frozenset({STORE})) for _ in range(2))
    assert _post(one, ticket("17"), key="1").json()["tickets"][0]["ticket"] == "17"
    assert _post(other, ticket("18"), key="1").json()["tickets"][0]["ticket"] == "18"


def test_a_till_sends_tickets_of_its_own_store_only(settings: Settings) -> None:
    annex = settings.stores[STORE].model_copy(update={"name": "Annex"})
    both = settings.model_copy(update={"stores": {**settings.stores, "annex": annex}})
    till = asking(both, NOON, Role.TILL, frozenset({STORE}))
    answer = _post(till, [ticket("17"), ticket("18", store="annex")])
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "tickets.1.store")
    assert "no store 'annex'" in answer.json()["detail"]
    assert _net(settings) == []


def test_keys_are_bounded(settings: Settings) -> None:
    with open_database(settings.database) as db, writing(db):
        for number in range(20):
            at = NOON + timedelta(seconds=number)
            keep_answer(db, f"key-{number}", Answered(b"", ""), at, most_kept=5)
        known = [number for number in range(20) if answered(db, f"key-{number}")]
    assert known == [15, 16, 17, 18, 19]


def _with_key(settings: Settings, file: Path) -> Settings:
    of_sales = settings.sales.model_copy(update={"customer_key_file": file})
    return settings.model_copy(update={"sales": of_sales})


def test_a_customer_is_kept_as_a_keyed_hash(settings: Settings, tmp_path: Path) -> None:
    known = _with_key(settings, tmp_path / "customer.key")
    assert _post(asking(known, NOON), ticket(customer="loyal-4711"), key="k").status_code == 200
    with open_database(settings.database) as db:
        held = sales.held_ticket(db, STORE, "17")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert held is not None
    assert str(held.ticket.customer).startswith("customer:")
    assert b"loyal-4711" not in settings.database.read_bytes()


def test_no_customer_is_taken_without_a_key(settings: Settings, tmp_path: Path) -> None:
    known = _with_key(settings, tmp_path / "nowhere" / "customer.key")
    answer = _post(asking(known, NOON), ticket(customer="loyal-4711"))
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
    assert _net(settings) == []


@pytest.mark.parametrize("headers", [{"Idempotency-Key": "a" * 256}, {"Idempotency-Key": "a b"}])
def test_a_key_that_cannot_be_kept_is_refused(ask: Asking, headers: Mapping[str, str]) -> None:
    assert ask.post(SALES, content=json.dumps(ticket()), headers=headers).status_code == 422


def test_a_tills_token_that_is_bound_to_a_till_sends_tickets_of_that_till_only(settings: Settings) -> None:
    shown = bearer(settings, NOON, Role.TILL, frozenset({STORE}), frozenset({"till-1"}))
    till = Asking(build_app(settings, lambda: NOON), shown)
    assert _post(till, ticket()).json()["new"] == 1
    refused = _post(till, [ticket("18"), ticket("19", till="till-2")])
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"where": "tickets.1.till", "problem": "this token is bound to till-1, not to the till 'till-2'"}
    ]
    assert _net(settings) == [Decimal("11.5")], "all or nothing"
