"""Every unit file is one that systemd takes without a word."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
EVERY_UNIT = sorted(path.name for path in UNITS.iterdir() if path.suffix != ".md")
PROGRAMS = ("/opt/footfall/bin/footfall-edge", "/opt/footfall/bin/footfall-server")


def said_of(folder: Path, unit: str, text: str) -> str:
    """What systemd says of a unit with this text, whose programs need not be installed here."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        if os.environ.get("CI") == "true":
            pytest.fail("systemd-analyze is missing, and CI must check the units")
        pytest.skip("systemd-analyze is not on this machine")
    there = shutil.which("true")
    assert there
    for program in PROGRAMS:
        text = text.replace(program, there)
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


@pytest.mark.parametrize("unit", [unit for unit in EVERY_UNIT if unit.endswith(".service")])
@pytest.mark.parametrize(
    "line",
    ["DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=on-failure", "MemoryMax=1G"],
)
def test_services_are_kept_small(unit: str, line: str) -> None:
    assert line in (UNITS / unit).read_text("utf-8").splitlines()
