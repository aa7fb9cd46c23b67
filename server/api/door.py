"""Asks everybody who they are before any handler sees the request, and lets in by the list of routes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.access.callers import Caller, Visit
from server.access.rights import Action, Role
from server.access.tokens import TOKEN_PREFIX, form_token
from server.accounts.by import by_visit
from server.accounts.sessions import holder_of_session, holder_of_token, is_use_to_note, note_use
from server.api.problems import Problem, answer, is_for_machines, of_storage
from server.api.site import Route, Site
from server.storage.database import StorageError, open_database, writing

COOKIE = "footfall"
"""Holds the secret of a session, or of an open form before there is one."""

DISPLAY_COOKIE = "footfall-display"
"""Holds the token of a display, for a tablet or sign cannot send a header with the page that it opens."""

LOG_IN = "/log-in"

MOST_OPEN_BYTES = 16 * 1024
"""Strangers may send so much and no more; names and passwords are shorter."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

_TOLD_BY_ITSELF = frozenset(
    {Action.OPEN, Action.OWN_ACCOUNT, Action.MANAGE_USERS, Action.MANAGE_TOKENS, Action.BE_KNOWN}
)
"""What these change is written into the audit log in better words than by its address."""

_PUSHING = frozenset({Role.DEVICE, Role.TILL, Role.DISPLAY})
"""What these send all day long is no news for the audit log; it says itself where it comes from."""


class Door:
    """ASGI middleware: who asks, may they, and what they changed."""

    def __init__(self, app: ASGIApp, routes: Iterable[Route], site: Site) -> None:
        self._app = app
        self._site = site
        self._known = [(compile_path(route.path)[0], route.method, route.action) for route in routes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        action = self._action(scope["method"], scope["path"])
        try:
            visit = await run_in_threadpool(self._visit, request)
            refused = _refusal(request, visit, action)
        except StorageError as error:
            refused = answer(request, of_storage(error))
        if refused is not None:
            await refused(scope, receive, send)
            return
        scope.setdefault("state", {})["visit"] = visit
        if action is Action.OPEN:
            receive = _bounded(receive)
        if self._is_told(request, visit, action):
            send = self._telling(request, visit, action, send)
        await self._app(scope, receive, send)

    def _action(self, method: str, path: str) -> Action:
        """What a request does; of an unknown address only that one has to be known to hear so."""
        fitting = [(known, action) for pattern, known, action in self._known if pattern.match(path)]
        return next((action for known, action in fitting if known == method), _strictest(fitting))

    def _visit(self, request: Request) -> Visit:
        now = self._site.clock()
        secret, caller, by_cookie = self._who(request, now)
        return Visit(
            caller=caller,
            secret=secret,
            form_token=form_token(secret) if by_cookie and secret else "",
            address=request.client.host if request.client else "",
            base=f"{request.url.scheme}://{request.headers.get('host', '')}",
            secure=request.url.scheme == "https",
        )

    def _who(self, request: Request, now: datetime) -> tuple[str, Caller | None, bool]:
        """The secret that is shown, whose it is, and whether a cookie may hold it; a token goes first."""
        if token := _shown_token(request):
            return token, self._caller(token, True, now), False
        secret = request.cookies.get(COOKIE, "")
        caller = self._caller(secret, False, now) if secret else None
        shown = request.cookies.get(DISPLAY_COOKIE, "")
        if caller is None and shown.startswith(TOKEN_PREFIX):
            display = self._caller(shown, True, now)
            # No other token is taken from a cookie: other sites could make a browser use it.
            if display is not None and display.role is Role.DISPLAY:
                return shown, display, True
        return secret, caller, True

    def _caller(self, secret: str, is_token: bool, now: datetime) -> Caller | None:
        settings = self._site.settings
        with open_database(settings.database, read_only=True) as db:
            if is_token:
                caller = holder_of_token(db, secret, now)
            else:
                caller = holder_of_session(db, secret, settings.access, now)
            stale = caller is not None and is_use_to_note(db, secret, now)
        if stale:
            with open_database(settings.database) as db, writing(db):
                note_use(db, secret, now)
        return caller

    def _is_told(self, request: Request, visit: Visit, action: Action) -> bool:
        if request.method in _READING or visit.caller is None or action in _TOLD_BY_ITSELF:
            return False
        return visit.caller.role not in _PUSHING

    def _telling(self, request: Request, visit: Visit, action: Action, send: Send) -> Send:
        def tell() -> None:
            with open_database(self._site.settings.database) as db:
                by_visit(visit, self._site.clock()).note(
                    db, action.value, f"{request.method} {request.url.path}"
                )

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                await run_in_threadpool(tell)
            await send(message)

        return told


def _strictest(fitting: Sequence[tuple[str, Action]]) -> Action:
    is_open = bool(fitting) and all(action is Action.OPEN for _, action in fitting)
    return Action.OPEN if is_open else Action.BE_KNOWN


def _shown_token(request: Request) -> str:
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    return shown.strip() if kind.lower() == "bearer" and shown.strip().startswith(TOKEN_PREFIX) else ""


def _refusal(request: Request, visit: Visit, action: Action) -> Response | None:
    if visit.caller is None:
        return None if action is Action.OPEN else _who_are_you(request)
    if visit.may(action):
        return None
    return answer(request, Problem(403, f"The role {visit.caller.role.value} may not do this."))


def _who_are_you(request: Request) -> Response:
    if is_for_machines(request):
        refused = answer(request, Problem(401, "Show a token, as in: Authorization: Bearer fft_..."))
        refused.headers["WWW-Authenticate"] = 'Bearer realm="footfall"'
        return refused
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": LOG_IN})
    if request.method != "GET":
        return RedirectResponse(LOG_IN, 303)
    return RedirectResponse(LOG_IN if back == "/" else f"{LOG_IN}?next={quote(back, safe='')}", 303)


def _bounded(receive: Receive) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_OPEN_BYTES:
            raise HTTPException(413, f"At most {MOST_OPEN_BYTES // 1024} KiB can be sent here.")
        return message

    return counted
