"""Products, and per store the parts of its catalogue: names, hours, holidays, events, weather, planogram."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from sqlite_utils import Database

from server.config import StoreSettings, ZoneSettings
from server.storage.exact import from_e4_or_none, to_e4

_TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "names": ("display_names", ("kind", "id", "name")),
    "hours": ("opening_hours", ("weekday", "opens", "closes")),
    "holidays": ("holidays", ("day", "name", "opens", "closes")),
    "events": ("store_events", ("name", "kind", "first_day", "last_day")),
    "weather": ("weather", ("day", "temperature_c", "rain_mm")),
    "planogram": ("planogram", ("sku", "zone", "valid_from", "valid_until")),
}
"""The parts of a store's catalogue with their tables and columns."""

Row = tuple[str | int | float | None, ...]


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product as it is held; its revision rises with every change."""

    sku: str
    name: str | None
    category: str | None
    brand: str | None
    price: Decimal | None
    cost: Decimal | None
    currency: str | None
    attributes: Mapping[str, str]
    revision: int


_PRODUCT = (
    "SELECT sku, name, category, brand, price_e4, cost_e4, currency, attributes, revision FROM products"
)

_AMONG = " WHERE sku IN (SELECT value FROM json_each(?))"


def product(db: Database, sku: str) -> ProductRow | None:
    """The product of that number; None if there is none."""
    found = db.execute(f"{_PRODUCT} WHERE sku = ?", (sku,)).fetchone()
    return None if found is None else _product(found)


def products(db: Database, limit: int, after: str = "") -> list[ProductRow]:
    """Products with a number above `after`, by number."""
    found = db.execute(f"{_PRODUCT} WHERE sku > ? ORDER BY sku LIMIT ?", (after, limit))
    return [_product(values) for values in found]


def products_of(db: Database, skus: Iterable[str]) -> dict[str, ProductRow]:
    """Those of some products that the catalogue has, by number."""
    found = db.execute(_PRODUCT + _AMONG, (json.dumps(sorted(skus)),))
    return {values[0]: _product(values) for values in found}


def product_count(db: Database) -> int:
    """How many products there are."""
    return int(db.execute("SELECT count(*) FROM products").fetchone()[0])


def put_product(db: Database, row: ProductRow) -> None:
    """Store a product in place of the one of its number."""
    price = None if row.price is None else to_e4(row.price)
    cost = None if row.cost is None else to_e4(row.cost)
    attributes = json.dumps(dict(sorted(row.attributes.items())), ensure_ascii=False)
    db.execute(
        "INSERT OR REPLACE INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row.sku, row.name, row.category, row.brand, price, cost, row.currency, attributes, row.revision),
    )


def remove_product(db: Database, sku: str) -> None:
    """Remove a product; tickets and planogram keep its number."""
    db.execute("DELETE FROM products WHERE sku = ?", (sku,))


def part_rows(db: Database, store: str, part: str) -> list[Row]:
    """The rows of one part of a store's catalogue, in order of their columns."""
    table, columns = _TABLES[part]
    names = ", ".join(columns)
    found = db.execute(f"SELECT {names} FROM {table} WHERE store = ? ORDER BY {names}", (store,))  # noqa: S608 -- names of our own
    return [tuple(values) for values in found]


def part_revision(db: Database, store: str, part: str) -> int:
    """How often a part was replaced; 0 before the first time."""
    found = db.execute(
        "SELECT revision FROM catalogue_revisions WHERE store = ? AND part = ?", (store, part)
    ).fetchone()
    return 0 if found is None else int(found[0])


def replace_part(db: Database, store: str, part: str, rows: Iterable[Row]) -> int:
    """Store a part in place of what was held; its new revision. Belongs into a transaction."""
    table, columns = _TABLES[part]
    marks = ", ".join("?" for _ in columns)
    db.execute(f"DELETE FROM {table} WHERE store = ?", (store,))  # noqa: S608 -- names of our own
    db.conn.executemany(
        f"INSERT INTO {table} (store, {', '.join(columns)}) VALUES (?, {marks})",  # noqa: S608 -- names of our own
        [(store, *row) for row in rows],
    )
    return next_revision(db, store, part)


def next_revision(db: Database, store: str, part: str) -> int:
    """Note that a part was changed; its new revision."""
    db.execute(
        "INSERT INTO catalogue_revisions VALUES (?, ?, 1)"
        " ON CONFLICT DO UPDATE SET revision = catalogue_revisions.revision + 1",
        (store, part),
    )
    return part_revision(db, store, part)


def opening_hours(db: Database, store: str) -> list[tuple[int, time, time]]:
    """Weekday (Monday = 1), opens and closes on the store's clock."""
    found = db.execute(
        "SELECT weekday, opens, closes FROM opening_hours WHERE store = ? ORDER BY weekday, opens", (store,)
    )
    return [(day, time.fromisoformat(opens), time.fromisoformat(closes)) for day, opens, closes in found]


def holidays(db: Database, store: str) -> dict[date, tuple[time, time] | None]:
    """Days with hours of their own; None where the store is closed all day."""
    found = db.execute("SELECT day, opens, closes FROM holidays WHERE store = ?", (store,))
    return {
        date.fromisoformat(day): (time.fromisoformat(opens), time.fromisoformat(closes)) if opens else None
        for day, opens, closes in found
    }


def zone_names(db: Database, store: str) -> dict[str, str]:
    """Names of zones by their id, where the catalogue has one."""
    found = db.execute("SELECT id, name FROM display_names WHERE store = ? AND kind = 'zone'", (store,))
    return dict(found.fetchall())


def with_names(db: Database, store_id: str, store: StoreSettings) -> StoreSettings:
    """A store's settings with the zones' names of the catalogue, which win over the configuration's."""
    named = {zone: ZoneSettings(name=name) for zone, name in zone_names(db, store_id).items()}
    return store.model_copy(update={"zones": {**store.zones, **named}}) if named else store


def _product(values: tuple[str, ...]) -> ProductRow:
    sku, name, category, brand, price_e4, cost_e4, currency, attributes, revision = values
    return ProductRow(
        sku=sku,
        name=name,
        category=category,
        brand=brand,
        price=from_e4_or_none(None if price_e4 is None else int(price_e4)),
        cost=from_e4_or_none(None if cost_e4 is None else int(cost_e4)),
        currency=currency,
        attributes=json.loads(attributes),
        revision=int(revision),
    )
