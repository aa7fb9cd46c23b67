"""A till's local time as an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from edge.wire.messages import EARLIEST, LATEST
from server.pos.errors import RowRefused


def parsed(text: str, formats: Sequence[str]) -> datetime:
    """The time that a text says, by the first strptime format that fits.

    Raises:
        RowRefused: none fits.
    """
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 -- local; the zone is added by `instant`
        except ValueError:
            continue
    raise RowRefused(f"time {text!r} fits none of the date_formats {', '.join(map(repr, formats))}")


def instant(local: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The instant in UTC, and whether the clock showed this time twice (then it is the first).

    Raises:
        RowRefused: the clock jumped over this time, or the year is outside 2000 to 2099.
    """
    if not EARLIEST.year <= local.year < LATEST.year:
        raise RowRefused(f"time {local.isoformat(' ')} is not between the years 2000 and 2100")
    if local.tzinfo is not None:
        return local.astimezone(UTC), False
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    at = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return at, False
    if at.astimezone(zone).replace(tzinfo=None) != local:
        raise RowRefused(f"time {local.isoformat(' ')} does not exist in {zone.key}: the clock jumps over it")
    return at, True
