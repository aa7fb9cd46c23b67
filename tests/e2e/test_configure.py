"""A device's configuration changed while it counts, from afar and at the device itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.configuration import digest_of
from edge.wire import ConfigSet, ConfigState, decode
from server.config import BrokerSettings
from server.enrolment import configuring
from tests.edge.cast import DEMO, ROOT, until
from tests.edge.device import Device, ended
from tests.edge.uplink.broker import Mosquitto, kept
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.broker

SET = "footfall/v1/shop/door-1/config/set"
STATE = "footfall/v1/shop/door-1/config/state"

SERVER = """\
database = "footfall.db"
[broker]
port = {port}
[stores.shop]
name = "Shop"
time_zone = "UTC"
currency = "EUR"
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start()
    yield mosquitto
    mosquitto.kill()


@pytest.fixture
def device(tmp_path: Path, broker: Mosquitto) -> Device:
    one = Device(tmp_path / "device", broker.port)
    (tmp_path / "server.toml").write_text(SERVER.format(port=broker.port), "utf-8")
    return one


def configure(folder: Path, *words: str) -> tuple[int, Any]:
    """Exit code, and the state that the command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "server", "configure", "door-1", *words, "--store", "shop", "--json"],
        cwd=ROOT,
        env=os.environ | {"FOOTFALL_SERVER_CONFIG": str(folder / "server.toml")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)["state"] if done.stdout else done.stderr


def told(broker: Mosquitto) -> ConfigState | None:
    body = kept(broker.port).get(STATE)
    state = decode(STATE, body) if body else None
    assert state is None or isinstance(state, ConfigState)
    return state


@pytest.mark.long
def test_a_configuration_that_comes_in_the_middle_loses_nobody_and_a_bad_one_changes_nothing(
    device: Device, broker: Mosquitto, tmp_path: Path
) -> None:
    own = device.config.read_text("utf-8")
    newer = own.replace("gap_seconds = 2 ", "gap_seconds = 4 ")
    assert newer != own
    to = BrokerSettings(port=broker.port)

    with device.start("run", "--json") as process:
        until(lambda: device.counted_seconds() > 1, "it counts")
        state = configuring.configure(
            to, "shop", "door-1", own.replace("fps = 10", "fps = -1"), PATIENCE_SECONDS
        )
        assert state
        assert state.applied == digest_of(own)
        assert state.problems[0].startswith("cameras.entrance.fps:")

        state = configuring.configure(to, "shop", "door-1", newer, PATIENCE_SECONDS)
        assert state
        assert (state.applied, state.origin, state.problems) == (digest_of(newer), "set", ())
        _, messages = ended(process, 0)

    assert "the configuration has changed and is used from now on" in messages
    summary = Device(tmp_path / "undisturbed").read("replay", str(DEMO))
    door = summary["lines"]["main-door"]
    assert device.totals().lines == {"main-door": (door["in"], door["out"])}

    code, told_by_command = configure(tmp_path)
    assert code == 0
    assert told_by_command["applied"] == state.applied


def test_a_device_that_is_off_hears_its_configuration_later_and_one_that_is_taken_back_never(
    device: Device, broker: Mosquitto, tmp_path: Path
) -> None:
    (tmp_path / "newer.toml").write_text("# anything\n", "utf-8")
    assert configure(tmp_path, str(tmp_path / "newer.toml"), "--wait", "0") == (0, None)
    came = decode(SET, kept(broker.port)[SET])
    assert isinstance(came, ConfigSet)
    assert came.toml == "# anything\n"

    assert configure(tmp_path, "--take-back") == (0, None)
    assert SET not in kept(broker.port)


def test_a_file_that_is_changed_at_the_device_is_used_at_once_and_so_at_sighup(
    device: Device, broker: Mosquitto
) -> None:
    own = device.config.read_text("utf-8")
    with device.start("run") as process:
        until(lambda: told(broker) is not None, "it tells what it uses")
        device.config.write_text(own + "# changed\n", "utf-8")
        until(
            lambda: (state := told(broker)) is not None and state.applied == digest_of(own + "# changed\n"),
            "told",
        )

        device.config.write_text("nonsense", "utf-8")
        until(lambda: (state := told(broker)) is not None and bool(state.problems), "what is wrong is told")
        assert process.poll() is None

        device.config.write_text(own, "utf-8")
        process.send_signal(signal.SIGHUP)
        until(lambda: (state := told(broker)) is not None and state.applied == digest_of(own), "back")
        time.sleep(0.1)
        process.terminate()
        _, messages = ended(process, 0)
    assert "the one before stays in use" in messages
