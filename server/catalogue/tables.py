"""Catalogues as CSV, out and in again; pure but for reading the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from server.catalogue.items import MOST_ROWS, Item, Product, doubled
from server.pos.errors import FileRefused
from server.pos.reading import RawRow, opened, rows

ATTRIBUTE = "attribute:"
"""What the columns of a product's attributes begin with."""

_PROBLEMS_SHOWN = 20


def written(model: type[Item], items: Sequence[Item]) -> str:
    """CSV with a header, as `read_lines` takes it again."""
    columns = _columns(model)
    attributes = sorted({name for item in items if isinstance(item, Product) for name in item.attributes})
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*columns, *(ATTRIBUTE + name for name in attributes)])
    for item in items:
        values = item.model_dump(mode="json")
        of_item = item.attributes if isinstance(item, Product) else {}
        cells = [values[column] for column in columns] + [of_item.get(name) for name in attributes]
        table.writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()


def read_file(model: type[Item], file: Path) -> list[Item]:
    """The entries of a file.

    Raises:
        ServerError: no such file, or anything in it that is wrong: all of it, line by line.
    """
    with opened(file, "utf-8-sig") as lines:
        return read_lines(model, lines, file.name)


def read_lines(model: type[Item], lines: Iterable[str], name: str) -> list[Item]:
    """The entries of a CSV's lines.

    Raises:
        FileRefused: anything that is wrong, line by line.
    """
    found = rows(lines, ",", name)
    header = _header(model, next(found, None), name)
    items: list[Item] = []
    problems: list[str] = []
    positions: list[int] = []
    for raw in found:
        read = _item(model, header, raw)
        if isinstance(read, Item):
            items.append(read)
            positions.append(raw.position)
        else:
            problems.append(f"line {raw.position}: {read}")
    problems += [
        f"line {positions[n]}: says the same as line {positions[before]}" for n, before in doubled(items)
    ]
    if len(items) > MOST_ROWS:
        problems.append(f"more than {MOST_ROWS:,} rows")
    refuse_all(problems, name)
    return items


def refuse_all(problems: Sequence[str], name: str) -> None:
    """Refuse a file in which something is wrong.

    Raises:
        FileRefused: there are problems.
    """
    if not problems:
        return
    more = len(problems) - _PROBLEMS_SHOWN
    shown = [*problems[:_PROBLEMS_SHOWN], *([f"and {more} more"] if more > 0 else [])]
    raise FileRefused(
        "\n".join([f"{name} was not stored:", *(f"  {problem}" for problem in shown)]), "mend these lines"
    )


def _columns(model: type[Item]) -> list[str]:
    return [field for field in model.model_fields if field != "attributes"]


def _header(model: type[Item], header: RawRow | None, name: str) -> tuple[str, ...]:
    cells = () if header is None else tuple(cell.strip() for cell in header.cells)
    attributes = [cell for cell in cells if model is Product and cell.startswith(ATTRIBUTE)]
    if set(cells) - set(attributes) != set(_columns(model)) or len(set(cells)) != len(cells):
        more = f", and {ATTRIBUTE}NAME for more" if model is Product else ""
        raise FileRefused(
            f"{name} begins with {','.join(cells)[:200] or 'nothing'!r}",
            f"its first line has to name: {','.join(_columns(model))}{more}",
        )
    return cells


def _item(model: type[Item], header: Sequence[str], raw: RawRow) -> Item | str:
    if raw.problem:
        return raw.problem
    if len(raw.cells) != len(header):
        return f"has {len(raw.cells)} cells where the header has {len(header)}"
    cells = {column: cell.strip() for column, cell in zip(header, raw.cells, strict=True) if cell.strip()}
    values: dict[str, object] = {key: cell for key, cell in cells.items() if not key.startswith(ATTRIBUTE)}
    if model is Product:
        begun = {key: cell for key, cell in cells.items() if key.startswith(ATTRIBUTE)}
        values["attributes"] = {key.removeprefix(ATTRIBUTE): cell for key, cell in begun.items()}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        return in_words(error)


def in_words(error: ValidationError) -> str:
    """What is wrong with an entry, field by field."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'entry'}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in problems
    )
