"""What a counter of another make tells, in one form for all makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class CountsRefused(ValueError):
    """What a counter sent cannot be used; the message says what, where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Span:
    """People who crossed one of its lines within [begin, end), in UTC, in its own words for in and out.

    `name` is what the counter calls the line, empty where it gives it no name. `row` is the line of a file.
    """

    name: str
    begin: datetime
    end: datetime
    count_in: int
    count_out: int
    row: int = 1


@dataclass(frozen=True, slots=True)
class Sum:
    """A count that goes on rising, as it stood at an instant; None where it counts only the other way.

    `since` is when it began anew from 0, where the counter says so. `polled`: it stands for the time at which
    somebody asked, and not for that at which somebody came.
    """

    name: str
    at: datetime
    count_in: int | None
    count_out: int | None
    since: datetime | None = None
    polled: bool = False


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a file that cannot be read."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """All that one message or file says. `passed_over`: what in it counts no crossings of lines."""

    serial: str | None = None
    spans: tuple[Span, ...] = ()
    sums: tuple[Sum, ...] = ()
    passed_over: tuple[str, ...] = ()
    bad: tuple[BadRow, ...] = ()
    header: str = ""
    rows_read: int = 0
