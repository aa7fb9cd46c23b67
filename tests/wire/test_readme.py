"""The contract for people names all that the contract for machines has, and its examples are right."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.wire import RESERVED_DEVICES, Counts, DwellSketch, Sale, decode
from edge.wire import asyncapi as contract

README = Path(contract.__file__).with_name("README.md").read_text("utf-8")


def quoted() -> set[str]:
    """Everything that stands between backquotes."""
    prose = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    return set(re.findall(r"`\"?([^`\"\n]+)\"?`", prose))


def fields() -> Iterator[str]:
    for schema in contract.document()["components"]["schemas"].values():
        yield from schema.get("properties", {})


def words(schema: Any) -> Iterator[str]:
    """Values that the contract lists one by one."""
    if isinstance(schema, dict):
        yield from schema.get("enum", [])
        if isinstance(schema.get("const"), str):
            yield schema["const"]
        for inner in schema.values():
            yield from words(inner)


def examples() -> list[tuple[str, str]]:
    """Topic and payload of each mosquitto_pub in the text."""
    commands = [shlex.split(line) for line in README.splitlines() if line.startswith("mosquitto_pub")]
    return [(command[command.index("-t") + 1], command[command.index("-m") + 1]) for command in commands]


def test_every_field_is_named() -> None:
    assert set(fields()) <= quoted()


def test_every_word_of_a_fixed_list_is_named() -> None:
    assert set(words(contract.document()["components"]["schemas"])) <= quoted()


@pytest.mark.parametrize("channel", contract.CHANNELS, ids=lambda channel: channel.kind.value)
def test_every_topic_stands_in_the_table_with_its_quality(channel: contract.Channel) -> None:
    retained = "yes" if channel.retained else "no"
    assert re.search(
        rf"^\| `{re.escape(channel.address)}` \| \w+ \| {channel.qos} \| {retained} \|", README, re.MULTILINE
    )


def test_reserved_names_are_named() -> None:
    assert quoted() >= RESERVED_DEVICES


def test_every_example_for_the_command_line_is_read() -> None:
    read = [decode(topic, payload.encode()) for topic, payload in examples()]
    assert [type(message) for message in read] == [Counts, Sale]


def test_the_example_of_a_sketch_is_right() -> None:
    (example,) = re.findall(r"```json\n(.+)\n```", README)
    sketch = DwellSketch.of([4.2, 12.5, 61.0])
    assert json.loads(sketch.model_dump_json()) == json.loads(example)
    assert sketch.mean_seconds == pytest.approx(25.9)
    assert sketch.quantile(0.5) == pytest.approx(12.55, abs=0.005)
    assert sketch.quantile(0.9) == pytest.approx(60.2, abs=0.05)
