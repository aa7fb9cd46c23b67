"""Rosters as files: CSV for spreadsheets, iCalendar for phones."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event

from server.staffing.planning import Duty

COLUMNS = ("name", "date", "begin", "end", "break_begin", "break_end", "paid_hours")
_RUNS_AS_A_FORMULA = ("=", "+", "-", "@")


def as_csv(duties: Sequence[Duty]) -> str:
    """One line for each shift, times with the offset of the store's clock."""
    out = StringIO()
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    for duty in duties:
        lines.writerow(
            [
                _harmless(duty.name),
                f"{duty.begin:%Y-%m-%d}",
                duty.begin.isoformat(),
                duty.end.isoformat(),
                duty.break_begin.isoformat() if duty.break_begin else "",
                duty.break_end.isoformat() if duty.break_end else "",
                f"{duty.paid_hours:g}",
            ]
        )
    return out.getvalue()


def as_icalendar(duties: Sequence[Duty], store: str, now: datetime) -> bytes:
    """A calendar (RFC 5545) with an event for each shift, whose UID stays when the shift is made again."""
    calendar = Calendar()
    calendar.add("prodid", "-//footfall//roster//EN")
    calendar.add("version", "2.0")
    for duty in duties:
        event = Event()
        event.add("uid", str(uuid5(NAMESPACE_URL, f"footfall:{store}:{duty.name}:{duty.begin:%Y-%m-%d}")))
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", duty.begin.astimezone(UTC))
        event.add("dtend", duty.end.astimezone(UTC))
        event.add("summary", f"{duty.name}, {store}")
        if duty.break_begin and duty.break_end:
            event.add("description", f"Break {duty.break_begin:%H:%M} to {duty.break_end:%H:%M}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(_RUNS_AS_A_FORMULA) else name
