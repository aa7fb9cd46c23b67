"""The demo from beginning to end."""

from __future__ import annotations

import json
import os
import threading
import time
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from rich.console import Console
from rich.live import Live
from rich.table import Table

from edge.wire import Sale, encode
from server.demo import figures
from server.demo.stage import (
    CURRENCY,
    STORE,
    TILL,
    DemoFailed,
    Stage,
    end,
    known_clip,
    server_running,
    set_up,
    start_device,
    way_in,
)
from server.demo.tickets import made_up_baskets, real_baskets, schedule

SEED = 7
AGREE_SECONDS = 30.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo showed."""

    clip: str
    page: str
    device: dict[str, Any]
    truth: figures.Figure
    places: dict[str, figures.Figure]
    totals: dict[str, Any]
    tickets: int
    tickets_are: str
    agree: bool

    def as_json(self) -> dict[str, Any]:
        """Everything, for scripts."""
        return {
            "clip": self.clip,
            "page": self.page,
            "truth": asdict(self.truth),
            "counted": {place: asdict(figure) for place, figure in self.places.items()},
            "agree": self.agree,
            "tickets_published": self.tickets,
            "tickets_are": self.tickets_are,
            "device": self.device,
            "server_totals": self.totals,
        }


def run_demo(
    clip_name: str, *, headless: bool, as_json: bool, browse: bool, linger: bool, console: Console
) -> bool:
    """Shows a shop being counted; whether all places agree at the end.

    Args:
        clip_name: a clip of the device's manifest.
        headless: as fast as this machine can, rather than as it was filmed.
        as_json: print one JSON object and nothing else.
        browse: open the page in the browser.
        linger: keep the page up until Ctrl-C.
        console: where to print.

    Raises:
        DemoFailed: a part does not begin or ends before its time.
    """
    with TemporaryDirectory(prefix="footfall-demo-") as folder:
        stage = set_up(Path(folder), known_clip(clip_name), datetime.now(UTC))
        with server_running(stage):
            if not as_json:
                console.print("The shop's page, by a link that is good once:", highlight=False)
                console.print(way_in(stage), highlight=False, soft_wrap=True)
            if browse:
                webbrowser.open(way_in(stage))
            outcome = _counted(stage, headless=headless, quiet=as_json, console=console)
            if as_json:
                console.print_json(json.dumps(outcome.as_json()))
            else:
                _print_outcome(outcome, console)
                if linger:
                    _until_interrupted(console, stage)
    return outcome.agree


def _counted(stage: Stage, *, headless: bool, quiet: bool, console: Console) -> Outcome:
    sales, tickets_are = _tickets(stage, headless=headless)
    if headless:
        begin = datetime.now(UTC) - timedelta(seconds=stage.clip.seconds)
        words = ["replay", str(stage.clip.path), "--publish", "--start", begin.isoformat(timespec="seconds")]
    else:
        words = ["run"]
    device = start_device(stage, words)
    try:
        with _till(stage, sales), _shown_live(stage, quiet=quiet or headless, console=console):
            told, _ = device.communicate()
    finally:
        end(device)
    if device.returncode:
        said = (stage.folder / "device.log").read_text("utf-8", "replace").strip()
        raise DemoFailed(f"the device ended with code {device.returncode}: {said}")
    truth = figures.Figure(*stage.clip.truth)
    places, totals, agree = _settled(stage, len(sales))
    return Outcome(
        stage.clip.name,
        f"{stage.web}/stores/{STORE}",
        json.loads(told),
        truth,
        places,
        totals,
        len(sales),
        tickets_are,
        agree,
    )


def _tickets(stage: Stage, *, headless: bool) -> tuple[list[Sale], str]:
    named = os.environ.get("FOOTFALL_ASSETS")
    real = real_baskets(Path(named) if named else None)
    begin = datetime.now(UTC)
    if headless:
        begin -= timedelta(seconds=stage.clip.seconds)
    baskets = iter(real) if real else made_up_baskets(SEED)
    sales = schedule(baskets, begin, stage.clip.seconds, STORE, TILL, CURRENCY)
    return sales, "a bakery's real tickets, re-dated" if real else f"made up from seed {SEED}"


@contextmanager
def _till(stage: Stage, sales: Sequence[Sale]) -> Iterator[None]:
    """A till that publishes each ticket when it is paid; all of them are out when the block ends."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=TILL, protocol=mqtt.MQTTv311)
    client.connect("127.0.0.1", stage.broker_port)
    client.loop_start()
    hurry = threading.Event()

    def sell() -> None:
        for sale in sales:
            hurry.wait(max(0.0, (sale.at - datetime.now(UTC)).total_seconds()))
            client.publish(sale.topic, encode(sale), qos=1).wait_for_publish(10)

    seller = threading.Thread(target=sell, name="till", daemon=True)
    seller.start()
    try:
        yield
    finally:
        hurry.set()
        seller.join(30)
        client.disconnect()
        client.loop_stop()
        client.reinitialise()  # closes paho's own sockets


@contextmanager
def _shown_live(stage: Stage, *, quiet: bool, console: Console) -> Iterator[None]:
    if quiet or not console.is_terminal:
        yield
        return
    over = threading.Event()
    with Live(console=console, refresh_per_second=4, transient=True) as live:

        def look() -> None:
            while not over.wait(LOOK_SECONDS):
                live.update(_figures_now(stage))

        looker = threading.Thread(target=look, name="figures", daemon=True)
        looker.start()
        try:
            yield
        finally:
            over.set()
            looker.join(10)


def _figures_now(stage: Stage) -> Table:
    _, totals = figures.from_api(stage)
    table = Table("entries", "exits", "transactions", "conversion", title="Demo shop, now")
    rate = totals["conversion"]
    shown = (
        f"{rate['value']:.0%}" if rate and rate["enough"] and rate["value"] is not None else "too few to say"
    )
    table.add_row(
        _or_dash(totals["entries"]), _or_dash(totals["exits"]), _or_dash(totals["transactions"]), shown
    )
    return table


def _settled(stage: Stage, tickets: int) -> tuple[dict[str, figures.Figure], dict[str, Any], bool]:
    """The figures of all places, once they agree or have had time enough to."""
    device = figures.from_device(stage)
    until = time.monotonic() + AGREE_SECONDS
    while True:
        api, totals = figures.from_api(stage)
        places = {
            "device": device,
            "database": figures.from_database(stage),
            "API": api,
            "page": figures.from_page(stage),
        }
        agree = len(set(places.values())) == 1 and (totals["transactions"] or 0) == tickets
        if agree or time.monotonic() > until:
            return places, totals, agree
        time.sleep(0.2)


def _print_outcome(outcome: Outcome, console: Console) -> None:
    device = outcome.device
    card = device["detector"]
    counted = Table("", "in", "out", title=f"Clip {outcome.clip}")
    counted.add_row("truth", _or_dash(outcome.truth.entries), _or_dash(outcome.truth.exits))
    for place, figure in outcome.places.items():
        counted.add_row(place, _or_dash(figure.entries), _or_dash(figure.exits))
    console.print(counted)
    console.print(_off_by(outcome), highlight=False)
    console.print(
        f"{outcome.totals['transactions'] or 0} transactions ({outcome.tickets_are}), {_conversion(outcome)}",
        highlight=False,
        soft_wrap=True,
    )
    for zone, of in device["zones"].items():
        stay = f", {of['mean_dwell_seconds']:.1f} s on average" if of["visits"] else ""
        console.print(f"zone {zone}: {of['visits']} visit(s){stay}", highlight=False)
    console.print(
        f"detector {card['name']}, licence {card['licence']}, person AP {_measured(card)}",
        highlight=False,
        soft_wrap=True,
    )
    if device["advice"]:
        console.print(device["advice"], highlight=False, soft_wrap=True)
    console.print(
        f"device process: at most {device['peak_memory_mb']:.0f} MiB; "
        f"first picture after {device['seconds_to_first_frame']:.1f} s, "
        f"first count after {_seconds(device['seconds_to_first_count'])}; "
        f"{device['frames']} frames in {device['seconds']:.1f} s",
        highlight=False,
        soft_wrap=True,
    )
    if not outcome.agree:
        console.print("[bold red]device, database, API and page do not agree[/]")


def _off_by(outcome: Outcome) -> str:
    device, truth = outcome.places["device"], outcome.truth
    wrong_in = (device.entries or 0) - (truth.entries or 0)
    wrong_out = (device.exits or 0) - (truth.exits or 0)
    if not wrong_in and not wrong_out:
        return "The counts equal the truth."
    return f"The counts are off by {wrong_in:+d} in and {wrong_out:+d} out."


def _conversion(outcome: Outcome) -> str:
    rate = outcome.totals["conversion"]
    if not rate or rate["value"] is None or not rate["enough"]:
        return "too few visitors to say a conversion"
    interval = f" ({rate['low']:.0%} to {rate['high']:.0%})" if rate["low"] is not None else ""
    return f"conversion {rate['value']:.0%}{interval}"


def _until_interrupted(console: Console, stage: Stage) -> None:
    console.print(f"The page stays at {stage.web}/stores/{STORE} until you press Ctrl-C.", highlight=False)
    console.print(f"Another browser? {way_in(stage)}", highlight=False, soft_wrap=True)
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        console.print("Good-bye.")


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def _measured(card: dict[str, Any]) -> str:
    precision = card["average_precision"]
    return "not measured" if precision is None else f"{precision:.3f} on {card['measured_on']}"


def _seconds(value: float | None) -> str:
    return "– s" if value is None else f"{value:.1f} s"
