"""A shop with a tea shelf of which six weeks are known, and rules to try on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from server.config import Settings
from server.metrics.rows import PlanogramRow
from server.storage.catalogue import ProductRow, put_product
from server.storage.database import open_database, writing
from server.triggering.assigning import Arm
from server.triggering.choosing import by_tickets
from server.triggering.usual import UsualBook
from server.triggering.watching import Changed, Watch, look
from tests.server.filling import (
    NOON,
    STORE,
    Message,
    berlin_store,
    counts,
    fill,
    lay_out,
    live,
    sale,
    settings_for,
    status,
    zone_count,
)

MINUTE = timedelta(minutes=1)
WEEK = timedelta(weeks=1)
LINGER: dict[str, Any] = {
    "zone": "tea",
    "conditions": [
        {"figure": "dwell", "above_usual": 1.5},
        {"figure": "conversion", "below_usual": 0.5},
    ],
    "cool_down_minutes": 30,
    "expires_minutes": 10,
}
NOW = NOON + 30 * MINUTE
"""A Tuesday, 12:30 in Berlin: what is usual is that of Tuesdays from 12 to 13."""


def shop(folder: Path, *, store: dict[str, Any] | None = None, **triggers: dict[str, Any]) -> Settings:
    """An empty shop with rules; tea and biscuits lie on its shelf."""
    settings = settings_for(folder, **{STORE: berlin_store(triggers=triggers, **(store or {}))})
    lay_out(settings, [PlanogramRow(sku, "tea", None, None) for sku in ("tea-1", "biscuits")])
    return settings


def history(weeks: Iterable[int] = range(1, 7)) -> list[Message]:
    """Tuesdays at noon: eight visits of about 20 s each, four of which bought tea."""
    past: list[Message] = []
    for back in weeks:
        begin = NOON - back * WEEK
        past.append(counts(begin + 10 * MINUTE, 8, 8, [zone_count("tea", [20.0] * 8)]))
        past += [sale(f"w{back}-{n}", begin + (20 + n) * MINUTE) for n in range(4)]
    return past


def lingering(begin: datetime = NOW - 10 * MINUTE, visits: int = 6, seconds: float = 40.0) -> list[Message]:
    """Visits of some length at the shelf, and a till that sells something else."""
    return [
        counts(begin, visits, 0, [zone_count("tea", [seconds] * visits)]),
        sale(f"bread-{begin:%H%M}", begin, sku="bread"),
    ]


def seen_now(at: datetime, people: int) -> list[Message]:
    """A camera that runs, and how many are at the shelf."""
    return [status(at), live(at, tea=people)]


def ready(settings: Settings, *more: Sequence[Message]) -> None:
    """Fill a shop."""
    for messages in more:
        fill(settings, messages, NOW)


def put_products(settings: Settings, *rows: ProductRow) -> None:
    with open_database(settings.database) as db, writing(db):
        for row in rows:
            put_product(db, row)


class Looking:
    """Looks at a shop as the running part does, with an arm of the test's choice."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.arm: Arm | None = None
        self._watch = Watch(lambda *_: self.arm, by_tickets, UsualBook())

    def at(self, now: datetime, db: Database | None = None) -> list[Changed]:
        if db is not None:
            return list(look(db, self.settings.stores, self._watch, now))
        with open_database(self.settings.database) as own:
            return list(look(own, self.settings.stores, self._watch, now))
