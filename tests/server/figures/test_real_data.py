"""A bakery's tickets beside the counts of a real door, against SQL over the files themselves.

FOOTFALL_ASSETS names the folder that holds `pos/` and `counts/`. The door (CalIt2, in 2005) is moved by 588
weeks to the bakery's first day, which is the Sunday on which British clocks went back. The bakery is closed
on some days on which the door was counted, and goes on after the counts end.
"""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from edge.wire import Counts
from server.config import Settings
from server.figures.reading import Source, rows_for
from server.figures.settling import settle
from server.figures.terms import terms_of
from server.metrics.intervals import Interval, Resolution, split
from server.metrics.report import Figures, report
from server.metrics.rows import PlanogramRow
from server.pos.importing import import_sales
from server.storage import counts
from server.storage.database import migrate, open_database, writing
from server.storage.sales import replace_planogram

ASSETS = os.environ.get("FOOTFALL_ASSETS")
pytestmark = pytest.mark.skipif(not ASSETS, reason="FOOTFALL_ASSETS does not name the folder of real data")

LONDON = ZoneInfo("Europe/London")
FIRST, LAST = date(2016, 10, 30), date(2017, 4, 10)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MOVED = timedelta(weeks=588)
SETTINGS = Settings.model_validate(
    {
        "stores": {"bakery": {"name": "Bakery", "time_zone": "Europe/London", "least_visitors": 1}},
        "sales": {
            "mappings": {
                "m": {
                    "columns": {"ticket": "Transaction", "date": "Date", "time": "Time", "sku": "Item"},
                    "ignore": ["NONE", "Adjustment"],
                }
            }
        },
    }
)


def door() -> list[tuple[datetime, int, int]]:
    """Local time, people in and people out of each half hour."""
    found: dict[datetime, dict[str, int]] = {}
    with (Path(ASSETS or "") / "counts" / "CalIt2.data").open(encoding="ascii") as lines:
        for flow, day, at, people in csv.reader(lines):
            when = datetime.strptime(f"{day} {at}", "%m/%d/%y %H:%M:%S") + MOVED  # noqa: DTZ007 -- local
            found.setdefault(when, {})[flow] = int(people)
    return [(when, of["9"], of["7"]) for when, of in sorted(found.items())]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    file = tmp_path_factory.mktemp("real") / "f.db"
    migrate(file)
    with open_database(file) as db:
        _fill(db)
        source = Source(db, "bakery", terms_of(db, "bakery", SETTINGS.store("bakery")))
        settle(source, NOW)
        yield source


def _fill(db: Database) -> None:
    import_sales(db, SETTINGS, Path(ASSETS or "") / "pos" / "BreadBasket_DMS.csv", "bakery", "m", NOW)
    with writing(db):
        replace_planogram(db, "bakery", [PlanogramRow("Bread", "shelf", None, None)])
        for when, came, went in door():
            counts.keep(db, _bucket(when, came, went), NOW)


def _bucket(when: datetime, came: int, went: int) -> Counts:
    begin = when.replace(tzinfo=LONDON).astimezone(UTC)
    zone = {
        "zone": "shelf",
        "dwell": {"n": came, "sum_seconds": 10.0 * came, "bins": {59: came} if came else {}},
        "occupancy_person_seconds": 0, "observed_seconds": 1800, "occupancy_peak": 0,
    }  # fmt: skip
    return Counts.model_validate(
        {
            "store": "bakery", "device": "edge-1", "camera": "door", "bucket_start": begin,
            "bucket_end": begin + timedelta(minutes=30), "revision": 1, "final": True, "coverage": 1,
            "lines": [{"line": "door", "in": came, "out": went}], "zones": [zone],
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def truth() -> sqlite3.Connection:
    """Both files as they are, in tables of local days and hours."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE door (day TEXT, hour INTEGER, came INTEGER, went INTEGER)")
    db.execute("CREATE TABLE sold (day TEXT, at TEXT, ticket INTEGER, item TEXT)")
    moments = [(when.date().isoformat(), when.hour, came, went) for when, came, went in door()]
    db.executemany("INSERT INTO door VALUES (?, ?, ?, ?)", moments)
    with (Path(ASSETS or "") / "pos" / "BreadBasket_DMS.csv").open(encoding="utf-8-sig") as lines:
        db.executemany("INSERT INTO sold VALUES (?, ?, ?, ?)", list(csv.reader(lines))[1:])
    db.execute("DELETE FROM sold WHERE item IN ('NONE', 'Adjustment')")
    return db


def figures(source: Source, first: date, last: date, resolution: Resolution) -> list[Figures]:
    calendar = source.terms.calendar
    whole = Interval(calendar.business_day(first).begin, calendar.business_day(last).begin)
    parts = list(split(whole, resolution, calendar))
    found = report(rows_for(source, whole, parts, NOW), source.terms, whole, parts, NOW)
    return [found.totals, *found.parts]


@pytest.mark.long
def test_every_day_is_that_of_the_files(source: Source, truth: sqlite3.Connection) -> None:
    came = dict(truth.execute("SELECT day, sum(came) FROM door GROUP BY day").fetchall())
    went = dict(truth.execute("SELECT day, sum(went) FROM door GROUP BY day").fetchall())
    sold = dict(truth.execute("SELECT day, count(DISTINCT ticket) FROM sold GROUP BY day").fetchall())
    pieces = dict(truth.execute("SELECT day, count(*) FROM sold GROUP BY day").fetchall())
    bread = dict(
        truth.execute("SELECT day, count(DISTINCT ticket) FROM sold WHERE item = 'Bread' GROUP BY day")
    )
    totals, *days = figures(source, FIRST, LAST, Resolution.DAY)
    for day in days:
        name = day.interval.begin.astimezone(LONDON).date().isoformat()
        assert (day.entries, day.exits) == (came.get(name), went.get(name)), name
        assert (day.transactions, day.sales and day.sales.units) == (sold.get(name, 0), pieces.get(name, 0))
        (shelf,) = day.zones
        assert (shelf.visits, shelf.transactions) == (came.get(name), bread.get(name, 0))
        value = day.conversion.value if day.conversion else None
        assert value == (sold.get(name, 0) / came[name] if came.get(name) else None)
    assert len([day for day in days if day.entries is None]) > 30
    assert (totals.entries, totals.transactions) == (sum(came.values()), sum(sold.values()))


@pytest.mark.long
@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2016, 10, 30), 25, id="clocks go back"),
        pytest.param(date(2016, 11, 5), 24, id="an ordinary Saturday"),
        pytest.param(date(2017, 3, 26), 23, id="clocks go forward, and no counts any more"),
    ],
)
def test_every_hour_is_that_of_the_files(
    source: Source, truth: sqlite3.Connection, day: date, hours: int
) -> None:
    came = dict(
        truth.execute("SELECT hour, sum(came) FROM door WHERE day = ? GROUP BY hour", (day.isoformat(),))
    )
    sold = dict(
        truth.execute(
            "SELECT substr(first, 1, 2) + 0, count(*) FROM (SELECT min(at) AS first FROM sold WHERE day = ?"
            " GROUP BY ticket) GROUP BY 1",
            (day.isoformat(),),
        )
    )
    totals, *parts = figures(source, day, day + timedelta(days=1), Resolution.HOUR)
    assert len(parts) == hours
    entries: dict[int, int] = {}
    tickets: dict[int, int] = {}
    for part in parts:
        hour = part.interval.begin.astimezone(LONDON).hour
        entries[hour] = entries.get(hour, 0) + (part.entries or 0)
        tickets[hour] = tickets.get(hour, 0) + (part.transactions or 0)
    assert {hour: n for hour, n in entries.items() if n} == {hour: n for hour, n in came.items() if n}
    assert {hour: n for hour, n in tickets.items() if n} == sold
    assert totals.entries == (sum(came.values()) if came else None)


@pytest.mark.long
def test_a_week_and_a_month_are_the_sum_of_their_days(source: Source, truth: sqlite3.Connection) -> None:
    by_month = dict(truth.execute("SELECT substr(day, 1, 7), sum(came) FROM door GROUP BY 1").fetchall())
    _, *months = figures(source, FIRST, LAST, Resolution.MONTH)
    found = {part.interval.begin.astimezone(LONDON).date().isoformat()[:7]: part.entries for part in months}
    assert {month: n for month, n in found.items() if n is not None} == by_month
    _, *weeks = figures(source, FIRST, LAST, Resolution.WEEK)
    assert sum(week.entries or 0 for week in weeks) == sum(by_month.values())
    assert sum(week.transactions or 0 for week in weeks) == sum(month.transactions or 0 for month in months)


@pytest.mark.long
def test_a_day_without_tickets_knows_no_sales_if_it_is_asked_for_alone(source: Source) -> None:
    closed, _ = figures(source, date(2016, 12, 25), date(2016, 12, 26), Resolution.DAY)
    assert closed.entries is not None
    assert (closed.transactions, closed.conversion) == (None, None)


MACHINE = Settings.model_validate(
    {
        "stores": {"machine": {"name": "Machine", "time_zone": "Europe/Kyiv", "currency": "UAH"}},
        "sales": {
            "mappings": {
                "m": {
                    "columns": {"at": "datetime", "sku": "coffee_name", "net": "money"},
                    "date_formats": ["%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S.%f"],
                }
            }
        },
    }
)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    file = tmp_path_factory.mktemp("machine") / "f.db"
    migrate(file)
    with open_database(file) as db:
        path = Path(ASSETS or "") / "pos" / "coffee_vending_index_1.csv"
        import_sales(db, MACHINE, path, "machine", "m", NOW)
        yield Source(db, "machine", terms_of(db, "machine", MACHINE.store("machine")))


@pytest.mark.long
def test_a_coffee_machine_that_nobody_counts_at_has_its_sales_and_no_rate(machine: Source) -> None:
    sold: dict[str, list[Decimal]] = {}
    with (Path(ASSETS or "") / "pos" / "coffee_vending_index_1.csv").open(encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            if row["coffee_name"]:
                paid_on = datetime.strptime(row["date"], "%m/%d/%Y").date()  # noqa: DTZ007 -- local
                sold.setdefault(paid_on.isoformat(), []).append(Decimal(row["money"]))
    first, last = date.fromisoformat(min(sold)), date.fromisoformat(max(sold)) + timedelta(days=1)
    totals, *days = figures(machine, first, last, Resolution.DAY)
    assert len(days) == (last - first).days
    for day in days:
        money = sold.get(f"{day.interval.begin.astimezone(machine.terms.calendar.time_zone):%Y-%m-%d}", [])
        assert day.sales is not None
        assert (day.sales.transactions, day.sales.net and day.sales.net.amount) == (len(money), sum(money))
        assert day.average_transaction_value is not None
        assert day.average_transaction_value.value == (sum(money) / len(money) if money else None)
        assert (day.entries, day.conversion, day.sales_per_visitor, day.coverage) == (None,) * 4
    assert totals.sales is not None
    assert totals.sales.transactions == sum(map(len, sold.values()))
