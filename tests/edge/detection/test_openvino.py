"""Detectors in OpenVINO. Networks are read for real; only FOOTFALL_ASSETS can say where they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.assembly import choose_model
from edge.assets import Found, find, load_manifest
from edge.detection import Detector, open_detector
from edge.detection.openvino_ssd import people_in
from edge.errors import EdgeError
from edge.people import Image
from tests.edge.cast import DEMO, picture
from tests.edge.detection.test_detection import EVERYBODY, frame, overlap, surely

RTMDET = "rtmdet-nano-person"
SSD = "person-detection-0200"

MOST_PIXELS_APART = 2.0
MOST_SCORE_APART = 0.02


def located(name: str) -> Found:
    """A model's files, or the test is skipped."""
    found = find(load_manifest().models[name])
    if found is None:
        pytest.skip(f"{name} is not on this machine; FOOTFALL_ASSETS can name a folder that holds it")
    return found


def opened(name: str, backend: str) -> Detector:
    """A detector with its real weights in one of its runtimes."""
    found, asset = located(name), load_manifest().models[name]
    return open_detector(backend, found.path, *found.parts, width=asset.width, threads=1)


def pictures(every: int) -> Iterator[Image]:
    """Some pictures of the demo clip."""
    video = cv2.VideoCapture(str(DEMO))
    try:
        number = 0
        while video.grab():
            if number % every == 0:
                yield np.asarray(video.retrieve()[1], np.uint8)
            number += 1
    finally:
        video.release()


def run_without(package: str, code: str, tmp_path: Path, *, home: Path | None = None) -> str:
    """Standard output of a fresh Python in which that package, if any, is not installed."""
    (tmp_path / "sitecustomize.py").write_text(
        f"import sys\nsys.modules[{package!r}] = None\n" * bool(package)
    )
    paths = os.pathsep.join([str(tmp_path), *(path for path in sys.path if path)])
    known = os.environ | {"PYTHONPATH": paths} | ({"HOME": str(home), "CI": ""} if home else {})
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=known, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_rtmdet_finds_the_same_in_openvino_as_in_onnx_runtime() -> None:
    here, there = opened(RTMDET, "rtmdet-onnx"), opened(RTMDET, "rtmdet-openvino")
    people = 0
    for image in pictures(every=30):
        first, second = here.detect(image), there.detect(image)
        assert len(first) == len(second)
        np.testing.assert_allclose(first.boxes, second.boxes, rtol=0, atol=MOST_PIXELS_APART)
        np.testing.assert_allclose(first.scores, second.scores, rtol=0, atol=MOST_SCORE_APART)
        people += len(first)

    assert people > 30
    assert here.sure_score == there.sure_score


def test_a_camera_that_changes_its_picture_size_is_followed() -> None:
    detector = opened(RTMDET, "rtmdet-openvino")
    turned = np.ascontiguousarray(frame()[:, 180:420])

    before = detector.detect(frame())
    upright = detector.detect(turned)
    after = detector.detect(frame())

    assert (
        max(overlap(EVERYBODY[0], [b[0] + 180, b[1], b[2] + 180, b[3]]) for b in upright.boxes.tolist()) > 0.6
    )
    assert before.boxes.tolist() == after.boxes.tolist()


def test_0200_finds_the_people_of_the_demo_clip_where_they_stand() -> None:
    found = surely(opened(SSD, "ssd-openvino"), frame())

    for person in EVERYBODY[:3]:
        assert max(overlap(person, box) for box in found.boxes.tolist()) > 0.6
    assert len(found) <= len(EVERYBODY) + 1


@pytest.mark.parametrize(("name", "backend"), [(RTMDET, "rtmdet-openvino"), (SSD, "ssd-openvino")])
def test_an_empty_room_holds_nobody(name: str, backend: str) -> None:
    assert len(surely(opened(name, backend), picture(127))) == 0


def test_the_two_files_of_a_model_may_lie_in_different_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = located(SSD)
    moved = [tmp_path / "a" / "graph", tmp_path / "b" / "weights of mine.dat"]
    for source, target in zip((found.path, *found.parts), moved, strict=True):
        target.parent.mkdir()
        target.write_bytes(source.read_bytes())
    monkeypatch.setenv("FOOTFALL_ASSETS", str(tmp_path))
    monkeypatch.setenv("FOOTFALL_CACHE", str(tmp_path / "no-cache"))

    chosen = choose_model(SSD)

    assert [chosen.found.path, *chosen.found.parts] == moved
    assert len(surely(opened(SSD, "ssd-openvino"), frame())) > 0


def test_a_model_without_its_weights_is_not_here_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "graph.xml").write_bytes(located(SSD).path.read_bytes())
    monkeypatch.setenv("FOOTFALL_ASSETS", str(tmp_path / "assets"))
    monkeypatch.setenv("FOOTFALL_CACHE", str(tmp_path / "no-cache"))

    assert find(load_manifest().models[SSD]) is None
    with pytest.raises(EdgeError, match=r"\(person-detection-0200.bin\) is not on this machine") as caught:
        choose_model(SSD)
    assert "Open Model Zoo" in caught.value.hint


ROWS = [
    (0, 0, 0.9, 0.1, 0.2, 0.3, 0.4),
    (0, 0, 0.5, -0.1, 0.5, 0.2, 1.1),
    (0, 1, 0.9, 0.0, 0.0, 1.0, 1.0),
    (0, 0, 0.1, 0.0, 0.0, 1.0, 1.0),
    (-1, 0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0, 0, 0.9, 0.0, 0.0, 1.0, 1.0),
]


def test_of_the_rows_people_are_read_up_to_the_end_mark_and_within_the_picture() -> None:
    found = people_in(np.array(ROWS, np.float32), picture(wide=200, high=100))

    np.testing.assert_allclose(found.boxes, [(20, 20, 60, 40), (0, 50, 40, 100)], atol=1e-4)
    np.testing.assert_allclose(found.scores, [0.9, 0.5])
    np.testing.assert_allclose(found.feet, [(40, 40), (20, 100)], atol=1e-4)


def test_rows_that_end_at_once_are_nobody() -> None:
    assert len(people_in(np.array(ROWS[4:5], np.float32), picture())) == 0


@pytest.mark.parametrize("backend", ["rtmdet-openvino", "ssd-openvino"])
@pytest.mark.parametrize(
    "content", [pytest.param(b"", id="empty"), pytest.param(b"these are no weights", id="text")]
)
def test_a_damaged_network_is_said_with_its_path_and_a_remedy(
    content: bytes, backend: str, tmp_path: Path
) -> None:
    files = [tmp_path / "weights.xml", tmp_path / "weights.bin"][: 2 if backend.startswith("ssd") else 1]
    for path in files:
        path.write_bytes(content)

    with pytest.raises(EdgeError, match="cannot be read as a network for OpenVINO") as caught:
        open_detector(backend, *files, width=256, threads=1)

    assert str(files[0]) in str(caught.value)
    assert "model verify" in caught.value.hint


def test_a_model_with_too_few_files_is_said(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match=r"consists of 2 file\(s\), not of 1"):
        open_detector("ssd-openvino", tmp_path / "weights.xml", width=256, threads=1)


# Choosing


def test_the_runtime_setting_says_what_computes_rtmdet() -> None:
    located(RTMDET)

    assert choose_model(RTMDET).backend == "rtmdet-onnx"
    assert choose_model(RTMDET, "openvino").backend == "rtmdet-openvino"
    assert choose_model("auto", "openvino").backend == "rtmdet-openvino"
    assert choose_model("person-v0", "openvino").backend == "centrepoint-onnx"


def test_auto_takes_0200_where_rtmdet_is_not_here_and_says_that_a_better_one_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = located(SSD)
    for path in (found.path, *found.parts):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv("FOOTFALL_ASSETS", str(tmp_path))
    monkeypatch.setenv("FOOTFALL_CACHE", str(tmp_path / "no-cache"))

    chosen = choose_model("auto")

    assert chosen.name == SSD
    assert f"model pull {RTMDET}" in chosen.advice


# The package

CHOOSE = """
import json
from edge.assembly import choose_model
from edge.errors import EdgeError
from edge.assets import AssetMissing
answers = []
for name, runtime in {cases!r}:
    try:
        answers.append([choose_model(name, runtime).name, ""])
    except EdgeError as error:
        answers.append([f"{{type(error).__name__}}: {{error}}", error.hint])
print(json.dumps(answers))
"""


def test_without_the_package_auto_passes_over_what_needs_it_and_a_named_model_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = located(SSD)
    assets = tmp_path / "assets"
    assets.mkdir()
    for path in (found.path, *found.parts):
        (assets / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv("FOOTFALL_ASSETS", str(assets))
    monkeypatch.setenv("FOOTFALL_CACHE", str(tmp_path / "no-cache"))
    cases = [("auto", "onnxruntime"), (SSD, "onnxruntime"), ("auto", "openvino")]

    auto, named, asked_for = json.loads(run_without("openvino", CHOOSE.format(cases=cases), tmp_path))

    assert auto == ["person-v0", ""]
    for said, hint in (named, asked_for):
        assert said.startswith("PackageMissing: this detector needs the package openvino")
        assert hint == "pip install 'footfall[openvino]'"


BROKEN = """
from pathlib import Path
from edge.detection import open_detector
from edge.errors import EdgeError
try:
    open_detector({backend!r}, Path("weights.xml"), Path("weights.bin"), width=256, threads=1)
except EdgeError as error:
    print(error, error.hint)
"""


def test_opening_without_the_package_says_how_to_get_it(tmp_path: Path) -> None:
    said = run_without("openvino", BROKEN.format(backend="ssd-openvino"), tmp_path)

    assert "needs the package openvino" in said
    assert "pip install 'footfall[openvino]'" in said


def test_a_device_that_does_not_use_openvino_does_not_import_it(tmp_path: Path) -> None:
    code = "import sys, edge.__main__\nprint({'openvino', 'ultralytics', 'torch'} & set(sys.modules))"

    assert run_without("", code, tmp_path).strip() == "set()"


OPEN = """
from pathlib import Path
from edge.detection import open_detector
from edge.errors import EdgeError
try:
    open_detector({backend!r}, *map(Path, {files!r}), width=256, threads=1)
except EdgeError:
    pass
print([name for name in ("onnxruntime", "openvino") if name in __import__("sys").modules])
"""


@pytest.mark.parametrize(
    ("backend", "files", "used"),
    [
        ("centrepoint-onnx", [str(DEMO.with_name("person_v0.onnx"))], "onnxruntime"),
        ("ssd-openvino", ["weights.xml", "weights.bin"], "openvino"),
    ],
)
def test_a_runtime_tells_its_maker_nothing(backend: str, files: list[str], used: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()

    said = run_without("", OPEN.format(backend=backend, files=files), tmp_path, home=home)

    assert said.strip() == f"[{used!r}]"
    assert list(home.iterdir()) == []  # else a number for this machine would stand there
