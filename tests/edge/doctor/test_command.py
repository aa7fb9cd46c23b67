"""The command as a technician uses it, and that no word of it, or of a run, holds a password."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.capture.camera_on_the_network import need_gstreamer, serving
from tests.edge.cast import free_port
from tests.edge.device import Device, ended

SECRET = "s3cr/t@#"


def until_it_says(words: str, running: subprocess.Popen[str]) -> Iterator[str]:
    """What it says until then."""
    assert running.stderr
    for line in running.stderr:
        yield line
        if words in line:
            return
    raise AssertionError(f"it never said {words!r}")


@pytest.mark.long
@pytest.mark.rtsp
def test_a_wrong_password_is_found_and_neither_output_nor_files_hold_it(tmp_path: Path) -> None:
    need_gstreamer()
    port = free_port()
    device = Device(tmp_path / "device")
    (device.folder / "camera-password").write_text(f"admin:{SECRET}")
    text = device.config.read_text()
    source = next(line for line in text.splitlines() if line.startswith("source = "))
    camera = f'source = "rtsp://127.0.0.1:{port}/door"\npassword_file = "camera-password"'
    device.config.write_text(text.replace(source, camera))

    with serving(port, "admin:another"):
        out, err = device.run("doctor", "--json", code=5)
        with device.start("run") as running:
            before = list(until_it_says("refuses user and password", running))
            running.terminate()
            said = [*before, *ended(running, 0)]
    found = {one["check"]: one for one in json.loads(out)["findings"]}
    assert found["camera"]["verdict"] == "wrong"
    assert "refuses user and password" in found["camera"]["sentence"]
    assert "password_file" in found["camera"]["remedy"]
    kept = [path.read_bytes() for path in (device.folder / "state").iterdir() if path.is_file()]
    for whole in (out.encode(), err.encode(), *(one.encode() for one in said), *kept):
        assert b"s3cr" not in whole
        assert b"s3cr%2Ft" not in whole


def test_a_program_is_told_in_json_too_that_the_configuration_cannot_be_used(tmp_path: Path) -> None:
    device = Device(tmp_path / "device")
    device.config.write_text(device.config.read_text().replace("store =", "stoer ="))
    told = json.loads(device.run("doctor", "--json", code=2)[0])
    assert told["ok"] is False
    [finding] = told["findings"]
    assert (finding["check"], finding["verdict"], finding["exit_code"]) == ("configuration", "wrong", 2)
    assert "did you mean 'store'?" in finding["sentence"]
    assert device.run("doctor", code=2)[0] == ""


def test_a_device_is_looked_at_from_top_to_bottom(tmp_path: Path) -> None:
    out, _ = Device(tmp_path / "device").run("doctor", code=5)  # nobody is the broker here
    for words in (
        "fine permissions: the state folder",
        "disk: ",
        "clock: ",
        "wrong broker: nobody listens at 127.0.0.1",
        "do: start the broker, or correct broker.port",
        "fine model of entrance: detector person-v0",
        "fine camera of entrance: the recording has 640×360 pixels",
        "speed of entrance: a detection takes",
    ):
        assert words in out
