"""The clicker as somebody runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.edge.cast import DEMO
from tests.edge.talking import Talking

LINE = "main-door=243,167,368,156:down"
ZONE = "shelf=220,182,139,189,99,261,212,247"


class Clicking(Talking):
    """A running `truth annotate` of the demo's clip."""

    def __init__(self, out: Path, *words: str) -> None:
        super().__init__("truth", "annotate", str(DEMO), "--out", str(out), *words)


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
