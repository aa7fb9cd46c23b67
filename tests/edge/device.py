"""The device as its users meet it: a folder with a configuration, and the command line in a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.config import EdgeSettings, load_settings
from edge.outbox import Outbox, Totals
from edge.starter import starter_configuration
from edge.wire import Counts
from tests.edge.cast import ROOT, free_port

RUN_SECONDS = 300.0
"""The demo clip takes half a minute where nothing else is done."""

CLIP_BEGAN = "2026-11-02T12:00:05"


@dataclass
class Device:
    """A folder of its own, with the demo clip's lines and zones and the network of the box."""

    folder: Path
    port: int = field(default_factory=free_port)
    clip: str = "demo"
    said: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = starter_configuration(
            self.clip, store="shop", device="door-1", host="127.0.0.1", port=self.port
        )
        self.config.write_text(text, encoding="utf-8")

    @property
    def config(self) -> Path:
        return self.folder / "edge.toml"

    @property
    def settings(self) -> EdgeSettings:
        return load_settings(self.config)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A command that runs on."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("FOOTFALL_")}
        environment |= {
            "FOOTFALL_CACHE": str(self.folder / "cache"),
            "FOOTFALL_EDGE_CONFIG": str(self.config),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "edge", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )

    def run(self, *words: str, code: int = 0, seconds: float = RUN_SECONDS) -> tuple[str, str]:
        """Output and messages of a command, which has to end with that code and never with a traceback."""
        with self.start(*words) as process:
            return ended(process, code, seconds)

    def read(self, *words: str) -> Any:
        """The JSON object that a command prints."""
        return json.loads(self.run(*words, "--json")[0])

    def minutes(self, camera: str = "entrance") -> list[Counts]:
        """What is in a camera's outbox."""
        path = self.settings.state.folder / f"outbox-{camera}.db"
        if not path.exists():
            return []
        box = Outbox(path)
        try:
            return box.since(camera, 0)
        finally:
            box.close()

    def totals(self, camera: str = "entrance") -> Totals:
        """The camera's own tally."""
        box = Outbox(self.settings.state.folder / f"outbox-{camera}.db")
        try:
            return box.totals()
        finally:
            box.close()

    def counted_seconds(self, camera: str = "entrance") -> float:
        """How much of the camera's source was counted, in seconds of the source."""
        path = self.settings.state.folder / f"outbox-{camera}.db"
        if not path.exists():
            return 0.0
        box = Outbox(path)
        try:
            progress = box.progress(camera)
        finally:
            box.close()
        return progress.counted_until - progress.started_at if progress else 0.0


def ended(process: subprocess.Popen[str], code: int, seconds: float = RUN_SECONDS) -> tuple[str, str]:
    """Output and messages of a process, which has to end with that code and never with a traceback."""
    try:
        output, messages = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == code, messages
    assert "Traceback" not in output + messages, messages
    return output, messages


def figures(minutes: list[Counts]) -> list[object]:
    """What was counted in each minute: everything but revision and seconds of watching."""
    return [
        (
            minute.bucket_start,
            minute.final,
            minute.lines,
            [(zone.zone, zone.dwell, zone.occupancy_peak) for zone in minute.zones],
        )
        for minute in minutes
    ]
