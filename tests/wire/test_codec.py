"""Reading what came: right messages come back as they were sent, wrong ones are told where they are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.wire import MAX_PAYLOAD_BYTES, Sale, SaleLine, WireError, decode, encode
from edge.wire.messages import Message
from tests.wire import making
from tests.wire.golden import Sample, sample, samples

Change = Callable[[dict[str, Any]], None]


@given(making.messages)
def test_every_message_comes_back_as_it_was_sent(message: Message) -> None:
    assert decode(message.topic, encode(message)) == message


@given(making.messages)
def test_every_message_fits_into_what_is_read(message: Message) -> None:
    assert len(encode(message)) <= MAX_PAYLOAD_BYTES


def put(value: object, *path: str | int) -> Change:
    """Writes a value at a place of a payload."""

    def change(payload: dict[str, Any]) -> None:
        inner: Any = payload
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return change


def drop(name: str) -> Change:
    """Leaves a field out."""

    def change(payload: dict[str, Any]) -> None:
        del payload[name]

    return change


COUNTS, STATUS, HEALTH, SALE = "counts-full", "status-online", "health", "sale-with-prices"
DWELL = ("zones", 0, "dwell")

BAD = [
    pytest.param(COUNTS, drop("schema"), "schema is None", id="no version"),
    pytest.param(COUNTS, put(2, "schema"), "schema is 2; this reader knows 1 to 1", id="a later version"),
    pytest.param(COUNTS, put(0, "schema"), "schema is 0", id="an older version than was ever"),
    pytest.param(COUNTS, put(True, "schema"), "schema is True", id="true is no version"),
    pytest.param(COUNTS, put("1", "schema"), "schema is '1'", id="a version as text"),
    pytest.param(COUNTS, drop("revision"), "revision: ", id="no revision"),
    pytest.param(COUNTS, put(0, "revision"), "revision: ", id="revision 0"),
    pytest.param(COUNTS, put(1.5, "revision"), "revision: ", id="half a revision"),
    pytest.param(COUNTS, drop("final"), "final: ", id="neither final nor not"),
    pytest.param(COUNTS, put(1.01, "coverage"), "coverage: ", id="more than all was seen"),
    pytest.param(COUNTS, put(-0.1, "coverage"), "coverage: ", id="less than nothing was seen"),
    pytest.param(COUNTS, put(float("nan"), "coverage"), "coverage: ", id="not a number"),
    pytest.param(
        COUNTS, put("2026-11-21T10:01:00", "bucket_start"), "bucket_start: ", id="time without zone"
    ),
    pytest.param(COUNTS, put("yesterday", "bucket_start"), "bucket_start: ", id="time in words"),
    pytest.param(COUNTS, put("1999-12-31T23:59:00Z", "bucket_start"), "bucket_start: ", id="long ago"),
    pytest.param(
        COUNTS, put("0001-01-01T00:00:00+14:00", "bucket_start"), "bucket_start: ", id="year 0 in UTC"
    ),
    pytest.param(
        COUNTS, put("2026-11-21T10:01:00Z", "bucket_end"), "bucket_end must lie after", id="no time"
    ),
    pytest.param(COUNTS, put("2026-11-23T10:01:00Z", "bucket_end"), "at most a day", id="two days"),
    pytest.param(COUNTS, put(-1, "lines", 1, "in"), "lines.1.in: ", id="fewer than nobody"),
    pytest.param(
        COUNTS, put("side-door", "lines", 0, "line"), "line 'side-door' stands twice", id="line twice"
    ),
    pytest.param(COUNTS, put("outside", "lines", 0, "kind"), "lines.0.kind: ", id="a kind of line to come"),
    pytest.param(COUNTS, put("Main Door", "lines", 0, "line"), "lines.0.line: ", id="an id with a space"),
    pytest.param(COUNTS, put("till", "zones", 0, "zone"), "zone 'till' stands twice", id="zone twice"),
    pytest.param(COUNTS, put(4, *DWELL, "n"), "zones.0.dwell: ", id="bins hold fewer than n"),
    pytest.param(
        COUNTS,
        put({"400": 3}, *DWELL, "bins"),
        "bins.400.[key]: Input should be less than or equal to 340",
        id="a bin too far",
    ),
    pytest.param(
        COUNTS,
        put({"9": 3, "8": 0}, *DWELL, "bins"),
        "bins.8: Input should be greater than 0",
        id="an empty bin",
    ),
    pytest.param(COUNTS, put({"short": 3}, *DWELL, "bins"), "zones.0.dwell.bins.", id="a bin with a name"),
    pytest.param(COUNTS, put(-1, *DWELL, "sum_seconds"), "zones.0.dwell.sum_seconds: ", id="negative stay"),
    pytest.param(COUNTS, put([], "zones", 0), "zones.0: ", id="a zone that is a list"),
    pytest.param(COUNTS, put("low-street", "store"), "another sender than its topic", id="another store's"),
    pytest.param(COUNTS, put("door-2", "device"), "another sender than its topic", id="another device's"),
    pytest.param(COUNTS, put("alerts", "device"), "device: ", id="a reserved device"),
    pytest.param(COUNTS, put("High Street", "store"), "store: ", id="a store's name in place of its id"),
    pytest.param(STATUS, put("asleep", "state"), "state: ", id="a state to come"),
    pytest.param(STATUS, put("exit", "camera"), "another sender than its topic", id="another camera's"),
    pytest.param(STATUS, put("9" * 65, "version"), "version: ", id="a long version"),
    pytest.param(
        HEALTH, put(92.4, "detector", "average_precision"), "detector.average_precision: ", id="percent"
    ),
    pytest.param(HEALTH, put("blind", "source", "state"), "source.state: ", id="a source's state to come"),
    pytest.param(HEALTH, drop("detector"), "detector: ", id="no detector named"),
    pytest.param(SALE, put([], "lines"), "lines: ", id="a ticket of nothing"),
    pytest.param(SALE, put("", "ticket"), "ticket: ", id="a ticket without number"),
    pytest.param(SALE, put("eur", "currency"), "currency: ", id="currency in small letters"),
    pytest.param(SALE, put("1.23456", "lines", 0, "net"), "lines.0.net: ", id="a hundred-thousandth"),
    pytest.param(SALE, put("1e9", "lines", 0, "net"), "lines.0.net: ", id="a thousand million"),
    pytest.param(SALE, put("7,48", "lines", 0, "net"), "lines.0.net: ", id="decimal comma"),
    pytest.param(SALE, put("", "lines", 1, "sku"), "lines.1.sku: ", id="no product"),
    pytest.param(SALE, put("gift", "kind"), "kind: ", id="a kind of ticket to come"),
    pytest.param(SALE, put("till-3", "till"), "another sender than its topic", id="another till's"),
]


@pytest.mark.parametrize(("name", "change", "reason"), BAD)
def test_a_wrong_payload_is_refused_with_the_place(name: str, change: Change, reason: str) -> None:
    bad = sample(name)
    change(bad.payload)
    with pytest.raises(WireError) as refusal:
        decode(bad.topic, bad.body)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"{", "not JSON", id="broken off"),
        pytest.param(b"\xff\xfe", "not JSON", id="not UTF-8"),
        pytest.param(b"[" * 100_000, "not JSON", id="too deep"),
        pytest.param(b"[1]", "not an object", id="a list"),
        pytest.param(b"null", "not an object", id="null"),
        pytest.param(b" " * (MAX_PAYLOAD_BYTES + 1), "at most 262144 are read", id="too long"),
    ],
)
def test_what_is_no_object_is_refused(payload: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        decode(sample(COUNTS).topic, payload)


def test_every_mistake_is_named_at_once() -> None:
    bad = sample(COUNTS)
    for change in (put(2, "coverage"), drop("final"), put(-1, "lines", 0, "out")):
        change(bad.payload)
    with pytest.raises(WireError) as refusal:
        decode(bad.topic, bad.body)
    assert all(place in str(refusal.value) for place in ("coverage: ", "final: ", "lines.0.out: "))


def test_another_offset_is_the_same_instant() -> None:
    one = sample(SALE)
    one.payload["at"] = "2026-11-21T11:06:02+01:00"
    read = decode(one.topic, one.body)
    assert isinstance(read, Sale)
    assert read.at == datetime(2026, 11, 21, 10, 6, 2, tzinfo=UTC)
    assert json.loads(encode(read))["at"] == "2026-11-21T10:06:02Z"


def test_money_is_written_as_text_without_exponent_and_read_from_either() -> None:
    line = SaleLine(sku="a", quantity=Decimal("1E+3"), net=Decimal("0.0001"))
    assert json.loads(line.model_dump_json()) == {
        "sku": "a",
        "name": None,
        "quantity": "1000",
        "net": "0.0001",
    }
    assert SaleLine.model_validate_json('{"sku": "a", "net": 0.1}').net == Decimal("0.1")


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else_happens(payload: bytes) -> None:
    with pytest.raises(WireError):
        decode(sample(COUNTS).topic, payload)


@given(st.text(max_size=100), making.anything)
def test_any_topic_with_any_json_is_refused(topic: str, content: object) -> None:
    with pytest.raises(WireError):
        decode(topic, json.dumps(content).encode())


@given(st.sampled_from(samples()), making.anything)
def test_any_json_on_a_known_topic_is_read_or_refused(one: Sample, content: object) -> None:
    if isinstance(content, dict):
        content["schema"] = 1
    with suppress(WireError):
        decode(one.topic, json.dumps(content).encode())


@given(st.data())
def test_any_value_at_any_place_of_a_message_is_read_or_refused(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(samples()))
    payload = json.loads(one.body)
    inner: Any = payload
    while True:
        places = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        if not places:
            break
        place = data.draw(st.sampled_from(places))
        if not isinstance(inner[place], dict | list) or data.draw(st.booleans()):
            inner[place] = data.draw(making.anything)
            break
        inner = inner[place]
    with suppress(WireError):
        decode(one.topic, json.dumps(payload).encode())
