"""ETags: who has an answer already is told that it is still right, and not the whole answer again."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DIGITS = 32


class Tagging:
    """ASGI middleware: puts an ETag on what the API gives, and answers 304 where it is what was had before.

    The tag is a digest of the content. So it changes when anything does that the answer depends on: data,
    definitions, settings, the clock, or who asks; and it cannot be forgotten with a new one of these.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        held = _Held(send, Headers(scope=scope).get("if-none-match", ""))
        await self._app(scope, receive, held.take)


class _Held:
    """One answer, held back until it is whole; streams and errors are passed on as they come."""

    def __init__(self, send: Send, known: str) -> None:
        self._send = send
        self._known = known
        self._start: dict[str, Any] | None = None
        self._body = bytearray()

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _can_be_tagged(message):
            self._start = dict(message)
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_whole(self._start)

    async def _send_whole(self, start: dict[str, Any]) -> None:
        headers = MutableHeaders(raw=list(start["headers"]))
        # What is edited has its revision there already, to be sent back with a change.
        tag = headers.setdefault("ETag", f'"{hashlib.sha256(self._body).hexdigest()[:_DIGITS]}"')
        headers["Cache-Control"] = "private, no-cache"
        headers.add_vary_header("Accept")
        headers.add_vary_header("Authorization")
        headers.add_vary_header("Cookie")
        body = bytes(self._body)
        if _is_known(self._known, tag):
            start["status"], body = 304, b""
            del headers["content-length"], headers["content-type"]
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})


def _can_be_tagged(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and not kind.startswith("text/event-stream")


def _is_known(header: str, tag: str) -> bool:
    names = {name.strip().removeprefix("W/") for name in header.split(",")}
    return tag in names or "*" in names
