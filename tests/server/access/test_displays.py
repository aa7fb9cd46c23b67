"""Displays: a tablet beside a zone is let in by a link, and sees its own zones only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.access.callers import Caller
from server.access.rights import Role
from server.accounts import keys
from server.accounts.by import by_command
from server.accounts.errors import AccountRefused
from server.accounts.sessions import holder_of_token
from server.api.door import DISPLAY_COOKIE
from server.config import Settings
from server.storage.database import open_database
from server.storage.tokens import Token
from tests.server.access.browsing import Browser
from tests.server.filling import NOON, STORE

SHOES = frozenset({"shoes"})


def made(settings: Settings, **changes: object) -> str:
    values: dict[str, object] = {
        "name": "sign",
        "role": Role.DISPLAY,
        "stores": frozenset({STORE}),
        "parts": SHOES,
    }
    values |= {"scopes": None, "created_at": NOON, "expires_at": None}
    with open_database(settings.database) as db:
        return keys.create(db, Token(**{**values, **changes}), by_command(NOON))  # type: ignore[arg-type]


def caller(settings: Settings, secret: str) -> Caller:
    with open_database(settings.database, read_only=True) as db:
        found = holder_of_token(db, secret, NOON)
    assert found is not None
    return found


def test_a_displays_token_reaches_its_zones_and_no_others(settings: Settings) -> None:
    sign = caller(settings, made(settings))
    assert sign.reaches(STORE, "shoes")
    assert not sign.reaches(STORE, "hats")
    assert not sign.reaches("annex", "shoes")


def test_the_link_of_a_display_lets_the_tablet_in_for_good(settings: Settings) -> None:
    secret, tablet = made(settings), Browser(settings)
    answer = tablet.get(f"/show/{secret}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/display/{STORE}/shoes")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{DISPLAY_COOKIE}={secret};")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize("other", [Role.MANAGER, Role.TILL, Role.HEAD_OFFICE])
def test_no_other_token_lets_a_browser_in_by_a_link_or_a_cookie(settings: Settings, other: Role) -> None:
    secret = made(settings, role=other, parts=None)
    tablet = Browser(settings)
    assert tablet.get(f"/show/{secret}").status_code == 404
    assert tablet.get("/", Cookie=f"{DISPLAY_COOKIE}={secret}").headers["location"] == "/log-in"


def test_a_display_is_known_by_its_cookie_and_may_not_see_figures(settings: Settings) -> None:
    secret, tablet = made(settings), Browser(settings)
    shown = {"Cookie": f"footfall=left-over; {DISPLAY_COOKIE}={secret}"}
    assert tablet.get(f"/stores/{STORE}", **shown).status_code == 403
    tablet.now = NOON + timedelta(days=1)
    with open_database(settings.database) as db:
        keys.revoke(db, "sign", by_command(NOON))
    assert tablet.get(f"/stores/{STORE}", **shown).status_code == 303


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"parts": None}, "needs the zones", id="no zone"),
        pytest.param({"parts": frozenset()}, "bound to no zone", id="an empty list of zones"),
        pytest.param({"stores": None}, "the one store", id="all stores"),
        pytest.param({"stores": frozenset({"demo", "annex"})}, "the one store", id="two stores"),
        pytest.param({"parts": frozenset({"Shoes!"})}, "cannot be the id of a zone", id="no id"),
        pytest.param({"role": Role.MANAGER}, "cannot be bound to parts", id="a manager of one zone"),
    ],
)
def test_a_display_that_cannot_be_bound_is_refused(
    settings: Settings, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(AccountRefused, match=sentence):
        made(settings, **changes)


def test_the_page_of_tokens_makes_a_display_and_gives_its_link(owner: Browser) -> None:
    page = owner.fill_in("/tokens", name="sign", role="display", stores=STORE, parts="shoes, hats").text
    assert "/show/fft_" in page
    assert "only hats, shoes" in owner.get("/tokens").text
