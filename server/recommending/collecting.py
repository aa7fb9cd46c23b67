"""What is learnt from, out of the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from sqlite_utils import Database

from server.metrics.rows import PlanogramRow
from server.recommending.catalogue import Catalogue, Product
from server.storage.catalogue import ProductRow, products
from server.storage.learning import SoldLine
from server.storage.sales import planogram_rows

_AT_A_TIME = 5_000


def catalogue_of(db: Database, store: str, day: date) -> Catalogue:
    """All products, and what lies in which zone of a store on a day."""
    zones: dict[str, set[str]] = {}
    for row in planogram_rows(db, store):
        if _lies_there(row, day):
            zones.setdefault(row.zone, set()).add(row.sku)
    return Catalogue(
        {row.sku: _product(row) for row in _all_products(db)},
        {zone: frozenset(skus) for zone, skus in zones.items()},
    )


def _all_products(db: Database) -> Iterator[ProductRow]:
    after = ""
    while rows := products(db, _AT_A_TIME, after):
        yield from rows
        after = rows[-1].sku


def _lies_there(row: PlanogramRow, day: date) -> bool:
    begun = row.valid_from is None or row.valid_from <= day
    return begun and (row.valid_until is None or day < row.valid_until)


def _product(row: ProductRow) -> Product:
    own = {"category": row.category, "brand": row.brand}
    return Product(
        sku=row.sku,
        name=row.name,
        attributes={**row.attributes, **{name: value for name, value in own.items() if value}},
        price=None if row.price is None else float(row.price),
        cost=None if row.cost is None else float(row.cost),
    )


class NamesHeard:
    """Names that tickets give products, for those that the catalogue does not name."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def heard(self, lines: Iterable[SoldLine]) -> Iterator[SoldLine]:
        """The same lines."""
        for line in lines:
            if line.name and line.sku not in self._names:
                self._names[line.sku] = line.name
            yield line

    def added_to(self, catalogue: Catalogue) -> Catalogue:
        """The catalogue with names for products that it lacks or does not name."""
        unnamed = {sku: name for sku, name in self._names.items() if catalogue.product(sku).name is None}
        known = catalogue.products
        named = {
            sku: Product(sku, name, known[sku].attributes, known[sku].price, known[sku].cost)
            if sku in known
            else Product(sku, name)
            for sku, name in unnamed.items()
        }
        return Catalogue({**known, **named}, catalogue.zones)
