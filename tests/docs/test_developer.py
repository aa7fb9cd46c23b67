"""What the developer's document and the decisions speak of is there."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version

import pytest

from tests.docs.reading import ROOT, quoted, text_of

DOCUMENTS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("document", ["docs/developer.md"])
def test_every_folder_and_file_that_is_named_is_there(document: str) -> None:
    if not (ROOT / "edge").is_dir():
        pytest.skip("the wheel is tested without a checkout around it")
    named = {
        name
        for name in quoted(document)
        if re.fullmatch(r"(edge|server|tests|models|systemd|\.ci)/[\w./-]*", name)
    }
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_layer_of_both_sides_is_in_its_place() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    for contract in (one for one in contracts if one["type"] == "layers"):
        (side,) = contract["containers"]
        text = text_of("docs/developer.md")
        rows = [{f"{side}/{name}" for name in re.split(r" [|:] ", layer)} for layer in contract["layers"]]
        table = [
            {name.removesuffix(".py") for name in re.findall(rf"`({side}/\w+(?:\.py)?)`", row)}
            for row in re.findall(rf"^\| `{side}/.*", text, flags=re.MULTILINE)
        ]
        assert table == rows


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## {version('footfall')} " in text_of("CHANGELOG.md")


@pytest.mark.parametrize("document", [*DOCUMENTS, "CHANGELOG.md", "models/README.md", "systemd/README.md"])
def test_no_document_names_a_machine_or_leaves_a_gap(document: str) -> None:
    text = text_of(document)
    assert not re.search(r"/(work|home|tmp/w)/|TODO|FIXME|XXX", text)
    assert text.count("```") % 2 == 0


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_that_is_referred_to_is_there(document: str) -> None:
    others = {name for name in quoted(document) if name.endswith(".md")}
    places = {name: [ROOT / name, ROOT / "docs" / name] for name in others}
    assert [
        name for name in others if not name.startswith("edge/") and not any(p.exists() for p in places[name])
    ] == []
