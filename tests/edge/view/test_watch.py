"""The view of the demo clip, in which people come and go, with faults made up."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from edge.people import Image
from edge.view import Learner, ReferenceFile, ViewState, ViewWatch
from edge.view.comparing import seen_in_place
from edge.view.look import look_at
from edge.view.reference import LEARN_LOOKS
from edge.view.watched import LOOK_SECONDS
from tests.bench.view import FAULTS, Fault, learned, pictures_of, standing, to_and_fro, turned, watch
from tests.edge.cast import DEMO, picture

SELDOM_SECONDS = 6.0
"""Between two looks here, to spare time."""

BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.fixture(scope="module")
def pictures() -> list[Image]:
    return pictures_of(DEMO)


@pytest.fixture(scope="module")
def known(pictures: list[Image]) -> ViewWatch:
    return learned(pictures)


@pytest.mark.parametrize(
    "name",
    [
        "somebody before the lens for 100 s",
        "a shake of 2 %",
        "covered",
        "black",
        "moved by 10 %",
        "turned by 20°",
        "blur of 0.6 %",
    ],
)
def test_what_is_wrong_with_a_view_is_said_as_what_it_is_and_is_over_when_it_is(
    name: str, pictures: list[Image], known: ViewWatch
) -> None:
    fault = BY_NAME[name]
    result = watch(copy.deepcopy(known), pictures, fault, SELDOM_SECONDS)
    assert set(result.said) <= set(fault.said_as)
    assert bool(result.said) is bool(fault.said_as)
    assert all(seconds >= 0 for seconds in result.said.values())
    assert result.healed


def test_somebody_who_never_goes_away_is_a_blocked_view_in_the_end(
    pictures: list[Image], known: ViewWatch
) -> None:
    for_ever = Fault("somebody who stays", standing(10_000, share=0.95), ("blocked", "moved"))
    assert set(watch(copy.deepcopy(known), pictures, for_ever, SELDOM_SECONDS).said) <= {"blocked", "moved"}


def test_while_a_view_is_learned_nothing_is_said_but_that_it_is_dark(pictures: list[Image]) -> None:
    watching = ViewWatch()
    for number in range(LEARN_LOOKS - 1):
        assert watching.take(look_at(pictures[number]), number * LOOK_SECONDS) == ViewState()
    assert watching.take(look_at(pictures[50]), LEARN_LOOKS * LOOK_SECONDS).known


def test_a_view_without_features_is_never_known_and_never_blocked() -> None:
    watching = ViewWatch()
    states = {watching.take(look_at(picture(120)), number * LOOK_SECONDS) for number in range(60)}
    assert states == {ViewState()}


def test_a_camera_that_was_turned_while_the_device_was_off_is_noticed(
    pictures: list[Image], known: ViewWatch, tmp_path: Path
) -> None:
    file = ReferenceFile(tmp_path / "view-door.json", "lines")
    file.write(known.references)
    watching, turn, source = ViewWatch(file.read()), turned(0.1), to_and_fro(pictures)
    states = [watching.take(look_at(turn(next(source), 0)), number * LOOK_SECONDS) for number in range(40)]
    assert states[0].known
    assert states[-1].moved


def test_people_who_walk_by_while_a_view_is_learned_do_not_belong_to_it(pictures: list[Image]) -> None:
    rng = np.random.default_rng(7)
    learner = Learner(look_at(pictures[0]))
    reference = None
    for number in range(LEARN_LOOKS):
        image = pictures[0].copy()
        x = rng.integers(0, 400)
        image[100:300, x : x + 120] = rng.integers(0, 255, (200, 120, 3))
        reference = learner.take(look_at(image))
        assert (reference is None) is (number < LEARN_LOOKS - 1)
    assert reference
    assert np.mean(seen_in_place(reference, look_at(pictures[0]))) > 0.95


def test_what_is_kept_holds_no_picture_and_comes_back_as_it_was(known: ViewWatch, tmp_path: Path) -> None:
    path = tmp_path / "view-door.json"
    ReferenceFile(path, "lines").write(known.references)
    (before,), (after,) = known.references, ReferenceFile(path, "lines").read()
    assert after.places == pytest.approx(before.places, abs=0.06)
    assert after.bits.tolist() == before.bits.tolist()
    assert after.sharpness == pytest.approx(before.sharpness, abs=1e-4)
    # 32 bytes about each of some hundred corners cannot hold the 130,000 levels of the small picture.
    assert path.stat().st_size < 60_000
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda text: text[: len(text) // 2], id="cut off"),
        pytest.param(lambda text: "", id="empty"),
        pytest.param(lambda text: "[1, 2]", id="something else"),
        pytest.param(lambda text: text.replace('"bits"', '"bytes"'), id="a part is missing"),
        pytest.param(lambda text: text.replace('"places": [[', '"places": [[9'), id="a place is outside"),
        pytest.param(lambda text: json.dumps({"version": 99}), id="of a later version"),
    ],
)
def test_a_damaged_file_is_learned_anew(damage: object, known: ViewWatch, tmp_path: Path) -> None:
    path = tmp_path / "view-door.json"
    file = ReferenceFile(path, "lines")
    file.write(known.references)
    assert callable(damage)
    path.write_text(damage(path.read_text()))
    assert file.read() == ()


def test_a_view_whose_lines_were_drawn_anew_is_learned_anew(known: ViewWatch, tmp_path: Path) -> None:
    path = tmp_path / "view-door.json"
    ReferenceFile(path, "lines").write(known.references)
    assert ReferenceFile(path, "other lines").read() == ()


def test_a_disk_that_takes_nothing_is_said_and_nothing_breaks(
    known: ViewWatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ReferenceFile(tmp_path / "gone" / "view-door.json", "lines").write(known.references)
    assert "cannot be kept" in caplog.text
