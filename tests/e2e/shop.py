"""A whole shop as processes of its own: a real broker, the server's daemons, a device, a till."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port
from tests.server.ingest.running import Mosquitto
from tests.waiting import PATIENCE_SECONDS
from tests.waiting import until as until

HEARS = "listening at"
"""What is published before a listener says so for the first time is heard by nobody."""

SERVER_CONFIG = """\
database = "footfall.db"
[broker]
port = {broker_port}
[web]
port = {web_port}
[stores.demo]
name = "Demo shop"
time_zone = "UTC"
currency = "EUR"
least_visitors = 3
day_begins = "{day_begins}"
[stores.demo.zones.shelf]
name = "Right-hand shelf"
"""


class Shop:
    """Everything in one folder. Without `assets` the device has what is in the box and nothing else."""

    def __init__(self, folder: Path, *, assets: bool = False) -> None:
        self.folder = folder
        self.broker = Mosquitto(folder)
        self.web_port = free_port()
        self.processes: dict[str, subprocess.Popen[str]] = {}
        self._environment = {k: v for k, v in os.environ.items() if assets or k != "FOOTFALL_ASSETS"}
        self._environment["FOOTFALL_CACHE"] = str(folder / "cache")
        (folder / "server.toml").write_text(
            SERVER_CONFIG.format(
                broker_port=self.broker.port,
                web_port=self.web_port,
                # Six hours ago: at no time of the day does a test run into the next.
                day_begins=f"{datetime.now(UTC) - timedelta(hours=6):%H:00}",
            ),
            "utf-8",
        )
        starter = ("init", "--clip", "demo", "--store", "demo", "--port", str(self.broker.port))
        (folder / "edge.toml").write_text(self.run("edge", *starter).stdout, "utf-8")
        self.run("server", "migrate")
        made = self.run("server", "token", "create", "test", "--role", "manager", "--store", "demo")
        self.headers = {"Authorization": f"Bearer {made.stdout.strip()}"}

    @property
    def page(self) -> str:
        """Address of the staff page."""
        return f"http://127.0.0.1:{self.web_port}/stores/demo"

    def way_in(self) -> str:
        """A link that logs a browser in."""
        told = self.run("server", "owner-link", "--enter", "--json")
        link: str = json.loads(told.stdout)["link"]
        return link

    def start_broker(self) -> None:
        """A Mosquitto that keeps what it has taken over a restart, as the documents tell to set up."""
        state = self.folder / "mosquitto"
        state.mkdir(exist_ok=True)
        self.broker.start(
            "allow_anonymous true",
            "max_queued_messages 0",  # else a listener that is busy loses all but a thousand
            "persistence true",
            f"persistence_location {state}/",
        )

    def run(self, side: str, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", side, *words],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, name: str, side: str, *words: str) -> subprocess.Popen[str]:
        """A process that runs on; its output goes to NAME.log."""
        with (self.folder / f"{name}.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", side, *words],
                cwd=self.folder,
                env=self._environment,
                stdout=log,
                stderr=log,
                text=True,
            )
        self.processes[name] = process
        return process

    def start_up(self) -> None:
        """Pages and listener in one process, which answers and hears when this returns."""
        heard = self.log("up").count(HEARS) if "up" in self.processes else 0
        self.start("up", "server", "up")
        until(self.answers, "the server answers")
        until(lambda: self.log("up").count(HEARS) > heard, "the listener hears")

    def kill(self, name: str) -> None:
        """kill -9, as a power cut would."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Ends everything that still runs."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.broker.stop()

    def log(self, name: str) -> str:
        """What a process said."""
        return (self.folder / f"{name}.log").read_text("utf-8")

    def answers(self) -> bool:
        """Whether the server does."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.web_port}/healthz", timeout=2).is_success
        except httpx.TransportError:
            return False

    def totals(self) -> dict[str, Any]:
        """The day's totals by the API."""
        address = f"http://127.0.0.1:{self.web_port}/api/v1/stores/demo/metrics"
        answer = httpx.get(address, headers=self.headers, timeout=PATIENCE_SECONDS).raise_for_status()
        totals: dict[str, Any] = answer.json()["totals"]
        return totals

    def by_api(self) -> tuple[int | None, int | None, int | None]:
        """Entries, exits and visits by the API."""
        totals = self.totals()
        return totals["entries"], totals["exits"], totals["zones"][0]["visits"]

    def by_sql(self) -> tuple[int | None, int | None, int | None]:
        """Entries, exits and visits counted in SQL."""
        with closing(sqlite3.connect(f"file:{self.folder / 'footfall.db'}?mode=ro", uri=True)) as db:
            came, left = db.execute("SELECT sum(count_in), sum(count_out) FROM line_counts").fetchone()
            visits = db.execute("SELECT sum(dwell_n) FROM zone_counts").fetchone()[0]
        return came, left, visits

    def by_device(self) -> tuple[int | None, int | None, int | None]:
        """Entries, exits and visits by the device's own tally."""
        tally = json.loads(self.run("edge", "tally", "--json").stdout).get("entrance")
        if tally is None:
            return None, None, None
        came, left = tally["lines"].get("main-door", (None, None))
        return came, left, tally["visits"].get("shelf")
