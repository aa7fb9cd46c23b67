"""Which configuration holds, the own file or what came over MQTT: the last change, if it is good."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import ConfigError, EdgeSettings
from edge.configuration import KEPT, Configuration, digest_of
from edge.errors import EdgeError
from edge.starter import starter_configuration


def text_of(**changes: str) -> str:
    text = starter_configuration("demo", store="shop", device="door-1", host="127.0.0.1", port=1883)
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return text


OWN = text_of()
FASTER = OWN.replace("fps = 10", "fps = 12")
HERE_ONLY = "can be changed at the device only"
WRONG = OWN.replace("fps = 10", "fps = 1000")


def fine(settings: EdgeSettings) -> None:
    """Nothing is missing here."""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "edge.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.fixture
def configuration(own: Path) -> Configuration:
    one = Configuration(own, fine)
    one.load()
    return one


def fps(configuration: Configuration) -> float:
    return configuration.load().settings.cameras["entrance"].fps


def test_the_devices_own_file_holds_where_nothing_came(configuration: Configuration) -> None:
    in_use = configuration.load()
    assert (in_use.digest, in_use.origin, in_use.refused) == (digest_of(OWN), "file", None)
    assert not configuration.changed()


def test_what_came_holds_for_every_process_and_after_a_restart(
    configuration: Configuration, own: Path
) -> None:
    configuration.take(FASTER)
    assert configuration.changed()
    assert fps(configuration) == fps(Configuration(own, fine)) == 12
    in_use = configuration.load()
    assert (in_use.digest, in_use.origin) == (digest_of(FASTER), "set")


def test_a_later_change_at_the_device_wins_and_hearing_the_old_one_again_changes_nothing(
    configuration: Configuration, own: Path
) -> None:
    configuration.take(FASTER)
    own.write_text(OWN.replace("fps = 10", "fps = 5"), encoding="utf-8")
    assert configuration.changed()
    assert fps(configuration) == 5
    configuration.take(FASTER)  # the broker tells it at every connecting
    assert fps(configuration) == 5
    configuration.take(FASTER + "# once more\n")
    assert fps(configuration) == 12


def test_what_was_put_aside_at_the_device_is_not_used_though_the_broker_tells_it_again(
    configuration: Configuration, own: Path
) -> None:
    configuration.take(FASTER)
    configuration.put_aside(digest_of(OWN))
    assert fps(configuration) == 12, "another one was meant"
    configuration.put_aside(digest_of(FASTER))
    assert configuration.changed()
    assert fps(configuration) == 10
    configuration.take(FASTER)
    own.write_text(OWN + "# changed\n", encoding="utf-8")
    own.write_text(OWN, encoding="utf-8")
    assert configuration.load().origin == "file", "not even when the file is again as it was"
    configuration.take(FASTER + "# once more\n")
    assert fps(configuration) == 12


def test_what_is_taken_back_holds_no_more(configuration: Configuration) -> None:
    configuration.take(FASTER)
    configuration.take(None)
    assert fps(configuration) == 10


def test_what_cannot_be_used_leaves_the_last_good_one_and_says_why(configuration: Configuration) -> None:
    configuration.take(FASTER)
    configuration.take(WRONG)
    in_use = configuration.load()
    assert in_use.digest == digest_of(FASTER)
    assert in_use.refused
    assert in_use.refused.digest == digest_of(WRONG)
    assert in_use.refused.problems == (
        "cameras.entrance.fps: input should be less than or equal to 60 (it says 1000)",
    )
    configuration.take(FASTER + "\n")
    assert configuration.load().refused is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("no TOML", "it is not TOML", id="no TOML"),
        pytest.param("a = " + "[" * 50_000, "its lists or tables stand too deep", id="too deep"),
        pytest.param(OWN.replace('"shop"', '"other"'), f"store: {HERE_ONLY}", id="store"),
        pytest.param(OWN.replace("1883", "1884"), f"broker: {HERE_ONLY}", id="broker"),
        pytest.param(OWN.replace('"state"', '"/tmp"'), f"state: {HERE_ONLY}", id="state"),
        pytest.param(
            OWN + '\n[metrics]\nenabled = true\nhost = "0.0.0.0"\n', f"metrics: {HERE_ONLY}", id="metrics"
        ),
        pytest.param(
            OWN.replace("fps = 10", 'fps = 10\npassword_file = "/etc/shadow"'),
            "cameras.entrance.password_file: the device's own file names no such file",
            id="a file of somebody else's",
        ),
        pytest.param(
            OWN.replace('model = "auto"', 'model = "ultralytics:/tmp/x.pt"'),
            "detector.model: a file can be named at the device only",
            id="a model that could be a program",
        ),
    ],
)
def test_nobody_afar_can_cut_a_device_off_or_have_it_read_other_files(
    configuration: Configuration, text: str, problem: str
) -> None:
    configuration.take(text)
    in_use = configuration.load()
    assert (in_use.digest, in_use.origin) == (digest_of(OWN), "file")
    assert in_use.refused
    assert in_use.refused.problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        pytest.param("rtsp://192.0.2.10/stream2", "set", id="another path of the same camera"),
        pytest.param(
            "rtsp://203.0.113.5/stream1", "file", id="a host that the device's own file does not name"
        ),
    ],
)
@pytest.mark.parametrize("by_systemd", [pytest.param(True, id="credential"), pytest.param(False, id="file")])
def test_nobody_afar_can_have_a_cameras_password_sent_elsewhere(
    own: Path, monkeypatch: pytest.MonkeyPatch, source: str, origin: str, *, by_systemd: bool
) -> None:
    secret = own.with_name("camera-entrance")
    secret.write_text("admin:secret", "utf-8")
    before = starter_configuration(
        None, store="shop", device="door-1", host="127.0.0.1", port=1883, source="rtsp://192.0.2.10/stream1"
    )
    if by_systemd:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(own.parent))
    else:
        before = before.replace("fps = 10", f'fps = 10\npassword_file = "{secret}"')
    own.write_text(before, "utf-8")
    configuration = Configuration(own, fine)
    configuration.take(before.replace("rtsp://192.0.2.10/stream1", source))
    assert configuration.load().origin == origin


def test_what_is_missing_here_is_said_as_what_is_wrong(own: Path) -> None:
    def no_model(settings: EdgeSettings) -> None:
        if settings.cameras["entrance"].fps == 12:
            raise EdgeError("the model is not on this machine")

    configuration = Configuration(own, no_model)
    configuration.take(FASTER)
    in_use = configuration.load()
    assert in_use.origin == "file"
    assert in_use.refused
    assert in_use.refused.problems == ("the model is not on this machine",)


@pytest.mark.parametrize("kept", [b"", b"{", b'{"heard": 3}', b"\xff"])
def test_a_damaged_memory_of_what_came_leaves_the_devices_own_file(
    configuration: Configuration, own: Path, kept: bytes
) -> None:
    configuration.take(FASTER)
    (own.parent / "state" / KEPT).write_bytes(kept)
    assert fps(configuration) == 10


def test_an_own_file_that_cannot_be_used_is_said_whatever_came(
    configuration: Configuration, own: Path
) -> None:
    configuration.take(FASTER)
    own.write_text(WRONG, encoding="utf-8")
    with pytest.raises(ConfigError, match="fps"):
        configuration.load()
