"""The contract for machines."""

from __future__ import annotations

from pathlib import Path

from jsonschema import Draft7Validator

from edge.wire import (
    ROOT,
    Kind,
    audit_topic,
    badge_topic,
    config_set_topic,
    config_state_topic,
    counts_topic,
    health_topic,
    live_topic,
    recommendation_topic,
    sales_topic,
    status_topic,
    zone_events_topic,
)
from edge.wire import asyncapi as contract

COMMITTED = Path(contract.__file__).with_name("asyncapi.json")


def test_the_committed_document_is_current() -> None:
    assert COMMITTED.read_text("utf-8") == contract.as_text(), (
        "write it anew: python -m edge.wire.asyncapi > edge/wire/asyncapi.json"
    )


def test_every_kind_of_topic_has_a_channel() -> None:
    assert [channel.kind for channel in contract.CHANNELS] == list(Kind)


def test_addresses_are_those_that_topics_are_built_by() -> None:
    addresses = {channel.kind: channel.address for channel in contract.CHANNELS}
    parts = {"store": "s", "device": "d", "camera": "c", "till": "t", "zone": "z"}
    assert {kind: address.format(**parts) for kind, address in addresses.items()} == {
        Kind.COUNTS: counts_topic("s", "d"),
        Kind.LIVE: live_topic("s", "d"),
        Kind.STATUS: status_topic("s", "d", "c"),
        Kind.HEALTH: health_topic("s", "d", "c"),
        Kind.SALES: sales_topic("s", "t"),
        Kind.BADGE: badge_topic("s", "t"),
        Kind.AUDIT: audit_topic("s", "d"),
        Kind.RECOMMENDATION: recommendation_topic("s", "z"),
        Kind.ZONE_EVENT: zone_events_topic("s", "z"),
        Kind.CONFIG_SET: config_set_topic("s", "d"),
        Kind.CONFIG_STATE: config_state_topic("s", "d"),
    }
    assert all(address.startswith(ROOT + "/") for address in addresses.values())


def test_schemas_are_schemas_and_forbid_no_unknown_field() -> None:
    for schema in contract.document()["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)
        assert "additionalProperties" not in schema


def test_every_message_must_say_its_version() -> None:
    schemas = contract.document()["components"]["schemas"]
    for channel in contract.document()["components"]["messages"].values():
        name = channel["payload"]["$ref"].rpartition("/")[2]
        assert schemas[name]["required"][0] == "schema"


def test_the_server_sends_recommendations_and_configurations_and_receives_the_rest() -> None:
    operations = contract.document()["operations"].values()
    sent = {operation["channel"]["$ref"] for operation in operations if operation["action"] == "send"}
    assert sent == {"#/channels/recommendation", "#/channels/config-set"}
    assert {operation["action"] for operation in operations} == {"send", "receive"}
