"""What the commands print: for people as tables, for programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.api.reports import StoreReport, queue_name
from server.api.shapes import plain
from server.counters.taking import CountProblem, CountsReport
from server.dashboard import words
from server.metrics.glossary import NO_DATA, TOO_FEW
from server.metrics.lag import Lag
from server.metrics.queues import QueueFigures
from server.metrics.ratios import Ratio
from server.metrics.report import Figures
from server.pos.summary import ImportReport, Problem
from server.storage.gate_decisions import Enrolment
from server.storage.quarantine import QuarantineRow
from server.storage.unknown_time import Held
from server.upkeep.nightly import Night

_EXCERPT_BYTES = 200


def as_json(value: object) -> str:
    """JSON over several lines; instants in ISO form."""
    return json.dumps(value, indent=2, default=_plain, ensure_ascii=False)


def lag(found: Lag | None, *, kept: bool) -> str:
    """How long it takes from a zone to the till, in a line."""
    if found is None or not found.sure:
        return "the data do not show it: more days, zone visits by the minute or tickets are needed"
    return f"{found.minutes} minutes (correlation {found.strength:.2f}){', kept' if kept else ''}"


def lag_as_json(found: Lag | None, *, kept: bool) -> str:
    """The same for programs; `minutes` and `strength` are null where nothing could be measured."""
    measured = asdict(found) if found else {"minutes": None, "strength": None, "sure": False}
    return as_json({**measured, "kept": kept})


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
                "kinds": ", ".join(f"{count} {kind}" for kind, count in report.kinds.items()),
                "span (UTC)": span,
            },
        )
    ]
    if report.dry_run:
        tables += [_preview_table(report), _days_table(report)]
    return [*tables, *_problems_tables(report.problems)]


def counts_tables(report: CountsReport) -> list[Table]:
    """What became of a file of counts."""
    span = "" if not report.first or not report.last else f"{_minute(report.first)} to {_minute(report.last)}"
    pairs = {
        "rows read": report.rows_read,
        "buckets new": report.new,
        "  changed": report.changed,
        "  unchanged": report.unchanged,
        "entries": report.entries,
        "exits": report.exits,
        "rows to quarantine": report.quarantined,
        "rows lost, quarantine full": report.refused,
        "passed over": ", ".join(report.passed_over),
        "span (UTC)": span,
    }
    title = f"{report.file}{' (dry run: nothing written)' if report.dry_run else ''}"
    return [_pairs(title, pairs), *_problems_tables(report.problems)]


def _problems_tables(problems: Sequence[Problem | CountProblem]) -> list[Table]:
    if not problems:
        return []
    table = Table("line", "why it was refused", title="refused rows, the first of them")
    for problem in problems:
        table.add_row(*texts(problem.line, problem.reason))
    return [table]


def _preview_table(report: ImportReport) -> Table:
    table = Table(
        *("ticket", "till", "paid (UTC)", "kind", "lines", "units", "net", "customer"),
        title=f"as understood, the first {len(report.preview)}",
    )
    for ticket in report.preview:
        table.add_row(
            *texts(ticket.ticket, ticket.till, _minute(ticket.at), ticket.kind.value, ticket.lines),
            *texts(plain(ticket.units), _amount(ticket.net, ticket.currency)),
            "hashed" if ticket.known_customer else "",
        )
    return table


def _days_table(report: ImportReport) -> Table:
    table = Table("business day", "sales", "returns", "units", "net", title="by day and currency")
    for day in report.days:
        units, net = plain(day.units), _amount(day.net, day.currency)
        table.add_row(*texts(day.day, day.transactions, day.returns, units, net))
    return table


def _amount(net: Decimal | None, currency: str | None) -> str:
    return NO_DATA if net is None else f"{plain(net)} {currency or ''}".rstrip()


def quarantine_table(rows: Sequence[QuarantineRow], waiting: int) -> Table:
    """What waits."""
    table = Table("number", "since (UTC)", "from", "why", "tries", title=f"{waiting} waiting")
    for row in rows:
        table.add_row(*texts(row.number, _minute(row.received_at), _origin(row), row.reason, row.tries))
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


def device_table(devices: Sequence[Enrolment]) -> Table:
    """Who may send."""
    table = Table("store", "device", "decided", "since (UTC)")
    for device in devices:
        since = "" if device.since is None else _minute(device.since)
        table.add_row(*texts(device.store, device.device, device.state or "nothing yet", since))
    return table


def unknown_time_table(held: Sequence[Held]) -> Table:
    """What stands in no figure, because nobody knows when it was."""
    table = Table("store", "device", "camera", "buckets", "its clock said (UTC)")
    for one in held:
        span = f"{_minute(one.first)} to {_minute(one.last)}"
        table.add_row(*texts(one.store, one.device, one.camera, one.buckets, span))
    return table


def night_table(night: Night) -> Table:
    """What the nightly work did."""
    return _pairs(
        "nightly work",
        {
            "copy": night.backup or "none: keeping.backup_folder is empty",
            "messages from quarantine stored": night.retried,
            "hours made": night.rolled.hours,
            "  of minutes": night.rolled.minutes,
            "minutes that cannot be put together": night.rolled.left,
            "rows of quarantine forgotten": night.quarantine_forgotten,
            "buckets of unknown time forgotten": night.unknown_time_forgotten,
            "tickets whose customer was forgotten": night.customers_forgotten,
            "days of experiments measured": night.experiment_days,
            **{f"learnt for {store}": sentence for store, sentence in night.learnt.items()},
            **{f"forecast for {store}": sentence for store, sentence in night.forecast.items()},
        },
    )


def rows_held(rows: Mapping[str, int]) -> str:
    """What a copy holds, in one line."""
    return ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in rows.items())


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
            *texts(queue_name(report.settings, queue.queue)),
            words.number(queue.joined),
            words.number(queue.served),
            words.duration(wait.median_seconds if wait else None),
            words.duration(wait.p90_seconds if wait else None),
            _rate(queue.over_target),
            _rate(queue.abandonment),
            words.number(length.peak if length else None),
        )
    return table


def terminal(*, errors: bool = False) -> Console:
    """Where a command speaks to people; `errors`: beside its output. Text comes out letter by letter."""
    return Console(stderr=errors, emoji=False)


def show(tables: Sequence[Table], console: Console | None = None) -> None:
    """Print tables one below the other."""
    where = console or terminal()
    for table in tables:
        where.print(table)


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
        table.add_row(*texts(*row))
    return table


def _pairs(title: str, pairs: dict[str, object]) -> Table:
    table = Table(title=Text(harmless(title)), show_header=False)
    for name, value in pairs.items():
        table.add_row(*texts(name, value))
    return table


def _origin(row: QuarantineRow) -> str:
    return row.origin if row.position is None else f"{row.origin} line {row.position}"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def texts(*values: object) -> list[Text]:
    """Cells of a table, without what could steer a terminal."""
    # Not str: rich would take [brackets] in it for markup.
    return [Text(harmless(str(value))) for value in values]


def _plain(value: object) -> str | list[str]:
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
