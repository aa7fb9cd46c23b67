"""The box says what is in it."""

from __future__ import annotations

import re

from edge.assets import load_manifest
from edge.detection.opening import BACKENDS
from tests.docs.reading import ROOT, quoted, text_of

README = "models/README.md"


def test_every_model_and_clip_is_named_with_its_licence() -> None:
    manifest = load_manifest()
    for name, asset in {**manifest.models, **manifest.clips}.items():
        row = re.search(rf"^\| `{name}` \| .*", text_of(README), re.MULTILINE)
        assert row, name
        assert asset.licence.split(" ")[0] in row[0], name
        assert ("yes" in row[0]) == (ROOT / "models" / asset.file).exists(), name


def test_every_backend_is_named() -> None:
    assert set(BACKENDS) <= quoted(README)


def test_the_measured_precision_is_the_manifests() -> None:
    for asset in load_manifest().models.values():
        assert f"Person AP {asset.average_precision}" in text_of(README)


def test_the_box_holds_no_code() -> None:
    assert not list((ROOT / "models").rglob("*.py"))
