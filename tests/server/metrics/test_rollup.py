"""Hours give what their minutes gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.wire import (
    Counts,
    DwellSketch,
    Heat,
    LineCount,
    PathCount,
    QueueCount,
    ZoneCount,
    decode,
    encode,
)
from edge.wire.messages import MOST_PATHS
from server.metrics.heat import heat_maps
from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.queues import QueueFigures
from server.metrics.report import Figures, Rows, Terms, report
from server.metrics.rollup import CannotPutTogether, put_together
from server.metrics.zones import Dwell
from server.storage import counts
from server.storage.database import migrate, open_database, writing
from server.storage.heat import heat_rows
from server.storage.queues import queue_rows

CALENDAR = Calendar(ZoneInfo("Asia/Kathmandu"), time(4, 30))
DAY = CALENDAR.business_day(datetime(2026, 3, 3, tzinfo=UTC).date())
MINUTE = timedelta(minutes=1)


@st.composite
def staff_of(draw: st.DrawFn, everybody: int, tells_staff: bool) -> int | None:
    return draw(st.integers(0, everybody)) if tells_staff else None


SIZES = st.dictionaries(st.integers(1, 6), st.integers(1, 9), max_size=3)


@st.composite
def crossings(draw: st.DrawFn, line: str, tells_staff: bool) -> LineCount:
    came, left = draw(st.integers(0, 50)), draw(st.integers(0, 50))
    passing = line == "pavement"
    return LineCount(
        line=line,
        kind="passing" if passing else "entrance",
        count_in=came,
        count_out=left,
        staff_in=draw(staff_of(came, tells_staff)),
        staff_out=draw(staff_of(left, tells_staff)),
        groups_in=None if passing else draw(SIZES),
        groups_out=None if passing else draw(SIZES),
        passed=draw(st.integers(0, 9)) if passing else None,
    )


SOME_DURATIONS = st.lists(st.floats(0.5, 5_000), max_size=4)


@st.composite
def stays(draw: st.DrawFn, tells_staff: bool) -> ZoneCount:
    of_staff, of_others = draw(SOME_DURATIONS) if tells_staff else [], draw(SOME_DURATIONS)
    return ZoneCount(
        zone="shelf",
        dwell=DwellSketch.merged([DwellSketch.of(of_staff), DwellSketch.of(of_others)]),
        staff_dwell=DwellSketch.of(of_staff) if tells_staff else None,
        ended=draw(st.dictionaries(st.sampled_from(["left", "lost"]), st.integers(1, 9))),
        occupancy_person_seconds=draw(st.integers(0, 600)),
        observed_seconds=draw(st.integers(0, 60)),
        occupancy_peak=draw(st.integers(0, 9)),
    )


@st.composite
def queues(draw: st.DrawFn) -> QueueCount:
    return QueueCount(
        queue="till",
        joined=draw(st.integers(0, 9)),
        served=draw(st.integers(0, 9)),
        abandoned=draw(st.integers(0, 9)),
        lost=draw(st.integers(0, 9)),
        wait=DwellSketch.of(draw(SOME_DURATIONS)),
        abandoned_wait=DwellSketch.of(draw(SOME_DURATIONS)),
        waiting_person_seconds=draw(st.integers(0, 600)),
        observed_seconds=draw(st.integers(0, 60)),
        length_peak=draw(st.integers(0, 9)),
    )


CELLS = st.dictionaries(st.sampled_from(["0,0", "1,0", "-1,2"]), st.floats(0, 60), max_size=3)


@st.composite
def minutes(draw: st.DrawFn, tells_staff: bool) -> Counts:
    begin = DAY.begin + draw(st.integers(0, 180)) * MINUTE
    return Counts(
        store="demo",
        device="box",
        camera="door",
        bucket_start=begin,
        bucket_end=begin + MINUTE,
        revision=draw(st.integers(1, 9)),
        final=draw(st.booleans()),
        coverage=draw(st.floats(0, 1)),
        clock_synced=draw(st.booleans()),
        replayed=draw(st.booleans()),
        lines=tuple(
            draw(crossings(line, tells_staff))
            for line in draw(st.sets(st.sampled_from(["a", "b", "pavement"])))
        ),
        zones=(draw(stays(tells_staff)),),
        queues=(draw(queues()),),
        heat=draw(st.none() | st.builds(Heat, unit=st.just("metres"), cell=st.just(0.5), seconds=CELLS)),
    )


MANY = st.booleans().flatmap(
    lambda tells_staff: st.lists(
        minutes(tells_staff), min_size=1, max_size=15, unique_by=lambda bucket: bucket.bucket_start
    )
)


def _hours(buckets: Sequence[Counts]) -> list[Counts]:
    hours = []
    for hour in split(DAY, Resolution.HOUR, CALENDAR):
        of_hour = [b for b in buckets if hour.begin <= b.bucket_start < hour.end]
        hours += [put_together(of_hour, hour)] if of_hour else []
    return hours


def _figures(folder: Path, buckets: Sequence[Counts], resolution: Resolution) -> list[Figures]:
    """Figures out of a database, so that what is stored of a bucket is tried, too."""
    now = DAY.end + timedelta(days=100)
    parts = split(DAY, resolution, CALENDAR)
    with _holding(folder, buckets) as db:
        rows = Rows(
            buckets=counts.bucket_rows(db, "demo", DAY.begin, DAY.end),
            lines=counts.line_rows(db, "demo", DAY.begin, DAY.end),
            zones=counts.zone_rows(db, "demo", DAY.begin, DAY.end),
            queues=queue_rows(db, "demo", DAY.begin, DAY.end),
        )
    answer = report(rows, Terms(CALENDAR, zones=("shelf",)), DAY, parts, now)
    return [answer.totals, *answer.parts]


def _folder(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "rollup"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _holding(folder: Path, buckets: Sequence[Counts]) -> Iterator[Database]:
    file = folder / "footfall.db"
    if not file.exists():
        migrate(file)
    with open_database(file) as db:
        with writing(db):
            db.execute("DELETE FROM buckets")
            counts.keep_all(db, buckets, DAY.end)
        yield db


def _about(value: float | None) -> object:
    return None if value is None else pytest.approx(value, abs=1e-9)


def _dwell(dwell: Dwell | None) -> object:
    return dwell and (dwell.n, dwell.median_seconds, dwell.p90_seconds, _about(dwell.mean_seconds))


def _said(figures: Figures) -> list[object]:
    (zone,) = figures.zones
    return [
        (figures.entries, figures.exits, figures.balance),
        (figures.crossings, figures.groups, figures.passers_by, figures.capture_rate),
        figures.occupancy and figures.occupancy.at_end,
        _about(figures.coverage),
        (figures.clock_unsynced, figures.replayed, figures.running),
        (zone.visits, zone.raw_visits, zone.staff_visits, zone.ended, zone.lost_share),
        (_dwell(zone.dwell), _dwell(zone.raw_dwell)),
        zone.occupancy and (zone.occupancy.peak, _about(zone.occupancy.mean)),
        [_waited(queue) for queue in figures.queues],
    ]


def _waited(queue: QueueFigures) -> list[object]:
    return [
        (queue.joined, queue.served, queue.abandoned, queue.lost, queue.over_target, queue.abandonment),
        queue.length and (queue.length.peak, _about(queue.length.mean)),
        (_dwell(queue.wait), _dwell(queue.abandoned_wait)),
    ]


@settings(max_examples=40, deadline=None)
@given(buckets=MANY)
def test_every_figure_by_the_hour_and_by_the_day_is_that_of_the_minutes(
    tmp_path_factory: pytest.TempPathFactory, buckets: list[Counts]
) -> None:
    folder = _folder(tmp_path_factory)
    buckets.sort(key=lambda bucket: bucket.bucket_start)
    hours = _hours(buckets)
    for resolution in (Resolution.HOUR, Resolution.DAY):
        before, after = _figures(folder, buckets, resolution), _figures(folder, hours, resolution)
        assert [_said(figures) for figures in before] == [_said(figures) for figures in after]


@settings(max_examples=40, deadline=None)
@given(buckets=MANY)
def test_where_people_spent_time_is_that_of_the_minutes(
    tmp_path_factory: pytest.TempPathFactory, buckets: list[Counts]
) -> None:
    folder = _folder(tmp_path_factory)
    buckets.sort(key=lambda bucket: bucket.bucket_start)
    found = []
    for held in (buckets, _hours(buckets)):
        with _holding(folder, held) as db:
            found.append(list(heat_maps(heat_rows(db, "demo", DAY.begin, DAY.end))))
    before, after = found
    assert [(one.device, one.camera, one.unit, one.cell) for one in before] == [
        (one.device, one.camera, one.unit, one.cell) for one in after
    ]
    for one, other in zip(before, after, strict=True):
        assert dict(one.seconds) == pytest.approx(dict(other.seconds))


def _minute(number: int, **what: object) -> Counts:
    begin = DAY.begin + number * MINUTE
    known = {
        "bucket_start": begin,
        "bucket_end": begin + MINUTE,
        "revision": 1,
        "final": True,
        "coverage": 1.0,
    }
    return Counts.model_validate({"store": "demo", "device": "box", "camera": "door", **known, **what})


HOUR = Interval(DAY.begin, DAY.begin + 30 * MINUTE)


def test_all_that_a_bucket_may_hold_adds_up_and_what_nobody_knew_stays_unknown() -> None:
    line = LineCount(line="a", count_in=5, count_out=2, staff_in=1, groups_in={1: 2, 2: 1})
    zone = ZoneCount(
        zone="shelf",
        dwell=DwellSketch.of([5, 9]),
        staff_dwell=DwellSketch.of([9]),
        ended={"left": 2},
        occupancy_person_seconds=10,
        observed_seconds=60,
        occupancy_peak=2,
    )
    queue = QueueCount(queue="till", joined=3, wait=DwellSketch.of([40]), length_peak=2)
    heat = Heat(unit="metres", cell=0.5, seconds={"1,2": 4.0})
    paths = (PathCount(origin="in:a", to="shelf", n=2), PathCount(origin="shelf", to="shelf", n=1))
    holds = {"lines": (line,), "zones": (zone,), "queues": (queue,), "heat": heat}
    hour = put_together([_minute(0, paths=paths, **holds), _minute(1, paths=paths[:1], **holds)], HOUR)
    (crossed,), (visited,), (waited,) = hour.lines, hour.zones, hour.queues
    assert (crossed.count_in, crossed.staff_in, crossed.staff_out, crossed.passed) == (10, 2, None, None)
    assert crossed.groups_in == {1: 4, 2: 2}
    assert (visited.dwell.n, visited.ended) == (4, {"left": 4})
    assert visited.staff_dwell == DwellSketch.of([9, 9])
    assert (waited.joined, waited.served, waited.length_peak, waited.observed_seconds) == (6, None, 2, None)
    assert waited.wait == DwellSketch.of([40, 40])
    assert hour.heat == Heat(unit="metres", cell=0.5, seconds={"1,2": 8.0})
    assert hour.paths == (paths[0].model_copy(update={"n": 4}), paths[1])
    assert hour.coverage == pytest.approx(2 / 30)
    assert decode(hour.topic, encode(hour)) == hour


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"lines": (LineCount(line="a", count_in=1, count_out=0),)},
            {"lines": (LineCount(line="a", kind="passing", count_in=1, count_out=0),)},
            id="a line that changed its kind",
        ),
        pytest.param(
            {"lines": (LineCount(line="a", count_in=3, count_out=0, staff_in=1),)},
            {"lines": (LineCount(line="a", count_in=1, count_out=0),)},
            id="staff told apart from some minute on",
        ),
        pytest.param(
            {"lines": (LineCount(line="a", count_in=3, count_out=0, groups_in={3: 1}),)},
            {"lines": (LineCount(line="a", count_in=1, count_out=0),)},
            id="groups formed from some minute on",
        ),
        pytest.param(
            {"queues": (QueueCount(queue="till", joined=1, length_peak=1),)},
            {"queues": (QueueCount(queue="till", length_peak=1),)},
            id="a queue that knows less",
        ),
        pytest.param(
            {"heat": Heat(unit="metres", cell=0.5, seconds={"1,2": 1})},
            {"heat": Heat(unit="metres", cell=1, seconds={"1,2": 1})},
            id="heat of two grids",
        ),
        pytest.param({"paths": ()}, {"paths": None}, id="paths told from some minute on"),
        pytest.param(
            {"paths": tuple(PathCount(origin="tea", to=f"z{n}", n=1) for n in range(MOST_PATHS))},
            {"paths": (PathCount(origin="gifts", to="tea", n=1),)},
            id="more paths than a message holds",
        ),
    ],
)
def test_minutes_that_do_not_fit_into_one_bucket_are_refused(
    one: dict[str, object], other: dict[str, object]
) -> None:
    with pytest.raises(CannotPutTogether):
        put_together([_minute(0, **one), _minute(1, **other)], HOUR)
