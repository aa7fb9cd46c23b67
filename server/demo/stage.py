"""The demo's processes and files: everything in one folder, everything on this machine only."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from server.demo.tickets import ON_DISPLAY
from server.errors import ServerError

STORE = "demo"
DEVICE = "door-1"
TILL = "till-1"
CURRENCY = "EUR"
PREFERRED_WEB_PORT = 8080
START_SECONDS = 60.0
STOP_SECONDS = 15.0

SERVER_CONFIG = """\
database = "footfall.db"

[broker]
port = {broker_port}
embedded = true

[web]
port = {web_port}

[stores.{store}]
name = "Demo shop"
time_zone = "UTC"
currency = "{currency}"
day_begins = "{day_begins}"
least_visitors = 5
"""

ZONE_CONFIG = """
[stores.{store}.zones.{zone}]
name = {name}
"""


class DemoFailed(ServerError):
    """A part of the demo ended, or did not begin."""

    exit_code = 5


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording with what a careful count of it gave."""

    name: str
    licence: str
    seconds: float
    path: Path
    lines: tuple[dict[str, Any], ...]
    zones: tuple[dict[str, Any], ...]

    @property
    def truth(self) -> tuple[int, int]:
        """People who really went in and out."""
        counted = [line["truth"] for line in self.lines if "truth" in line]
        return sum(one["in"] for one in counted), sum(one["out"] for one in counted)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where things are."""

    folder: Path
    web: str
    broker_port: int
    clip: Clip
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What the demo shows of itself when it asks the API."""
        return {"Authorization": f"Bearer {self.token}"}


def known_clip(name: str) -> Clip:
    """A clip of the device's manifest; fetched if it is not on this machine, since it was asked for.

    Raises:
        DemoFailed: no such clip, or it cannot be had.
    """
    clips = {row["name"]: row for row in json.loads(edge("model", "list", "--json")) if row["kind"] == "clip"}
    if name not in clips:
        raise DemoFailed(f"no clip is called {name!r}", f"known: {', '.join(clips)}")
    row = clips[name]
    path = row["path"] or json.loads(edge("model", "pull", name, "--json"))["path"]
    return Clip(name, row["licence"], row["seconds"], Path(path), tuple(row["lines"]), tuple(row["zones"]))


def edge(*words: str) -> str:
    """What a command of the device prints.

    Raises:
        DemoFailed: it ended with an error; what it said is passed on.
    """
    done = subprocess.run(edge_command(*words), capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise DemoFailed(f"footfall-edge {' '.join(words)}: {_said(done.stderr)}")
    return done.stdout


def edge_command(*words: str) -> list[str]:
    """The device's command line, in this very Python."""
    return [sys.executable, "-m", "edge", *words]


def set_up(folder: Path, clip: Clip, now: datetime) -> Stage:
    """Writes the configurations of a shop with that clip as its camera."""
    broker_port, web_port = free_port(), free_port(PREFERRED_WEB_PORT)
    # The business day begins an hour or two ago, so that a demo at midnight is not cut in two.
    day_begins = (now - timedelta(hours=1)).strftime("%H:00")
    text = SERVER_CONFIG.format(
        broker_port=broker_port, web_port=web_port, store=STORE, currency=CURRENCY, day_begins=day_begins
    )
    for zone in clip.zones:
        text += ZONE_CONFIG.format(store=STORE, zone=zone["id"], name=json.dumps(zone["name"]))
    (folder / "server.toml").write_text(text, "utf-8")
    starter = ("init", "--clip", clip.name, "--store", STORE, "--device", DEVICE, "--port", str(broker_port))
    (folder / "edge.toml").write_text(edge(*starter), "utf-8")
    zone_ids = [zone["id"] for zone in clip.zones]
    rows = [f"{sku},{zone_id},," for sku in sorted(ON_DISPLAY) for zone_id in zone_ids[:1]]
    (folder / "planogram.csv").write_text("\n".join(["sku,zone,valid_from,valid_until", *rows, ""]), "utf-8")
    config = ("--config", str(folder / "server.toml"))
    _server("migrate", *config)
    token = _server("token", "create", "demo", "--role", "head-office", "--store", STORE, *config).strip()
    return Stage(folder, f"http://127.0.0.1:{web_port}", broker_port, clip, token)


def way_in(stage: Stage) -> str:
    """A one-time link that logs its opener in as the owner: nothing to type, and open to nobody else."""
    config = ("--config", str(stage.folder / "server.toml"))
    link: str = json.loads(_server("owner-link", "--enter", "--json", *config))["link"]
    return link


@contextmanager
def server_running(stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    """The server with its broker, from when it answers until the block ends.

    Raises:
        DemoFailed: it does not begin to answer.
    """
    config = ("--config", str(stage.folder / "server.toml"))
    _server("import-planogram", str(stage.folder / "planogram.csv"), "--store", STORE, *config)
    with (stage.folder / "server.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "server", "up", *config], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for_answer(stage, server)
            yield server
        finally:
            end(server)


def end(process: subprocess.Popen[Any]) -> None:
    """Asks a process to stop, and makes it if it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start_device(stage: Stage, words: Sequence[str]) -> subprocess.Popen[str]:
    """A process of the device, its result on standard output and what it says in device.log."""
    with (stage.folder / "device.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own command
            edge_command(*words, "--config", str(stage.folder / "edge.toml"), "--json"),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )


def free_port(preferred: int = 0) -> int:
    """The preferred port of this machine if it is free, else one that is."""
    for port in (preferred, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(trial.getsockname()[1])
    raise DemoFailed("this machine has no free port")


def _server(*words: str) -> str:
    command = [sys.executable, "-m", "server", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise DemoFailed(f"footfall-server {words[0]}: {_said(done.stderr)}")
    return done.stdout


def _said(told: str) -> str:
    """What a command of ours complained of, with its hint."""
    return told.strip().removeprefix("error: ")


def _wait_for_answer(stage: Stage, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            if httpx.get(f"{stage.web}/healthz", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    said = (stage.folder / "server.log").read_text("utf-8", "replace").strip().splitlines()[-5:]
    raise DemoFailed("the server does not answer; it said: " + " / ".join(said))
