"""Tables as CSV (RFC 4180): UTF-8, a header, a point in decimals, nothing where nothing is known."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

from server.api.columns import Table, Value
from server.api.shapes import plain


def csv_text(table: Table) -> str:
    """The whole table with its header."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([column.title for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue()


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Decimal():
            return plain(value)
        case _:
            return str(value)
