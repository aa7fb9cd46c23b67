from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from edge.__main__ import app
from edge.assembly import only_one
from tests.edge.cast import DEMO, free_port, until
from tests.edge.device import CLIP_BEGAN, Device, ended, figures
from tests.edge.uplink.broker import Mosquitto, kept, listening

NEXT_PIECE = "2026-11-02T12:00:25"  # when the clip's 20 seconds are over


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path_factory.mktemp("broker"))
    mosquitto.start()
    yield mosquitto
    mosquitto.kill()


@pytest.fixture(scope="module")
def unreachable(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Device, subprocess.Popen[str]]]:
    """A replay whose broker is not there: it gives up after a while, in which other tests run."""
    device = Device(tmp_path_factory.mktemp("unreachable"))
    with device.start("replay", str(DEMO), "--publish", "--start", CLIP_BEGAN) as process:
        yield device, process
        process.kill()


@pytest.fixture(scope="module")
def uninterrupted(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> Device:
    """A device that has counted and published the demo clip once, in one go."""
    device = Device(tmp_path_factory.mktemp("uninterrupted"), broker.port)
    device.said, messages = device.run("replay", str(DEMO), "--publish", "--start", CLIP_BEGAN)
    assert "error" not in messages
    return device


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path / "device")


# replay


@pytest.mark.usefixtures("unreachable")
def test_the_demo_clip_is_counted_and_twice_the_same(device: Device, uninterrupted: Device) -> None:
    told, again = device.read("replay", str(DEMO)), uninterrupted.totals()
    line, zone = told["lines"]["main-door"], told["zones"]["shelf"]

    assert again.lines == {"main-door": (line["in"], line["out"])}
    assert again.visits == {"shelf": zone["visits"]}
    # The truth is 6 in, 5 out and one visit; the network of the box is a start and no more.
    assert 5 <= line["in"] <= 7
    assert 3 <= line["out"] <= 6
    assert 0 < zone["visits"] <= 2
    assert (told["frames"], told["ended"], told["detector_from"]) == (300, True, "box")
    assert told["detector"]["name"] == "person-v0"
    assert "model pull rtmdet-nano-person" in told["advice"]
    assert not device.settings.state.folder.exists()


def test_a_replay_says_for_people_what_was_counted_by_what(uninterrupted: Device) -> None:
    assert "detector person-v0, licence Apache-2.0" in uninterrupted.said
    assert "main-door" in uninterrupted.said
    assert "300 frames" in uninterrupted.said


def test_a_published_replay_has_arrived_when_it_ends(uninterrupted: Device) -> None:
    told = uninterrupted.read("tally")["entrance"]

    assert told == json.loads(json.dumps(asdict(uninterrupted.totals())))
    assert (told["buckets"], told["waiting"], told["dropped"]) == (1, 0, 0)
    assert all(minute.final and minute.replayed for minute in uninterrupted.minutes())


def test_a_camera_that_has_counted_nothing_yet_says_so(tmp_path: Path) -> None:
    assert "entrance: nothing was counted here yet" in Device(tmp_path).run("tally")[0]


@pytest.mark.long
@pytest.mark.broker
@pytest.mark.parametrize("blows", [[signal.SIGTERM], [signal.SIGKILL]])
def test_a_replay_stopped_in_the_middle_and_resumed_counts_what_an_uninterrupted_one_does(
    blows: list[signal.Signals], broker: Mosquitto, uninterrupted: Device, tmp_path: Path
) -> None:
    device = Device(tmp_path, broker.port)
    command = ["replay", str(DEMO), "--publish", "--start", CLIP_BEGAN, "--resume"]
    for number, blow in enumerate(blows):
        far_enough = 5.0 + 6.0 * number
        with device.start(*command) as process:
            until(lambda far=far_enough: device.counted_seconds() >= far, "the middle")  # type: ignore[misc]
            process.send_signal(blow)
            if blow == signal.SIGTERM:
                ended(process, 0)
        assert device.counted_seconds() < 19

    device.run(*command)

    assert figures(device.minutes()) == figures(uninterrupted.minutes())
    assert [minute.coverage for minute in device.minutes()] == pytest.approx(
        [minute.coverage for minute in uninterrupted.minutes()], abs=1e-4
    )
    assert device.totals() == uninterrupted.totals()


@pytest.mark.long
@pytest.mark.broker
def test_two_recordings_that_share_a_minute_add_up_and_the_same_one_again_counts_once(
    broker: Mosquitto, uninterrupted: Device, tmp_path: Path
) -> None:
    once = uninterrupted.totals()
    device = Device(tmp_path, broker.port)
    shutil.copytree(uninterrupted.settings.state.folder, device.settings.state.folder)
    with listening(broker.port) as listener:
        device.run("replay", str(DEMO), "--publish", "--start", CLIP_BEGAN)
        assert device.totals() == once
        device.run("replay", str(DEMO), "--publish", "--start", NEXT_PIECE)
        until(lambda: list(listener.newest().values()) == device.minutes(), "the broker told the newest")

    both = device.totals()
    assert both.buckets == 1
    assert both.lines == {
        line: (2 * count_in, 2 * count_out) for line, (count_in, count_out) in once.lines.items()
    }
    assert both.visits == {zone: 2 * visits for zone, visits in once.visits.items()}


# What goes wrong, and how it is said


def test_a_camera_that_another_process_counts_is_refused(device: Device) -> None:
    with only_one(device.settings, "entrance"):
        _, messages = device.run("replay", str(DEMO), "--publish", code=2)

    assert "camera entrance is being counted by another process already" in messages
    assert "hint:" in messages


@pytest.mark.parametrize(
    ("setting", "command", "code", "said"),
    [
        pytest.param("", ["replay", "gone.mp4"], 4, "gone.mp4: there is no such file", id="no such file"),
        pytest.param("", ["replay", "edge.toml"], 4, "cannot be read as a video", id="no video"),
        pytest.param("", ["replay", str(DEMO), "--camera", "x"], 2, "no camera 'x'", id="no such camera"),
        pytest.param("", ["replay", str(DEMO), "--resume"], 2, "--resume goes with --publish", id="resume"),
        pytest.param(
            'model = "yolo"', ["replay", str(DEMO)], 3, "no model is called 'yolo'", id="no such model"
        ),
        pytest.param(
            'model = "rtmdet-nano-person"',
            ["run"],
            3,
            "footfall-edge model pull rtmdet-nano-person",
            id="model not here",
        ),
        pytest.param('model = "', ["check-config"], 2, "it is not TOML", id="no TOML"),
        pytest.param("modle = 1", ["run"], 2, "detector.modle: no such setting; did you mean", id="typo"),
        pytest.param("", ["model", "pull", "yolo"], 3, "nothing is called 'yolo'", id="nothing to pull"),
        pytest.param("", ["init", "--clip", "vtest"], 3, "model pull vtest", id="clip not here"),
    ],
)
def test_a_mistake_ends_in_a_sentence_a_hint_and_its_exit_code(
    setting: str, command: list[str], code: int, said: str, device: Device
) -> None:
    text = device.config.read_text("utf-8")
    if setting:
        device.config.write_text(text.replace('model = "auto"', setting), encoding="utf-8")
    words = [str(device.folder / word) if word in ("gone.mp4", "edge.toml") else word for word in command]

    output, messages = device.run(*words, code=code)

    assert output == ""
    assert messages.startswith("error: ")
    assert "hint: " in messages
    assert said in messages


def test_a_broken_off_recording_is_refused_but_what_was_counted_of_it_is_kept(
    broker: Mosquitto, tmp_path: Path
) -> None:
    device = Device(tmp_path, broker.port)
    broken_off = tmp_path / "monday.mp4"
    broken_off.write_bytes(DEMO.read_bytes()[:250_000])

    _, messages = device.run("replay", str(broken_off), "--publish", "--start", CLIP_BEGAN, code=4)

    assert "breaks off" in messages
    assert 5 < device.counted_seconds() < 19
    assert sum(line.count_in for minute in device.minutes() for line in minute.lines) > 0


def test_a_broker_that_is_not_there_is_said_at_the_end_and_nothing_is_lost(
    unreachable: tuple[Device, subprocess.Popen[str]], uninterrupted: Device
) -> None:
    device, process = unreachable
    _, messages = ended(process, 5)

    assert f"the broker 127.0.0.1:{device.port} has not taken everything: 1 minute(s) wait" in messages
    assert "hint: nothing is lost" in messages
    assert figures(device.minutes()) == figures(uninterrupted.minutes())


# run


def cameras_of(parent: int) -> dict[str, int]:
    """Processes that a running `run` has started, by camera."""
    found: dict[str, int] = {}
    for child in Path(f"/proc/{parent}/task").glob("*/children"):
        for pid in child.read_text("ascii").split():
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if "--camera" in words:
                found[words[words.index("--camera") + 1]] = int(pid)
    return found


@pytest.mark.long
@pytest.mark.broker
def test_run_counts_each_camera_in_a_process_of_its_own_and_starts_a_killed_one_again(
    broker: Mosquitto, tmp_path: Path
) -> None:
    device = Device(tmp_path, broker.port)
    text = device.config.read_text("utf-8")
    camera = text[text.index("[cameras.entrance]") :]
    device.config.write_text(
        text + "\n" + camera.replace("cameras.entrance", "cameras.exit"), encoding="utf-8"
    )

    with device.start("run") as parent:
        until(lambda: all(device.counted_seconds(name) > 0.5 for name in ("entrance", "exit")), "both count")
        before = cameras_of(parent.pid)
        os.kill(before["exit"], signal.SIGKILL)
        until(lambda: cameras_of(parent.pid).get("exit", before["exit"]) != before["exit"], "started again")
        counted = device.counted_seconds("exit")
        until(lambda: device.counted_seconds("exit") > counted, "it goes on")
        after = cameras_of(parent.pid)
        parent.terminate()
        _, messages = ended(parent, 0)

    assert set(before) == {"entrance", "exit"}
    assert after["entrance"] == before["entrance"]
    assert "camera exit ended with code -9; started again in 1 s" in messages
    assert not any(Path(f"/proc/{pid}").exists() for pid in after.values())
    states = {
        topic: json.loads(body)["state"]
        for topic, body in kept(broker.port).items()
        if topic.endswith("/status")
    }
    assert states == {f"footfall/v1/shop/door-1/{name}/status": "offline" for name in before}


def test_run_keeps_a_single_live_camera_running_too(tmp_path: Path) -> None:
    device = Device(tmp_path)
    text = device.config.read_text("utf-8")
    source = next(line for line in text.splitlines() if line.startswith("source"))
    device.config.write_text(text.replace(source, f'source = "rtsp://127.0.0.1:{free_port()}/door"'), "utf-8")

    with device.start("run") as parent:
        until(lambda: "entrance" in cameras_of(parent.pid), "it is started")
        first = cameras_of(parent.pid)["entrance"]
        os.kill(first, signal.SIGKILL)
        until(lambda: cameras_of(parent.pid).get("entrance", first) != first, "it is started again")
        parent.terminate()
        _, messages = ended(parent, 0)
    assert "camera entrance ended with code -9; started again in 1 s" in messages


# The rest of the command line


def commands() -> list[tuple[str, ...]]:
    """Every command, as its words."""
    found: list[tuple[str, ...]] = []
    group = get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [(name, under) for under in inner] if inner else [(name,)]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_explains_itself_with_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"])

    assert result.exit_code == 0
    assert f"Example: footfall-edge {' '.join(words)}" in " ".join(result.output.split())


def test_the_exit_codes_are_explained() -> None:
    assert "Exit codes: 0 fine, 2 wrong usage" in " ".join(CliRunner().invoke(app, ["--help"]).output.split())


def test_a_configuration_can_be_checked_by_a_program(device: Device) -> None:
    assert device.read("check-config") == {
        "ok": True,
        "cameras": ["entrance"],
        "detectors": {"entrance": "person-v0"},
        "measured": {
            "entrance": [{"line": "main-door", "metres": None}, {"zone": "shelf", "square_metres": None}]
        },
    }
    device.config.write_text('store = "Shop"\n', encoding="utf-8")

    output, messages = device.run("check-config", "--json", code=2)

    assert messages == ""
    said = json.loads(output)
    assert said["ok"] is False
    assert [problem.partition(":")[0] for problem in said["problems"]] == ["store", "device", "cameras"]


def test_models_are_listed_and_verified(device: Device) -> None:
    rows = {row["name"]: row for row in device.read("model", "list")}
    verified = device.read("model", "verify")

    assert set(rows) == set(verified)
    assert rows["person-v0"]["place"] == "box"
    assert verified["person-v0"].startswith("ok: ")
    assert (rows["rtmdet-nano-person"]["place"], verified["rtmdet-nano-person"]) == (None, "not here")


def test_of_what_is_not_here_the_list_says_how_to_get_it(device: Device) -> None:
    output, _ = device.run("model", "list")

    said = [line for line in output.splitlines() if "no: " in line]
    assert [line for line in said if "no: by hand" in line] == [line for line in said if "person-det" in line]
    assert any("rtmdet-nano" in line and "no: pull it" in line for line in said)


def test_a_damaged_model_is_found_by_verify(device: Device) -> None:
    cache = device.folder / "cache"
    cache.mkdir()
    (cache / "rtmdet_nano.onnx").write_bytes(b"damaged")

    output, _ = device.run("model", "verify", "--json", code=4)

    assert json.loads(output)["rtmdet-nano-person"].startswith("damaged: ")
