"""The scripts that install services and take them away, into a folder of the test's own."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"


def script(name: str, *words: str, code: int = 0) -> str:
    done = subprocess.run(
        ["sh", str(UNITS / name), *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def tree(root: Path) -> dict[str, str]:
    """Every file and folder under a root, with its mode and content."""
    return {
        str(path.relative_to(root)): f"{path.stat().st_mode:o} "
        + (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in sorted(root.rglob("*"))
    }


@pytest.mark.parametrize("role", ["edge", "server"])
def test_installing_twice_changes_nothing_and_taking_it_away_leaves_nothing(
    tmp_path: Path, role: str
) -> None:
    script("install.sh", "--root", str(tmp_path), role)
    once = tree(tmp_path)
    installed = {path.name for path in UNITS.glob(f"footfall-{role}*")}
    assert {path.name for path in (tmp_path / "etc/systemd/system").iterdir()} == installed
    assert "installed" not in script("install.sh", "--root", str(tmp_path), role)
    assert tree(tmp_path) == once

    script("uninstall.sh", "--root", str(tmp_path), role)
    assert not [path for path in tree(tmp_path) if "footfall" in path]
    script("uninstall.sh", "--root", str(tmp_path), role)  # once more, and nothing is wrong


def test_a_newer_unit_replaces_an_older_and_what_is_configured_and_counted_is_kept(tmp_path: Path) -> None:
    script("install.sh", "--root", str(tmp_path), "edge")
    unit = tmp_path / "etc/systemd/system/footfall-edge@.service"
    unit.write_text("[Unit]\n")
    own = tmp_path / "etc/footfall/edge.toml"
    own.write_text("store = 1")
    counted = tmp_path / "var/lib/footfall-edge/outbox-door.db"
    counted.parent.mkdir(parents=True)
    counted.write_text("counts")

    script("install.sh", "--root", str(tmp_path), "edge")
    assert unit.read_text() == (UNITS / unit.name).read_text()
    script("uninstall.sh", "--root", str(tmp_path), "edge")
    assert (own.read_text(), counted.read_text()) == ("store = 1", "counts")
    script("uninstall.sh", "--root", str(tmp_path), "--purge", "edge")
    assert not own.exists()
    assert not counted.exists()


def test_taking_a_server_away_leaves_the_device_beside_it(tmp_path: Path) -> None:
    script("install.sh", "--root", str(tmp_path), "edge")
    device = tree(tmp_path)
    script("install.sh", "--root", str(tmp_path), "server")
    script("uninstall.sh", "--root", str(tmp_path), "server")
    assert tree(tmp_path) == device


@pytest.mark.parametrize("name", ["install.sh", "uninstall.sh"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--root", "/nowhere"), "neither edge nor server was named", id="no role"),
        pytest.param(("--what", "edge"), "'--what' is not understood", id="an unknown option"),
    ],
)
def test_a_mistake_is_said_before_anything_is_done(name: str, words: tuple[str, ...], said: str) -> None:
    assert said in script(name, *words, code=2)
