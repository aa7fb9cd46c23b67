"""The units under a real systemd, booted in namespaces of its own: what it really does with them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from edge.starter import starter_configuration
from tests.edge.cast import DEMO, ROOT

HERE = Path(__file__).parent
NEEDED = ("unshare", "setpriv", "ffmpeg", "systemctl")
BOOT_SECONDS = 900
WHEEL = os.environ.get("FOOTFALL_WHEEL")
"""What is installed; built from the source unless said."""

SERVER = """\
database = "/var/lib/footfall-server/footfall.db"
[broker]
embedded = true
[stores.shop]
name = "Shop"
time_zone = "UTC"
currency = "EUR"
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the booted system saw, by the names of go.sh; skipped where none can be booted."""
    _skip_unless_possible()
    folder = tmp_path_factory.mktemp("box")
    share = folder / "share"
    share.mkdir()
    _fill(share)
    site = next(path for path in sys.path if path.endswith("site-packages"))
    with (folder / "console").open("wb") as console:
        subprocess.run(
            ["bash", str(HERE / "box.sh"), str(folder), site, str(ROOT)],
            stdout=console,
            stderr=console,
            timeout=BOOT_SECONDS,
            check=False,
        )
    if not (share / "said").exists():
        pytest.skip(f"no systemd boots here: {(folder / 'console').read_text(errors='replace')[-300:]}")
    results = share / "results"
    lines = results.read_text("utf-8").splitlines() if results.exists() else []
    print((share / "said").read_text("utf-8", errors="replace"))
    return dict(line.split("\t", 1) for line in lines)


def _skip_unless_possible() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may boot a systemd")
    if lacking := [name for name in NEEDED if shutil.which(name) is None]:
        pytest.skip(f"{', '.join(lacking)}: not on this machine")
    asked = ["/usr/bin/python3", "-c", "import sys; print(*sys.version_info[:2])"]
    version = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    if version != [str(part) for part in sys.version_info[:2]]:
        pytest.skip("the system's Python is another one, and cannot use our packages")
    if WHEEL is None and (find_spec("hatchling") is None or not (ROOT / "edge").is_dir()):
        pytest.skip("there is no wheel to install, and none can be built: name one as FOOTFALL_WHEEL")


def _fill(share: Path) -> None:
    if WHEEL:
        shutil.copy(WHEEL, share)
    else:
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run([*build, "-w", str(share), str(ROOT)], check=True)
    loop = ["ffmpeg", "-v", "error", "-stream_loop", "40", "-i", str(DEMO), "-c", "copy"]
    subprocess.run([*loop, str(share / "clip.mp4")], check=True)
    text = starter_configuration("demo", store="shop", device="door-1", host="127.0.0.1", port=1883)
    for begin, line in {
        "source": 'source = "/srv/clips/clip.mp4"',
        "folder": 'folder = "/var/lib/footfall-edge"',
    }.items():
        before = next(one for one in text.splitlines() if one.startswith(begin))
        text = text.replace(before, line)
    (share / "edge.toml").write_text(text, "utf-8")
    (share / "server.toml").write_text(SERVER, "utf-8")
    shutil.copy(HERE / "go.sh", share / "go.sh")


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("installed twice", "0", id="the second time nothing is written"),
        pytest.param("started", "active running", id="it says that it is ready"),
        pytest.param("user", "footfall-edge", id="a user that exists only while it runs"),
        # CapEff, NoNewPrivs, Seccomp: no capability, none to be had, and a filter.
        pytest.param("filter", "0000000000000000 1 2 ", id="the network runs under the system-call filter"),
        pytest.param("memory bound", str(2**30), id="the kernel knows MemoryMax"),
        pytest.param("other devices", "kmsg' for reading: Operation not permitted", id="no other devices"),
        pytest.param("after a kill", "active 1", id="killed, and started again"),
        pytest.param("stalled", "watchdog", id="the watchdog notices"),
        pytest.param("after a stall", "active 2", id="stalled, and started again"),
        pytest.param("after a reload", "active", id="a reload ends nothing"),
        pytest.param("too little memory", "ended active", id="ended beyond its bound, and started again"),
        pytest.param("wrong configuration", "failed 2 0", id="a wrong configuration is not tried again"),
        pytest.param("stopped", "success 0", id="it stops in good order"),
        pytest.param("server", "active 200", id="the server answers"),
        pytest.param("nightly", "success", id="the nightly work is done"),
        pytest.param("left", "0", id="nothing is left of the units"),
    ],
)
def test_a_booted_systemd_does_with_the_units_what_they_say(
    seen: dict[str, str], name: str, expected: str
) -> None:
    if seen.get(name) == "not here":
        pytest.skip("this kernel has no such controller to lend")
    assert seen.get(name) == expected


@pytest.mark.long
def test_people_are_counted_into_the_folder_that_systemd_gives(seen: dict[str, str]) -> None:
    counted = json.loads(seen["counted"])["entrance"]
    assert sum(counted["lines"]["main-door"]) > 0
