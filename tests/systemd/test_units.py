"""Every unit file is one that systemd takes without a word."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from edge.pulse import STUCK_SECONDS
from tests import needs

UNITS = Path(__file__).parents[2] / "systemd"
EVERY_UNIT = sorted(path.name for path in UNITS.iterdir() if path.suffix not in {".md", ".sh"})
SERVICES = [unit for unit in EVERY_UNIT if unit.endswith(".service")]
DAEMONS = [unit for unit in SERVICES if "nightly" not in unit]
MOST_EXPOSED = 2.0
PROGRAMS = ("/opt/footfall/bin/footfall-edge", "/opt/footfall/bin/footfall-server")


def systemd_analyze() -> str:
    """The tool that knows what systemd makes of a unit."""
    return needs.program("systemd-analyze", "systemd-analyze")


def said_of(folder: Path, unit: str, text: str) -> str:
    """What systemd says of a unit with this text, whose programs need not be installed here."""
    tool = systemd_analyze()
    there = shutil.which("true")
    assert there
    for program in PROGRAMS:
        text = text.replace(program, there)
    for other in EVERY_UNIT:  # a timer names its service
        (folder / other).write_text(
            (UNITS / other).read_text("utf-8").replace("/opt/footfall/bin/", "/bin/true ")
        )
    (folder / unit).write_text(text, "utf-8")
    # Not its exit code: a misspelt key is only told, and ends with 0.
    said = subprocess.run(
        [tool, "verify", "--man=no", str(folder / unit)], capture_output=True, text=True, check=False
    )
    return said.stdout + said.stderr


@pytest.mark.parametrize("unit", EVERY_UNIT)
def test_systemd_has_nothing_to_say_of_a_unit(tmp_path: Path, unit: str) -> None:
    assert said_of(tmp_path, unit, (UNITS / unit).read_text("utf-8")) == ""


def test_a_misspelt_key_would_be_noticed(tmp_path: Path) -> None:
    unit = "footfall-server.service"
    text = (UNITS / unit).read_text("utf-8").replace("MemoryMax=", "MemoryMaximum=")
    assert "MemoryMaximum" in said_of(tmp_path, unit, text)


def test_every_unit_is_explained() -> None:
    readme = (UNITS / "README.md").read_text("utf-8")
    assert all(unit.replace("@.", "@CAMERA.") in readme for unit in EVERY_UNIT)


@pytest.mark.parametrize("unit", SERVICES)
@pytest.mark.parametrize(
    "line",
    ["DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "LimitCORE=0"],
)
def test_services_are_kept_small_and_leave_no_memory_on_the_disk(unit: str, line: str) -> None:
    assert line in (UNITS / unit).read_text("utf-8").splitlines()


@pytest.mark.parametrize("unit", SERVICES)
def test_memory_has_a_bound_that_leaves_room_for_learning_where_that_is_done(unit: str) -> None:
    lines = (UNITS / unit).read_text("utf-8").splitlines()
    learns = unit in ("footfall-server.service", "footfall-server-nightly.service")
    assert ("MemoryMax=2G" if learns else "MemoryMax=1G") in lines
    assert ("OOMPolicy=continue" in lines) is learns


@pytest.mark.parametrize("unit", DAEMONS)
def test_daemons_are_tried_for_ever_but_not_with_a_wrong_configuration(unit: str) -> None:
    lines = (UNITS / unit).read_text("utf-8").splitlines()
    assert {"Restart=on-failure", "StartLimitIntervalSec=0"} <= set(lines)
    assert any(line.startswith("RestartPreventExitStatus=2") for line in lines)


def test_a_camera_is_watched_and_says_when_it_is_ready() -> None:
    lines = (UNITS / "footfall-edge@.service").read_text("utf-8").splitlines()
    assert {"Type=notify", "WatchdogSec=60s", "ExecReload=kill -HUP $MAINPID"} <= set(lines)
    # The process judges itself well within the time after which systemd gives it up.
    assert STUCK_SECONDS < 60


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_exposed_to_little(unit: str) -> None:
    said = subprocess.run(
        [systemd_analyze(), "security", "--offline=true", "--no-pager", str(UNITS / unit)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) <= MOST_EXPOSED
