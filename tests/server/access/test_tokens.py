"""Tokens: shown once, hashed, limited by role, scope, store and time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.access.rights import Action, Role
from server.access.tokens import TOKEN_PREFIX
from server.accounts import keys
from server.accounts.by import by_command
from server.accounts.errors import AccountRefused
from server.api.app import build_app
from server.config import Settings
from server.storage import audit, tokens
from server.storage.database import open_database
from server.storage.tokens import Token
from tests.server.access.browsing import Browser
from tests.server.asking import Asking
from tests.server.dashboard.page import read
from tests.server.filling import NOON, STORE

EXPORT = frozenset({Action.EXPORT})
METRICS = f"/api/v1/stores/{STORE}/metrics"


def made(settings: Settings, **changes: object) -> str:
    values = {"name": "lake", "role": Role.HEAD_OFFICE, "stores": None, "scopes": None, "expires_at": None}
    token = Token(**{**values, "created_at": NOON, **changes})  # type: ignore[arg-type] # a table's row
    with open_database(settings.database) as db:
        return keys.create(db, token, by_command(NOON))


def code(
    settings: Settings, secret: str, path: str, later: timedelta = timedelta(0), method: str = "GET"
) -> int:
    app = build_app(settings, lambda: NOON + later)
    return Asking(app, {"Authorization": f"Bearer {secret}"}).request(method, path).status_code


def test_a_token_is_shown_once_and_then_works(owner: Browser) -> None:
    page = read(owner.fill_in("/tokens", name="lake", role="head-office", every="true").text)
    secret = page.all("pre")[0].text
    assert secret.startswith(TOKEN_PREFIX)
    assert secret not in owner.get("/tokens").text
    assert code(owner.settings, secret, METRICS) == 200


@pytest.mark.parametrize(
    ("scopes", "figures", "quarantine"),
    [
        pytest.param(None, 200, 200, id="all that a manager may"),
        pytest.param(frozenset({Action.SEE_FIGURES}), 200, 403, id="figures only"),
        pytest.param(frozenset({Action.QUARANTINE}), 403, 200, id="quarantine only"),
    ],
)
def test_a_scope_takes_away_from_a_role(
    settings: Settings, scopes: frozenset[Action] | None, figures: int, quarantine: int
) -> None:
    secret = made(settings, role=Role.MANAGER, scopes=scopes)
    codes = code(settings, secret, METRICS), code(settings, secret, "/api/v1/quarantine")
    assert codes == (figures, quarantine)
    assert code(settings, secret, "/account") == 403, "a program has no password to change"


def test_a_token_ends_at_its_time(settings: Settings) -> None:
    secret = made(settings, expires_at=NOON + timedelta(days=1))
    assert code(settings, secret, METRICS, timedelta(days=1, seconds=-1)) == 200
    assert code(settings, secret, METRICS, timedelta(days=1)) == 401


def test_a_revoked_token_opens_nothing_and_its_name_is_not_given_again(owner: Browser) -> None:
    secret = made(owner.settings)
    assert owner.fill_in("/tokens", "/tokens/lake/revoke").status_code == 303
    assert code(owner.settings, secret, METRICS) == 401
    with pytest.raises(AccountRefused, match="a token 'lake' already"):
        made(owner.settings)
    again = owner.fill_in("/tokens", "/tokens/lake/revoke")
    assert (again.status_code, "that still holds" in again.text) == (422, True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"role": Role.OWNER}, "cannot have the role owner", id="an owner"),
        pytest.param({"stores": frozenset()}, "without a store", id="no store"),
        pytest.param(
            {"role": Role.TILL, "scopes": frozenset({Action.EXPORT})}, "limited to export", id="beyond"
        ),
        pytest.param({"scopes": frozenset()}, "limited to nothing", id="no scope"),
        pytest.param({"name": " lake"}, "a token's name has", id="name"),
    ],
)
def test_rights_that_no_program_can_have_are_refused(
    settings: Settings, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(AccountRefused, match=sentence):
        made(settings, **changes)


def test_the_number_of_tokens_has_a_bound(settings: Settings) -> None:
    with open_database(settings.database) as db:
        for n in range(tokens.MOST_TOKENS):
            tokens.add(db, Token(f"t{n}", Role.TILL, None, None, NOON, None), str(n).encode())
    with pytest.raises(AccountRefused, match="more are not kept"):
        made(settings)


def test_the_last_use_is_noted_at_most_once_a_minute(settings: Settings) -> None:
    secret = made(settings)
    seen = []
    for seconds in (0, 59, 60):
        code(settings, secret, METRICS, timedelta(seconds=seconds))
        with open_database(settings.database, read_only=True) as db:
            seen.append(tokens.everyone(db)[0].used_at)
    assert seen == [NOON, NOON, NOON + timedelta(seconds=60)]


def test_what_was_asked_but_not_changed_is_not_in_the_audit_log(settings: Settings) -> None:
    secret = made(settings, role=Role.MANAGER)
    assert code(settings, secret, "/api/v1/quarantine/7/retry", method="POST") == 404
    with open_database(settings.database, read_only=True) as db:
        assert [entry.what for entry in audit.newest(db, 9)] == ["token created"]
