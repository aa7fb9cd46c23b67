"""What holds for every answer: no writing from other sites, and a browser that trusts only our own files."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.problems import MEDIA_TYPE, problem_content

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


def _caching(path: str) -> str:
    # Static files may be kept but must be asked for: their names stay the same over versions.
    return "no-cache" if path.startswith("/static/") else "no-store"


class Guard:
    """ASGI middleware: refuses cross-site writes, and adds the headers above to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
        if scope["method"] in _READING or not is_cross_site(Headers(scope=scope)):
            return self._app
        content = problem_content(403, "Another site may not change anything here.")
        return JSONResponse(content, 403, media_type=MEDIA_TYPE)
