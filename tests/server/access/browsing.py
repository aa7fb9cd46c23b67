"""A browser without a screen: keeps its cookie, and sends forms as they stand on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from server.api.app import build_app
from server.api.door import COOKIE
from server.config import Settings
from tests.server.asking import Asking
from tests.server.dashboard.page import read
from tests.server.filling import NOON


@dataclass
class Browser:
    """One browser at a clock that one sets."""

    settings: Settings
    now: datetime = NOON
    cookie: str = ""
    set_cookies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._app = build_app(self.settings, lambda: self.now)

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._kept(self._asking().get(path, headers=headers))

    def send(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Send fields without looking at a form first."""
        return self._kept(self._asking().post(path, data=fields, headers=headers))

    def fill_in(self, page: str, action: str = "", **fields: str) -> httpx.Response:
        """Open a page, and send the form that stands on it, with its hidden field."""
        token = hidden(self.get(page).text)
        return self.send(action or page, {"csrf": token, **fields})

    def log_in(self, name: str, password: str) -> httpx.Response:
        return self.fill_in("/log-in", name=name, password=password)

    def is_in(self) -> bool:
        return self.get("/account").status_code == 200

    def _asking(self) -> Asking:
        return Asking(self._app, {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {})

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        if given := answer.headers.get("set-cookie"):
            self.set_cookies.append(given)
            self.cookie = given.split("=", 1)[1].split(";")[0].strip('"')
        return answer


def hidden(html: str) -> str:
    """The token of the page's forms."""
    return read(html).all("input", name="csrf")[0].attributes["value"]


def link_on(html: str) -> str:
    """The path of the one-time link that a page shows."""
    found = re.search(r"http://footfall\.test(/welcome/[\w-]+)", html)
    assert found, html
    return found[1]
