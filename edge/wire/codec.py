"""Messages to bytes and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache

from pydantic import ValidationError

from edge.wire.messages import MESSAGE_OF, OLDEST_READABLE_SCHEMA, SCHEMA, Message
from edge.wire.topics import Address, TopicError, parse_topic

MAX_PAYLOAD_BYTES = 256 * 1024
"""A payload above this is refused unread; a full bucket with 50 lines and zones has about 40 KiB."""

_OURS = b'{"schema":1,'
"""So begins whatever `encode` wrote: looking at its form first would take as long as reading it."""


class WireError(ValueError):
    """A payload that is not what its topic promises; the message says what is wrong and where."""


def encode(message: Message) -> bytes:
    """The payload of a message: UTF-8 JSON without spaces."""
    return message.model_dump_json(by_alias=True, exclude_none=True).encode()


def decode(topic: str, payload: bytes) -> Message:
    """The message that a payload holds.

    Raises:
        WireError: unknown topic, not JSON, not readable as this version of the contract, a field that
            is wrong (each named with its path), or a sender that is not the topic's.
    """
    try:
        address, read = _form_of(topic)
    except TopicError as error:
        raise WireError(str(error)) from error
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise WireError(f"payload has {len(payload)} bytes; at most {MAX_PAYLOAD_BYTES} are read")
    if not payload.startswith(_OURS):
        _check_form(payload)
    try:
        message = read(payload, strict=True)
    except ValidationError as error:
        _check_form(payload)
        raise WireError(_in_words(error)) from error
    if not message.is_from(address):
        raise WireError(f"the message names another sender than its topic {topic!r}")
    return message


@lru_cache(maxsize=1024)  # A device's thousands of messages come on a few topics.
def _form_of(topic: str) -> tuple[Address, Callable[..., Message]]:
    """Who sends there, and what reads it: `model_validate_json` without its way around."""
    address = parse_topic(topic)
    return address, MESSAGE_OF[address.kind].__pydantic_validator__.validate_json


def _check_form(payload: bytes) -> None:
    """Refuse what is no JSON object of a schema that is known."""
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise WireError(f"payload is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise WireError("payload is JSON but not an object")
    schema = content.get("schema")
    if type(schema) is not int or not OLDEST_READABLE_SCHEMA <= schema <= SCHEMA:
        raise WireError(f"schema is {schema!r}; this reader knows {OLDEST_READABLE_SCHEMA} to {SCHEMA}")


def _in_words(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'message'}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in problems
    )
