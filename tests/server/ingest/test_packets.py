"""The bytes of MQTT, however they are cut. That brokers agree is shown by the listener's tests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ingest import packets
from server.ingest.packets import Granted, Incoming, ProtocolError, Published, Welcome

Sent = tuple[str, bytes, bool, int]

messages = st.tuples(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
    st.one_of(st.binary(max_size=50), st.sampled_from([127, 128, 16_384, 300_000]).map(bytes)),
    st.booleans(),
    st.integers(0, 65_535),
)


def _on_the_wire(message: Sent) -> bytes:
    topic, payload, retained, number = message
    body = packets._text(topic) + (number.to_bytes(2, "big") if number else b"") + payload
    return packets._packet(0x30 | (2 if number else 0) | retained, body)


@given(st.lists(messages, max_size=6), st.lists(st.integers(1, 5_000), max_size=30))
def test_messages_are_the_same_however_their_bytes_are_cut(sent: list[Sent], cuts: list[int]) -> None:
    wire, incoming, heard = b"".join(map(_on_the_wire, sent)), Incoming(), []
    for length in [*cuts, len(wire)]:
        heard += incoming.feed(wire[:length])
        wire = wire[length:]
    assert heard == [Published(*message) for message in sent]


@given(st.binary(max_size=200))
def test_bytes_that_are_no_mqtt_are_refused_or_waited_for_and_never_break(data: bytes) -> None:
    incoming = Incoming()
    try:
        for byte in data:
            incoming.feed(bytes([byte]))
    except ProtocolError:
        pass


def test_answers_are_read() -> None:
    incoming = Incoming()
    assert incoming.feed(b"\x20\x02\x00\x00") == [Welcome(0)]
    assert incoming.feed(b"\x20\x02\x00\x05\xd0\x00") == [Welcome(5)]
    assert incoming.feed(b"\x90\x05\x00\x01\x01\x80\x00") == [Granted((True, False, True))]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x30\x05\x00\x09abc", id="a topic longer than its packet"),
        pytest.param(b"\x34\x07\x00\x01t\x00\x01ab", id="QoS 2, which nobody asked for"),
        pytest.param(b"\x10\x00", id="a greeting, which only clients send"),
        pytest.param(b"\x30\xff\xff\xff\xff\x01", id="a length of five bytes"),
    ],
)
def test_what_a_broker_never_sends_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        Incoming().feed(data)


def test_what_is_sent_is_what_the_standard_says() -> None:
    greeting = packets.connect("me", 30, clean=False, username="shop", password="s3")
    assert greeting == b"\x10\x18\x00\x04MQTT\x04\xc0\x00\x1e\x00\x02me\x00\x04shop\x00\x02s3"
    assert packets.connect("me", 30, clean=True, username="", password="")[9] == 0x02
    assert packets.subscribe(7, [("a/+", 1)]) == b"\x82\x08\x00\x07\x00\x03a/+\x01"
    assert packets.unsubscribe(8, ["a/+"]) == b"\xa2\x07\x00\x08\x00\x03a/+"
    assert packets.acknowledgements([1, 0, 258]) == b"\x40\x02\x00\x01\x40\x02\x01\x02"
