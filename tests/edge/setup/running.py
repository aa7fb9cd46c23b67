"""The set-up page as a technician starts it, and somebody who talks to it without a browser."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.edge.talking import Talking
from tests.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[3]
JSON = {"Content-Type": "application/json"}
MODEL = "person-v0"
"""The network of the box, which is quick."""


class SettingUp(Talking):
    """A running `footfall-edge setup`."""

    def __init__(self, config: Path, *words: str) -> None:
        scratch = config.parent / "tmp"
        scratch.mkdir(exist_ok=True)
        super().__init__(
            *("setup", "--config", str(config), "--port", "0"),
            *words,
            folder=config.parent,
            environment={"TMPDIR": str(scratch)},
        )

    def code(self) -> str:
        """The next code."""
        return self.told(r"Code: (\S+)")


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)


@dataclass
class Caller:
    """Talks to a page like a browser: keeps its cookie, and sends the proof of its session."""

    address: str
    cookie: str = ""
    proof: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self._ask("POST", path, json.dumps(body).encode(), JSON | headers)

    def log_in(self, said: str) -> Answer:
        answer = self.post("/log-in", {"said": said})
        if answer.status == 200:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
            self.proof = self.get("/begin").told["proof"]
        return answer

    def _ask(self, how: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        address = urlsplit(self.address)
        connection = (
            HTTPSConnection(
                address.hostname or "",
                address.port,
                timeout=PATIENCE_SECONDS,
                context=ssl._create_unverified_context(),
            )
            if address.scheme == "https"
            else HTTPConnection(address.hostname or "", address.port or 0, timeout=PATIENCE_SECONDS)
        )
        sent = {name.replace("_", "-"): value for name, value in (self.more | headers).items()}
        if self.cookie:
            sent.setdefault("Cookie", self.cookie)
        if self.proof:
            sent.setdefault("X-Footfall-Proof", self.proof)
        try:
            connection.request(how, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()
