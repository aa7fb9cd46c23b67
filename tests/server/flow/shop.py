"""A shop that never was, over sixteen weeks: written straight into a database, hour by hour."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from sqlite_utils import Database

from edge.wire import DwellSketch
from server.config import Settings
from server.storage.database import open_database, writing
from server.storage.exact import to_us
from tests.server.filling import CAMERA, DEVICE, STORE, settings_for

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 2, 2)
"""A Monday; the clock changes on March 29."""
DAYS = 16 * 7
NOW = datetime(2026, 5, 25, 10, tzinfo=UTC)
"""In the morning of the day after the last."""

FESTIVAL = date(2026, 3, 14)
"""A Saturday with twice as many people from 14 to 19, of which the catalogue tells."""
RAINY = date(2026, 4, 15)
"""A Wednesday on which hardly half came, with much rain."""
BUSY = date(2026, 5, 5)
"""A Tuesday with nearly twice as many, and nobody knows why."""
CLOSED = date(2026, 5, 1)
"""A Friday on which the shop stays closed."""
GAP = (date(2026, 4, 20), date(2026, 4, 29))
"""The camera was away from the first day up to before the other."""

OPENS, CLOSES = 9, 20


def sixteen_weeks(folder: Path) -> Settings:
    """Its settings, over its database."""
    settings = settings_for(folder)
    chance = np.random.default_rng(3)
    with open_database(settings.database) as db, writing(db):
        for number in range(DAYS):
            day = FIRST + timedelta(days=number)
            if not GAP[0] <= day < GAP[1]:
                _write(db, day, chance)
        _tell(db)
    return settings


def expected_at(day: date, hour: int) -> float:
    """How many people come in an hour on average: nobody on Sundays and at night, most on Saturdays."""
    if day.weekday() == 6 or day == CLOSED or not OPENS <= hour < CLOSES:
        return 0.0
    busy = 40.0 * (1 - ((hour - 14) / 8.0) ** 2) * (1.5 if day.weekday() == 5 else 1.0)
    festive = 2.2 if day == FESTIVAL and 14 <= hour < 19 else 1.0
    return busy * festive * {RAINY: 0.45, BUSY: 1.8}.get(day, 1.0)


def _hours_of(day: date) -> Iterator[tuple[int, datetime]]:
    """The hours of a day on the shop's clock, one left out or one twice when it changes."""
    at = datetime.combine(day, datetime.min.time(), BERLIN).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), BERLIN).astimezone(UTC)
    while at < end:
        yield at.astimezone(BERLIN).hour, at
        at += timedelta(hours=1)


def _write(db: Database, day: date, chance: np.random.Generator) -> None:
    buckets, lines, zones, tickets = [], [], [], []
    for hour, at in _hours_of(day):
        came = int(chance.poisson(expected_at(day, hour)))
        key = (STORE, to_us(at), DEVICE, CAMERA)
        buckets.append((*key, to_us(at + timedelta(hours=1)), 1, 1, 1.0, 1, 0, key[1]))
        lines.append((*key, "main", "entrance", came, came))
        # Tea is visited by some of those who come; the visits to gifts have nothing to do with them.
        gifts = int(chance.poisson(4)) if expected_at(day, hour) else 0
        for zone, visits in (("tea", int(chance.binomial(came, 0.5))), ("gifts", gifts)):
            stays = DwellSketch.of([20.0] * visits)
            values = (stays.n, stays.sum_seconds, json.dumps(stays.bins), stays.sum_seconds, 60.0, 1)
            zones.append((*key, zone, *values))
        for number in range(int(chance.binomial(came, 0.1))):
            paid = to_us(at + timedelta(minutes=5, seconds=number))
            tickets.append((STORE, str(paid), "t", paid, 1, "sale", "EUR", "test", 0))
    many = db.conn.executemany
    many(
        "INSERT INTO buckets (store, bucket_start, device, camera, bucket_end, revision, final, coverage,"
        " clock_synced, replayed, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        buckets,
    )
    many(
        "INSERT INTO line_counts (store, bucket_start, device, camera, line, kind, count_in, count_out)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        lines,
    )
    many(
        "INSERT INTO zone_counts (store, bucket_start, device, camera, zone, dwell_n, dwell_sum_seconds,"
        " dwell_bins, person_seconds, observed_seconds, peak) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        zones,
    )
    many(
        "INSERT INTO tickets (store, ticket, till, at, revision, kind, currency, source, imported_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tickets,
    )
    many(
        "INSERT INTO ticket_lines VALUES (?, ?, 1, 'tea-1', NULL, 10000, 50000)",
        [(store, ticket) for store, ticket, *_ in tickets],
    )


def _tell(db: Database) -> None:
    """What the catalogue says: hours, the closed day, the festival, the weather."""
    for weekday in range(1, 7):
        db.execute("INSERT INTO opening_hours VALUES (?, ?, '09:00', '20:00')", (STORE, weekday))
    db.execute("INSERT INTO holidays VALUES (?, ?, 'Labour Day', NULL, NULL)", (STORE, CLOSED.isoformat()))
    festival = FESTIVAL.isoformat()
    db.execute(
        "INSERT INTO store_events VALUES (?, 'Street festival', 'event', ?, ?)", (STORE, festival, festival)
    )
    db.execute("INSERT INTO weather VALUES (?, ?, 11.0, 34.0)", (STORE, RAINY.isoformat()))
