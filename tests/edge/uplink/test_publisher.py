from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.errors import EdgeError
from edge.outbox import Outbox, OutboxState, Waiting
from edge.uplink import BadgeReaders, BrokerAddress, Publisher
from edge.wire import Counts, DetectorCard, Health, Live, SourceState, Status, ZoneNow, decode
from tests.edge.cast import NOON, ROOT, free_port, minute, so_far, until
from tests.edge.uplink.broker import Listener, Mosquitto, kept, listening
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.broker

AT = datetime.fromtimestamp(NOON, UTC)
STATUS, HEALTH = "footfall/v1/shop/door-1/entrance/status", "footfall/v1/shop/door-1/entrance/health"


class FakeReporter:
    """A camera's process that is well."""

    def online(self) -> Status:
        return self._status("online")

    def offline(self) -> Status:
        return self._status("offline")

    def _status(self, state: str) -> Status:
        values = {"store": "shop", "device": "door-1", "camera": "entrance", "state": state, "version": "1"}
        return Status.model_validate(values)

    def live(self) -> Live:
        zones = (ZoneNow(zone="shelf", occupancy=2),)
        return Live(store="shop", device="door-1", camera="entrance", at=AT, zones=zones)

    def health(self, outbox: OutboxState) -> Health:
        return Health(
            store="shop",
            device="door-1",
            camera="entrance",
            at=AT,
            fps=10,
            inference_ms=8,
            frames_done=1,
            frames_skipped=0,
            outbox_depth=outbox.depth,
            outbox_oldest_seconds=outbox.oldest_seconds,
            memory_mb=100,
            source=SourceState(state="ok"),
            detector=DetectorCard(name="fake", licence="none"),
        )


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start()
    yield mosquitto
    mosquitto.kill()


@dataclass
class Device:
    """One camera's outbox and its publisher."""

    path: Path
    port: int
    open_outbox: Callable[[Path], Outbox] = Outbox
    username: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    badges: BadgeReaders | None = None
    now: float = NOON
    publisher: Publisher = field(init=False)

    def __post_init__(self) -> None:
        self.publisher = Publisher(
            "footfall-shop-door-1-entrance",
            BrokerAddress("127.0.0.1", self.port, self.username, self.password_file, self.ca_file),
            lambda: self.open_outbox(self.path),
            FakeReporter(),
            lambda: self.now,
            time.monotonic,
            self.badges,
        )

    def put(self, *counts: Counts) -> None:
        box = Outbox(self.path)
        box.put("entrance", counts, so_far(), NOON)
        box.close()

    def waiting(self) -> int:
        box = Outbox(self.path)
        try:
            return box.depth(NOON)[0]
        finally:
            box.close()

    def kept(self) -> dict[int, tuple[int, int]]:
        """(revision, in) of each minute in the outbox."""
        with sqlite3.connect(self.path) as db:
            rows = db.execute("SELECT bucket_start, topic, body FROM buckets").fetchall()
        db.close()
        messages = {start: decode(topic, body.encode()) for start, topic, body in rows}
        return {
            start: (message.revision, message.lines[0].count_in)
            for start, message in messages.items()
            if isinstance(message, Counts)
        }


@contextmanager
def publishing(device: Device) -> Iterator[Publisher]:
    device.publisher.start()
    try:
        yield device.publisher
    finally:
        device.publisher.stop()


@pytest.fixture
def device(tmp_path: Path, broker: Mosquitto) -> Device:
    return Device(tmp_path / "outbox.db", broker.port)


def figures(listener: Listener) -> dict[int, tuple[int, int]]:
    """(revision, in) of each minute as a server would keep it."""
    return {start: (one.revision, one.lines[0].count_in) for start, one in listener.newest().items()}


def open_sockets() -> set[str]:
    """Of this process; what is closed while it is read is left out."""
    return {to for each in Path("/proc/self/fd").iterdir() if (to := _leads_to(each)).startswith("socket:")}


def _leads_to(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""


@pytest.mark.parametrize("reached", [True, False])
def test_who_stops_has_closed_every_connection(device: Device, broker: Mosquitto, reached: bool) -> None:
    if not reached:
        broker.kill()
    before = open_sockets()
    with publishing(device) as publisher:
        until(lambda: publisher.connected is reached, "it is connected, where the broker is there")
        assert open_sockets() - before
    assert not open_sockets() - before


def test_everything_arrives_and_the_newest_of_it_is_what_the_outbox_holds(
    device: Device, broker: Mosquitto
) -> None:
    device.now = NOON + 120 * 60
    device.put(*(minute(number, count_in=number) for number in range(120)))
    with listening(broker.port) as listener, publishing(device) as publisher:
        until(lambda: len(listener.newest()) >= 30, "the first minutes come")
        device.put(minute(0, count_in=1000), minute(119, count_in=1000))
        assert publisher.drain(PATIENCE_SECONDS, PATIENCE_SECONDS)
        until(lambda: figures(listener) == device.kept(), "all is there")

    assert device.waiting() == 0
    starts = [int(message.bucket_start.timestamp()) for message in listener.counts() if message.revision == 1]
    newest = [NOON + 60 * number for number in (119, 118, 117)]
    assert starts[:3] == newest  # what is seen today does not wait behind history
    assert starts[3:] == sorted(starts[3:])


def test_counts_made_while_the_broker_is_away_arrive_once_it_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    broker = Mosquitto(tmp_path)
    device = Device(tmp_path / "outbox.db", broker.port)
    device.put(minute(0), minute(1))
    with publishing(device) as publisher:
        assert not publisher.drain(20, unreached_seconds=0.3)
        assert not publisher.connected
        broker.start()
        with listening(broker.port) as listener:
            device.put(minute(2))
            assert publisher.drain(PATIENCE_SECONDS, PATIENCE_SECONDS)
            until(lambda: figures(listener) == device.kept(), "all is there")
    broker.kill()

    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert said == [
        (
            "WARNING",
            f"the broker 127.0.0.1:{broker.port} cannot be reached; counts are kept and sent when it is back",
        ),
        ("INFO", f"the broker 127.0.0.1:{broker.port} is back"),
    ]


class HaltingOutbox(Outbox):
    """Gives the first hundred or so, and no more until it may go on."""

    def __init__(self, path: Path, go_on: threading.Event) -> None:
        super().__init__(path)
        self._go_on = go_on
        self._given = 0

    def oldest(self, limit: int, *, skip: frozenset[tuple[str, int, int]] = frozenset()) -> list[Waiting]:
        if self._given > 100 and not self._go_on.is_set():
            return []
        waiting = super().oldest(limit, skip=skip)
        self._given += len(waiting)
        return waiting


def test_a_broker_that_dies_in_the_middle_and_forgets_everything_loses_no_count(
    tmp_path: Path, broker: Mosquitto
) -> None:
    listener, died = Listener(), threading.Event()
    device = Device(tmp_path / "outbox.db", broker.port, lambda path: HaltingOutbox(path, died))
    device.put(*(minute(number, count_in=number) for number in range(400)))
    with publishing(device) as publisher:
        with listening(broker.port, listener):
            until(lambda: len(listener.newest()) >= 50, "some have come")
            broker.kill()
        died.set()
        assert device.waiting() > 0
        device.put(minute(3, count_in=77))
        broker.start()
        with listening(broker.port, listener):
            assert publisher.drain(PATIENCE_SECONDS, PATIENCE_SECONDS)
            until(lambda: figures(listener) == device.kept(), "all is there")

    assert device.waiting() == 0


def told_state(broker: Mosquitto) -> str:
    """What whoever comes now hears of the camera's process; "" if nothing."""
    payload = kept(broker.port).get(STATUS)
    message = decode(STATUS, payload) if payload else None
    return message.state if isinstance(message, Status) else ""


def test_status_and_health_are_kept_by_the_broker_and_counts_are_not(
    device: Device, broker: Mosquitto
) -> None:
    device.put(minute(0))
    with publishing(device) as publisher:
        assert publisher.drain(PATIENCE_SECONDS, PATIENCE_SECONDS)
        until(lambda: HEALTH in kept(broker.port), "health is told")
        while_on = kept(broker.port)
    until(lambda: told_state(broker) == "offline", "it has said goodbye")

    assert set(while_on) == set(kept(broker.port)) == {STATUS, HEALTH}
    online = decode(STATUS, while_on[STATUS])
    assert isinstance(online, Status)
    assert online.state == "online"


def test_what_the_camera_sees_now_is_told_again_and_again_but_never_kept(
    device: Device, broker: Mosquitto
) -> None:
    with listening(broker.port) as listener, publishing(device):
        until(lambda: sum(isinstance(one, Live) for one in listener.messages()) >= 2, "two of them came")

    assert not [topic for topic in kept(broker.port) if topic.endswith("/live")]


PROCESS = """
import sys, time
from pathlib import Path
from tests.edge.uplink.test_publisher import Device
device = Device(Path(sys.argv[1]), int(sys.argv[2]))
device.publisher.start()
time.sleep(600)
"""


def test_after_a_process_was_killed_the_broker_says_that_it_is_offline(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(tmp_path / "outbox.db"), str(broker.port)], cwd=ROOT
    ) as process:
        until(lambda: told_state(broker) == "online", "it is online")
        process.kill()
    until(lambda: told_state(broker) == "offline", "the last will is known")


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that lets nobody in without the right password."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "door-1", "right"], check=True)
    passwords.chmod(0o644)
    settings = f"allow_anonymous false\npassword_file {passwords}\n"
    mosquitto = Mosquitto(tmp_path, settings=settings)
    mosquitto.start()
    yield mosquitto
    mosquitto.kill()


@pytest.mark.parametrize(("password", "let_in"), [("right\n", True), ("wrong", False)])
def test_a_password_decides_and_a_wrong_one_is_said(
    password: str, let_in: bool, locked: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(password, encoding="utf-8")
    device = Device(tmp_path / "outbox.db", locked.port, username="door-1", password_file=secret)
    device.put(minute(0))

    def refusals() -> list[str]:
        return [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]

    with publishing(device) as publisher:
        if let_in:
            assert publisher.drain(PATIENCE_SECONDS, PATIENCE_SECONDS)
        else:
            until(lambda: bool(refusals()), "it is refused")
            assert not publisher.drain(2.0, unreached_seconds=2.0)

    assert device.waiting() == (0 if let_in else 1)
    assert len(refusals()) == (0 if let_in else 1)
    assert all("authorized" in said.lower() and password not in said for said in refusals())


@pytest.mark.parametrize("content", [None, "", "\n", b"\xff"])
def test_a_password_file_that_cannot_be_used_is_said_before_anything_starts(
    content: str | bytes | None, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_bytes(content if isinstance(content, bytes) else content.encode())
    device = Device(tmp_path / "outbox.db", free_port(), username="door-1", password_file=secret)

    with pytest.raises(EdgeError, match=r"broker.password_file .*secret"):
        device.publisher.start()


def test_a_certificate_that_cannot_be_used_is_said_before_anything_starts(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    certificate.write_text("no certificate", encoding="utf-8")

    for path in (certificate, tmp_path / "missing.pem"):
        with pytest.raises(EdgeError, match=r"broker.ca_file .* cannot be used"):
            Device(tmp_path / "outbox.db", free_port(), ca_file=path).publisher.start()


class SlowOutbox(Outbox):
    """Found empty, it takes its time to say so."""

    def __init__(self, path: Path, found: threading.Event, go_on: threading.Event) -> None:
        super().__init__(path)
        self._found, self._go_on = found, go_on

    def oldest(self, limit: int, *, skip: frozenset[tuple[str, int, int]] = frozenset()) -> list[Waiting]:
        waiting = super().oldest(limit, skip=skip)
        self._found.set()
        self._go_on.wait(PATIENCE_SECONDS)
        return waiting


def test_a_look_from_before_the_last_count_is_no_answer_to_whether_all_was_delivered(
    tmp_path: Path, broker: Mosquitto
) -> None:
    found, go_on = threading.Event(), threading.Event()
    device = Device(tmp_path / "outbox.db", broker.port, lambda path: SlowOutbox(path, found, go_on))
    with publishing(device) as publisher:
        assert found.wait(PATIENCE_SECONDS)  # the uplink has just seen an empty outbox
        device.put(minute(0))
        threading.Timer(0.3, go_on.set).start()
        assert publisher.drain(PATIENCE_SECONDS, PATIENCE_SECONDS)
        assert device.waiting() == 0


class SickOutbox(Outbox):
    """Cannot be read until it is well."""

    def __init__(self, path: Path, well: threading.Event) -> None:
        super().__init__(path)
        self._well = well

    def oldest(self, limit: int, *, skip: frozenset[tuple[str, int, int]] = frozenset()) -> list[Waiting]:
        if not self._well.is_set():
            raise EdgeError("the disk does not answer")
        return super().oldest(limit, skip=skip)


def test_an_outbox_that_fails_for_a_while_is_tried_again_and_that_is_said_once(
    tmp_path: Path, broker: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    well = threading.Event()
    device = Device(tmp_path / "outbox.db", broker.port, lambda path: SickOutbox(path, well))
    device.put(minute(0))
    with publishing(device) as publisher:
        until(lambda: publisher.failure is not None, "it has failed")
        well.set()
        until(lambda: device.waiting() == 0, "it is sent all the same")
        assert publisher.drain(PATIENCE_SECONDS, PATIENCE_SECONDS)
        assert publisher.failure is None

    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "nothing can be published: the disk does not answer (trying again for ever)",
        "counts are published again",
    ]
