"""All addresses of the set-up page: its files, and what each action asks of the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge.setup.desk import Desk
from edge.setup.drawing import Drawn

HTML, SCRIPT, STYLE = (f"text/{kind}; charset=utf-8" for kind in ("html", "javascript", "css"))
OF_STRANGERS = {
    "/": ("log-in.html", HTML),
    "/log-in.js": ("log-in.js", SCRIPT),
    "/page.css": ("page.css", STYLE),
}
OF_THOSE_LET_IN = {
    "/": ("page.html", HTML),
    "/page.css": ("page.css", STYLE),
} | {
    f"/{name}.js": (f"{name}.js", SCRIPT)
    for name in (
        *("audit", "cards", "dom", "drawing", "history", "live", "page", "picture", "talking", "zoom"),
    )
}
"""Addresses to files of the folder `page`, and their kinds."""

Body = dict[str, Any]


def _drawn(body: Body) -> Drawn:
    return Drawn.model_validate(body["drawn"])


def _save(desk: Desk, body: Body) -> Body:
    return desk.save(_drawn(body), str(body["version"]), str(body.get("instead_of", "")))


def _of_audit(act: Callable[[Desk, Body], None]) -> Callable[[Desk, Body], Body]:
    def acted(desk: Desk, body: Body) -> Body:
        act(desk, body)
        return desk.state(0)

    return acted


ACTIONS: dict[str, Callable[[Desk, Body], Body]] = {
    "/try": lambda desk, body: desk.try_out(_drawn(body)),
    "/save": _save,
    "/view/accept": lambda desk, _: desk.accept_view(),
    "/audit/click": _of_audit(lambda desk, body: desk.audit.click(str(body["line"]), str(body["direction"]))),
    "/audit/begin": _of_audit(lambda desk, _: desk.begin_audit()),
    "/audit/undo": _of_audit(lambda desk, _: desk.audit.undo()),
    "/audit/end": _of_audit(lambda desk, _: desk.audit.end()),
    "/audit/keep": _of_audit(lambda desk, _: desk.audit.keep()),
    "/audit/drop": _of_audit(lambda desk, _: desk.drop_audit()),
}
"""What may be posted, and by whom is let in only; a KeyError or ValueError is nothing that the page sends."""
