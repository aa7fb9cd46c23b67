"""The pages that lead in and out: log-in, one-time links, log-out."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server.access.passwords import SHORTEST
from server.access.rights import Action, Role
from server.access.tokens import TOKEN_PREFIX, form_token, new_secret
from server.accounts import links
from server.accounts.errors import AccountRefused, LogInRefused
from server.accounts.sessions import holder_of_token, log_in, log_out
from server.api.door import COOKIE, DISPLAY_COOKIE, LOG_IN
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.dashboard.rendering import render
from server.storage import users

Name = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=1000)]
Key = Annotated[str, Path(max_length=200)]
Next = Annotated[str, Query(max_length=500)]

_FORM_SECONDS = 3600

_DISPLAY_SECONDS = 400 * 24 * 3600
"""As long as browsers keep a cookie at most; the token's own end comes before, or ends it."""


def log_in_page(here: Here, next: Next = "/") -> Response:
    """The form to log in."""
    return _log_in_form(here, next)


def send_log_in(here: Here, name: Name, password: Password, next: Annotated[str, Form()] = "/") -> Response:
    """Log in, and go on to where one wanted to be."""
    try:
        with here.writing() as db:
            secret = log_in(db, name, password, here.settings.access, here.by)
    except LogInRefused as refused:
        status = 429 if refused.wait_seconds else 401
        answer = _log_in_form(here, next, str(refused), name, status)
        if refused.wait_seconds:
            answer.headers["Retry-After"] = str(refused.wait_seconds)
        return answer
    return _gone_in(here, secret, local_path(next))


def send_log_out(here: Here) -> Response:
    """End the session."""
    with here.writing() as db:
        log_out(db, here.visit.secret, here.by)
    answer = RedirectResponse(LOG_IN, 303)
    answer.delete_cookie(COOKIE)
    return answer


def welcome(here: Here, key: Key) -> Response:
    """The form that a one-time link leads to."""
    return _welcome_form(here, key)


def send_welcome(here: Here, key: Key, password: Password, again: Password, name: Name = "") -> Response:
    """Choose name and password, and be logged in."""
    if password != again:
        return _welcome_form(here, key, "The two passwords differ.", name, 422)
    try:
        with here.writing() as db:
            secret = links.accept(db, key, name, password, here.settings.access, here.by)
    except AccountRefused as refused:
        return _welcome_form(here, key, str(refused), name, 422)
    return _gone_in(here, secret, "/")


def enter(here: Here, key: Key) -> Response:
    """Log in by a link that needs no password."""
    try:
        with here.writing() as db:
            secret = links.enter(db, key, here.settings.access, here.by)
    except AccountRefused as refused:
        raise Problem(404, str(refused)) from refused
    return _gone_in(here, secret, "/")


def show(here: Here, key: Key) -> Response:
    """Let a tablet or sign in for good by its display's token, and go on to the zone that it shows."""
    with here.reading() as db:
        caller = holder_of_token(db, key, here.clock()) if key.startswith(TOKEN_PREFIX) else None
    if caller is None or caller.role is not Role.DISPLAY or not caller.stores or not caller.parts:
        raise Problem(404, "This link holds no display's token that is still good.")
    answer = RedirectResponse(f"/display/{min(caller.stores)}/{min(caller.parts)}", 303)
    # Strict: no other site's page may have the display ask anything.
    answer.set_cookie(
        DISPLAY_COOKIE,
        key,
        max_age=_DISPLAY_SECONDS,
        httponly=True,
        samesite="strict",
        secure=here.visit.secure,
        path="/",
    )
    return answer


def local_path(asked: str) -> str:
    """A path on this server; the first page for anything that might lead elsewhere."""
    is_local = asked.startswith("/") and not asked.startswith("//") and "\\" not in asked
    return asked if is_local and asked.isprintable() and asked.isascii() else "/"


def _log_in_form(here: Site, back: str, refusal: str = "", name: str = "", status: int = 200) -> Response:
    with here.reading() as db:
        nobody_yet = not users.everybody(db)
    values = {"back": local_path(back), "refusal": refusal, "name": name, "nobody_yet": nobody_yet}
    return _open_form(here, status, "log_in.html", values)


def _welcome_form(here: Site, key: str, refusal: str = "", name: str = "", status: int = 200) -> Response:
    try:
        with here.reading() as db:
            link = links.shown(db, key, here.clock())
    except AccountRefused as refused:
        raise Problem(404, str(refused)) from refused
    values = {"key": key, "link": link, "refusal": refusal, "name": name, "shortest": SHORTEST}
    return _open_form(here, status, "welcome.html", values)


def _open_form(here: Site, status: int, template: str, values: dict[str, object]) -> Response:
    """A form for strangers: with a cookie of its own, so that it too can be told from another site's."""
    visit = here.visit
    if visit.form_token:
        return HTMLResponse(render(template, here, **values), status)
    secret = new_secret()
    visit = replace(visit, secret=secret, form_token=form_token(secret))
    answer = HTMLResponse(render(template, replace(here, visit=visit), **values), status)
    _set_cookie(here, answer, secret, _FORM_SECONDS)
    return answer


def _gone_in(here: Site, secret: str, back: str) -> Response:
    answer = RedirectResponse(back, 303)
    _set_cookie(here, answer, secret, here.settings.access.session_days * 24 * 3600)
    return answer


def _set_cookie(here: Site, answer: Response, secret: str, seconds: int) -> None:
    answer.set_cookie(
        COOKIE, secret, max_age=seconds, httponly=True, samesite="lax", secure=here.visit.secure, path="/"
    )


LOG_IN_PAGES = (
    Route("GET", LOG_IN, log_in_page, Action.OPEN),
    Route("POST", LOG_IN, send_log_in, Action.OPEN),
    Route("POST", "/log-out", send_log_out, Action.OWN_ACCOUNT),
    Route("GET", "/welcome/{key}", welcome, Action.OPEN),
    Route("POST", "/welcome/{key}", send_welcome, Action.OPEN),
    Route("GET", "/enter/{key}", enter, Action.OPEN),
    Route("GET", "/show/{key}", show, Action.OPEN),
)
