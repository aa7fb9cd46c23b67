"""No picture, no vector and no track leaves the counting: not to the disk, and not to the broker."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.wire import ConfigState, Counts, Health, Live, Status, decode
from edge.wire.asyncapi import document
from tests.e2e.leaks import leaks_in, leaks_in_file
from tests.edge.cast import until
from tests.edge.device import Device, ended
from tests.edge.uplink.broker import Mosquitto, listening

PICTURE = np.random.default_rng(1).integers(0, 255, (60, 80, 3), np.uint8)


def encoded(suffix: str) -> bytes:
    done, content = cv2.imencode(suffix, PICTURE)
    assert done
    return bytes(content)


def vector(numbers: int) -> bytes:
    return json.dumps({"at": 1, "of": np.random.default_rng(2).normal(size=numbers).tolist()}).encode()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(encoded(".jpg"), id="a JPEG"),
        pytest.param(b"before" + encoded(".png"), id="a PNG within something"),
        pytest.param(PICTURE.tobytes(), id="a raw picture"),
        pytest.param(
            json.dumps({"x": base64.b64encode(PICTURE.tobytes()).decode()}).encode(), id="in base64"
        ),
        pytest.param(vector(128), id="a vector"),
        pytest.param(b'{"lines": [{"track_id": 7}]}', id="a track"),
    ],
)
def test_what_must_not_be_there_would_be_found(content: bytes, tmp_path: Path) -> None:
    assert list(leaks_in("it", content))
    (tmp_path / "file").write_bytes(content)
    assert list(leaks_in_file(tmp_path / "file"))


def fields() -> set[str]:
    """Every name that the contract knows."""
    schemas = document()["components"]["schemas"].values()
    return {name for schema in schemas for name in schema.get("properties", {})}


def names_in(value: object) -> set[str]:
    """Names of fields, without keys that are numbers or ids."""
    if isinstance(value, list):
        return set().union(*map(names_in, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    numbered = {"bins", "ended", "groups_in", "groups_out", "seconds"}
    inner = [names_in(one) for name, one in value.items() if name not in numbered]
    return set(value).union(*inner)


@pytest.mark.long
@pytest.mark.broker
def test_a_run_leaves_and_sends_nothing_but_sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "broker").mkdir()
    broker = Mosquitto(tmp_path / "broker")
    broker.start()
    try:
        device = Device(tmp_path / "device", broker.port)
        text = device.config.read_text("utf-8") + "\n[cameras.entrance.heatmap]\n"
        device.config.write_text(text, encoding="utf-8")
        with listening(broker.port) as listener, device.start("run") as process:
            until(lambda: device.counted_seconds() > 12, "people were counted")
            process.terminate()
            output, messages = ended(process, 0)
    finally:
        broker.kill()

    assert sum(device.totals().lines["main-door"]) > 0
    sent = [(topic, body) for topic, body, _ in listener.heard if body]
    kinds = {type(decode(topic, body)) for topic, body in sent}
    assert kinds == {Counts, Live, Status, Health, ConfigState}  # and no crossing by itself
    assert [leak for topic, body in sent for leak in leaks_in(topic, body)] == []
    assert set().union(*(names_in(json.loads(body)) for _, body in sent)) <= fields()
    assert max(len(body) for _, body in sent) < 40_000

    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path / "broker"]
    assert {path.name for path in left} >= {"outbox-entrance.db"}
    assert [leak for path in left if path != device.config for leak in leaks_in_file(path)] == []
    assert {path.suffix for path in left} <= {".db", ".lock", ".toml", ".db-wal", ".db-shm"}, left
    assert list(leaks_in("what it says", (output + messages).encode())) == []
    assert os.environ["HOME"] == str(tmp_path / "home")
