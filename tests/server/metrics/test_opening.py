"""When a shop is open: by weekday, on holidays, over midnight, over a change of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.metrics.coverage import coverage_while_open
from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.opening import Opening, Span

CALENDAR = Calendar(ZoneInfo("Europe/Berlin"), time(4))
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NINE, SIX, TWO = time(9), time(18), time(2)
SHOP = Opening(
    dict.fromkeys(range(1, 7), ((NINE, SIX),)),
    {date(2026, 3, 3): (), date(2026, 3, 4): ((time(10), time(14)),)},
)
BAR = Opening(dict.fromkeys(range(1, 8), ((SIX, TWO),)), {date(2026, 3, 3): ()})


def hours(opening: Opening, day: date) -> float | None:
    spans = opening.open_within(CALENDAR.business_day(day), CALENDAR)
    return None if spans is None else sum(span.seconds for span in spans) / 3600


@pytest.mark.parametrize(
    ("opening", "day", "expected"),
    [
        pytest.param(SHOP, date(2026, 3, 2), 9, id="a Monday"),
        pytest.param(SHOP, date(2026, 3, 1), 0, id="a Sunday"),
        pytest.param(SHOP, date(2026, 3, 3), 0, id="a holiday"),
        pytest.param(SHOP, date(2026, 3, 4), 4, id="a holiday with hours of its own"),
        pytest.param(BAR, date(2026, 3, 2), 8, id="over midnight, the day after is a holiday"),
        pytest.param(BAR, date(2026, 3, 3), 0, id="the night of a holiday"),
        pytest.param(BAR, date(2026, 3, 28), 8, id="closed as the clock changes"),
        pytest.param(Opening(), date(2026, 3, 2), None, id="nobody said"),
        pytest.param(Opening({}, {date(2026, 3, 3): ()}), date(2026, 3, 5), None, id="only holidays"),
    ],
)
def test_a_business_day_is_open_as_the_catalogue_says(
    opening: Opening, day: date, expected: float | None
) -> None:
    assert hours(opening, day) == expected


def test_a_span_over_a_change_of_the_clock_is_an_hour_shorter_or_longer() -> None:
    night = Opening({day: ((time(22), time(3, 30)),) for day in range(1, 8)})
    assert [hours(night, day) for day in (date(2026, 3, 27), date(2026, 3, 28), date(2026, 10, 24))] == [
        5.5,
        4.5,
        6.5,
    ]


def test_spans_that_overlap_count_once() -> None:
    twice = Opening({1: ((NINE, SIX), (time(17), time(20)))})
    assert hours(twice, date(2026, 3, 2)) == 11


@given(
    begin=st.integers(0, 35 * 1440).map(lambda minutes: MARCH + timedelta(minutes=minutes)),
    length=st.timedeltas(timedelta(minutes=1), timedelta(days=9)),
    spans=st.dictionaries(
        st.integers(1, 7),
        st.tuples(st.tuples(st.times(), st.times()).filter(lambda span: span[0] != span[1])),
        min_size=1,
    ),
)
def test_the_parts_of_a_range_are_open_as_long_as_the_whole(
    begin: datetime, length: timedelta, spans: dict[int, tuple[Span, ...]]
) -> None:
    whole, opening = Interval(begin, begin + length), Opening(spans)
    parts = list(split(whole, Resolution.HOUR, CALENDAR))
    seconds = [sum(s.seconds for s in opening.open_within(part, CALENDAR) or ()) for part in (whole, *parts)]
    assert seconds[0] == pytest.approx(sum(seconds[1:]))
    assert sum(s.seconds for s in opening.stretches(whole, CALENDAR)) == pytest.approx(seconds[0])
    assert 0 <= seconds[0] <= whole.seconds


def test_coverage_while_open_is_the_mean_of_all_cameras_and_unknown_where_nobody_looked() -> None:
    nine = datetime(2026, 3, 2, 8, tzinfo=UTC)
    first, second = (Interval(nine + timedelta(hours=n), nine + timedelta(hours=n + 1)) for n in (0, 1))
    door, back = ("edge-1", "door"), ("edge-1", "back")
    watched = {first: {door: 3600.0, back: 1800.0}, second: {door: 4000.0}}
    both = frozenset({door, back})
    assert coverage_while_open(watched, [first, second], both) == (3600 + 1800 + 3600) / (4 * 3600)
    assert coverage_while_open(watched, [first], frozenset({back})) == 0.5
    assert coverage_while_open({first: {}}, [first, second], both) is None
    assert coverage_while_open({first: {}}, [first], both) == 0.0
    assert coverage_while_open(watched, [first], frozenset()) is None
