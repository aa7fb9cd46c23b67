"""The document about accuracy quotes figures that the code gives, and options that there are."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
from typer.main import get_command

from edge.truth.intervals import crossings_for_count, crossings_for_share, share
from edge.truth.scoring import TOLERANCE_SECONDS
from edge.truth_commands import app
from tests.docs.reading import blocks, prose_of, quoted, text_of

DOCUMENT = "docs/accuracy.md"


def rows_below(head: str) -> list[list[str]]:
    """The cells of a table that begins with this head."""
    table = text_of(DOCUMENT).partition(head)[2].split("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ±")]
    assert len(rows) == 3
    return rows


@pytest.mark.parametrize("row", range(3))
def test_the_numbers_of_crossings_are_the_codes(row: int) -> None:
    half = float(rows_below("| interval | recall")[row][0].strip("±% ")) / 100
    shares = [f"{crossings_for_share(half, expected):,}" for expected in (0.90, 0.95, 0.97, 0.99)]
    assert rows_below("| interval | recall")[row][1:] == shares
    errors = ((0.01, 0.01), (0.03, 0.01), (0.03, 0.03), (0.05, 0.05))
    counts = [f"{crossings_for_count(half, missed, extra):,}" for missed, extra in errors]
    assert rows_below("| interval of counted")[row][1:] == counts


def test_the_examples_in_words_are_right() -> None:
    text = prose_of(DOCUMENT)
    low = share(50, 50).low
    assert low is not None
    assert f'"more than {100 * low:.1f} %"' in text
    assert f"at 97 % recall, {crossings_for_share(0.02, 0.97)} crossings give ±2 %" in text
    assert f"({TOLERANCE_SECONDS:g} s unless said otherwise)" in text


def test_every_option_that_is_named_is_there() -> None:
    group = get_command(app)
    commands = group.commands  # type: ignore[attr-defined] # a group of typer has them
    known = {name for command in commands.values() for option in command.params for name in option.opts}
    text = "\n".join([*quoted(DOCUMENT), *blocks(DOCUMENT, "sh")])
    named = set(re.findall(r"(?<!\S)--[a-z]+", text))
    assert named
    assert named <= known


def test_the_schemas_that_are_named_are_there() -> None:
    schema = json.loads((files("edge.truth") / "truth-v1.schema.json").read_text("utf-8"))
    version = schema["properties"]["schema"]["const"]
    assert f'"schema": "{version}"' in text_of(DOCUMENT)
