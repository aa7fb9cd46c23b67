"""Daemons killed at any time, two listeners at once, a copy brought back: nothing is lost or doubled."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.api.reports import day_report
from server.config import Settings, load_settings
from server.storage import quarantine
from server.storage.database import migrate, open_database
from server.upkeep.copies import back_up, restore
from tests.server.asking import bearer
from tests.server.ingest.running import Mosquitto, device, free_port, until
from tests.server.samples import NOON, bucket, live, sale
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.broker

DAEMONS = {
    "listener": ("listen", "--client-id", "first"),
    "pages": ("serve", "--config", "pages.toml"),
    "everything": ("up", "--config", "everything.toml"),
}
"""`up` holds the second listener and the second server of pages."""

CONFIG = """
database = "footfall.db"
[broker]
port = {broker}
client_id = "second"
share_group = "server"
[web]
port = {web}
[stores.demo]
name = "Demo shop"
time_zone = "UTC"
currency = "EUR"
[stores.demo.zones.shelf]
name = "Shelf"
"""


@dataclass
class Daemons:
    """The server as processes of its own, each of which may die at any moment and is started again."""

    folder: Path
    broker: Mosquitto
    ports: dict[str, int]
    chance: random.Random
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: int = 0

    @property
    def settings(self) -> Settings:
        return load_settings(self.folder / "server.toml")

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "server", *DAEMONS[name]],
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def kill_one(self) -> None:
        """kill -9, as a power cut would, and at once a new one."""
        name = sorted(self.running)[self.kills % len(self.running)]
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait(PATIENCE_SECONDS)
        self.start(name)
        self.kills += 1

    def close(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait(PATIENCE_SECONDS)
        self.broker.stop()

    def post(self, ticket: str, headers: dict[str, str]) -> None:
        """Post a sale as a till does: again under its key until somebody answers."""
        bread = {"sku": "bread", "quantity": "1", "net": "2.50"}
        told = {"store": "demo", "till": "till-2", "ticket": ticket, "at": NOON.isoformat(), "lines": [bread]}
        key = {"Idempotency-Key": ticket}

        def taken() -> bool:
            port = self.ports[self.chance.choice(sorted(self.ports))]
            try:
                answer = httpx.post(
                    f"http://127.0.0.1:{port}/api/v1/sales",
                    json=told,
                    headers={**headers, **key},
                    timeout=5,
                )
            except httpx.TransportError:
                return False
            assert answer.status_code < 500, answer.text
            answer.raise_for_status()
            return True

        until(taken, f"ticket {ticket} is taken")


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    broker = Mosquitto(tmp_path)
    ports = {name: free_port() for name in ("pages", "everything")}
    for name, port in {"server": ports["pages"], **ports}.items():
        (tmp_path / f"{name}.toml").write_text(CONFIG.format(broker=broker.port, web=port), "utf-8")
    these = Daemons(tmp_path, broker, ports, random.Random(5))
    migrate(these.settings.database)
    broker.start("allow_anonymous true", "max_queued_messages 0")
    try:
        yield these
    finally:
        these.close()


def _figures(settings: Settings) -> tuple[Any, ...]:
    """Entries, exits, visits, tickets, units and money of the day."""
    with open_database(settings.database, read_only=True) as db:
        totals = day_report(db, "demo", settings.store("demo"), NOON.date(), NOON + timedelta(days=2)).totals
    sold = totals.sales
    visits = totals.zones[0].visits
    return totals.entries, totals.exits, visits, totals.transactions, sold and (sold.units, sold.net)


def _sessions_stand(daemons: Daemons, publish: Callable[..., None]) -> None:
    """From now on the broker keeps for both listeners what comes while they are dead."""
    heard = {name: daemons.folder / f"{name}.log" for name in ("listener", "everything")}
    until(lambda: all("listening at" in file.read_text("utf-8") for file in heard.values()), "both hear")
    publish(live())


def _send(
    daemons: Daemons, publish: Callable[..., None], minutes: Iterable[int], headers: dict[str, str]
) -> None:
    """Each minute early and then whole, with a ticket from either till; now and then somebody dies."""
    for minute in minutes:
        publish(bucket(minute, revision=1, count_in=1))
        publish(bucket(minute, revision=2, count_in=4))
        publish(sale(f"mqtt-{minute}"))
        if minute % 10 == 0:
            daemons.post(f"http-{minute}", headers)
        if minute % 30 == 7:
            daemons.kill_one()
            time.sleep(daemons.chance.uniform(0, 0.5))


def _is_stored(daemons: Daemons, minutes: int) -> None:
    posted = (minutes + 9) // 10
    tickets = minutes + posted
    expected = (4 * minutes, minutes, 2 * minutes, tickets)
    until(lambda: _figures(daemons.settings)[:4] == expected, f"{minutes} minutes are stored")


@pytest.mark.long
def test_whatever_dies_whenever_the_figures_are_those_of_a_server_that_never_did(daemons: Daemons) -> None:
    settings, copy = daemons.settings, daemons.folder / "copy.db"
    headers = bearer(settings, NOON)
    for name in DAEMONS:
        daemons.start(name)
    with device(daemons.broker.port) as publish:
        _sessions_stand(daemons, publish)
        _send(daemons, publish, range(60), headers)
        _is_stored(daemons, 60)
        back_up(settings.database, copy)
        _send(daemons, publish, range(60, 120), headers)
        _is_stored(daemons, 120)
        whole = _figures(settings)
        restore(copy, settings.database, NOON)
        assert _figures(settings) != whole, "the copy is older"
        _send(daemons, publish, range(60, 120), headers)
        _is_stored(daemons, 120)
    time.sleep(0.5)
    assert _figures(settings) == whole
    assert daemons.kills == 6
    with open_database(settings.database, read_only=True) as db:
        assert quarantine.waiting_count(db) == 0
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM touched").fetchone() == (0,)
