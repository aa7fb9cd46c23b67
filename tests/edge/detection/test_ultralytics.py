"""Ultralytics' models. The package is under AGPL-3.0 and no part of footfall's own test set-up."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from edge.assembly import choose_model
from edge.config import load_settings
from edge.detection import open_detector
from edge.errors import EdgeError
from tests.edge.detection.test_detection import EVERYBODY, frame, overlap, surely
from tests.edge.detection.test_openvino import CHOOSE, run_without

MODEL_SETTING = "FOOTFALL_TEST_ULTRALYTICS_MODEL"

with_package = pytest.mark.skipif(
    find_spec("ultralytics") is None, reason="Ultralytics (AGPL-3.0) is not installed, and need not be"
)


def test_without_the_package_it_is_said_how_to_get_it_and_that_its_licence_is_another(tmp_path: Path) -> None:
    cases = [("ultralytics:/nowhere/model.pt", "onnxruntime")]

    said = run_without("ultralytics", CHOOSE.format(cases=cases), tmp_path)

    assert "needs the package ultralytics" in said
    assert "pip install 'footfall[ultralytics]'" in said
    assert "AGPL-3.0" in said


def test_a_path_is_relative_to_the_configuration_as_all_are(tmp_path: Path) -> None:
    path = tmp_path / "edge.toml"
    path.write_text(
        """
store = "shop"
device = "door-1"
detector.model = "ultralytics:models/mine.pt"
[cameras.door]
source = "usb:0"
lines = [{ id = "door", points = [[0.1, 0.5], [0.9, 0.5]], arrow = [[0.5, 0.4], [0.5, 0.6]] }]
"""
    )

    assert load_settings(path).detector.model == f"ultralytics:{tmp_path / 'models' / 'mine.pt'}"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        pytest.param("gone.pt", "there is no model", id="not there"),
        pytest.param("yolov5n.pt", "of the time before Ultralytics 8", id="another would be fetched"),
        pytest.param("yolov5x6.pt", "of the time before Ultralytics 8", id="another would be fetched, large"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_before_anything_is_fetched(
    file: str, said: str, tmp_path: Path
) -> None:
    if file != "gone.pt":
        (tmp_path / file).write_bytes(b"weights")

    with pytest.raises(EdgeError, match=said) as caught:
        open_detector("ultralytics", tmp_path / file, width=640, threads=1)

    assert str(tmp_path / file) in str(caught.value)


@with_package
def test_such_a_model_is_shown_with_its_licence_and_as_not_measured(tmp_path: Path) -> None:
    chosen = choose_model(f"ultralytics:{tmp_path / 'mine.pt'}")

    assert chosen.in_words == (
        "detector ultralytics:mine.pt, licence AGPL-3.0 (Ultralytics), person AP not measured"
    )
    assert chosen.advice == ""
    assert (chosen.card.licence, chosen.card.average_precision) == ("AGPL-3.0 (Ultralytics)", None)


@with_package
def test_a_damaged_model_is_said_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.pt"
    path.write_bytes(b"these are no weights")

    with pytest.raises(EdgeError, match="cannot be read by Ultralytics") as caught:
        open_detector("ultralytics", path, width=640, threads=1)

    assert str(path) in str(caught.value)


@with_package
def test_a_model_finds_people_and_only_people() -> None:
    named = os.environ.get(MODEL_SETTING)
    if not named:
        pytest.skip(f"{MODEL_SETTING} names no model trained on COCO")
    found = surely(open_detector("ultralytics", Path(named), width=640, threads=2), frame())

    assert len(found) == len(EVERYBODY)
    for person in EVERYBODY:
        assert max(overlap(person, box) for box in found.boxes.tolist()) > 0.7
    assert found.boxes.dtype == found.scores.dtype == np.float32
