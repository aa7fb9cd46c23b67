"""Hours give what their minutes gave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.wire import Counts, DwellSketch, Heat, LineCount, QueueCount, ZoneCount, decode, encode
from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.report import Figures, Rows, Terms, report
from server.metrics.rollup import CannotPutTogether, put_together
from server.metrics.rows import BucketRow, LineRow, ZoneRow

CALENDAR = Calendar(ZoneInfo("Asia/Kathmandu"), time(4, 30))
DAY = CALENDAR.business_day(datetime(2026, 3, 3, tzinfo=UTC).date())
MINUTE = timedelta(minutes=1)


@st.composite
def minutes(draw: st.DrawFn) -> Counts:
    begin = DAY.begin + draw(st.integers(0, 180)) * MINUTE
    durations = draw(st.lists(st.floats(0.5, 5_000), max_size=4))
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
            LineCount(line=line, count_in=draw(st.integers(0, 50)), count_out=draw(st.integers(0, 50)))
            for line in draw(st.sets(st.sampled_from(["a", "b"])))
        ),
        zones=(
            ZoneCount(
                zone="shelf",
                dwell=DwellSketch.of(durations),
                occupancy_person_seconds=draw(st.integers(0, 600)),
                observed_seconds=draw(st.integers(0, 60)),
                occupancy_peak=draw(st.integers(0, 9)),
            ),
        ),
    )


def _rows(buckets: Sequence[Counts]) -> Rows:
    return Rows(
        buckets=[
            BucketRow(
                "box", "door", b.bucket_start, b.bucket_end, b.coverage, b.final, b.clock_synced, b.replayed
            )
            for b in buckets
        ],
        lines=[
            LineRow(
                "box",
                "door",
                b.bucket_start,
                b.bucket_end,
                line.line,
                line.kind,
                line.count_in,
                line.count_out,
            )
            for b in buckets
            for line in b.lines
        ],
        zones=[
            ZoneRow(
                "box",
                "door",
                b.bucket_start,
                b.bucket_end,
                zone.zone,
                zone.dwell,
                zone.occupancy_person_seconds,
                zone.observed_seconds,
                zone.occupancy_peak,
            )
            for b in buckets
            for zone in b.zones
        ],
    )


def _figures(buckets: Sequence[Counts], resolution: Resolution) -> list[Figures]:
    now = DAY.end + timedelta(days=100)
    parts = split(DAY, resolution, CALENDAR)
    answer = report(_rows(buckets), Terms(CALENDAR, zones=("shelf",)), DAY, parts, now)
    return [answer.totals, *answer.parts]


def _said(figures: Figures) -> list[object]:
    (zone,) = figures.zones
    return [
        figures.entries,
        figures.exits,
        figures.balance,
        figures.occupancy and figures.occupancy.at_end,
        None if figures.coverage is None else pytest.approx(figures.coverage, abs=1e-9),
        (figures.clock_unsynced, figures.replayed, figures.running),
        (zone.visits, zone.occupancy and zone.occupancy.peak),
        zone.dwell and (zone.dwell.n, zone.dwell.median_seconds, zone.dwell.p90_seconds),
        zone.dwell and zone.dwell.mean_seconds and pytest.approx(zone.dwell.mean_seconds),
        zone.occupancy and zone.occupancy.mean and pytest.approx(zone.occupancy.mean),
    ]


@given(st.lists(minutes(), min_size=1, max_size=25, unique_by=lambda bucket: bucket.bucket_start))
def test_every_figure_by_the_hour_and_by_the_day_is_that_of_the_minutes(buckets: list[Counts]) -> None:
    buckets.sort(key=lambda bucket: bucket.bucket_start)
    hours = []
    for hour in split(DAY, Resolution.HOUR, CALENDAR):
        of_hour = [b for b in buckets if hour.begin <= b.bucket_start < hour.end]
        hours += [put_together(of_hour, hour)] if of_hour else []
    for resolution in (Resolution.HOUR, Resolution.DAY):
        before, after = _figures(buckets, resolution), _figures(hours, resolution)
        assert [_said(figures) for figures in before] == [_said(figures) for figures in after]


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
    both = [_minute(0, lines=(line,), zones=(zone,), queues=(queue,), heat=heat)] * 2
    hour = put_together([both[0], _minute(1, lines=(line,), zones=(zone,), queues=(queue,), heat=heat)], HOUR)
    (crossed,), (visited,), (waited,) = hour.lines, hour.zones, hour.queues
    assert (crossed.count_in, crossed.staff_in, crossed.staff_out, crossed.passed) == (10, 2, None, None)
    assert crossed.groups_in == {1: 4, 2: 2}
    assert (visited.dwell.n, visited.ended) == (4, {"left": 4})
    assert visited.staff_dwell == DwellSketch.of([9, 9])
    assert (waited.joined, waited.served, waited.length_peak, waited.observed_seconds) == (6, None, 2, None)
    assert waited.wait == DwellSketch.of([40, 40])
    assert hour.heat == Heat(unit="metres", cell=0.5, seconds={"1,2": 8.0})
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
            {"heat": Heat(unit="metres", cell=0.5, seconds={"1,2": 1})},
            {"heat": Heat(unit="metres", cell=1, seconds={"1,2": 1})},
            id="heat of two grids",
        ),
    ],
)
def test_minutes_that_do_not_fit_into_one_bucket_are_refused(
    one: dict[str, object], other: dict[str, object]
) -> None:
    with pytest.raises(CannotPutTogether):
        put_together([_minute(0, **one), _minute(1, **other)], HOUR)
