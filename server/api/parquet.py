"""Tables as Parquet. Each column's unit stands in its metadata. Needs the extra `parquet`."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as files

from server.api.columns import Column, Table, Type

_TYPES: dict[Type, Any] = {
    "text": arrow.string(),
    "whole": arrow.int64(),
    "number": arrow.float64(),
    "exact": arrow.decimal128(38, 4),
    "instant": arrow.timestamp("us", tz="UTC"),
    "flag": arrow.bool_(),
}


def parquet_bytes(table: Table) -> bytes:
    """The whole table as one file."""
    schema = arrow.schema([_field(column) for column in table.columns])
    values = [
        arrow.array([row[number] for row in table.rows], field.type) for number, field in enumerate(schema)
    ]
    out = io.BytesIO()
    files.write_table(arrow.Table.from_arrays(values, schema=schema), out)
    return out.getvalue()


def _field(column: Column) -> Any:
    return arrow.field(column.title, _TYPES[column.type], metadata={"unit": column.unit})
