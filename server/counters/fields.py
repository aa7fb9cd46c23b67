"""Values out of foreign JSON and CSV, each checked; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from edge.wire.messages import EARLIEST, LATEST
from server.counters.told import CountsRefused
from server.pos import local_time
from server.pos.errors import RowRefused

_EXAMPLE = datetime(2026, 11, 21, 17, 5, tzinfo=UTC)
MOST_PEOPLE = 10_000_000
"""More than these in one figure are a mistake."""


def begins_an_object(body: bytes) -> bool:
    """Whether a body looks like an object of JSON, and not like the other form that a counter may send."""
    return body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")


def json_object(body: bytes) -> Mapping[str, Any]:
    """The object that a body holds.

    Raises:
        CountsRefused: it is not JSON, or not an object.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CountsRefused(f"the body is not JSON: {error}") from error
    return mapping(content, "the body")


def mapping(value: object, where: str) -> Mapping[str, Any]:
    """The value, which has to be an object."""
    if not isinstance(value, dict):
        raise CountsRefused(f"{where} is {_short(value)}, not an object")
    return value


def sequence(value: object, where: str) -> list[Any]:
    """The value, which has to be a list."""
    if not isinstance(value, list):
        raise CountsRefused(f"{where} is {_short(value)}, not a list")
    return value


def people(value: object, where: str) -> int:
    """A number of people, as a number or as digits."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value <= MOST_PEOPLE:
        raise CountsRefused(f"{where} is {_short(value)}, not a number of people")
    return value


def instant(value: object, where: str) -> datetime:
    """An instant in UTC: milliseconds since 1970, or ISO 8601 with its offset."""
    if type(value) is int and 0 <= value < 10**14:
        return _bounded(datetime.fromtimestamp(value / 1000, UTC), where)
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise CountsRefused(f"{where} is {_short(value)}, not an instant") from error
    if at.tzinfo is None:
        raise CountsRefused(f"{where} is {_short(value)}, which lacks its offset from UTC")
    return _bounded(at, where)


def local_instant(text: object, form: str, zone: ZoneInfo, where: str) -> datetime:
    """An instant in UTC, from what a clock in a zone showed; of an hour that came twice the first.

    Raises:
        CountsRefused: it is of another form, or the clock never showed it.
    """
    try:
        shown = local_time.parsed(str(text).strip(), (form,))
    except RowRefused as error:
        wanted = _EXAMPLE.strftime(form)
        raise CountsRefused(f"{where} is {_short(text)}, not a time as {wanted!r}") from error
    try:
        at, _ = local_time.instant(shown, zone)
    except RowRefused as error:
        raise CountsRefused(f"{where}: {error}") from error
    return at


def _bounded(at: datetime, where: str) -> datetime:
    # Compared first: turning year 1 or 9999 into UTC would overflow.
    if not EARLIEST <= at < LATEST:
        raise CountsRefused(f"{where} is {at.isoformat()}, not between the years 2000 and 2100")
    return at.astimezone(UTC)


def _short(value: object) -> str:
    return repr(value)[:60]
