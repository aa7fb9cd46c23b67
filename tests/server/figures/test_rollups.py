"""What was put together beforehand always equals what minutes and tickets say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.wire import Counts, DwellSketch, LineCount, QueueCount, Sale, SaleKind, SaleLine, ZoneCount
from server.config import Settings
from server.figures.hourly import figures_by_hour
from server.figures.reading import Source, rows_for
from server.figures.settling import keep_settled, settle
from server.metrics.hours import HourFigures, ZoneHour
from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.opening import Opening
from server.metrics.report import Figures, Report, Terms, report
from server.metrics.rows import PlanogramRow
from server.storage import counts, sales
from server.storage.database import migrate, open_database, writing
from server.storage.rollups import Overtaken, unchanged
from tests.server.figures.same import differences
from tests.server.ingest.running import until

STORE = "corner"
CLOCKS = {
    "autumn in Berlin": (Calendar(ZoneInfo("Europe/Berlin")), date(2026, 10, 24)),
    "spring in Berlin, from 4": (Calendar(ZoneInfo("Europe/Berlin"), time(4)), date(2026, 3, 28)),
    "a quarter past in Kathmandu": (Calendar(ZoneInfo("Asia/Kathmandu")), date(2026, 3, 1)),
    "half an hour of summer time": (Calendar(ZoneInfo("Australia/Lord_Howe"), time(0)), date(2026, 4, 4)),
    "a day that begins at 6:07": (Calendar(ZoneInfo("America/New_York"), time(6, 7)), date(2026, 3, 7)),
}
RECEIVED = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("rollups") / "footfall.db"
    migrate(file)
    with open_database(file) as opened:
        opened.execute("PRAGMA synchronous = OFF")
        yield opened


def emptied(db: Database) -> Database:
    for table in ("buckets", "tickets", "planogram", "rollups", "labour"):
        db.execute(f"DELETE FROM {table}")
    return db


def figures(source: Source, whole: Interval, resolution: Resolution, now: datetime) -> Report:
    parts = list(split(whole, resolution, source.terms.calendar))
    return report(rows_for(source, whole, parts, now), source.terms, whole, parts, now)


def recomputed(source: Source, whole: Interval, resolution: Resolution, now: datetime) -> Report:
    """The same without anything that was put together beforehand."""
    source.db.execute("SAVEPOINT before")
    source.db.execute("DELETE FROM rollups")
    found = figures(source, whole, resolution, now)
    source.db.execute("ROLLBACK TO before")
    source.db.execute("RELEASE before")
    return found


small = st.integers(0, 5)
durations = st.lists(st.sampled_from([0.5, 3, 14, 16, 61.5, 400]), max_size=4)


@st.composite
def buckets(draw: st.DrawFn, begin: datetime) -> Counts:
    minutes = draw(st.sampled_from([1, 1, 10, 60]))
    start = begin + timedelta(minutes=draw(st.integers(-30, 3 * 24 * 60)))
    tells_staff, tells_groups = draw(st.booleans()), draw(st.booleans())
    came = draw(small)
    stays = draw(durations)
    staff = DwellSketch.of(stays[:1]) if tells_staff else None
    waits = draw(durations)
    return Counts(
        store=STORE,
        device="edge-1",
        camera=draw(st.sampled_from(["door", "hall"])),
        bucket_start=start,
        bucket_end=start + timedelta(minutes=minutes),
        revision=draw(st.integers(1, 4)),
        final=draw(st.booleans()),
        coverage=draw(st.sampled_from([0.0, 0.25, 1.0])),
        replayed=draw(st.booleans()),
        lines=(
            LineCount(
                line="main",
                kind=draw(st.sampled_from(["entrance", "entrance", "passing"])),
                count_in=came,
                count_out=draw(small),
                staff_in=min(1, came) if tells_staff else None,
                groups_in={1: came} if tells_groups and came else None,
                passed=draw(st.none() | small),
            ),
        ),
        zones=(
            ZoneCount(
                zone=draw(st.sampled_from(["tea", "gifts"])),
                dwell=DwellSketch.of(stays),
                staff_dwell=staff,
                occupancy_person_seconds=draw(st.sampled_from([0.0, 12.5, 60.1])),
                observed_seconds=60.0,
                occupancy_peak=draw(small),
            ),
        ),
        queues=(
            QueueCount(
                queue="till",
                joined=draw(st.none() | small),
                served=draw(st.none() | small),
                wait=DwellSketch.of(waits) if draw(st.booleans()) else None,
                length_peak=draw(small),
            ),
        ),
    )


@st.composite
def tickets(draw: st.DrawFn, begin: datetime) -> Sale:
    amount = draw(st.none() | st.sampled_from(["2.50", "10", "-3.10"]))
    return Sale(
        store=STORE,
        till="till-1",
        ticket=str(draw(st.integers(1, 6))),
        at=begin + timedelta(minutes=draw(st.integers(-30, 3 * 24 * 60))),
        revision=draw(st.integers(1, 4)),
        kind=draw(st.sampled_from(SaleKind)),
        currency=draw(st.sampled_from([None, "EUR", "CHF"])),
        lines=(
            SaleLine(
                sku=draw(st.sampled_from(["assam", "bowl", "sold nowhere"])),
                quantity=Decimal(draw(st.integers(1, 3))),
                net=None if amount is None else Decimal(amount),
            ),
        ),
    )


@st.composite
def shelves(draw: st.DrawFn, first: date) -> list[PlanogramRow]:
    place = st.builds(
        PlanogramRow,
        sku=st.sampled_from(["assam", "bowl"]),
        zone=st.sampled_from(["tea", "gifts"]),
        valid_from=st.sampled_from([None, first, first + timedelta(days=1)]),
        valid_until=st.sampled_from([None, first + timedelta(days=2)]),
    )
    return draw(st.lists(place, max_size=3))


def remove_bucket(db: Database, number: int) -> None:
    """Delete some bucket, if there is one, with all that it holds."""
    found = db.execute(
        "SELECT store, bucket_start, device, camera FROM buckets LIMIT 1 OFFSET ?", (number,)
    ).fetchone()
    if found:
        db.execute(
            "DELETE FROM buckets WHERE store = ? AND bucket_start = ? AND device = ? AND camera = ?", found
        )


def applied(source: Source, event: object, begin: datetime) -> None:
    db = source.db
    if isinstance(event, int):
        settle(source, begin + timedelta(minutes=event))
        return
    with writing(db):
        if isinstance(event, Counts):
            counts.keep(db, event, RECEIVED)
        elif isinstance(event, Sale):
            sales.keep_sale(db, event, RECEIVED)
        elif isinstance(event, list):
            sales.replace_planogram(db, STORE, event)
        elif isinstance(event, str):
            sales.remove(db, STORE, [event])
        elif isinstance(event, tuple):
            remove_bucket(db, event[0])


def compared(source: Source, begin: datetime, now: datetime, resolution: Resolution) -> list[str]:
    """Where figures differ from those without roll-ups, over a range that suits the resolution."""
    calendar = source.terms.calendar
    first = calendar.day_of(begin)
    before, after = {Resolution.MONTH: (30, 40), Resolution.RETAIL_MONTH: (40, 40)}.get(resolution, (0, 2))
    whole = Interval(
        calendar.business_day(first - timedelta(days=before)).begin,
        calendar.business_day(first + timedelta(days=after)).begin,
    )
    if resolution is Resolution.MINUTE:
        whole = Interval(whole.begin + timedelta(hours=20), whole.begin + timedelta(hours=22))
    elif resolution is Resolution.WEEK:
        whole = Interval(whole.begin - timedelta(days=7), whole.end + timedelta(days=7))
    held, then = figures(source, whole, resolution, now), recomputed(source, whole, resolution, now)
    return differences(held, then)


@pytest.mark.parametrize("clock", CLOCKS)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), lag=st.sampled_from([0, 7, 90]))
def test_rollups_equal_recomputing_after_any_writes_late_corrections_and_deletions(
    db: Database, clock: str, data: st.DataObject, lag: int
) -> None:
    calendar, first = CLOCKS[clock]
    begin = calendar.business_day(first).begin
    terms = Terms(calendar, visit_to_till_lag=timedelta(minutes=lag), least_visitors=1)
    source = Source(emptied(db), STORE, terms)
    later = st.one_of(st.integers(0, 4 * 24 * 60), st.just(50 * 24 * 60))
    event = st.one_of(
        buckets(begin), buckets(begin), tickets(begin), shelves(first), later, st.sampled_from("123"),
        st.tuples(small),
    )  # fmt: skip
    for written in data.draw(st.lists(event, min_size=2, max_size=10)):
        applied(source, written, begin)
    now = begin + timedelta(minutes=data.draw(later))
    settle(source, now)
    applied(source, data.draw(event), begin)
    assert compared(source, begin, now, data.draw(st.sampled_from(Resolution))) == []


@pytest.mark.parametrize("clock", CLOCKS)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), lag=st.sampled_from([0, 90]), opens=st.booleans())
def test_figures_by_hour_say_what_the_report_says_of_each_hour(
    db: Database, clock: str, data: st.DataObject, lag: int, opens: bool
) -> None:
    calendar, first = CLOCKS[clock]
    begin = calendar.business_day(first).begin
    opening = Opening(weekly={day: ((time(9), time(18)),) for day in range(1, 8)} if opens else {})
    terms = Terms(calendar, visit_to_till_lag=timedelta(minutes=lag), least_visitors=1, opening=opening)
    source = Source(emptied(db), STORE, terms)
    event = st.one_of(buckets(begin), buckets(begin), tickets(begin), st.integers(0, 4 * 24 * 60))
    for written in data.draw(st.lists(event, min_size=2, max_size=10)):
        applied(source, written, begin)
    now = begin + timedelta(minutes=data.draw(st.integers(0, 4 * 24 * 60)))
    # From the midst of a day on, for a camera or till that is silent then is known by the rest of it.
    whole = Interval(begin + timedelta(hours=data.draw(st.integers(0, 30))), begin + timedelta(hours=70))
    by_hour = list(figures_by_hour(source, whole, now))
    assert differences([_hour(f) for f in figures(source, whole, Resolution.HOUR, now).parts], by_hour) == []


def _hour(of: Figures) -> HourFigures:
    zones = {
        zone.zone: ZoneHour(zone.visits, zone.dwell.mean_seconds if zone.dwell else None)
        for zone in of.zones
        if zone.visits is not None
    }
    return HourFigures(of.interval, of.entries, of.transactions, of.coverage, of.open_hours, zones)


def busy_store(db: Database) -> tuple[Source, Interval]:
    """Two weeks of counts each half hour, and a ticket each hour."""
    calendar = Calendar(ZoneInfo("Europe/Berlin"))
    whole = Interval(
        calendar.business_day(date(2026, 3, 23)).begin, calendar.business_day(date(2026, 4, 6)).begin
    )
    source = Source(emptied(db), STORE, Terms(calendar, least_visitors=1))
    with writing(db):
        for number in range(14 * 48 - 2):
            counts.keep(db, _half_hour(whole.begin, number), RECEIVED)
        for number in range(14 * 24 - 1):
            sales.keep_sale(db, _sale(number, whole.begin + timedelta(hours=number)), RECEIVED)
    return source, whole


def _half_hour(begin: datetime, number: int, revision: int = 1, came: int = 3) -> Counts:
    start = begin + timedelta(minutes=30 * number)
    return Counts.model_validate(
        {
            "store": STORE, "device": "edge-1", "camera": "door", "bucket_start": start,
            "bucket_end": start + timedelta(minutes=1), "revision": revision, "final": True, "coverage": 1.0,
            "lines": [LineCount(line="main", count_in=came, count_out=2)],
        }
    )  # fmt: skip


def _sale(number: int, at: datetime, revision: int = 1) -> Sale:
    return Sale(
        store=STORE, till="t", ticket=str(number), at=at, revision=revision, lines=(SaleLine(sku="assam"),)
    )


def held(db: Database) -> dict[str, int]:
    return dict(db.execute("SELECT what || ' ' || kind, count(*) FROM rollups GROUP BY 1").fetchall())


def test_two_weeks_are_put_together_once_by_hour_day_and_week(db: Database) -> None:
    source, whole = busy_store(db)
    spans = 2 * (14 * 24 - 1 + 14 + 2)  # The clocks go forward on 29 March: an hour less.
    assert settle(source, whole.end) == spans
    assert settle(source, whole.end) == 0
    assert held(db) == {
        f"{what} {kind}": number
        for what in ("counts", "sales")
        for kind, number in (("hour", 335), ("day", 14), ("week", 2))
    }


def test_a_late_minute_removes_its_hour_day_and_week_and_no_other(db: Database) -> None:
    source, whole = busy_store(db)
    settle(source, whole.end)
    with writing(db):
        counts.keep(db, _half_hour(whole.begin, 60, revision=2, came=30), RECEIVED)
    assert (held(db)["counts hour"], held(db)["counts day"], held(db)["counts week"]) == (334, 13, 1)
    assert (held(db)["sales hour"], held(db)["sales day"]) == (335, 14)
    assert settle(source, whole.end) == 3
    found = figures(source, whole, Resolution.WEEK, whole.end)
    assert found.totals.entries == 3 * (14 * 48 - 2) + 27


def test_what_arrives_twice_removes_nothing(db: Database) -> None:
    source, whole = busy_store(db)
    settle(source, whole.end)
    before = held(db)
    with writing(db):
        assert not counts.keep(db, _half_hour(whole.begin, 60), RECEIVED)
        assert not sales.keep_sale(db, _sale(3, whole.begin), RECEIVED)
    assert held(db) == before


def test_rollups_above_what_was_written_past_this_program_do_not_count(db: Database) -> None:
    source, whole = busy_store(db)
    settle(source, whole.end)
    before = held(db)
    db.execute("DELETE FROM buckets WHERE bucket_start = (SELECT min(bucket_start) FROM buckets)")
    assert held(db) == before
    assert compared(source, whole.begin, whole.end, Resolution.WEEK) == []
    with writing(db):
        pass
    assert held(db) == {**before, "counts hour": 334, "counts day": 13, "counts week": 1}


def test_a_late_ticket_removes_the_spans_of_its_payment_and_of_its_visit(db: Database) -> None:
    source, whole = busy_store(db)
    lagging = Source(db, STORE, replace(source.terms, visit_to_till_lag=timedelta(minutes=30)))
    settle(lagging, whole.end)
    with writing(db):
        # Paid ten minutes into the second day, so visited on the first.
        sales.keep_sale(db, _sale(9000, whole.begin + timedelta(hours=24, minutes=10)), RECEIVED)
    assert (held(db)["sales hour"], held(db)["sales day"], held(db)["sales week"]) == (333, 12, 1)


def test_a_new_lag_and_a_new_clock_are_put_together_anew(db: Database) -> None:
    source, whole = busy_store(db)
    settle(source, whole.end)
    lagging = Source(db, STORE, replace(source.terms, visit_to_till_lag=timedelta(minutes=30)))
    assert settle(lagging, whole.end) == 335 + 14 + 2
    early = Source(db, STORE, replace(source.terms, calendar=Calendar(ZoneInfo("Europe/Berlin"), time(5))))
    assert compared(early, whole.begin, whole.end, Resolution.WEEK) == []
    assert settle(early, whole.end) > 2 * 14


def overtaken(source: Source, whole: Interval, theirs: Database, late: Counts) -> None:
    """Read, let somebody else write, then write."""
    with unchanged(source.db):
        figures(source, whole, Resolution.DAY, whole.end)
        with writing(theirs):
            counts.keep(theirs, late, RECEIVED)
        source.db.execute("INSERT INTO rollups VALUES (1, 'corner', 'counts', 'day', 0, 1, '', 0, x'00')")


def test_nothing_is_kept_from_a_snapshot_that_another_writer_has_overtaken(tmp_path: Path) -> None:
    migrate(tmp_path / "footfall.db")
    with open_database(tmp_path / "footfall.db") as ours, open_database(tmp_path / "footfall.db") as theirs:
        source, whole = busy_store(ours)
        late = _half_hour(whole.begin, 60, revision=2, came=30)
        with pytest.raises(Overtaken):
            overtaken(source, whole, theirs, late)
        assert held(ours) == {}


def test_years_in_which_nothing_was_stored_are_put_together_by_the_day_alone(tmp_path: Path) -> None:
    migrate(tmp_path / "footfall.db")
    with open_database(tmp_path / "footfall.db") as db:
        source, whole = busy_store(db)
        with writing(db):
            sales.keep_sale(db, _sale(9000, whole.begin - timedelta(days=100)), RECEIVED)
        settle(source, whole.end)
        found = held(db)
        assert (found["counts hour"], found["counts day"]) == (335, 114)
        assert (found["sales hour"], found["sales day"]) == (335 + 24, 114)
        early = whole.begin - timedelta(days=101)
        for resolution in (Resolution.HOUR, Resolution.WEEK):
            assert compared(source, early, whole.end, resolution) == []


def test_what_a_writer_is_about_to_change_is_left_for_the_next_time(tmp_path: Path) -> None:
    migrate(tmp_path / "footfall.db")
    with open_database(tmp_path / "footfall.db") as ours, open_database(tmp_path / "footfall.db") as theirs:
        source, whole = busy_store(ours)
        with writing(theirs):
            assert settle(source, whole.end) == 0
        assert settle(source, whole.end) > 0


@pytest.mark.parametrize("full", [False, True])
def test_nothing_is_put_together_while_the_disk_is_nearly_full(tmp_path: Path, full: bool) -> None:
    shop = {STORE: {"name": "Corner", "time_zone": "Europe/Berlin"}}
    told = {"database": tmp_path / "f.db", "least_free_megabytes": 10**9 if full else 0, "stores": shop}
    here = Settings.model_validate(told)
    migrate(here.database)
    began = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with open_database(here.database) as db, writing(db):
        counts.keep(db, _half_hour(began, 0), began)
    stop = threading.Event()
    part = threading.Thread(
        target=keep_settled(here, lambda: began + timedelta(hours=2)), args=(stop,), daemon=True
    )
    part.start()
    with open_database(here.database, read_only=True) as db:
        if full:
            stop.wait(0.3)
        else:
            until(lambda: bool(held(db)), "hours are put together")
        stop.set()
        part.join()
        assert bool(held(db)) is not full
