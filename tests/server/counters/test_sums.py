from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.counters.differences import Ways, Why, difference
from server.storage import counts
from server.storage.counter_sums import HeldSum
from server.storage.database import open_database
from tests.server.counters.site import axis_sum, send, site, totals
from tests.server.filling import NOON, STORE

BERLIN = ZoneInfo("Europe/Berlin")
POLLED = Ways(BERLIN, timedelta(hours=1), daily=True, at_events=False)
AT_EVENTS = Ways(BERLIN, timedelta(hours=1), daily=False, at_events=True)
MINUTE = timedelta(minutes=1)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("before", "now", "ways", "why", "counted", "minutes"),
    [
        pytest.param(None, ("03 12:00", 50, 40), POLLED, Why.FIRST, (0, 0), 0, id="nobody knows since when"),
        pytest.param(("03 12:00", 50, 40), ("03 12:00", 50, 40), POLLED, Why.OLD, (0, 0), 0, id="told again"),
        pytest.param(("03 12:05", 50, 40), ("03 12:00", 49, 40), POLLED, Why.OLD, (0, 0), 0, id="overtaken"),
        pytest.param(("03 12:00", 50, 40), ("03 12:05", 53, 41), POLLED, Why.COUNTED, (3, 1), 5, id="polled"),
        pytest.param(
            ("03 12:00", 50, 40), ("03 12:05", 50, 40), POLLED, Why.COUNTED, (0, 0), 5, id="nobody came"
        ),
        pytest.param(
            ("03 12:00", 50, 40), ("03 12:05", 4, 2), POLLED, Why.RESTARTED, (4, 2), 1, id="restart"
        ),
        pytest.param(("03 12:00", 50, 40), ("03 13:01", 90, 80), POLLED, Why.GAP, (0, 0), 0, id="gap"),
        pytest.param(("03 23:55", 50, 40), ("04 00:10", 4, 2), POLLED, Why.NEW_DAY, (4, 2), 10, id="new day"),
        pytest.param(
            ("03 23:55", 1, 1), ("04 00:10", 4, 2), POLLED, Why.NEW_DAY, (4, 2), 10, id="quiet before"
        ),
        pytest.param(
            ("03 21:00", 50, 0), ("04 09:00", 4, 0), POLLED, Why.NEW_DAY, (4, 0), 1, id="off at night"
        ),
        pytest.param(
            ("03 21:00", 50, None), ("04 09:00", 51, None), AT_EVENTS, Why.COUNTED, (1, 0), 1, id="silence"
        ),
        pytest.param(
            ("03 12:00", 9, None), ("03 12:02", 1, None), AT_EVENTS, Why.RESTARTED, (1, 0), 1, id="reset"
        ),
    ],
)
def test_what_a_sum_adds(
    before: tuple[str, int, int] | None,
    now: tuple[str, int, int],
    ways: Ways,
    why: Why,
    counted: tuple[int, int],
    minutes: int,
) -> None:
    held = None if before is None else HeldSum(_at(before[0]), before[1], before[2])
    found = difference(held, HeldSum(_at(now[0]), now[1], now[2]), ways)
    assert (found.why, (found.count_in, found.count_out), len(found.minutes)) == (why, counted, minutes)
    assert all(minute < _at(now[0]) or ways.at_events for minute in found.minutes)


@given(steps=st.lists(st.tuples(st.integers(1, 59), st.integers(0, 20)), max_size=30))
def test_differences_add_up_to_the_last_sum_less_the_first(steps: list[tuple[int, int]]) -> None:
    ways = Ways(BERLIN, timedelta(hours=1), daily=False, at_events=False)
    before, counted = HeldSum(NOON, 1000, 0), 0
    for minutes, people in steps:
        assert before.count_in is not None
        now = HeldSum(before.at + minutes * MINUTE, before.count_in + people, 0)
        step = difference(before, now, ways)
        counted += step.count_in
        assert len(step.minutes) == minutes
        before = now
    assert before.count_in == 1000 + counted


def test_live_sums_become_minutes_without_doubling(tmp_path: Path) -> None:
    shop = site(tmp_path)
    sums = [("20260303120000", 50, 40), ("20260303120500", 53, 41), ("20260303121000", 53, 44)]
    for at, ins, outs in sums:
        send(shop, "ceiling", axis_sum(at, ins, outs))
    for at, ins, outs in reversed(sums):
        assert send(shop, "ceiling", axis_sum(at, ins, outs)).outcomes == {"sum: old": 1}
    assert totals(shop) == (3, 4)
    with open_database(shop.database) as db:
        held = counts.bucket_rows(db, STORE, NOON, NOON + timedelta(hours=1))
    assert [(row.begin - NOON) // MINUTE for row in held] == list(range(10))
    assert {row.coverage for row in held} == {1.0}


def test_a_gap_between_sums_is_a_gap_and_not_zero(tmp_path: Path) -> None:
    shop = site(tmp_path)
    for at, ins in [("20260303120000", 50), ("20260303140000", 90), ("20260303140100", 91)]:
        taken = send(shop, "ceiling", axis_sum(at, ins, 0))
    assert taken.outcomes == {"new": 1, "sum: counted": 1}
    with open_database(shop.database) as db:
        held = counts.bucket_rows(db, STORE, NOON, NOON + timedelta(hours=4))
    assert [(row.begin - NOON) // MINUTE for row in held] == [120]
