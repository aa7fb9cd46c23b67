"""One request to the set-up page: who asks, whether it comes from our own page, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from edge.errors import EdgeError
from edge.setup.asking import Unread, is_from_our_page, json_body
from edge.setup.entry import EntryRefused, GuessTooSoon, Session
from edge.setup.in_use import FromAfar
from edge.setup.keeping import ChangedMeanwhile, DrawingRefused
from edge.setup.reception import Reception
from edge.setup.routes import ACTIONS, OF_STRANGERS, OF_THOSE_LET_IN, Body

PROOF = "X-Footfall-Proof"
LONGEST_BODY = 64 * 1024
LONGEST_BODY_OF_STRANGERS = 1024
POLICY = (
    "default-src 'none'; img-src 'self' blob: data:; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection.

    Args:
        here: who is in.
        request: see `BaseHTTPRequestHandler`.
    """

    server_version = "footfall"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, here: Reception, *request: Any) -> None:
        self._here = here
        super().__init__(*request)

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        session = self._session()
        static = (OF_THOSE_LET_IN if session else OF_STRANGERS).get(asked.path)
        if static:
            name, kind = static
            self._answer(HTTPStatus.OK, (files("edge.setup") / "page" / name).read_bytes(), kind)
        elif session is None:
            self._tell(HTTPStatus.UNAUTHORIZED, {"error": "log in first"})
        elif asked.path == "/picture.jpg":
            self._show()
        elif asked.path in ("/begin", "/state"):
            self._do(lambda: self._read(asked.path, asked.query, session))
        else:
            self._tell(HTTPStatus.NOT_FOUND, {"error": "there is no such page"})

    def do_POST(self) -> None:
        session, path = self._session(), urlsplit(self.path).path
        body = self._body(LONGEST_BODY if session else LONGEST_BODY_OF_STRANGERS)
        if body is None:
            self._tell(HTTPStatus.BAD_REQUEST, {"error": "that is no JSON object of a size that is read"})
        elif not is_from_our_page(self.headers):
            self._tell(HTTPStatus.FORBIDDEN, {"error": "this did not come from the set-up page"})
        elif path == "/log-in":
            self._log_in(str(body.get("said", "")))
        elif session is None:
            self._tell(HTTPStatus.UNAUTHORIZED, {"error": "log in first"})
        elif self.headers.get(PROOF) != session.proof:
            self._tell(HTTPStatus.FORBIDDEN, {"error": "load the page again: its proof is missing"})
        elif path == "/log-out":
            self._tell(HTTPStatus.OK, {}, {"Set-Cookie": self._here.leave(session)})
        elif path in ACTIONS:
            self._do(lambda: ACTIONS[path](self._here.desk, body))
        else:
            self._tell(HTTPStatus.NOT_FOUND, {"error": "there is no such page"})

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the page says what goes wrong."""

    def _read(self, path: str, query: str, session: Session) -> Body:
        if path == "/begin":
            return self._here.desk.begin() | {"proof": session.proof}
        after = parse_qs(query).get("after", ["0"])[0]
        return self._here.desk.state(int(after) if after.isdecimal() else 0)

    def _do(self, act: Callable[[], Body]) -> None:
        try:
            told = act()
        except DrawingRefused as error:
            problems = [{"field": one.field, "sentence": one.sentence} for one in error.problems]
            self._tell(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "", "problems": problems})
        except EdgeError as error:
            self._tell(HTTPStatus.CONFLICT, _refusal(error))
        except (ValidationError, KeyError, ValueError):
            self._tell(HTTPStatus.BAD_REQUEST, {"error": "that is nothing that this page would send"})
        else:
            self._tell(HTTPStatus.OK, told)

    def _show(self) -> None:
        jpeg = self._here.desk.jpeg()
        if jpeg is None:
            self._tell(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "there is no picture yet"})
        else:
            self._answer(HTTPStatus.OK, jpeg, "image/jpeg")

    def _log_in(self, said: str) -> None:
        try:
            cookie = self._here.enter(said)
        except EntryRefused as error:
            wait = {"Retry-After": str(round(error.wait_seconds + 0.5))} if error.wait_seconds else {}
            too_soon = isinstance(error, GuessTooSoon)
            status = HTTPStatus.TOO_MANY_REQUESTS if too_soon else HTTPStatus.UNAUTHORIZED
            self._tell(status, {"error": str(error)}, wait)
        else:
            self._tell(HTTPStatus.OK, {}, {"Set-Cookie": cookie})

    def _session(self) -> Session | None:
        return self._here.session(self.headers.get("Cookie", ""))

    def _body(self, most: int) -> Body | None:
        try:
            return json_body(self.headers, self.rfile, most)
        except Unread:
            self.close_connection = True
            return None

    def _tell(self, status: HTTPStatus, content: Body, more: dict[str, str] | None = None) -> None:
        self._answer(status, json.dumps(content).encode(), "application/json", more)

    def _answer(self, status: HTTPStatus, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            **(more or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _refusal(error: EdgeError) -> Body:
    """A sentence, and what the page can offer to get out of it."""
    sentence = f"{error}; {error.hint}" if error.hint else str(error)
    ways_out = {"theirs": isinstance(error, ChangedMeanwhile), "afar": isinstance(error, FromAfar)}
    return {"error": sentence} | ways_out
