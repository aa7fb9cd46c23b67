"""Minutes that become hours, and spans put together beforehand: whatever comes first, the figures stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.wire import Counts, DwellSketch
from server.config import StoreSettings
from server.figures.reading import Source, rows_for
from server.figures.settling import settle
from server.figures.terms import terms_of
from server.metrics.intervals import Interval, Resolution, split
from server.metrics.report import Figures, report
from server.storage import counts, sales
from server.storage.database import migrate, open_database, writing
from server.upkeep.rolling import roll_up
from tests.server.figures.same import differences
from tests.server.filling import STORE, berlin_store, sale

SENT = datetime(2026, 4, 1, tzinfo=UTC)
NOW = SENT + timedelta(days=100)
CLOCKS = {
    "clocks go forward": ("Europe/Berlin", "00:00", date(2026, 3, 29)),
    "clocks go back": ("Europe/Berlin", "04:00", date(2025, 10, 26)),
    "quarter hours, from half past five": ("Asia/Kathmandu", "05:30", date(2026, 3, 1)),
}

minute = st.fixed_dictionaries(
    {
        "at": st.integers(0, 30 * 60),
        "camera": st.sampled_from(["door", "back"]),
        "came": st.integers(0, 9),
        "went": st.integers(0, 9),
        "staff": st.none() | st.integers(0, 3),
        "groups": st.none() | st.dictionaries(st.integers(1, 4), st.integers(1, 3), max_size=2),
        "stays": st.lists(st.floats(0.2, 4000), max_size=4),
        "waits": st.none() | st.lists(st.floats(0.2, 900), max_size=3),
        "coverage": st.sampled_from([1.0, 0.5, 0.0]),
    }
)


def _bucket(begin: datetime, of: dict[str, Any]) -> Counts:
    at, dwell = begin + timedelta(minutes=of["at"]), DwellSketch.of(of["stays"]).model_dump()
    staff = {} if of["staff"] is None else {"staff_in": min(of["staff"], of["came"]), "staff_out": 0}
    groups = {} if of["groups"] is None else {"groups_in": of["groups"], "groups_out": {}}
    queue = {"queue": "till", "length_peak": 2}
    if of["waits"] is not None:
        wait = DwellSketch.of(of["waits"]).model_dump()
        queue |= {"joined": len(of["waits"]), "served": len(of["waits"]), "wait": wait}
    zone = {"zone": "tea", "dwell": dwell, "occupancy_person_seconds": 7, "observed_seconds": 60}
    return Counts.model_validate(
        {
            "store": STORE, "device": "edge-1", "camera": of["camera"], "bucket_start": at,
            "bucket_end": at + timedelta(minutes=1), "revision": 1, "final": True,
            "coverage": of["coverage"], "zones": [{**zone, "occupancy_peak": 1}], "queues": [queue],
            "lines": [{"line": "main", "in": of["came"], "out": of["went"], **staff, **groups}],
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("rolling") / "footfall.db"
    migrate(file)
    with open_database(file) as opened:
        opened.execute("PRAGMA synchronous = OFF")
        yield opened


def _figures(source: Source, day: date) -> list[Figures]:
    """By hour, by day and whole, without who is inside: of that, an hour keeps only its ends."""
    calendar = source.terms.calendar
    begin = calendar.business_day(day - timedelta(days=1)).begin
    whole = Interval(begin, calendar.business_day(day + timedelta(days=3)).begin)
    found = []
    for resolution in (Resolution.HOUR, Resolution.DAY):
        parts = list(split(whole, resolution, calendar))
        told = report(rows_for(source, whole, parts, NOW), source.terms, whole, parts, NOW)
        found += [told.totals, *told.parts]
    return [replace(figures, occupancy=None) for figures in found]


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    minutes=st.lists(minute, min_size=1, max_size=25, unique_by=lambda of: (of["at"], of["camera"])),
    tickets=st.lists(st.integers(0, 30 * 60), max_size=4),
    late=minute,
    clock=st.sampled_from(sorted(CLOCKS)),
    put_together=st.sampled_from(["never", "before", "after", "before and after"]),
)
def test_no_figure_of_an_hour_or_longer_changes_when_minutes_become_hours(
    db: Database,
    minutes: list[dict[str, Any]],
    tickets: list[int],
    late: dict[str, Any],
    clock: str,
    put_together: str,
) -> None:
    zone, day_begins, day = CLOCKS[clock]
    store = StoreSettings.model_validate(
        berlin_store(time_zone=zone, day_begins=day_begins, queues={"till": {"name": "Till"}})
    )
    source = Source(db, STORE, terms_of(db, STORE, store))
    begin = source.terms.calendar.business_day(day).begin
    with writing(db):
        for table in ("buckets", "tickets", "closed_hours"):
            db.execute(f"DELETE FROM {table}")
        counts.keep_all(db, [_bucket(begin, of) for of in minutes], SENT)
        for number, at in enumerate(tickets):
            sales.keep_sale(db, sale(f"t{number}", begin + timedelta(minutes=at)), SENT)
    before = _figures(source, day)
    if "before" in put_together:
        settle(source, NOW)
    rolled = roll_up(db, STORE, store, 90, NOW)
    assert rolled.minutes + rolled.left == len(minutes)
    if "after" in put_together:
        settle(source, NOW)
    assert differences(before, _figures(source, day)) == []
    with writing(db):
        counts.keep(db, _bucket(begin, {**late, "camera": "third"}), NOW)
    assert _figures(source, day)[0].entries == (before[0].entries or 0) + late["came"] - (
        min(late["staff"] or 0, late["came"])
    )
