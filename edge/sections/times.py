"""Time zones and times of day, as people write them."""

from __future__ import annotations

from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            "this is no time zone that is known here; write its IANA name, such as Europe/Berlin or UTC"
        ) from error
    return name


def _full_minute(value: object) -> object:
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError as error:
            raise ValueError('this is no time of day; write it as "HH:MM", such as "04:00"') from error
    if isinstance(value, time) and (value.tzinfo or value.second or value.microsecond):
        raise ValueError('a day ends at a full minute of local time; write it as "HH:MM", such as "04:00"')
    return value


TimeZone = Annotated[str, AfterValidator(_known_zone)]
ClockTime = Annotated[time, BeforeValidator(_full_minute)]
