"""Shifts from a CSV file."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from server.config import Settings
from server.errors import ServerError
from server.metrics.rows import LabourRow
from server.storage.database import writing
from server.storage.labour import replace_labour

COLUMNS = ("begin", "end", "people")
_LONGEST = timedelta(hours=24)
_MOST_PEOPLE = Decimal(10_000)


class LabourUnreadable(ServerError):
    """The file of shifts cannot be read; the message says which line and why."""

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


def read_labour(file: Path, zone: ZoneInfo) -> list[LabourRow]:
    """The shifts of a file; times without an offset are those of the store's clock.

    Raises:
        LabourUnreadable: no such file, or a line that is no shift.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            lines = csv.DictReader(opened)
            if tuple(lines.fieldnames or ()) != COLUMNS:
                raise LabourUnreadable(f"{file} does not begin with the header {','.join(COLUMNS)}")
            return [_shift(file, lines.line_num, line, zone) for line in lines]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabourUnreadable(f"{file} cannot be read: {error}", "it is a CSV file in UTF-8") from error


def _shift(file: Path, number: int, line: dict[str, str], zone: ZoneInfo) -> LabourRow:
    try:
        begin, end = (_instant(line[column] or "", zone) for column in ("begin", "end"))
        people = Decimal(line["people"] or "")
    except (ValueError, InvalidOperation) as error:
        raise LabourUnreadable(
            f"{file}, line {number}: not a shift such as 2026-03-02T09:00,2026-03-02T17:00,2.5"
        ) from error
    if not timedelta(0) < end - begin <= _LONGEST:
        raise LabourUnreadable(f"{file}, line {number}: a shift ends after it begins, within 24 hours")
    if (
        not people.is_finite()
        or not 0 <= people <= _MOST_PEOPLE
        or people != people.quantize(Decimal("0.0001"))
    ):
        raise LabourUnreadable(
            f"{file}, line {number}: people is a number from 0 to {_MOST_PEOPLE}, to four decimals"
        )
    return LabourRow(begin, end, people)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    stated = datetime.fromisoformat(text)
    return (stated if stated.tzinfo else stated.replace(tzinfo=zone)).astimezone(UTC)
