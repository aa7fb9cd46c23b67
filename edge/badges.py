"""Badges read at a till or door: which numbers are staff's, and what waits to be looked at in the pictures.

A number is compared and forgotten. What goes on is only that a badge of staff was read, where and when.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, Full, Queue

MOST_WAITING = 256
"""Badges that may wait for the next picture; more than a till ever reads between two."""

FORMS = '"42", "7000-7999" or "staff-*"'

_NUMBER = re.compile(r"[0-9]{1,100}")
_RANGE = re.compile(r"([0-9]{1,100})-([0-9]{1,100})")
_PREFIX = re.compile(r"([^*]{1,99})\*")


class BadgeError(ValueError):
    """A range of badges that cannot be read."""


@dataclass(frozen=True, slots=True)
class StaffNumbers:
    """The numbers that are staff's.

    Attributes:
        ranges: first and last of each range of whole numbers.
        prefixes: beginnings of numbers that are no plain digits.
    """

    ranges: tuple[tuple[int, int], ...] = ()
    prefixes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, texts: Sequence[str]) -> StaffNumbers:
        """The numbers that are written as `42`, `7000-7999` or `staff-*`.

        Raises:
            BadgeError: one of the texts is none of these, or a range ends before it begins.
        """
        ranges: list[tuple[int, int]] = []
        prefixes: list[str] = []
        for text in texts:
            if found := _PREFIX.fullmatch(text):
                prefixes.append(found[1])
            else:
                ranges.append(_range(text))
        return cls(tuple(ranges), tuple(prefixes))

    def contains(self, number: str) -> bool:
        """Whether a number that was read is staff's; digits are compared as whole numbers, so 0042 is 42."""
        number = number.strip()
        if number.startswith(self.prefixes):
            return True
        if not _NUMBER.fullmatch(number):
            return False
        return any(first <= int(number) <= last for first, last in self.ranges)


@dataclass(frozen=True, slots=True)
class BadgeSeen:
    """A badge of staff was read at a reader; `at` by the reader's clock, in seconds since the epoch."""

    reader: str
    at: float


class BadgeInbox:
    """What one thread hears and another looks at between two pictures. Holds at most `MOST_WAITING`."""

    def __init__(self) -> None:
        self._waiting: Queue[BadgeSeen] = Queue(MOST_WAITING)

    def put(self, seen: BadgeSeen) -> bool:
        """Notes a badge, from any thread and at once; False if too many wait already."""
        try:
            self._waiting.put_nowait(seen)
        except Full:
            return False
        return True

    def take(self) -> list[BadgeSeen]:
        """What has come since the last call, in order."""
        taken: list[BadgeSeen] = []
        while len(taken) < MOST_WAITING:
            try:
                taken.append(self._waiting.get_nowait())
            except Empty:
                break
        return taken


def _range(text: str) -> tuple[int, int]:
    if _NUMBER.fullmatch(text):
        return int(text), int(text)
    found = _RANGE.fullmatch(text)
    if not found:
        raise BadgeError(f"{text!r} is no badge number, range or beginning of one; write it as {FORMS}")
    first, last = int(found[1]), int(found[2])
    if last < first:
        raise BadgeError(f"the range {text!r} ends before it begins; write the lower number first")
    return first, last
