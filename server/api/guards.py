"""What holds for every answer: no foreign name, no writing from other sites, and a browser that trusts only
our own files.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.problems import MEDIA_TYPE, problem_content
from server.config import is_loopback

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def is_cross_site(headers: Headers) -> bool:
    """Whether a browser sent a request on behalf of another site.

    `Sec-Fetch-Site` says so itself; over plain HTTP browsers leave it out, and `Origin` must name the host
    that was asked. Neither comes from a program that is not a browser, which no site can misuse.
    """
    if (site := headers.get("sec-fetch-site")) is not None:
        return site not in {"same-origin", "none"}
    if (origin := headers.get("origin")) is not None:
        return urlsplit(origin).netloc != headers.get("host", "")
    return False


def host_of(headers: Headers) -> str:
    """The name or address that a browser thinks it asks, without its port."""
    try:
        return (urlsplit(f"//{headers.get('host', '')}").hostname or "").lower()
    except ValueError:
        return ""


def _caching(path: str) -> str:
    # Static files may be kept but must be asked for: their names stay the same over versions.
    return "no-cache" if path.startswith("/static/") else "no-store"


class Guard:
    """ASGI middleware: refuses foreign names and cross-site writes, and adds the headers above to answers.

    A name that is not ours may lead here all the same, if who owns it says so in DNS; then another site's
    page would be of the same origin as ours.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", _caching(scope["path"]))
            await send(message)

        await self._answering(scope)(scope, receive, guarded)

    def _answering(self, scope: Scope) -> ASGIApp:
        headers = Headers(scope=scope)
        if not self._is_ours(host_of(headers), scope):
            return _refusal(421, "This server has no such name. Its names stand in web.hosts of server.toml.")
        if scope["method"] in _READING or not is_cross_site(headers):
            return self._app
        return _refusal(403, "Another site may not change anything here.")

    def _is_ours(self, host: str, scope: Scope) -> bool:
        own_address = (scope.get("server") or ("",))[0]
        return host in self._hosts or is_loopback(host) or (bool(host) and host == own_address)


def _refusal(status: int, sentence: str) -> ASGIApp:
    return JSONResponse(problem_content(status, sentence), status, media_type=MEDIA_TYPE)
