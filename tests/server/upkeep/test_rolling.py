from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from edge.wire import DwellSketch
from server.api.heat import store_heat
from server.api.reports import day_report
from server.config import Settings
from server.metrics.intervals import Interval
from server.metrics.paths import Told
from server.metrics.report import Figures
from server.storage import counts, quarantine
from server.storage.database import open_database
from server.storage.paths import told
from server.upkeep.rolling import Rolled, roll_up
from tests.server.filling import STORE, berlin_store, fill, settings_for, zone_count
from tests.server.filling import counts as bucket

DAY = date(2026, 3, 3)
OPENS = datetime(2026, 3, 3, 8, tzinfo=UTC)
SENT = datetime(2026, 3, 3, 20, tzinfo=UTC)
NOW = SENT + timedelta(days=100)
MINUTE = timedelta(minutes=1)
TEN_SECONDS = DwellSketch.of([10.0]).model_dump()


def _shop(folder: Path, **changes: object) -> Settings:
    settings = settings_for(folder, **{STORE: berlin_store(**changes)})
    minutes = [
        bucket(
            OPENS + number * MINUTE,
            number % 5,
            number % 3,
            [zone_count("tea", [number + 1.0], peak=number % 4)],
            queues=[{"queue": "till", "joined": number % 7, "wait": TEN_SECONDS, "length_peak": number % 3}],
            heat={"unit": "metres", "cell": 0.5, "seconds": {"1,2": 1.5, "-1,0": float(number)}},
            paths=[{"from": "in:main", "to": "tea", "n": 1}] if number % 2 else [],
        )
        for number in range(150)
    ]
    fill(settings, minutes, SENT)
    return settings


def _roll(settings: Settings, now: datetime = NOW, days: int = 90) -> Rolled:
    with open_database(settings.database) as db:
        return roll_up(db, STORE, settings.store(STORE), days, now)


def _day(settings: Settings) -> list[Figures]:
    with open_database(settings.database, read_only=True) as db:
        report = day_report(db, STORE, settings.store(STORE), DAY, NOW)
    return [report.totals, *report.parts]


def _buckets(settings: Settings) -> int:
    with open_database(settings.database, read_only=True) as db:
        return len(counts.bucket_rows(db, STORE, OPENS - timedelta(days=1), OPENS + timedelta(days=1)))


def test_old_minutes_become_hours_that_say_the_same(tmp_path: Path) -> None:
    settings = _shop(tmp_path)
    before = _day(settings)
    assert _roll(settings) == Rolled(hours=3, minutes=150, left=0)
    assert _buckets(settings) == 3
    after = _day(settings)
    assert [(f.entries, f.exits, f.running) for f in before] == [
        (f.entries, f.exits, f.running) for f in after
    ]
    assert [f.coverage for f in before] == [f.coverage for f in after]
    assert [f.zones for f in before] == [f.zones for f in after]
    assert [f.queues for f in before] == [f.queues for f in after]
    assert before[0].queues[0].joined == sum(number % 7 for number in range(150))
    assert before[0].entries == sum(number % 5 for number in range(150))


def test_old_heat_is_put_together_and_stays_where_it_was(tmp_path: Path) -> None:
    settings = _shop(tmp_path)
    before = _heat(settings)
    _roll(settings)
    assert _heat(settings) == before == {(1, 2): 225.0, (-1, 0): 11175.0}


def test_old_paths_are_put_together_and_say_the_same(tmp_path: Path) -> None:
    settings = _shop(tmp_path)
    before = _told(settings)
    _roll(settings)
    assert _told(settings) == before
    assert [one.people for one in before.taken] == [75]


def _told(settings: Settings) -> Told:
    with open_database(settings.database, read_only=True) as db:
        return told(db, STORE, OPENS, OPENS + timedelta(hours=4))


def _heat(settings: Settings) -> dict[tuple[int, int], float]:
    whole = Interval(OPENS, OPENS + timedelta(hours=4))
    with open_database(settings.database, read_only=True) as db:
        (one,) = store_heat(db, STORE, settings.store(STORE), whole, NOW).maps
    return dict(one.heat.seconds)


def test_putting_together_twice_is_putting_together_once(tmp_path: Path) -> None:
    settings = _shop(tmp_path)
    _roll(settings)
    assert _roll(settings) == Rolled()
    assert _buckets(settings) == 3


def test_younger_days_and_what_has_just_come_stay_as_they_are(tmp_path: Path) -> None:
    settings = _shop(tmp_path)
    assert _roll(settings, now=SENT + timedelta(days=89)) == Rolled()
    late = bucket(OPENS - timedelta(hours=2), 9, 0)
    fill(settings, [late], NOW - timedelta(days=1))
    assert _roll(settings) == Rolled(hours=3, minutes=150, left=0)
    assert _buckets(settings) == 4


def test_a_minute_that_comes_for_a_closed_hour_is_set_aside_and_not_counted_twice(tmp_path: Path) -> None:
    settings = _shop(tmp_path)
    _roll(settings)
    entries = _day(settings)[0].entries
    again = fill(settings, [bucket(OPENS + 7 * MINUTE, 2, 1, revision=9)], NOW)
    assert (again.stored, again.quarantined) == (0, 1)
    with open_database(settings.database, read_only=True) as db:
        assert "is closed" in quarantine.waiting(db)[0].reason
    assert _day(settings)[0].entries == entries
    assert fill(settings, [bucket(OPENS + 7 * MINUTE, 2, 1, camera="side")], NOW).stored == 1


def test_hours_are_cut_where_the_business_day_begins(tmp_path: Path) -> None:
    settings = _shop(tmp_path, day_begins="09:30", time_zone="Asia/Kathmandu")
    before = _day(settings)
    _roll(settings)
    assert [f.entries for f in _day(settings)] == [f.entries for f in before]


def test_minutes_that_do_not_fit_together_stay_minutes(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    lines = [
        {"line": "main", "kind": kind, "count_in": 1, "count_out": 0} for kind in ("entrance", "passing")
    ]
    fill(settings, [bucket(OPENS + n * MINUTE, 1, 0, lines=[line]) for n, line in enumerate(lines)], SENT)
    assert _roll(settings) == Rolled(left=2)
    assert _buckets(settings) == 2
