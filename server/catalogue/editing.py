"""Changing a catalogue so that nobody's change is lost unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from server.catalogue.items import Item, PlaceOfProduct, Product, item_of
from server.config import StoreSettings
from server.storage import catalogue
from server.storage.catalogue import ProductRow, with_names
from server.storage.database import writing


class ChangedMeanwhile(ValueError):
    """Somebody else changed it since it was read."""

    def __init__(self, revision: int) -> None:
        super().__init__(f"it was changed meanwhile and is at revision {revision} now")
        self.revision = revision


class Unfit(ValueError):
    """Entries that do not fit the store; the message says which."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file of products did, or would do."""

    new: int
    changed: int
    unchanged: int


def part(db: Database, store: str, name: str) -> tuple[list[Item], int]:
    """The entries of a part of a store's catalogue, and its revision."""
    items = [item_of(name, row) for row in catalogue.part_rows(db, store, name)]
    return items, catalogue.part_revision(db, store, name)


def replace(
    db: Database,
    store_id: str,
    store: StoreSettings,
    name: str,
    items: Sequence[Item],
    revision: int | None = None,
) -> int:
    """Store entries in place of a part's; its new revision. With `revision` only if it is still that one.

    Raises:
        ChangedMeanwhile: it is another one.
        Unfit: a product is to lie in a zone that the store does not have.
    """
    with writing(db):
        held = catalogue.part_revision(db, store_id, name)
        if revision is not None and revision != held:
            raise ChangedMeanwhile(held)
        _refuse_unknown_zones(with_names(db, store_id, store), items)
        return catalogue.replace_part(db, store_id, name, [item.row() for item in items])


def refuse_unfit(db: Database, store_id: str, store: StoreSettings, items: Sequence[Item]) -> None:
    """Let entries pass that could be stored.

    Raises:
        Unfit: a product is to lie in a zone that the store does not have.
    """
    _refuse_unknown_zones(with_names(db, store_id, store), items)


def put_product(db: Database, product: Product, revision: int | None = None) -> int:
    """Store a product; its new revision. With `revision` only if it is still that one; 0 means new.

    Raises:
        ChangedMeanwhile: it is another one.
    """
    with writing(db):
        held = _revision(db, product.sku)
        if revision is not None and revision != held:
            raise ChangedMeanwhile(held)
        catalogue.put_product(db, _row(product, held + 1))
        return held + 1


def remove_product(db: Database, sku: str, revision: int | None = None) -> bool:
    """Remove a product; False if there is none.

    Raises:
        ChangedMeanwhile: its revision is another than the given one.
    """
    with writing(db):
        held = _revision(db, sku)
        if revision is not None and held and revision != held:
            raise ChangedMeanwhile(held)
        catalogue.remove_product(db, sku)
        return held > 0


def import_products(db: Database, products: Sequence[Product], *, dry_run: bool) -> Imported:
    """Store products from a file; those that it does not name stay. With `dry_run` nothing is written."""
    held = {one.sku: catalogue.product(db, one.sku) for one in products}
    new = [one for one in products if held[one.sku] is None]
    changed = [one for one in products if (row := held[one.sku]) is not None and as_product(row) != one]
    if not dry_run:
        with writing(db):
            for one in (*new, *changed):
                catalogue.put_product(db, _row(one, _revision(db, one.sku) + 1))
    return Imported(len(new), len(changed), len(products) - len(new) - len(changed))


def as_product(row: ProductRow) -> Product:
    """A product as it is held, without its revision."""
    return Product(
        sku=row.sku,
        name=row.name,
        category=row.category,
        brand=row.brand,
        price=row.price,
        cost=row.cost,
        currency=row.currency,
        attributes=dict(row.attributes),
    )


def _row(product: Product, revision: int) -> ProductRow:
    return ProductRow(
        sku=product.sku,
        name=product.name,
        category=product.category,
        brand=product.brand,
        price=product.price,
        cost=product.cost,
        currency=product.currency,
        attributes=product.attributes,
        revision=revision,
    )


def _revision(db: Database, sku: str) -> int:
    held = catalogue.product(db, sku)
    return 0 if held is None else held.revision


def _refuse_unknown_zones(store: StoreSettings, items: Sequence[Item]) -> None:
    asked = {item.zone for item in items if isinstance(item, PlaceOfProduct)}
    if unknown := sorted(asked - set(store.zones)):
        known = ", ".join(sorted(store.zones)) or "none"
        raise Unfit(f"there is no zone {unknown[0]!r} in this store; it has: {known}")
