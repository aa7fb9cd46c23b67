"""A real Mosquitto with the written files: what may not arrive does not, though it is really tried."""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge.wire import encode, subscriptions
from server.config import BrokerSettings, Settings
from server.enrolment.mosquitto import password_hash
from server.storage import counts
from server.storage.broker_accounts import Kind
from server.storage.database import open_database
from tests.clients import talking
from tests.server.enrolment.shop import (
    Client,
    connecting,
    enrol,
    is_let_in,
    revoke,
    running,
    set_up,
    shop_settings,
    without_pid_file,
)
from tests.server.ingest.running import listening, until
from tests.server.samples import MINUTE, NOON, bucket
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.broker

HERE, ELSEWHERE = "footfall/v1/high-street", "footfall/v1/annex"

TOPICS = [
    f"{place}/{topic}"
    for place in (HERE, ELSEWHERE)
    for topic in (
        "door-1/counts",
        "door-1/live",
        "door-1/audit",
        "door-1/entrance/status",
        "door-1/entrance/health",
        "door-1/config/set",
        "door-1/config/state",
        "door-2/counts",
        "door-2/live",
        "door-2/audit",
        "door-2/entrance/status",
        "door-2/entrance/health",
        "door-2/config/set",
        "door-2/config/state",
        "pos/till-1/sales",
        "pos/till-1/badge",
        "pos/till-2/sales",
        "pos/till-2/badge",
        "zone/shelf/recommendation",
        "alerts",
        "door-1/anything",
        "door-1",
    )
] + ["footfall/v2/high-street/door-1/counts", "footfall/v1", "homeassistant/sensor/x/config"]

DEVICE = {
    f"{HERE}/door-1/{kind}"
    for kind in ("counts", "live", "audit", "entrance/status", "entrance/health", "config/state")
}
TILL = {f"{HERE}/pos/till-1/{kind}" for kind in ("sales", "badge")}
SERVER = {
    f"{place}/{topic}"
    for place in (HERE, ELSEWHERE)
    for topic in ("door-1/config/set", "door-2/config/set", "zone/shelf/recommendation", "alerts")
}
MAY_WRITE = {
    "device": DEVICE,
    "other device": {topic.replace(HERE, ELSEWHERE) for topic in DEVICE},
    "till": TILL,
    "server": SERVER,
}

STATES = ("counts", "live", "audit", "entrance/status", "entrance/health", "config/state")
MAY_READ: dict[str, set[str]] = {
    "device": {f"{HERE}/door-1/config/set", f"{HERE}/pos/till-1/badge", f"{HERE}/pos/till-2/badge"},
    "other device": {
        f"{ELSEWHERE}/door-1/config/set",
        f"{ELSEWHERE}/pos/till-1/badge",
        f"{ELSEWHERE}/pos/till-2/badge",
    },
    "till": set(),
    "server": {
        f"{place}/{topic}"
        for place in (HERE, ELSEWHERE)
        for topic in (
            *(f"{device}/{state}" for device in ("door-1", "door-2") for state in STATES),
            "pos/till-1/sales",
            "pos/till-2/sales",
        )
    },
}


@dataclass(frozen=True)
class Shop:
    """The cast's bundles, and the settings by which they were made."""

    settings: Settings
    bundles: dict[str, Path]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    settings = shop_settings(tmp_path)
    quiet = without_pid_file(settings)
    bundles = {
        "server": set_up(quiet),
        "device": enrol(quiet, "high-street", "device", "door-1"),
        "other device": enrol(quiet, "annex", "device", "door-1"),
        "till": enrol(quiet, "high-street", "till", "till-1"),
    }
    # Written again with Mosquitto's pid file in it; there is no Mosquitto yet that could be told.
    enrol(quiet, "high-street", "device", "spare")
    return Shop(settings, bundles)


@contextmanager
def a_witness(shop: Shop) -> Iterator[Client]:
    """A client that may read and write everything; only its rights are written by hand."""
    folder = Path(shop.settings.enrolment.folder) / "mosquitto"
    bundle = enrol(without_pid_file(shop.settings), "high-street", "device", "witness")
    with (folder / "acl").open("a", encoding="utf-8") as acl:
        acl.write("\nuser high-street.witness\ntopic readwrite #\n")
    with running(without_pid_file(shop.settings)), connecting(bundle) as client:
        yield client


@pytest.mark.parametrize("name", list(MAY_WRITE))
def test_everybody_writes_their_own_topics_and_no_others(shop: Shop, name: str) -> None:
    with a_witness(shop) as witness, connecting(shop.bundles[name]) as client:
        witness.subscribe("#")
        for topic in TOPICS:
            client.publish(topic)
        client.publish(sorted(MAY_WRITE[name])[0], b"the last")
        until(lambda: any(payload == b"the last" for _, payload in witness.heard), "all has come")
    arrived = [topic for topic, payload in witness.heard if payload == b"x"]
    assert sorted(arrived) == sorted(MAY_WRITE[name])


@pytest.mark.parametrize("name", list(MAY_READ))
@pytest.mark.parametrize("retained", [False, True], ids=["news", "retained"])
def test_everybody_reads_what_is_meant_for_them_and_nothing_else(
    shop: Shop, name: str, retained: bool
) -> None:
    with a_witness(shop) as witness, connecting(shop.bundles[name]) as client:
        if not retained:
            client.subscribe("#", "footfall/#", "+/+/+/+/+", *TOPICS)
        for topic in TOPICS:
            witness.publish(topic, topic.encode(), retain=retained)
        if retained:
            client.subscribe("#", *TOPICS)
        until(lambda: {topic for topic, _ in client.heard} >= MAY_READ[name], "what may come has come")
        time.sleep(0.5)  # What may not come would have come by then.
    assert {topic for topic, _ in client.heard} == MAY_READ[name]


def test_a_last_will_is_bound_by_the_same_rights(shop: Shop) -> None:
    with a_witness(shop) as witness:
        witness.subscribe("#")
        for topic in (f"{HERE}/door-2/entrance/status", f"{HERE}/door-1/entrance/status"):
            with connecting(shop.bundles["device"], will=topic) as client:
                client.break_off()
        until(lambda: any(payload == b"will" for _, payload in witness.heard), "the allowed will has come")
    assert [topic for topic, payload in witness.heard if payload == b"will"] == [
        f"{HERE}/door-1/entrance/status"
    ]


@pytest.mark.parametrize(
    "password",
    [pytest.param("", id="none"), pytest.param("wrong", id="wrong"), pytest.param(None, id="right")],
)
def test_only_the_right_password_is_let_in(shop: Shop, password: str | None) -> None:
    with running(without_pid_file(shop.settings)):
        assert is_let_in(shop.bundles["device"], password) is (password is None)


def test_one_devices_password_does_not_open_anothers_account(shop: Shop) -> None:
    stolen = (shop.bundles["device"] / "broker-password").read_text("utf-8").strip()
    with running(without_pid_file(shop.settings)):
        assert not is_let_in(shop.bundles["server"], stolen)
        assert not is_let_in(shop.bundles["other device"], stolen)


@pytest.mark.parametrize("still_there", [True, False], ids=["put out", "in its absence"])
def test_whoever_takes_the_servers_place_by_its_client_id_hears_nothing(
    shop: Shop, still_there: bool
) -> None:
    topic = f"{HERE}/door-1/counts"
    with running(without_pid_file(shop.settings)), connecting(shop.bundles["device"]) as device:
        with connecting(shop.bundles["server"], client_id="guessed") as server:
            server.subscribe(*(asked for asked, _ in subscriptions()))
            device.publish(topic)
            until(lambda: bool(server.heard), "the server hears")
            if still_there:
                with connecting(shop.bundles["other device"], client_id="guessed") as thief:
                    assert server.left.wait(PATIENCE_SECONDS)
                    device.publish(topic)
                    time.sleep(1)
                    assert thief.heard == []
        if not still_there:
            device.publish(topic)
            with connecting(shop.bundles["other device"], client_id="guessed") as thief:
                time.sleep(1)
                assert thief.heard == []


def test_strangers_and_plain_connections_are_not_let_in(shop: Shop) -> None:
    port = shop.settings.enrolment.port
    with running(without_pid_file(shop.settings)):
        answers: list[str] = []
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="stranger", reconnect_on_failure=False)
        client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(str(reason))
        client.tls_set(ca_certs=str(shop.bundles["device"] / "broker-ca.crt"))
        client.connect("127.0.0.1", port)
        with talking(client):
            until(lambda: bool(answers), "the broker has answered")
        assert answers == ["Not authorized"]

        plain: list[str] = []
        open_client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="plain", reconnect_on_failure=False)
        open_client.on_connect = lambda _c, _u, _f, reason, _p: plain.append(str(reason))
        open_client.on_disconnect = lambda *_: plain.append("broken off")
        open_client.connect("127.0.0.1", port)
        with talking(open_client):
            until(lambda: bool(plain), "the connection is broken off")
            assert plain == ["broken off"]


@pytest.mark.parametrize(
    ("whose", "kind", "name", "other"),
    [
        pytest.param("device", "device", "door-1", "till", id="device"),
        pytest.param("till", "till", "till-1", "device", id="till"),
    ],
)
def test_a_rotated_password_lets_in_and_the_one_before_no_longer(
    shop: Shop, whose: str, kind: Kind, name: str, other: str
) -> None:
    settings, before = shop.settings, (shop.bundles[whose] / "broker-password").read_text("utf-8").strip()
    with told_by_pid_file(settings) as now, connecting(shop.bundles[whose]) as one:
        rotated = enrol(now, "high-street", kind, name, rotate=True)
        assert one.left.wait(PATIENCE_SECONDS), "who is connected with the old password is put out"
        assert is_let_in(rotated)
        assert not is_let_in(rotated, before)
        assert is_let_in(shop.bundles[other])


def test_a_revoked_device_is_put_out_at_once_and_not_let_in_again(shop: Shop) -> None:
    kept = shop.settings.database.parent / "kept"
    with told_by_pid_file(shop.settings) as now, connecting(shop.bundles["device"]) as device:
        shop.bundles["device"].rename(kept)
        revoke(now, "high-street", "device", "door-1")
        assert device.left.wait(PATIENCE_SECONDS)
        assert not is_let_in(kept)
        again = enrol(now, "high-street", "device", "door-1")
        assert is_let_in(again)
        assert not is_let_in(kept)


@contextmanager
def told_by_pid_file(settings: Settings) -> Iterator[Settings]:
    """Mosquitto with its pid file, as `enrolment.pid_file` names it."""
    conf = Path(settings.enrolment.folder) / "mosquitto" / "mosquitto.conf"
    conf.write_text(f"{conf.read_text('utf-8')}pid_file {settings.enrolment.pid_file}\n", "utf-8")
    with running(settings):
        until(lambda: Path(settings.enrolment.pid_file).is_file(), "the pid file is there")
        yield settings


def test_the_servers_listener_works_with_its_bundle_and_loses_nothing_over_a_restart_of_the_broker(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="footfall.listen")
    quiet = without_pid_file(shop.settings)
    section = tomllib.loads((shop.bundles["server"] / "broker.toml").read_text("utf-8"))["broker"]
    files = {name: str(shop.bundles["server"] / section[name]) for name in ("password_file", "ca_file")}
    settings = quiet.model_copy(update={"broker": BrokerSettings(**{**section, **files})})
    message = bucket(store="high-street").model_copy(update={"device": "door-1"})
    with running(quiet):
        with listening(settings):
            until(lambda: "listening at" in caplog.text, "the listener hears")
        with connecting(shop.bundles["device"]) as device:
            device.publish(message.topic, encode(message))
    with running(quiet), listening(settings), open_database(settings.database, read_only=True) as db:
        until(
            lambda: bool(counts.bucket_rows(db, "high-street", NOON, NOON + MINUTE)),
            "what came while the server was away, before the broker was started again, is stored",
        )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_certificate_is_taken_by_the_strictest_check_that_python_has(shop: Shop, host: str) -> None:
    context = ssl.create_default_context(cafile=str(shop.bundles["device"] / "broker-ca.crt"))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with running(without_pid_file(shop.settings)):
        with (
            socket.create_connection(("127.0.0.1", shop.settings.enrolment.port)) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            assert secured.version() in {"TLSv1.2", "TLSv1.3"}
        with (
            socket.create_connection(("127.0.0.1", shop.settings.enrolment.port)) as plain,
            pytest.raises(ssl.SSLCertVerificationError, match="not valid for"),
        ):
            context.wrap_socket(plain, server_hostname="broker.example.org")


def test_our_hash_is_the_one_that_mosquittos_own_program_makes(tmp_path: Path) -> None:
    if which("mosquitto_passwd") is None:
        pytest.skip("mosquitto_passwd is not installed")
    file = tmp_path / "passwd"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(file), "shop", "s3cret"], check=True)
    theirs = file.read_text("utf-8").strip().removeprefix("shop:")
    salt = base64.b64decode(theirs.split("$")[3])
    assert password_hash("s3cret", salt) == theirs
