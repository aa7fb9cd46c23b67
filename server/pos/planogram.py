"""Where products lie, from a file: sku,zone,valid_from,valid_until."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from sqlite_utils import Database

from server.config import Settings, StoreSettings
from server.metrics.rows import PlanogramRow
from server.pos.errors import FileRefused, RowRefused
from server.pos.reading import RawRow, opened, rows
from server.storage.catalogue import with_names
from server.storage.database import writing
from server.storage.sales import replace_planogram

HEADER = ("sku", "zone", "valid_from", "valid_until")
_PROBLEMS_SHOWN = 20


def import_planogram(
    db: Database, settings: Settings, file: Path, store: str, *, dry_run: bool = False
) -> int:
    """Store a shop's planogram in place of the one before; how many places it names.

    `valid_from` and `valid_until` are local days, the second one excluded; empty: always, for good.
    With `dry_run` nothing is written.

    Raises:
        ServerError: unknown store, no such file, or lines that are wrong: all named, nothing stored.
    """
    places = _read(with_names(db, store, settings.store(store)), file)
    if not dry_run:
        with writing(db):
            replace_planogram(db, store, places)
    return len(places)


def _read(store: StoreSettings, file: Path) -> list[PlanogramRow]:
    with opened(file, "utf-8-sig") as lines:
        found = rows(lines, ",", file.name)
        header = next(found, None)
        _refuse_header(header, file.name)
        return _all_or_none(store, found, file.name)


def _refuse_header(header: RawRow | None, name: str) -> None:
    cells = () if header is None else tuple(cell.strip() for cell in header.cells)
    if cells != HEADER:
        raise FileRefused(
            f"{name} begins with {','.join(cells) or 'nothing'!r}",
            f"its first line has to be: {','.join(HEADER)}",
        )


def _all_or_none(store: StoreSettings, found: Iterable[RawRow], name: str) -> list[PlanogramRow]:
    places: dict[PlanogramRow, int] = {}
    problems: list[str] = []
    for raw in found:
        try:
            place = _place(store, raw)
            if (before := places.setdefault(place, raw.position)) != raw.position:
                raise RowRefused(f"says the same as line {before}")
        except RowRefused as error:
            problems.append(f"line {raw.position}: {error}")
    if problems:
        more = len(problems) - _PROBLEMS_SHOWN
        shown = [*problems[:_PROBLEMS_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        raise FileRefused(
            "\n".join([f"{name} was not stored:", *(f"  {problem}" for problem in shown)]),
            f"zones of this store: {', '.join(sorted(store.zones)) or 'none'}",
        )
    return list(places)


def _place(store: StoreSettings, raw: RawRow) -> PlanogramRow:
    if raw.problem:
        raise RowRefused(raw.problem)
    sku, zone, begin, end = _four(raw.cells)
    if not sku:
        raise RowRefused("sku is empty")
    if zone not in store.zones:
        raise RowRefused(f"there is no zone {zone!r} in this store")
    valid_from, valid_until = _day(begin, "valid_from"), _day(end, "valid_until")
    if valid_from and valid_until and valid_from >= valid_until:
        raise RowRefused(f"valid_until {valid_until} does not lie after valid_from {valid_from}")
    return PlanogramRow(sku, zone, valid_from, valid_until)


def _four(cells: Sequence[str]) -> tuple[str, str, str, str]:
    if len(cells) != len(HEADER):
        raise RowRefused(f"has {len(cells)} cells where the header has {len(HEADER)}")
    sku, zone, begin, end = (cell.strip() for cell in cells)
    return sku, zone, begin, end


def _day(text: str, column: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RowRefused(f"{column} {text!r} is not a day such as 2026-03-31") from error
