"""How fast counts are taken in durably, beside one bare paho subscriber that only receives them.

    python -m tests.bench.ingest --messages 50000 --rounds 3

Needs Mosquitto. A publisher of its own process sends one backlog, which the broker holds for both; then
each drains it alone, in turns. Ours counts from connecting to the last commit, paho's from connecting to
the last message. With `--catch-up DAYS` twenty devices send so many days of minutes while twenty cameras
say every second what they see, and the age of the newest live view in the database is looked at.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from edge.wire import Counts, Live, ZoneNow, encode
from server.assembly import set_up_memory
from server.config import Settings
from server.ingest.listener import Listener
from server.storage.database import migrate, open_database
from tests.server.ingest.running import Mosquitto
from tests.server.samples import NOON, bucket, settings

FILTER = "footfall/v1/+/+/counts"
PATIENCE_SECONDS = 900.0


def minute_of(device: int, minute: int) -> Counts:
    """A minute of one of the devices."""
    begin = NOON + timedelta(minutes=minute)
    return bucket(0).model_copy(
        update={
            "device": f"box-{device}",
            "bucket_start": begin,
            "bucket_end": begin + timedelta(minutes=1),
        }
    )


def publish_all(port: int, devices: Sequence[int], minutes: int) -> None:
    """Send every minute of some devices, oldest first, and wait until the broker has it all."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"devices-{devices[0]}")
    client.max_inflight_messages_set(200)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for minute in range(minutes):
        sent = [
            client.publish(message.topic, encode(message), qos=1)
            for message in (minute_of(device, minute) for device in devices)
        ]
        if minute % 50 == 0 or minute == minutes - 1:
            sent[-1].wait_for_publish(PATIENCE_SECONDS)
    client.disconnect()
    client.loop_stop()


def publishing(port: int, devices: int, minutes: int) -> BaseProcess:
    """A process that sends a backlog."""
    process = multiprocessing.get_context("spawn").Process(
        target=publish_all, args=(port, range(devices), minutes)
    )
    process.start()
    return process


def paho(port: int, *, on_message: Callable[[mqtt.Client, object, mqtt.MQTTMessage], None]) -> mqtt.Client:
    """A subscriber whose session the broker keeps, running in its own thread."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bare", clean_session=False)
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.subscribe(FILTER, 1)
    client.loop_start()
    return client


@dataclass(frozen=True)
class Rate:
    """Messages per second by the clock, and by the processor's time of this process.

    On a machine with other work the second is the steadier one.
    """

    per_second: float
    per_processor_second: float


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._began = (time.perf_counter(), time.process_time())

    def rate(self, messages: int) -> Rate:
        """So many messages in the time that has passed."""
        passed = (time.perf_counter() - self._began[0], time.process_time() - self._began[1])
        return Rate(messages / passed[0], messages / passed[1])


def bare_rate(port: int, messages: int) -> Rate:
    """Messages per second of one paho subscriber that does nothing with them."""
    seen, all_there = [0], threading.Event()

    def count(_: mqtt.Client, __: object, ___: mqtt.MQTTMessage) -> None:
        seen[0] += 1
        if seen[0] >= messages:
            all_there.set()

    clock = Stopwatch()
    client = paho(port, on_message=count)
    assert all_there.wait(PATIENCE_SECONDS)
    rate = clock.rate(messages)
    client.disconnect()
    client.loop_stop()
    return rate


def our_rate(here: Settings, messages: int) -> Rate:
    """Messages per second that are on disk."""
    stored, all_there, stop = [0], threading.Event(), threading.Event()

    def count(result: object) -> None:
        stored[0] += getattr(result, "stored", 0)
        if stored[0] >= messages:
            all_there.set()

    listener = Listener(here, lambda: datetime.now(UTC), after_commit=count)
    clock = Stopwatch()
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    assert all_there.wait(PATIENCE_SECONDS)
    rate = clock.rate(messages)
    stop.set()
    thread.join()
    return rate


def hold_places(here: Settings) -> None:
    """Let the broker keep what comes for both, from now on."""
    client = paho(here.broker.port, on_message=lambda *_: None)
    stop = threading.Event()
    thread = threading.Thread(target=Listener(here, lambda: datetime.now(UTC)).run, args=(stop,))
    thread.start()
    time.sleep(2)
    stop.set()
    thread.join()
    client.disconnect()
    client.loop_stop()


def compare(folder: Path, broker: Mosquitto, messages: int, rounds: int) -> None:
    """Print both rates of every round and their ratio."""
    ratios = []
    for number in range(rounds):
        here = settings(folder, broker.port).model_copy(update={"database": folder / f"{number}.db"})
        migrate(here.database)
        hold_places(here)
        publisher = publishing(broker.port, 20, messages // 20)
        publisher.join()
        if number % 2:
            bare, ours = bare_rate(broker.port, messages), our_rate(here, messages)
        else:
            ours, bare = our_rate(here, messages), bare_rate(broker.port, messages)
        by_clock = ours.per_second / bare.per_second
        by_processor = ours.per_processor_second / bare.per_processor_second
        ratios.append((by_clock, by_processor))
        print(
            f"round {number + 1}: stored {ours.per_second:,.0f}/s, bare paho {bare.per_second:,.0f}/s;"
            f" ratio {by_clock:.2f}, by processor time {by_processor:.2f}"
        )
    for name, values in zip(("by the clock", "by processor time"), zip(*ratios, strict=True), strict=True):
        print(f"median ratio {name} {statistics.median(values):.2f}")


def catch_up(folder: Path, broker: Mosquitto, days: float) -> None:
    """Print how long a backlog takes, what is stored of it, and how old the live view got meanwhile."""
    here, devices, minutes = settings(folder, broker.port), 20, int(days * 1440)
    migrate(here.database)
    stop, ended = threading.Event(), threading.Event()
    context = multiprocessing.get_context("spawn")
    silence = context.Event()
    listener = threading.Thread(target=Listener(here, lambda: datetime.now(UTC)).run, args=(stop,))
    listener.start()
    time.sleep(2)
    ages: list[float] = []
    watcher = threading.Thread(target=watch_live, args=(here, ended, ages))
    speaker = context.Process(target=speak_live, args=(broker.port, devices, silence))
    speaker.start()
    time.sleep(2)
    watcher.start()
    began_at = time.perf_counter()
    publisher = publishing(broker.port, devices, minutes)
    with open_database(here.database, read_only=True) as db:
        until_stored(lambda: db.execute("SELECT count(*) FROM buckets").fetchone()[0], devices * minutes)
        seconds = time.perf_counter() - began_at
        people = db.execute("SELECT sum(count_in) FROM line_counts").fetchone()[0]
    publisher.join()
    for event in (ended, stop, silence):
        event.set()
    for part in (watcher, speaker, listener):
        part.join()
    expected = devices * minutes * 3
    print(
        f"{devices * minutes:,} minutes of {devices} devices in {seconds:.0f} s;"
        f" people {people:,} of {expected:,}"
    )
    late = sum(age > 5 for age in ages)
    print(
        f"live view: oldest {max(ages):.2f} s, median {statistics.median(ages):.2f} s,"
        f" {late} of {len(ages)} looks older than 5 s"
    )


def until_stored(stored: Callable[[], int], wanted: int) -> None:
    """Wait for a backlog; counting rows takes time, so not too often."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while stored() < wanted:
        assert time.monotonic() < ends_at, "the backlog did not come"
        time.sleep(1)


def speak_live(port: int, devices: int, ended: Event) -> None:
    """Say every second what each camera sees."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="live")
    client.connect("127.0.0.1", port)
    client.loop_start()
    while not ended.wait(1):
        for device in range(devices):
            now = datetime.now(UTC)
            seen = Live(
                store="demo",
                device=f"box-{device}",
                camera="door",
                at=now,
                zones=(ZoneNow(zone="shelf", occupancy=1),),
            )
            client.publish(seen.topic, encode(seen))
    client.disconnect()
    client.loop_stop()


def watch_live(here: Settings, ended: threading.Event, ages: list[float]) -> None:
    """Note how old the oldest of the cameras' newest live views is; each is at best a second apart."""
    with open_database(here.database, read_only=True) as db:
        while not ended.wait(0.2):
            bodies = [body for (body,) in db.execute("SELECT body FROM live")]
            if bodies:
                oldest = min(Live.model_validate_json(body).at for body in bodies)
                ages.append((datetime.now(UTC) - oldest).total_seconds())


def main() -> None:
    """Reads the command line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--messages", type=int, default=20_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--inflight", type=int, default=1000, help="Mosquitto's max_inflight_messages")
    asked.add_argument("--catch-up", type=float, default=0, metavar="DAYS")
    options = asked.parse_args()
    set_up_memory()
    with tempfile.TemporaryDirectory() as name:
        broker = Mosquitto(Path(name))
        broker.start(
            "allow_anonymous true", "max_queued_messages 0", f"max_inflight_messages {options.inflight}"
        )
        try:
            if options.catch_up:
                catch_up(Path(name), broker, options.catch_up)
            else:
                compare(Path(name), broker, options.messages, options.rounds)
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
