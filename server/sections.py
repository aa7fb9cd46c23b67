"""What the parts of the configuration are made of: the base of all sections, and checked values."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, time
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from edge.wire.topics import ID_PATTERN

Id = Annotated[str, Field(pattern=ID_PATTERN)]
Port = Annotated[int, Field(ge=1, le=65535)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Berlin") from error
    return name


def _clock_time(value: object) -> object:
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is not a time of day such as 06:00") from error
    if isinstance(value, time) and value.tzinfo is not None:
        raise ValueError("is local to the store and takes no offset")
    return value


_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,10}")


def _host_name(name: str) -> str:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        if not _HOST_NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} is no host name or address such as figures.example.org; without port and https://"
            ) from None
    return name.lower()


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no address or network such as 192.0.2.7 or 192.0.2.0/24") from error
    return text


def _year_day(text: str) -> str:
    try:
        datetime.strptime(f"2023-{text}", "%Y-%m-%d")  # noqa: DTZ007 -- only the form is looked at
    except ValueError as error:
        raise ValueError(f"{text!r} is not a month and day of every year such as 02-01") from error
    return text


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[str, ...] = get_args(Weekday)
DAY_NAMES = tuple(name.capitalize() for name in WEEKDAYS)
"""The same as people read them."""
YearDay = Annotated[str, Field(pattern=r"^\d\d-\d\d$"), AfterValidator(_year_day)]
HostName = Annotated[str, AfterValidator(_host_name)]
Network = Annotated[str, AfterValidator(_network)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Section(BaseModel):
    """A part of the configuration: frozen, and refusing what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
