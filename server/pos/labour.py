"""Shifts from a CSV file, a form or a program."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from server.config import Settings
from server.errors import ServerError
from server.metrics.intervals import Interval
from server.metrics.rows import LabourRow
from server.storage.database import writing
from server.storage.labour import replace_labour, replace_within

COLUMNS = ("begin", "end", "people")
_LONGEST = timedelta(hours=24)
_MOST_PEOPLE = Decimal(10_000)


class LabourUnreadable(ServerError):
    """Shifts that cannot be read; the message says which line and why."""

    exit_code = 4


def import_labour(db: Database, settings: Settings, file: Path, store: str) -> int:
    """Take shifts in place of all that share time with them; how many.

    Raises:
        LabourUnreadable: no such file, or a line that is no shift: then nothing is taken.
    """
    zone = settings.store(store).zone
    rows = read_labour(file, zone)
    with writing(db):
        replace_labour(db, store, rows)
    return len(rows)


def keep_labour(db: Database, store: str, within: Interval, rows: Sequence[LabourRow]) -> None:
    """Take shifts in place of all that begin within a span.

    Raises:
        LabourUnreadable: one of them begins elsewhere: then nothing is taken.
    """
    outside = [row for row in rows if not within.begin <= row.begin < within.end]
    if outside:
        raise LabourUnreadable(
            f"the shift from {outside[0].begin:%Y-%m-%dT%H:%M}Z begins outside the time that is edited",
            "take it out, or edit the time in which it begins",
        )
    with writing(db):
        replace_within(db, store, within, rows)


def read_labour(file: Path, zone: ZoneInfo) -> list[LabourRow]:
    """The shifts of a file; times without an offset are those of the store's clock.

    Raises:
        LabourUnreadable: no such file, or a line that is no shift.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            return read_lines(opened, str(file), zone)
    except (OSError, UnicodeDecodeError) as error:
        raise LabourUnreadable(f"{file} cannot be read: {error}", "it is a CSV file in UTF-8") from error


def read_lines(lines: Iterable[str], name: str, zone: ZoneInfo) -> list[LabourRow]:
    """The shifts of a CSV's lines, see `read_labour`.

    Raises:
        LabourUnreadable: another header, or a line that is no shift.
    """
    table = csv.DictReader(lines)
    try:
        if tuple(table.fieldnames or ()) != COLUMNS:
            raise LabourUnreadable(f"{name} does not begin with the header {','.join(COLUMNS)}")
        return [_shift(f"{name}, line {table.line_num}", line, zone) for line in table]
    except csv.Error as error:
        raise LabourUnreadable(f"{name} cannot be read: {error}", "it is a CSV file in UTF-8") from error


def written(rows: Sequence[LabourRow], zone: ZoneInfo) -> str:
    """Shifts as CSV on the store's clock, as `read_lines` takes them again; with an offset where it turns."""
    lines = [",".join(COLUMNS)]
    for row in rows:
        begin, end = (_local(at, zone) for at in (row.begin, row.end))
        lines.append(f"{begin},{end},{row.people.normalize():f}")
    return "\n".join(lines) + "\n"


def shift_of(begin: datetime, end: datetime, people: Decimal, where: str) -> LabourRow:
    """A shift that can be kept.

    Raises:
        LabourUnreadable: it ends before it begins, or is too long, or nobody can be so many.
    """
    if not timedelta(0) < end - begin <= _LONGEST:
        raise LabourUnreadable(f"{where}: a shift ends after it begins, within 24 hours")
    if (
        not people.is_finite()
        or not 0 <= people <= _MOST_PEOPLE
        or people != people.quantize(Decimal("0.0001"))
    ):
        raise LabourUnreadable(f"{where}: people is a number from 0 to {_MOST_PEOPLE}, to four decimals")
    return LabourRow(begin.astimezone(UTC), end.astimezone(UTC), people)


def _shift(where: str, line: dict[str, str], zone: ZoneInfo) -> LabourRow:
    try:
        begin, end = (_instant(line[column] or "", zone) for column in ("begin", "end"))
        people = Decimal(line["people"] or "")
    except (ValueError, OverflowError, InvalidOperation) as error:
        raise LabourUnreadable(
            f"{where}: not a shift such as 2026-03-02T09:00,2026-03-02T17:00,2.5"
        ) from error
    return shift_of(begin, end, people, where)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    stated = datetime.fromisoformat(text)
    return (stated if stated.tzinfo else stated.replace(tzinfo=zone)).astimezone(UTC)


def _local(at: datetime, zone: ZoneInfo) -> str:
    shown = at.astimezone(zone)
    bare = shown.replace(tzinfo=None)
    # The hour that a clock repeats would otherwise be read as the first of the two.
    unsure = bare.replace(tzinfo=zone).astimezone(UTC) != at
    return (shown if unsure else bare).isoformat(timespec="minutes" if not bare.second else "auto")
