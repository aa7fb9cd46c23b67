"""A page of the device as somebody starts it at a terminal."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from tests.waiting import PATIENCE_SECONDS


class Talking:
    """A running `footfall-edge` that serves a page and says where."""

    def __init__(
        self, *words: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env={**os.environ, "COLUMNS": "200", **(environment or {})},
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.address = self.told(r"https?://\S+")

    def told(self, pattern: str, seconds: float = PATIENCE_SECONDS) -> str:
        """What comes next on the terminal that looks like this."""
        while True:
            found = re.search(pattern, self._lines.get(timeout=seconds))
            if found:
                return found[found.lastindex or 0]

    def end(self, number: int = signal.SIGINT) -> str:
        """Ends it as Ctrl-C does; what it said."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=PATIENCE_SECONDS)
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
