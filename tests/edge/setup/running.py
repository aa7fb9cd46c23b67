"""The set-up page as a technician starts it, and somebody who talks to it without a browser."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import ssl
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[3]
JSON = {"Content-Type": "application/json"}
MODEL = "person-v0"
"""The network of the box, which is quick."""


class SettingUp:
    """A running `footfall-edge setup`."""

    def __init__(self, config: Path, *words: str) -> None:
        command = [sys.executable, "-m", "edge", "setup", "--config", str(config), "--port", "0", *words]
        scratch = config.parent / "tmp"
        scratch.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=config.parent,
            env=os.environ | {"COLUMNS": "200", "TMPDIR": str(scratch)},
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.address = self.told(r"https?://\S+")

    def told(self, pattern: str, seconds: float = 30) -> str:
        """What comes next on the terminal that looks like this."""
        while True:
            found = re.search(pattern, self._lines.get(timeout=seconds))
            if found:
                return found[found.lastindex or 0]

    def code(self) -> str:
        """The next code."""
        return self.told(r"Code: (\S+)")

    def end(self) -> str:
        """Ends it as Ctrl-C does; what it said."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=30)
        self._reader.join()
        said = "\n".join(self.said)
        assert code == 0, said
        assert "Traceback" not in said, said
        return said

    def close(self) -> None:
        """Ends it in any case."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self.said.append(line.rstrip())
                self._lines.put(line)


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
                address.hostname or "", address.port, timeout=30, context=ssl._create_unverified_context()
            )
            if address.scheme == "https"
            else HTTPConnection(address.hostname or "", address.port or 0, timeout=30)
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
