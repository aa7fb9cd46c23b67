"""A made-up shop's days, and its customers, in a database."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from edge.wire import SaleKind, SaleLine
from server.config import Settings
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.flow.sales_days import History, SalesDay
from server.storage.catalogue import replace_part
from server.storage.database import open_database, writing
from server.storage.sales import Ticket, put_ticket
from tests.server.filling import STORE, counts, fill, settings_for, zone_count
from tests.server.flow.made_up import FIRST

BERLIN = ZoneInfo("Europe/Berlin")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at_noon(day: date, minutes: int = 0) -> datetime:
    """Minutes after noon on the shop's clock."""
    return datetime.combine(day, time(12), BERLIN).astimezone(UTC) + timedelta(minutes=minutes)


def ticket(
    number: str,
    at: datetime,
    net: str = "10",
    *,
    customer: str | None = None,
    kind: SaleKind = SaleKind.SALE,
    sku: str = "bread",
    currency: str | None = "EUR",
) -> Ticket:
    lines = (SaleLine(sku=sku, net=Decimal(net)),)
    return Ticket(number, "till-1", at, kind, currency, lines, customer)


def put(db: Database, tickets: Iterable[Ticket]) -> None:
    with writing(db):
        for each in tickets:
            put_ticket(db, STORE, each, revision=1, source="test", imported_at=each.at)


def shop_of(folder: Path, history: History, *, share: float = 0.1) -> Settings:
    """The days of a made-up shop as counts, holidays, events, weather, and a share of its tickets."""
    settings = settings_for(folder)
    days = history.days
    found = [
        counts(at_noon(day.day), int(day.entries), 0, [zone_count("tea", [stay] * 5)], minutes=60)
        for day in days
        for stay in [day.dwell_seconds or 1.0]
    ]
    fill(settings, found, at_noon(days[-1].day + timedelta(days=1)))
    with open_database(settings.database) as db:
        put(db, _tickets(days, share))
        with writing(db):
            weather = [(day.day.isoformat(), day.temperature_c, day.rain_mm) for day in days]
            replace_part(db, STORE, "weather", weather)
            feasts, sales = _of_mark(days, "holiday"), _of_mark(days, "campaign")
            replace_part(db, STORE, "holidays", [(day, "Feast", None, None) for day in feasts])
            replace_part(db, STORE, "events", [(f"Sale {day}", "campaign", day, day) for day in sales])
    return settings


def _of_mark(days: Iterable[SalesDay], mark: str) -> list[str]:
    return [day.day.isoformat() for day in days if mark in day.marks]


def _tickets(days: Iterable[SalesDay], share: float) -> Iterator[Ticket]:
    for day in days:
        for number in range(round(day.sales * share)):
            yield ticket(f"{day.day}-{number}", at_noon(day.day, number))


LAST_DAY = FIRST + timedelta(weeks=52)
"""The day on which the shop of customers is looked at; its purchases end on the day before."""


def purchases() -> Iterator[Ticket]:
    """A year of two hundred customers of known habits, whose names say what they are."""
    chance = random.Random(3)
    for number in range(40):
        yield from _every(f"faithful-{number}", 4 + number % 3, 364, "30", chance)
    for number in range(60):
        yield from _every(f"monthly-{number}", 30, 364, "12", chance)
    for number in range(40):
        yield from _every(f"lost-{number}", 6, 364, "20", chance, upto=300)
    for number in range(30):
        yield from _every(f"before-{number}", 10, 364, "9", chance, upto=170)
    for number in range(20):
        yield from _every(f"new-{number}", 9, 35, "15", chance)
    for number in range(10):
        yield ticket(f"once-{number}", at_noon(FIRST + timedelta(days=230)), "5", customer=f"once-{number}")
    for number in range(100):
        yield ticket(f"nobody-{number}", at_noon(FIRST + timedelta(days=3 * number)), "8")


def _every(
    customer: str, gap: int, days: int, net: str, chance: random.Random, *, upto: int = 364
) -> Iterator[Ticket]:
    """A purchase every so many days, a little early or late, within the last so many days of the year."""
    day = 364 - days + chance.randrange(gap)
    while day < upto:
        sku = "tea" if customer.startswith("faithful") else "bread"
        at = at_noon(FIRST + timedelta(days=day))
        yield ticket(f"{customer}-{day}", at, net, customer=customer, sku=sku)
        day += max(1, gap + chance.randrange(-1, 2))


def source_of(db: Database, settings: Settings) -> Source:
    return Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))
