"""`truth score` as somebody runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.starter import starter_configuration
from tests.edge.cast import DEMO
from tests.edge.truth.clicking import LINE, ZONE, run

WITH_OUR_OWN = ("--model", "person-v0")


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Somebody goes straight down across the door from frame 60 to frame 100."""
    rows = [f"{frame},1,296,{60 + 2 * (frame - 60)},20,60,1,-1,-1,-1" for frame in range(60, 100)]
    path = tmp_path / "gt.txt"
    path.write_text("\n".join(rows), "utf-8")
    return path


def test_a_clip_is_scored_against_labels_as_a_slower_camera_would_see_it(labels: Path) -> None:
    done = run(
        "truth",
        "score",
        str(DEMO),
        str(labels),
        "--line",
        LINE,
        "--zone",
        ZONE,
        "--fps",
        "5",
        "--json",
        *WITH_OUR_OWN,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["schema"], told["fps"], told["frames"]) == ("footfall-score/1", 5.0, 100)
    assert told["detector"]["name"] == "person-v0"
    assert told["total"]["true"] == 1
    assert told["total"]["true"] == told["total"]["matched"] + told["total"]["missed"]
    assert [zone["zone"] for zone in told["zones"]] == ["shelf"]


def test_the_lines_of_the_configuration_are_counted_and_the_table_says_how_sure_it_is(
    labels: Path, tmp_path: Path
) -> None:
    config = tmp_path / "edge.toml"
    config.write_text(starter_configuration("demo", store="s", device="d", host="h", port=1), "utf-8")
    done = run("truth", "score", str(DEMO), str(labels), "--config", str(config), *WITH_OUR_OWN)
    assert done.returncode == 0, done.stderr
    for word in ("main-door", "shelf", "person-v0", "Matched within 1 s", "Wilson"):
        assert word in done.stdout
    assert not (tmp_path / "state").exists(), "nothing of it is kept"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param([], 4, "labels hold no line", id="no line"),
        pytest.param(["--line", "door=1,2,3:up"], 2, "is no line", id="a line that is none"),
        pytest.param(["--line", LINE, "--model", "best"], 3, "no model is called 'best'", id="no such model"),
        pytest.param(["--config", "nowhere.toml"], 2, "cannot be read", id="no configuration"),
    ],
)
def test_a_mistake_ends_in_a_sentence(labels: Path, words: list[str], code: int, said: str) -> None:
    done = run("truth", "score", str(DEMO), str(labels), *words)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert said in done.stderr


def test_a_clip_that_is_none_is_named(labels: Path) -> None:
    done = run("truth", "score", "nowhere.mp4", str(labels), "--line", LINE)
    assert done.returncode == 4
    assert "nowhere.mp4: there is no such file" in done.stderr
