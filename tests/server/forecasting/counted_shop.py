"""A shop whose hours were counted and whose tills rang, in a database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from edge.wire import Counts, Sale, SaleKind
from server.config import Settings
from server.figures.reading import Source
from server.figures.terms import terms_of
from tests.server.filling import STORE, counts, fill, sale, settings_for, zone_count

FIRST = datetime(2026, 1, 4, 23, tzinfo=UTC)
"""Midnight of Monday, January 5, in Berlin."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def counted(day: int) -> Iterator[Counts]:
    """Open from 9 to 18 but on Sundays; a few more each weekday."""
    for hour in range(24):
        came = 10 + day % 7 if 9 <= hour < 18 and day % 7 != 6 else 0
        at = FIRST + day * DAY + hour * HOUR
        yield counts(at, came, 0, [zone_count("tea", [20.0] * (came // 2))], minutes=60)


def sold(day: int) -> Iterator[Sale]:
    """Each open hour a ticket with two pieces of tea; at noon scones, too; on Saturdays some come back."""
    for hour in range(9, 18) if day % 7 != 6 else ():
        at = FIRST + day * DAY + hour * HOUR + timedelta(minutes=20)
        yield sale(f"{day}-{hour}", at, sku="TEA-1", quantity=2)
        if hour == 12:
            yield sale(f"{day}-scone", at, sku="scone", quantity=day % 3)
        if hour == 15 and day % 7 == 5:
            yield sale(f"{day}-back", at, sku="TEA-1", quantity=5, kind=SaleKind.RETURN)


def filled(folder: Path, days: int) -> Settings:
    """So many days of it, stored."""
    settings = settings_for(folder)
    for day in range(days):
        fill(settings, [*counted(day), *sold(day)], FIRST + (day + 1) * DAY)
    return settings


def source_of(db: Database, settings: Settings) -> Source:
    """Its rows under its terms."""
    return Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))
