"""The contract as an AsyncAPI 3.0 document, made from the messages and topics themselves.

    python -m edge.wire.asyncapi > edge/wire/asyncapi.json

The document speaks as the store server: it receives what devices, tills and signs send.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from edge.wire.messages import MESSAGE_OF, SCHEMA
from edge.wire.sketch import HIGHEST_BIN, LOWEST_BIN
from edge.wire.topics import ROOT, Kind

Json = dict[str, Any]

SCHEMAS = "#/components/schemas/"

PLAIN_NUMBER = r"^-?[0-9]+(\.[0-9]{1,4})?$"

PARAMETERS = {
    "store": "id of the store",
    "device": "id of the device; pos, zone and alerts are no devices",
    "camera": "id of the camera; each camera has a process of its own",
    "till": "id of the till",
    "zone": "id of the zone",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """One kind of topic, as it is published."""

    kind: Kind
    address: str
    qos: int
    retained: bool
    about: str

    @property
    def parameters(self) -> list[str]:
        """Names of the levels that vary."""
        return [level[1:-1] for level in self.address.split("/") if level.startswith("{")]


CHANNELS = (
    Channel(
        Kind.COUNTS,
        f"{ROOT}/{{store}}/{{device}}/counts",
        1,
        False,
        "One bucket of one camera: all it counted.",
    ),
    Channel(
        Kind.LIVE,
        f"{ROOT}/{{store}}/{{device}}/live",
        0,
        False,
        "What a camera sees now; no count, never summed.",
    ),
    Channel(
        Kind.STATUS,
        f"{ROOT}/{{store}}/{{device}}/{{camera}}/status",
        1,
        True,
        "Whether a camera's process runs; the offline form is its last will.",
    ),
    Channel(
        Kind.HEALTH,
        f"{ROOT}/{{store}}/{{device}}/{{camera}}/health",
        0,
        True,
        "How a camera's process fares.",
    ),
    Channel(Kind.SALES, f"{ROOT}/{{store}}/pos/{{till}}/sales", 1, False, "One ticket of a till."),
    Channel(
        Kind.BADGE,
        f"{ROOT}/{{store}}/pos/{{till}}/badge",
        1,
        False,
        "A badge was read; for devices that tell staff apart, kept by nobody.",
    ),
    Channel(
        Kind.AUDIT,
        f"{ROOT}/{{store}}/{{device}}/audit",
        1,
        False,
        "How a camera's counts compare with what somebody counted beside it.",
    ),
    Channel(
        Kind.RECOMMENDATION,
        f"{ROOT}/{{store}}/zone/{{zone}}/recommendation",
        1,
        True,
        "What a zone should show now, and why; an empty payload: nothing.",
    ),
    Channel(
        Kind.ZONE_EVENT,
        f"{ROOT}/{{store}}/zone/{{zone}}/events",
        1,
        False,
        "A recommendation was shown, acknowledged or dismissed.",
    ),
    Channel(
        Kind.CONFIG_SET,
        f"{ROOT}/{{store}}/{{device}}/config/set",
        1,
        True,
        "Which configuration a device is to use.",
    ),
    Channel(
        Kind.CONFIG_STATE,
        f"{ROOT}/{{store}}/{{device}}/config/state",
        1,
        True,
        "Which configuration a device uses, and what is wrong with a newer one.",
    ),
)

SENT = frozenset({Kind.CONFIG_SET, Kind.RECOMMENDATION})
"""What the server says itself; everything else it receives."""


def document() -> Json:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "footfall",
            "version": f"{SCHEMA}.0.0",
            "description": "Counts from devices and tickets from tills to a store server, and "
            "what a zone should show from there, over MQTT 3.1.1. "
            "The rules that a schema cannot say stand in README.md beside this file.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {channel.kind.value: _channel(channel) for channel in CHANNELS},
        "operations": {
            f"{_action(channel)}-{channel.kind.value}": _operation(channel)
            for channel in CHANNELS
            if channel.kind is not Kind.BADGE  # goes from reader to device, past the server
        },
        "components": {"messages": {c.kind.value: _message(c) for c in CHANNELS}, "schemas": _schemas()},
    }


def as_text() -> str:
    """The document as it is kept in `asyncapi.json`."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _channel(channel: Channel) -> Json:
    return {
        "address": channel.address,
        "description": channel.about,
        "messages": {channel.kind.value: {"$ref": f"#/components/messages/{channel.kind.value}"}},
        "parameters": {name: {"description": PARAMETERS[name]} for name in channel.parameters},
    }


def _action(channel: Channel) -> str:
    return "send" if channel.kind in SENT else "receive"


def _operation(channel: Channel) -> Json:
    name = channel.kind.value
    return {
        "action": _action(channel),
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
        "bindings": {
            "mqtt": {"qos": channel.qos, "retain": channel.retained, "bindingVersion": "0.2.0"},
        },
    }


def _message(channel: Channel) -> Json:
    model = MESSAGE_OF[channel.kind]
    return {
        "name": model.__name__,
        "contentType": "application/json",
        "payload": {"$ref": SCHEMAS + model.__name__},
    }


def _schemas() -> Json:
    models: list[tuple[type[BaseModel], Literal["validation"]]] = [
        (model, "validation") for model in MESSAGE_OF.values()
    ]
    _, definitions = models_json_schema(models, ref_template=SCHEMAS + "{model}")
    schemas: Json = definitions["$defs"]
    for said in MESSAGE_OF.values():
        # Readers could assume a version, but a payload without one is refused.
        schemas[said.__name__]["required"].insert(0, "schema")
        del schemas[said.__name__]["properties"]["schema"]["default"]
    schemas["DwellSketch"]["properties"]["bins"] |= {
        "propertyNames": {"pattern": "^-?[0-9]+$"},
        "additionalProperties": {"type": "integer", "minimum": 1},
        "maxProperties": HIGHEST_BIN - LOWEST_BIN + 1,
    }
    for model, name in (("SaleLine", "quantity"), ("SaleLine", "net"), ("RecommendedProduct", "price")):
        for form in schemas[model]["properties"][name]["anyOf"]:
            if form["type"] == "string":
                form["pattern"] = PLAIN_NUMBER
    for part in _parts(schemas):
        if isinstance(part.get("title"), str):
            del part["title"]  # only the field's name in capitals
    return schemas


def _parts(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _parts(one)


if __name__ == "__main__":
    print(as_text(), end="")
