"""The clicker's page, served to this machine only by the standard library.

The address holds a secret, so that other users of the machine and other pages of the browser reach
nothing; pictures are never written and the browser is told to keep none.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

from edge.counting import Direction
from edge.errors import EdgeError
from edge.truth.format import ClipFacts
from edge.truth.frames import Frames
from edge.truth.marking import Marking, MarkRefused, Marks, Moment

HOST = "127.0.0.1"
LONGEST_BODY = 4096
POLICY = (
    "default-src 'none'; img-src 'self' data:; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
STATIC = {
    "": ("page.html", "text/html; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
}
_FRAME = re.compile(r"^frame/(\d{1,9})\.jpg$")


class Clicker(ThreadingHTTPServer):
    """Serves one clip and takes marks until it is shut down.

    Args:
        clip: what is looked at.
        frames: its pictures.
        marking: where marks go.
        secret: what every address begins with.
        port: 0 takes a free one.
    """

    daemon_threads = True

    def __init__(self, clip: ClipFacts, frames: Frames, marking: Marking, secret: str, port: int = 0) -> None:
        self.clip = clip
        self.frames = frames
        self.marking = marking
        self.secret = secret
        self.lock = threading.Lock()
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise EdgeError(f"port {port} cannot be used: {error.strerror}", "give another --port") from error

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{HOST}:{self.server_address[1]}/{self.secret}/"


class _Handler(BaseHTTPRequestHandler):
    server: Clicker
    server_version = "footfall"
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        name = self._asked()
        if name is None:
            self._answer(HTTPStatus.NOT_FOUND, b"", "text/plain")
        elif name in STATIC:
            file, kind = STATIC[name]
            self._answer(HTTPStatus.OK, (files("edge.truth") / "page" / file).read_bytes(), kind)
        elif name == "state":
            self._tell(HTTPStatus.OK, self._state())
        elif frame := _FRAME.match(name):
            self._show(int(frame[1]))
        else:
            self._answer(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def do_POST(self) -> None:
        name, body = self._asked(), self._body()
        act = ACTIONS.get(name or "")
        if act is None or body is None:
            self._answer(HTTPStatus.NOT_FOUND if act is None else HTTPStatus.BAD_REQUEST, b"", "text/plain")
            return
        with self.server.lock:
            try:
                act(self.server, body)
            except (EdgeError, KeyError, TypeError, ValueError) as error:
                told = str(error) if isinstance(error, EdgeError) else "that is no mark"
                self._tell(HTTPStatus.CONFLICT, {"error": told})
                return
        self._tell(HTTPStatus.OK, self._state())

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the page says what goes wrong."""

    def _asked(self) -> str | None:
        """What is asked for after the secret; None where host or secret is wrong."""
        host = self.headers.get("Host", "")
        own = {f"{name}:{self.server.server_address[1]}" for name in (HOST, "localhost")}
        path = self.path.partition("?")[0]
        prefix = f"/{self.server.secret}/"
        return path.removeprefix(prefix) if host in own and path.startswith(prefix) else None

    def _body(self) -> dict[str, Any] | None:
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Content-Type") != "application/json" or not length.isdigit():
            self.close_connection = True
            return None
        if int(length) > LONGEST_BODY:
            self.close_connection = True
            return None
        try:
            body = json.loads(self.rfile.read(int(length)))
        except ValueError:
            return None
        return body if isinstance(body, dict) else None

    def _show(self, number: int) -> None:
        picture = self.server.frames.picture(number)
        if picture is None:
            self._answer(HTTPStatus.NOT_FOUND, b"", "text/plain")
            return
        with self.server.lock:
            self.server.marking.watched(Moment(number, picture.seconds))
        self._answer(HTTPStatus.OK, picture.jpeg, "image/jpeg")

    def _state(self) -> dict[str, Any]:
        return state_of(self.server.clip, self.server.marking)

    def _tell(self, status: HTTPStatus, content: dict[str, Any]) -> None:
        self._answer(status, json.dumps(content).encode(), "application/json")

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def state_of(clip: ClipFacts, marking: Marking) -> dict[str, Any]:
    """What the page shows."""
    marks = marking.marks
    return {
        "clip": clip.model_dump(include={"file", "width", "height", "fps", "frames"}),
        "lines": [
            {"id": one.id, "points": one.points, "arrow": one.arrow, "count": len(one.events or ())}
            for one in marks.lines
        ],
        "zones": [{"id": one.id, "points": one.points, "count": len(one.visits)} for one in marks.zones],
        "events": sorted(_rows(marks), key=lambda row: row["frame"]),
        "saved": marking.saved,
        "furthest": marking.furthest,
    }


def _rows(marks: Marks) -> list[dict[str, Any]]:
    crossings = [
        {"frame": event.frame, "place": line.id, "what": event.direction.value}
        for line in marks.lines
        for event in line.events or ()
    ]
    visits = [
        {"frame": visit.enter_frame, "place": zone.id, "what": f"visit until {visit.leave_frame:g}"}
        for zone in marks.zones
        for visit in zone.visits
    ]
    waiting = [
        {"frame": visit.entered.frame, "place": visit.zone, "what": "inside"} for visit in marks.inside
    ]
    return [*crossings, *visits, *waiting]


def _moment(server: Clicker, body: dict[str, Any]) -> Moment:
    frame = body["frame"]
    picture = server.frames.picture(frame) if type(frame) is int and frame >= 0 else None
    if picture is None:
        raise MarkRefused("there is no such frame")
    return Moment(frame, picture.seconds)


def _cross(server: Clicker, body: dict[str, Any]) -> None:
    at = _moment(server, body)
    direction = Direction(body["direction"])
    server.marking.take(server.marking.marks.crossed(str(body["place"]), direction, at), at)


def _enter(server: Clicker, body: dict[str, Any]) -> None:
    at = _moment(server, body)
    server.marking.take(server.marking.marks.entered(str(body["place"]), at), at)


def _leave(server: Clicker, body: dict[str, Any]) -> None:
    at = _moment(server, body)
    server.marking.take(server.marking.marks.left(str(body["place"]), at), at)


def _undo(server: Clicker, body: dict[str, Any]) -> None:
    del body
    if not server.marking.undo():
        raise MarkRefused("there is nothing to undo")


def _save(server: Clicker, body: dict[str, Any]) -> None:
    del body
    server.marking.save()


ACTIONS: dict[str, Callable[[Clicker, dict[str, Any]], None]] = {
    "cross": _cross,
    "enter": _enter,
    "leave": _leave,
    "undo": _undo,
    "save": _save,
}
