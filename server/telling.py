"""What the commands print: for people as tables, for programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.api.reports import StoreReport, queue_name
from server.dashboard import words
from server.metrics.glossary import NO_DATA, TOO_FEW
from server.metrics.queues import QueueFigures
from server.metrics.ratios import Ratio
from server.metrics.report import Figures
from server.pos.importing import ImportReport
from server.storage.quarantine import QuarantineRow

_EXCERPT_BYTES = 200


def as_json(value: object) -> str:
    """JSON over several lines; instants in ISO form."""
    return json.dumps(value, indent=2, default=_plain, ensure_ascii=False)


def harmless(text: str) -> str:
    """Text from outside without what could steer a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text)


def quarantine_values(row: QuarantineRow) -> dict[str, Any]:
    """A refused item as JSON holds it: its payload as text, what is not UTF-8 escaped."""
    values = asdict(row)
    return {**values, "payload": row.payload.decode(errors="backslashreplace")}


def import_tables(report: ImportReport) -> list[Table]:
    """What became of a file."""
    span = "" if not report.first or not report.last else f"{_minute(report.first)} to {_minute(report.last)}"
    tables = [
        _pairs(
            f"{report.file}{' (dry run: nothing written)' if report.dry_run else ''}",
            {
                "rows read": report.rows_read,
                "tickets": report.tickets,
                "  new": report.new,
                "  changed": report.changed,
                "  unchanged": report.unchanged,
                "lines": report.lines,
                "tickets removed": report.removed,
                "rows ignored": report.ignored,
                "rows to quarantine": report.quarantined,
                "rows lost, quarantine full": report.refused,
                "in an hour that came twice": report.ambiguous_hours,
                "span (UTC)": span,
            },
        )
    ]
    if report.problems:
        table = Table("line", "why it was refused", title="refused rows, the first of them")
        for problem in report.problems:
            table.add_row(*_texts(problem.line, problem.reason))
        tables.append(table)
    return tables


def quarantine_table(rows: Sequence[QuarantineRow], waiting: int) -> Table:
    """What waits."""
    table = Table("number", "since (UTC)", "from", "why", "tries", title=f"{waiting} waiting")
    for row in rows:
        table.add_row(*_texts(row.number, _minute(row.received_at), _origin(row), row.reason, row.tries))
    return table


def quarantine_item(row: QuarantineRow) -> Table:
    """One refused item in full, but for the end of a long payload."""
    payload = row.payload[:_EXCERPT_BYTES].decode(errors="backslashreplace")
    more = len(row.payload) - _EXCERPT_BYTES
    return _pairs(
        f"number {row.number}",
        {
            "from": _origin(row),
            "store": row.store or "",
            "since (UTC)": row.received_at,
            "why": row.reason,
            "tries": row.tries,
            "done with (UTC)": row.resolved_at or "waits",
            "payload": payload + (f" … and {more} bytes more" if more > 0 else ""),
        },
    )


def day_tables(report: StoreReport) -> list[Table]:
    """A business day, hour by hour, and its queues where any are watched."""
    queues = [queue for queue in report.totals.queues if queue.length is not None]
    return [day_table(report), *([queue_table(report, queues)] if queues else [])]


def day_table(report: StoreReport) -> Table:
    """A business day, hour by hour; hours in which nothing happened are left out.

    What not every shop's devices tell stands in columns at the end, and only where they tell it.
    """
    zone = report.settings.time_zone
    title = f"{report.settings.name}, {report.interval.begin.astimezone(report.settings.zone):%A %d %B %Y}"
    more = [column for column in _OPTIONAL if column.told(report.totals)]
    names = ("hour", "entries", "exits", "sales", "conversion", "net sales", "coverage")
    table = Table(*names, *(column.name for column in more), title=Text(harmless(title)))
    for part in report.parts:
        if part.entries or part.exits or part.transactions or part.passers_by:
            table.add_row(words.clock(part.interval.begin, zone), *_cells(part, more))
    table.add_section()
    table.add_row("day", *_cells(report.totals, more))
    return table


def queue_table(report: StoreReport, queues: Sequence[QueueFigures]) -> Table:
    """A business day's queues."""
    names = ("queue", "joined", "served", "median wait", "p90 wait", "over target", "gave up", "longest")
    table = Table(*names)
    for queue in queues:
        wait, length = queue.wait, queue.length
        table.add_row(
            *_texts(queue_name(report.settings, queue.queue)),
            words.number(queue.joined),
            words.number(queue.served),
            words.duration(wait.median_seconds if wait else None),
            words.duration(wait.p90_seconds if wait else None),
            _rate(queue.over_target),
            _rate(queue.abandonment),
            words.number(length.peak if length else None),
        )
    return table


def show(console: Console, tables: Sequence[Table]) -> None:
    """Print tables one below the other."""
    for table in tables:
        console.print(table)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that only some shops have."""

    name: str
    told: Callable[[Figures], bool]
    cell: Callable[[Figures], str]


def _staff(part: Figures) -> int | None:
    return part.crossings.staff_entries if part.crossings else None


_OPTIONAL = (
    _Column(
        "with staff",
        lambda part: _staff(part) is not None,
        lambda part: words.number(part.crossings.raw_entries if part.crossings else None),
    ),
    _Column(
        "passers-by", lambda part: part.passers_by is not None, lambda part: words.number(part.passers_by)
    ),
    _Column("capture", lambda part: part.capture_rate is not None, lambda part: _rate(part.capture_rate)),
    _Column(
        "groups",
        lambda part: part.groups is not None,
        lambda part: words.number(part.groups.n if part.groups else None),
    ),
)


def _cells(part: Figures, more: Sequence[_Column]) -> tuple[str, ...]:
    net = part.net_sales
    return (
        words.number(part.entries),
        words.number(part.exits),
        words.number(part.transactions),
        _rate(part.conversion),
        NO_DATA if net is None else f"{words.amount(net.amount)} {net.currency or ''}".rstrip(),
        words.percent(part.coverage),
        *(column.cell(part) for column in more),
    )


def _rate(rate: Ratio | None) -> str:
    if rate is None or rate.value is None:
        return NO_DATA
    return words.percent(rate.value, 1) if rate.enough else TOO_FEW


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table of whatever values."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*_texts(*row))
    return table


def _pairs(title: str, pairs: dict[str, object]) -> Table:
    table = Table(title=Text(harmless(title)), show_header=False)
    for name, value in pairs.items():
        table.add_row(*_texts(name, value))
    return table


def _origin(row: QuarantineRow) -> str:
    return row.origin if row.position is None else f"{row.origin} line {row.position}"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _texts(*values: object) -> list[Text]:
    # Not str: rich would take [brackets] in it for markup.
    return [Text(harmless(str(value))) for value in values]


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
