"""`footfall-server demo`, as a stranger runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUN_SECONDS = 600
"""A demo takes forty seconds where nothing else is done."""


def demo(*words: str, assets: bool, wrap: tuple[str, ...] = ()) -> dict[str, Any]:
    environment = {k: v for k, v in os.environ.items() if assets or k != "FOOTFALL_ASSETS"}
    done = subprocess.run(
        [*wrap, sys.executable, "-m", "server", "demo", "--headless", "--json", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def without_network() -> tuple[str, ...]:
    """What runs a command in a network of its own, which leads nowhere."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("unshare and ip are needed to take the network away")
    trial = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    if trial.returncode:
        pytest.skip("this user may not take the network away")
    return ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


@pytest.mark.long
def test_the_demo_from_the_box_runs_to_its_end_and_says_how_far_it_is_off(tmp_path: Path) -> None:
    told = demo(assets=False)
    assert told["agree"] is True
    assert told["device"]["detector"]["name"] == "person-v0"
    assert "model pull rtmdet-nano-person" in told["device"]["advice"]
    counted, truth = told["counted"]["device"], told["truth"]
    assert abs(counted["entries"] - truth["entries"]) <= 1
    assert abs(counted["exits"] - truth["exits"]) <= 2
    assert told["server_totals"]["transactions"] == told["tickets_published"] > 0
    assert told["device"]["peak_memory_mb"] > 0
    assert told["device"]["seconds_to_first_count"] > 0


@pytest.mark.long
def test_the_demo_needs_no_network() -> None:
    assert demo(assets=False, wrap=without_network())["agree"] is True


@pytest.mark.long
@pytest.mark.skipif(
    "FOOTFALL_ASSETS" not in os.environ, reason="FOOTFALL_ASSETS names no folder with vtest.avi"
)
def test_the_real_clip_is_counted_with_at_most_one_event_wrong() -> None:
    told = demo("--clip", "vtest", assets=True)
    assert told["agree"] is True
    assert told["device"]["detector"]["name"] == "rtmdet-nano-person"
    counted, truth = told["counted"]["device"], told["truth"]
    assert abs(counted["entries"] - truth["entries"]) + abs(counted["exits"] - truth["exits"]) <= 1


def test_an_unknown_clip_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server", "demo", "--clip", "nowhere", "--headless"],
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 5
    assert "no clip is called 'nowhere'" in done.stderr
    assert "Traceback" not in done.stderr
