"""The golden samples: whatever was once sent is read for ever, and says what it said."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from edge.wire import Counts, DwellSketch, Sale, SaleKind, Status, WireError, decode, encode
from edge.wire.asyncapi import document
from tests.wire.golden import FOLDER, Sample, sample, samples

FROM_THE_FUTURE = {"groups", "engaged", "max_seconds"}
"""Fields of `counts-by-a-newer-device` that this version does not know."""

FILLED_IN: dict[str, dict[str, Any]] = {
    "counts-smallest": {"clock_synced": True, "replayed": False, "lines": [], "zones": [], "queues": []},
    **{
        f"counts-{name}": {"queues": []} for name in ("full", "late-correction", "replayed", "running-minute")
    },
    "live": {"queues": []},
    "recommendation-smallest": {"reasons": [], "products": [{"sku": "4006381333931", "reasons": []}]},
    "sale": {"revision": 1, "kind": "sale", "lines": [{"sku": "4006381333931", "quantity": "1"}]},
}
"""What a sample leaves out and its reader takes for granted."""

EVERY_SAMPLE = [pytest.param(one, id=one.name) for one in samples()]


def known(value: Any) -> Any:
    """A payload without the fields that this version does not know."""
    if isinstance(value, dict):
        return {name: known(of) for name, of in value.items() if name not in FROM_THE_FUTURE}
    return [known(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("one", EVERY_SAMPLE)
def test_a_sample_is_read_and_written_again_with_nothing_lost(one: Sample) -> None:
    written = json.loads(encode(decode(one.topic, one.body)))
    assert written == known(one.payload) | FILLED_IN.get(one.name, {})


@pytest.mark.parametrize("one", EVERY_SAMPLE)
def test_a_sample_belongs_on_its_topic(one: Sample) -> None:
    assert decode(one.topic, one.body).topic == one.topic


@pytest.mark.parametrize("one", EVERY_SAMPLE)
def test_a_sample_is_valid_by_the_published_schema(one: Sample) -> None:
    message = decode(one.topic, one.body)
    schema = {
        "$ref": f"#/components/schemas/{type(message).__name__}",
        "components": document()["components"],
    }
    Draft7Validator(schema).validate(one.payload)


def test_golden_samples_are_never_edited_only_added() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text("ascii").splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.json")}
    assert there == listed


def test_every_kind_of_message_has_a_sample() -> None:
    kinds = {type(decode(one.topic, one.body)).__name__ for one in samples()}
    assert kinds == {
        "Counts",
        "Live",
        "Status",
        "Health",
        "Sale",
        "BadgeRead",
        "Audit",
        "Recommendation",
        "ZoneEvent",
        "ConfigSet",
        "ConfigState",
    }


def test_an_empty_recommendation_clears_and_is_no_message() -> None:
    with pytest.raises(WireError, match="not JSON"):
        decode(sample("recommendation").topic, b"")


def test_unknown_fields_of_a_newer_device_change_nothing_else() -> None:
    newer, older = sample("counts-by-a-newer-device"), sample("counts-late-correction")
    read = decode(newer.topic, newer.body)
    assert isinstance(read, Counts)
    before = decode(older.topic, older.body)
    assert isinstance(before, Counts)
    assert (read.zones, read.coverage) == (before.zones, before.coverage)


def test_a_late_correction_has_a_higher_revision_of_the_same_bucket() -> None:
    first, second = (
        decode(one.topic, one.body) for one in (sample("counts-full"), sample("counts-late-correction"))
    )
    assert isinstance(first, Counts)
    assert isinstance(second, Counts)
    assert first.bucket_start == second.bucket_start
    assert first.revision < second.revision
    assert first.final
    assert second.final


def test_a_bucket_without_lines_says_nothing_of_them() -> None:
    smallest = sample("counts-smallest")
    read = decode(smallest.topic, smallest.body)
    assert isinstance(read, Counts)
    assert read.lines == ()
    assert read.coverage == 0


def test_a_last_will_names_no_time() -> None:
    will = sample("status-offline")
    read = decode(will.topic, will.body)
    assert isinstance(read, Status)
    assert read.since is None


def test_a_return_is_no_sale() -> None:
    one = sample("return")
    read = decode(one.topic, one.body)
    assert isinstance(read, Sale)
    assert read.kind is SaleKind.RETURN
    assert read.lines[0].quantity < 0


def test_the_sketch_in_the_full_sample_is_that_of_its_durations() -> None:
    full = sample("counts-full")
    read = decode(full.topic, full.body)
    assert isinstance(read, Counts)
    assert read.zones[0].dwell == DwellSketch.of([4.2, 12.5, 61.0])
