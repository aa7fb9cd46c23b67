"""Catalogues between the database and CSV files."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from server.catalogue import editing
from server.catalogue.items import MOST_ROWS, PARTS, Item, Product
from server.catalogue.tables import read_file, written
from server.config import ConfigError, Settings
from server.pos.errors import FileRefused
from server.storage import catalogue

PRODUCTS = "products"


def import_catalogue(
    db: Database, settings: Settings, file: Path, part: str, store: str, *, dry_run: bool = False
) -> str:
    """Store a file's entries; what was done, in words. With `dry_run` nothing is written.

    Raises:
        ServerError: unknown part or store, no such file, or anything in it that is wrong.
    """
    _refuse_unknown(settings, part, store)
    dry = " (dry run: nothing written)" if dry_run else ""
    if part == PRODUCTS:
        products = [item for item in read_file(Product, file) if isinstance(item, Product)]
        done = editing.import_products(db, products, dry_run=dry_run)
        return f"products: {done.new} new, {done.changed} changed, {done.unchanged} unchanged{dry}"
    items = read_file(PARTS[part], file)
    before = len(catalogue.part_rows(db, store, part))
    try:
        if dry_run:
            editing.refuse_unfit(db, store, settings.store(store), items)
        else:
            editing.replace(db, store, settings.store(store), part, items)
    except editing.Unfit as error:
        raise FileRefused(f"{file.name} was not stored: {error}") from error
    return f"{part} of {store}: {len(items)} in place of {before}{dry}"


def exported(db: Database, settings: Settings, part: str, store: str) -> str:
    """A part as CSV, which can be imported again.

    Raises:
        ServerError: unknown part or store.
    """
    _refuse_unknown(settings, part, store)
    if part == PRODUCTS:
        rows: list[Item] = [editing.as_product(row) for row in catalogue.products(db, MOST_ROWS)]
        return written(Product, rows)
    items, _ = editing.part(db, store, part)
    return written(PARTS[part], items)


def _refuse_unknown(settings: Settings, part: str, store: str) -> None:
    if part == PRODUCTS:
        return
    if part not in PARTS:
        raise ConfigError(f"there is no part {part!r}", f"parts are: {', '.join((PRODUCTS, *PARTS))}")
    if not store:
        raise ConfigError(f"{part} are of one store", "name it with --store")
    settings.store(store)
