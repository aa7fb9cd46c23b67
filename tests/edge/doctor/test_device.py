from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import EdgeSettings
from edge.doctor import Finding, Verdict, device, exit_code_of
from edge.wire import Machine
from tests.edge.device import Device


@pytest.fixture
def settings(tmp_path: Path) -> EdgeSettings:
    return Device(tmp_path).settings


@pytest.mark.parametrize(
    ("free", "verdict", "words"),
    [
        pytest.param(10_000.0, Verdict.FINE, "10000 MiB are left", id="plenty"),
        pytest.param(255.0, Verdict.WARNING, "outboxes may take 256 MiB", id="less than an outbox may take"),
        pytest.param(99.0, Verdict.WRONG, "99 MiB", id="nearly full"),
        pytest.param(None, Verdict.UNKNOWN, "cannot be told", id="nobody knows"),
    ],
)
def test_a_disk_is_judged_by_what_outboxes_may_take(
    free: float | None, verdict: Verdict, words: str, settings: EdgeSettings
) -> None:
    finding = device.disk(settings, free)
    assert finding.verdict is verdict
    assert words in finding.sentence
    assert bool(finding.remedy) is (verdict in (Verdict.WARNING, Verdict.WRONG))


@pytest.mark.parametrize(
    ("is_set", "verdict"), [(True, Verdict.FINE), (False, Verdict.WARNING), (None, Verdict.UNKNOWN)]
)
def test_a_clock_that_nobody_sets_is_warned_of(is_set: bool | None, verdict: Verdict) -> None:
    assert device.clock(is_set).verdict is verdict


@pytest.mark.parametrize("is_set", [True, False, None])
def test_of_a_clock_that_is_trusted_nobody_is_warned(is_set: bool | None) -> None:
    assert device.clock(is_set, trusted=True).verdict is Verdict.FINE


@pytest.mark.parametrize(
    ("now", "verdicts"),
    [
        pytest.param(Machine(), [], id="a board that tells nothing"),
        pytest.param(Machine(temperature_celsius=61, memory_available_mb=900), ["fine", "fine"], id="well"),
        pytest.param(
            Machine(temperature_celsius=81, memory_available_mb=90), ["warning"] * 2, id="hot, full"
        ),
    ],
)
def test_heat_and_memory_are_judged_where_they_are_known(now: Machine, verdicts: list[str]) -> None:
    assert [finding.verdict for finding in device.machine(now)] == verdicts


def test_a_state_folder_that_cannot_be_written_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finding = device.state_folder(tmp_path / "file" / "state")
    assert (finding.verdict, finding.exit_code) == (Verdict.WRONG, 3)
    assert "cannot be written: Not a directory" in finding.sentence
    assert device.state_folder(tmp_path / "state").verdict is Verdict.FINE
    assert list((tmp_path / "state").iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "verdict"), [(0o600, Verdict.FINE), (0o640, Verdict.FINE), (0o644, Verdict.WARNING)]
)
def test_a_password_that_everybody_can_read_is_warned_of(
    mode: int, verdict: Verdict, settings: EdgeSettings, tmp_path: Path
) -> None:
    file = tmp_path / "broker-password"
    file.write_text("s3cr")
    file.chmod(mode)
    broker = settings.broker.model_copy(update={"password_file": file})
    (finding,) = device.secrets(settings.model_copy(update={"broker": broker}))
    assert finding.verdict is verdict
    assert "s3cr" not in f"{finding}"


def test_a_password_file_that_is_not_there_is_wrong(settings: EdgeSettings, tmp_path: Path) -> None:
    broker = settings.broker.model_copy(update={"password_file": tmp_path / "gone"})
    (finding,) = device.secrets(settings.model_copy(update={"broker": broker}))
    assert finding.verdict is Verdict.WRONG


def test_the_command_ends_with_the_code_of_the_first_thing_that_is_wrong() -> None:
    warning = Finding("clock", Verdict.WARNING, "it goes wrong", exit_code=9)
    broken = Finding("camera", Verdict.WRONG, "it is off", exit_code=5)
    full = Finding("disk", Verdict.WRONG, "it is full", exit_code=3)
    assert exit_code_of([]) == exit_code_of([warning]) == 0
    assert exit_code_of([warning, broken, full]) == 5
