"""A shop with a database, a mapping, and files to import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from server.config import Settings
from server.metrics.rows import TicketRow
from server.pos.importing import import_sales
from server.pos.summary import ImportReport
from server.storage import sales
from server.storage.database import migrate, open_database

NOW = datetime(2026, 6, 1, tzinfo=UTC)

COLUMNS = {"ticket": "No", "at": "At", "sku": "Item", "quantity": "Qty", "net": "Net"}


def settings_with(mapping: Mapping[str, Any], **store: object) -> Settings:
    """One store in Berlin and one mapping called `m`."""
    return Settings.model_validate(
        {
            "stores": {
                "demo": {
                    "name": "Demo",
                    "time_zone": "Europe/Berlin",
                    "zones": {"shelf": {"name": "Shelf"}, "till": {"name": "Till"}},
                    **store,
                }
            },
            "sales": {"mappings": {"m": {"columns": COLUMNS, **mapping}}},
        }
    )


@dataclass
class Shop:
    """What the tests do to a shop."""

    db: Database
    folder: Path
    settings: Settings

    def file(self, *lines: str, name: str = "sales.csv", encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return path

    def take(self, file: Path, now: datetime = NOW, *, dry_run: bool = False) -> ImportReport:
        return import_sales(self.db, self.settings, file, "demo", "m", now, dry_run=dry_run)

    def tickets(self) -> list[TicketRow]:
        century = timedelta(days=36500)
        return sales.ticket_rows(self.db, "demo", datetime(2000, 1, 1, tzinfo=UTC), NOW + century)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as db:
        yield Shop(db, tmp_path, settings_with({}))
