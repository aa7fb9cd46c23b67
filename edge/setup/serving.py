"""The set-up page over HTTP, by the standard library: who is let in, what is answered, and how.

Without a session nothing is answered but the log-in. A change has to come from our own page: by a cookie
that other sites' requests do not carry, from our origin, with a proof that only our page knows.
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from socket import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from edge.errors import EdgeError
from edge.setup.desk import Desk
from edge.setup.drawing import Drawn
from edge.setup.entry import Door, EntryRefused, GuessTooSoon, Session
from edge.setup.keeping import DrawingRefused

COOKIE = "footfall-setup"
PROOF = "X-Footfall-Proof"
LONGEST_BODY = 64 * 1024
LONGEST_BODY_OF_STRANGERS = 1024
MOST_CONNECTIONS = 24
POLICY = (
    "default-src 'none'; img-src 'self' blob: data:; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HTML, SCRIPT, STYLE = (f"text/{kind}; charset=utf-8" for kind in ("html", "javascript", "css"))
OF_STRANGERS = {
    "/": ("log-in.html", HTML),
    "/log-in.js": ("log-in.js", SCRIPT),
    "/page.css": ("page.css", STYLE),
}
OF_THOSE_LET_IN = {
    "/": ("page.html", HTML),
    "/page.js": ("page.js", SCRIPT),
    "/picture.js": ("picture.js", SCRIPT),
    "/audit.js": ("audit.js", SCRIPT),
    "/page.css": ("page.css", STYLE),
}
Body = dict[str, Any]

log = logging.getLogger(__name__)


class SetupServer(ThreadingHTTPServer):
    """Serves one desk until it is shut down.

    Args:
        desk: what the page can do.
        door: who is let in.
        steady: seconds of any steady clock.
        host: address to listen at.
        port: 0 takes a free one.
        tls: certificate and key; None: plain HTTP.
    """

    daemon_threads = True

    def __init__(
        self,
        desk: Desk,
        door: Door,
        steady: Callable[[], float],
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.desk = desk
        self.door = door
        self.steady = steady
        self.lock = threading.Lock()
        self.used_at = steady()
        self._tls = tls
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise EdgeError(
                f"{host}:{port} cannot be listened at: {error.strerror}", "give another --host or --port"
            ) from error

    @property
    def address(self) -> str:
        """What to open in a browser."""
        host, port = self.server_address[:2]
        return f"http{'s' if self._tls else ''}://{host!s}:{port}/"

    @property
    def is_tls(self) -> bool:
        """Whether what goes over the network is encrypted."""
        return self._tls is not None

    def get_request(self) -> tuple[socket, Any]:
        """A connection; its handshake is left to its own thread, where a slow one keeps nobody waiting."""
        connection, address = super().get_request()
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answers in a thread, unless too many are being answered."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """See `ThreadingHTTPServer`."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that break off are nobody's fault."""
        del request, client_address
        log.debug("a connection broke off")


class _Handler(BaseHTTPRequestHandler):
    server: SetupServer
    server_version = "footfall"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

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
        elif not self._is_from_our_page():
            self._tell(HTTPStatus.FORBIDDEN, {"error": "this did not come from the set-up page"})
        elif path == "/log-in":
            self._log_in(str(body.get("said", "")))
        elif session is None:
            self._tell(HTTPStatus.UNAUTHORIZED, {"error": "log in first"})
        elif self.headers.get(PROOF) != session.proof:
            self._tell(HTTPStatus.FORBIDDEN, {"error": "load the page again: its proof is missing"})
        elif path == "/log-out":
            self._log_out(session)
        elif path in ACTIONS:
            self._do(lambda: ACTIONS[path](self.server.desk, body))
        else:
            self._tell(HTTPStatus.NOT_FOUND, {"error": "there is no such page"})

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the page says what goes wrong."""

    def _read(self, path: str, query: str, session: Session) -> Body:
        if path == "/begin":
            return self.server.desk.begin() | {"proof": session.proof}
        after = parse_qs(query).get("after", ["0"])[0]
        return self.server.desk.state(int(after) if after.isdecimal() else 0)

    def _do(self, act: Callable[[], Body]) -> None:
        try:
            told = act()
        except DrawingRefused as error:
            problems = [{"field": one.field, "sentence": one.sentence} for one in error.problems]
            self._tell(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "", "problems": problems})
        except EdgeError as error:
            self._tell(HTTPStatus.CONFLICT, {"error": f"{error}; {error.hint}" if error.hint else str(error)})
        except (ValidationError, KeyError, ValueError):
            self._tell(HTTPStatus.BAD_REQUEST, {"error": "that is nothing that this page would send"})
        else:
            self._tell(HTTPStatus.OK, told)

    def _show(self) -> None:
        jpeg = self.server.desk.jpeg()
        if jpeg is None:
            self._tell(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "there is no picture yet"})
        else:
            self._answer(HTTPStatus.OK, jpeg, "image/jpeg")

    def _log_in(self, said: str) -> None:
        try:
            with self.server.lock:
                session = self.server.door.enter(said, self.server.steady())
        except EntryRefused as error:
            wait = {"Retry-After": str(round(error.wait_seconds + 0.5))} if error.wait_seconds else {}
            too_soon = isinstance(error, GuessTooSoon)
            status = HTTPStatus.TOO_MANY_REQUESTS if too_soon else HTTPStatus.UNAUTHORIZED
            self._tell(status, {"error": str(error)}, wait)
            return
        self._tell(HTTPStatus.OK, {}, {"Set-Cookie": self._cookie(session.token)})

    def _log_out(self, session: Session) -> None:
        with self.server.lock:
            self.server.door.leave(session.token)
        self._tell(HTTPStatus.OK, {}, {"Set-Cookie": self._cookie("", "; Max-Age=0")})

    def _cookie(self, token: str, more: str = "") -> str:
        secure = "; Secure" if self.server.is_tls else ""
        return f"{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/{secure}{more}"

    def _session(self) -> Session | None:
        try:
            cookie = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        except CookieError:
            return None
        if cookie is None:
            return None
        with self.server.lock:
            session = self.server.door.session(cookie.value, self.server.steady())
            if session:
                self.server.used_at = self.server.steady()
        return session

    def _is_from_our_page(self) -> bool:
        """Browsers say where a request comes from; a program that says nothing has no cookie to abuse."""
        origin = self.headers.get("Origin")
        if self.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return False
        return origin is None or urlsplit(origin).netloc == self.headers.get("Host", "")

    def _body(self, most: int) -> Body | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > most:
            self.close_connection = True
            return None
        content = self.rfile.read(int(length))
        if self.headers.get("Content-Type") != "application/json":
            return None
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            return None
        return body if isinstance(body, dict) else None

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


def _drawn(body: Body) -> Drawn:
    return Drawn.model_validate(body["drawn"])


ACTIONS: dict[str, Callable[[Desk, Body], Body]] = {
    "/try": lambda desk, body: desk.try_out(_drawn(body)),
    "/save": lambda desk, body: desk.save(_drawn(body), str(body["version"])),
    "/audit/click": lambda desk, body: desk.click(str(body["line"]), str(body["direction"])),
    "/audit/begin": lambda desk, _: desk.begin_audit(),
    "/audit/undo": lambda desk, _: desk.undo(),
    "/audit/end": lambda desk, _: desk.end_audit(),
    "/audit/keep": lambda desk, _: desk.keep_audit(),
    "/audit/drop": lambda desk, _: desk.drop_audit(),
}
