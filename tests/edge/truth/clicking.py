"""The clicker as somebody runs it."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.edge.cast import DEMO

LINE = "main-door=243,167,368,156:down"
ZONE = "shelf=220,182,139,189,99,261,212,247"


class Clicking:
    """A running `truth annotate` of the demo's clip."""

    def __init__(self, out: Path, *words: str) -> None:
        command = [sys.executable, "-m", "edge", "truth", "annotate", str(DEMO), "--out", str(out)]
        self.process = subprocess.Popen(
            [*command, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"COLUMNS": "200"},
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.address = self._wait_for_address()

    def end(self, number: int = signal.SIGINT) -> str:
        """Ends it as Ctrl-C does; what it said."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        self._reader.join()
        said = "\n".join(self.said)
        assert code == 0, said
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

    def _wait_for_address(self) -> str:
        while True:
            found = re.search(r"http://\S+", self._lines.get(timeout=30))
            if found:
                return found[0]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Any command of the device."""
    return subprocess.run(
        [sys.executable, "-m", "edge", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"COLUMNS": "200"},
    )
