"""What a camera's process says of itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest

from edge.assembly import CameraProcess, credentials_of, drawn_in, outbox_path, recording_of
from edge.capture import Fault
from edge.outbox import OutboxState
from edge.wire import decode, encode
from tests.edge.cast import free_port, until
from tests.edge.device import Device
from tests.waiting import PATIENCE_SECONDS


@contextmanager
def at_work(process: CameraProcess) -> Iterator[None]:
    """The camera is counted meanwhile."""
    working = threading.Thread(target=process.service.work)
    working.start()
    try:
        yield
    finally:
        process.service.stop()
        working.join(PATIENCE_SECONDS)
        process.work()  # over at once; it lets go of everything in the thread that opened it


def test_a_lost_camera_says_what_kind_of_fault_it_is_and_when_it_was_noticed(tmp_path: Path) -> None:
    settings = Device(tmp_path).settings
    source = f"rtsp://127.0.0.1:{free_port()}/door"
    camera = settings.cameras["entrance"].model_copy(update={"source": source})
    process = CameraProcess(settings.model_copy(update={"cameras": {"entrance": camera}}), "entrance")
    with at_work(process):
        until(lambda: process.health(OutboxState()).source.state == "lost", "the loss is known")
    health = process.health(OutboxState())
    assert (health.source.fault, health.source.last_fault) == ("unreachable", "unreachable")
    assert health.source.last_fault_at
    assert "nobody listens" in health.source.reason
    assert health.source.reconnects == 0
    assert health.view
    assert not health.view.known
    assert health.machine
    assert health.machine.disk_free_mb
    assert decode(health.topic, encode(health)) == health
    asked = process.health_now()
    assert asked
    assert asked.outbox_depth == 0


def test_a_process_whose_outbox_cannot_be_read_says_nothing_of_it(tmp_path: Path) -> None:
    settings = Device(tmp_path).settings
    process = CameraProcess(settings, "entrance", recording=recording_of(settings.cameras["entrance"]))
    process.service.stop()
    process.work()
    outbox_path(settings, "entrance").write_bytes(b"no database" * 1000)
    assert process.health_now() is None


def test_the_view_of_a_replay_is_not_watched(tmp_path: Path) -> None:
    settings = Device(tmp_path).settings
    recording = recording_of(settings.cameras["entrance"])
    replay = CameraProcess(settings, "entrance", recording=recording, replayed=True)
    assert replay.health(OutboxState()).view is None
    replay.service.stop()
    replay.work()  # lets go of everything


def test_another_line_is_another_drawing_and_another_password_is_not(tmp_path: Path) -> None:
    camera = Device(tmp_path).settings.cameras["entrance"]
    line = camera.lines[0].model_copy(update={"points": ((0.1, 0.5), (0.9, 0.5))})
    assert drawn_in(camera.model_copy(update={"lines": (line,)})) != drawn_in(camera)
    assert drawn_in(camera.model_copy(update={"password_file": tmp_path / "secret"})) == drawn_in(camera)


def test_a_cameras_password_comes_from_its_file_or_from_systemd_and_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = Device(tmp_path).settings.cameras["entrance"]
    assert credentials_of("entrance", camera)() is None
    (tmp_path / "camera-entrance").write_text("admin:of-systemd")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert credentials_of("entrance", camera)() == "admin:of-systemd"

    file = tmp_path / "password"
    file.write_text("admin:of-the-file")
    read = credentials_of("entrance", camera.model_copy(update={"password_file": file}))
    assert read() == "admin:of-the-file"
    file.write_text("admin:another")
    assert read() == "admin:another"


def test_every_kind_of_fault_stands_in_the_contract() -> None:
    readme = (files("edge.wire") / "README.md").read_text("utf-8")
    assert [fault for fault in Fault if f"`{fault}`" not in readme] == []
