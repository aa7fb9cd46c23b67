"""The pages on which people see to their own account, and owners to users, tokens and the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlite_utils import Database

from server.access.callers import Stores
from server.access.passwords import SHORTEST
from server.access.rights import PEOPLE, PROGRAMS, Action, Role
from server.accounts import keys, links, people
from server.accounts.errors import AccountRefused
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.dashboard.log_in_pages import LOG_IN_PAGES, Password
from server.dashboard.rendering import render
from server.storage import audit, tokens, users
from server.storage.tokens import Token

AUDIT_ROWS = 100

Text = Annotated[str, Form(max_length=100)]
Chosen = Annotated[tuple[str, ...], Form(max_length=1000)]
RoleField = Annotated[Role, Form()]
Every = Annotated[bool, Form()]
Named = Annotated[str, Path(max_length=100)]
Before = Annotated[int | None, Query(ge=1, lt=2**62)]


def account(here: Here, changed: bool = False) -> Response:
    """One's own name, rights and password."""
    return _account_page(
        here, done="The password is changed. Other browsers are logged out." if changed else ""
    )


def change_password(here: Here, old: Password, new: Password, again: Password) -> Response:
    """Take a new password."""
    caller = here.visit.caller
    assert caller is not None, "the route lets in users only"
    try:
        if new != again:
            raise AccountRefused("The two new passwords differ.")
        with here.writing() as db:
            people.change_password(db, caller.name, old, new, here.visit.secret, here.by)
    except AccountRefused as refused:
        return _account_page(here, refusal=str(refused), status=422)
    return RedirectResponse("/account?changed=true", 303)


def user_list(here: Here) -> Response:
    """Everybody who may log in."""
    return _users_page(here)


def invite(here: Here, name: Text, role: RoleField, stores: Chosen = (), every: Every = False) -> Response:
    """Make a link by which somebody joins."""
    try:
        given = _chosen(here, role, stores, every)
        with here.writing() as db:
            secret = links.invitation(db, name.strip().lower(), role, given, here.by)
    except AccountRefused as refused:
        return _users_page(here, refusal=_sentence(refused), status=422)
    return _users_page(here, link=f"{here.visit.base}/welcome/{secret}", link_for=name)


def change_user(
    here: Here, name: Named, role: RoleField, stores: Chosen = (), every: Every = False
) -> Response:
    """Give a user other rights."""
    given = _chosen(here, role, stores, every)
    return _changed(
        here, _users_page, "/users", lambda db: people.change_rights(db, name, role, given, here.by)
    )


def disable_user(here: Here, name: Named) -> Response:
    """Shut a user out."""
    return _changed(here, _users_page, "/users", lambda db: people.disable(db, name, here.by))


def enable_user(here: Here, name: Named) -> Response:
    """Let a user in again."""
    return _changed(here, _users_page, "/users", lambda db: people.enable(db, name, here.by))


def renew_user(here: Here, name: Named) -> Response:
    """Make a link by which a user sets a new password."""
    try:
        with here.writing() as db:
            secret = links.renewal(db, name, here.by)
    except AccountRefused as refused:
        return _users_page(here, refusal=_sentence(refused), status=422)
    return _users_page(here, link=f"{here.visit.base}/welcome/{secret}", link_for=name)


def token_list(here: Here) -> Response:
    """All tokens, without their secrets."""
    return _tokens_page(here)


def create_token(
    here: Here,
    name: Text,
    role: RoleField,
    days: Annotated[int, Form(ge=0, le=3650)] = 365,
    stores: Chosen = (),
    every: Every = False,
    parts: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Make a token and show it, this once."""
    now = here.clock()
    expires = now + timedelta(days=days) if days else None
    try:
        given, only = _chosen(here, role, stores, every), _words(parts)
        token = Token(name.strip(), role, given, None, now, expires, parts=only)
        with here.writing() as db:
            secret = keys.create(db, token, here.by)
    except AccountRefused as refused:
        return _tokens_page(here, refusal=_sentence(refused), status=422)
    link = f"{here.visit.base}/show/{secret}" if role is Role.DISPLAY else ""
    return _tokens_page(here, secret=secret, link=link)


def revoke_token(here: Here, name: Named) -> Response:
    """End a token."""
    return _changed(here, _tokens_page, "/tokens", lambda db: keys.revoke(db, name, here.by))


def audit_list(here: Here, before: Before = None) -> Response:
    """Who did what, newest first."""
    with here.reading() as db:
        entries = audit.newest(db, AUDIT_ROWS, before)
    older = entries[-1].number if len(entries) == AUDIT_ROWS else None
    return HTMLResponse(render("audit.html", here, entries=entries, older=older))


def _changed(
    here: Site, page: Callable[..., Response], path: str, change: Callable[[Database], object]
) -> Response:
    """Make a change and show the page anew, or the page with why it is refused."""
    try:
        with here.writing() as db:
            change(db)
    except AccountRefused as refused:
        return page(here, refusal=_sentence(refused), status=422)
    return RedirectResponse(path, 303)


def _chosen(here: Site, role: Role, stores: tuple[str, ...], every: bool) -> Stores:
    if every or role is Role.OWNER:
        return None
    if unknown := [store for store in stores if store not in here.settings.stores]:
        raise Problem(422, f"stores: there is no store {unknown[0]!r} here.", "stores")
    return frozenset(stores)


def _words(text: str) -> frozenset[str] | None:
    """Ids with commas or spaces between; None where there is none."""
    return frozenset(text.replace(",", " ").split()) or None


def _sentence(refused: AccountRefused) -> str:
    said = str(refused)
    return said if said.endswith(".") else f"{said[0].upper()}{said[1:]}. {refused.hint}".strip()


def _account_page(here: Site, refusal: str = "", done: str = "", status: int = 200) -> Response:
    assert here.visit.caller is not None, "the route lets in users only"
    with here.reading() as db:
        user = users.get(db, here.visit.caller.name)
    page = render("account.html", here, user=user, refusal=refusal, done=done, shortest=SHORTEST)
    return HTMLResponse(page, status)


def _users_page(
    here: Site, refusal: str = "", link: str = "", link_for: str = "", status: int = 200
) -> Response:
    with here.reading() as db:
        everybody = users.everybody(db)
    page = render(
        "users.html",
        here,
        users=everybody,
        roles=PEOPLE,
        stores=here.settings.stores,
        refusal=refusal,
        link=link,
        link_for=link_for,
    )
    return HTMLResponse(page, status)


def _tokens_page(
    here: Site, refusal: str = "", secret: str = "", status: int = 200, link: str = ""
) -> Response:
    with here.reading() as db:
        everyone = tokens.everyone(db)
    page = render(
        "tokens.html",
        here,
        tokens=everyone,
        roles=PROGRAMS,
        stores=here.settings.stores,
        now=here.clock(),
        refusal=refusal,
        secret=secret,
        link=link,
    )
    return HTMLResponse(page, status)


ACCESS_PAGES = (
    *LOG_IN_PAGES,
    Route("GET", "/account", account, Action.OWN_ACCOUNT),
    Route("POST", "/account/password", change_password, Action.OWN_ACCOUNT),
    Route("GET", "/users", user_list, Action.MANAGE_USERS),
    Route("POST", "/users", invite, Action.MANAGE_USERS),
    Route("POST", "/users/{name}/rights", change_user, Action.MANAGE_USERS),
    Route("POST", "/users/{name}/disable", disable_user, Action.MANAGE_USERS),
    Route("POST", "/users/{name}/enable", enable_user, Action.MANAGE_USERS),
    Route("POST", "/users/{name}/link", renew_user, Action.MANAGE_USERS),
    Route("GET", "/tokens", token_list, Action.MANAGE_TOKENS),
    Route("POST", "/tokens", create_token, Action.MANAGE_TOKENS),
    Route("POST", "/tokens/{name}/revoke", revoke_token, Action.MANAGE_TOKENS),
    Route("GET", "/audit", audit_list, Action.SEE_AUDIT),
)
