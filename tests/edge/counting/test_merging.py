"""Several buckets as one: what adds up adds up, and what is seen is seen once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting.merging import merged, tells_of
from edge.outbox.totals import totals_of
from edge.wire import Counts, PathCount, encode
from edge.wire.codec import decode
from edge.wire.messages import MOST_PATHS
from tests.edge.cast import NOON, minute
from tests.wire import making

START = datetime.fromtimestamp(NOON, UTC)
HOUR = timedelta(hours=1)


@settings(max_examples=25, deadline=None)
@given(st.lists(making.counts(), min_size=1, max_size=4))
def test_an_hour_holds_what_its_minutes_held(parts: list[Counts]) -> None:
    whole = merged(parts, START, HOUR)
    of_whole, of_parts = totals_of([whole], 0, 0), totals_of(parts, 0, 0)
    assert replace(of_whole, buckets=0) == replace(of_parts, buckets=0)
    assert decode(whole.topic, encode(whole)) == whole


def test_coverage_and_peak_are_those_of_the_whole() -> None:
    parts = [minute(number, visits=[5.0]) for number in range(30)]
    whole = merged(parts, START, HOUR)
    assert whole.coverage == pytest.approx(sum(one.coverage for one in parts) / 60)
    assert whole.zones[0].occupancy_peak == max(one.zones[0].occupancy_peak for one in parts)
    assert whole.final


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param({"revision": 9, "coverage": 0.1}, True, id="how much"),
        pytest.param({"lines": ()}, False, id="other lines"),
        pytest.param({"clock_synced": False}, False, id="an unknown time"),
        pytest.param({"replayed": True}, False, id="from a recording"),
        pytest.param({"paths": ()}, False, id="nobody's paths, where the other tells of none"),
    ],
)
def test_buckets_tell_the_same_whatever_they_count(change: dict[str, object], same: bool) -> None:
    assert (tells_of(minute(0)) == tells_of(minute(1).model_copy(update=change))) is same


def test_of_more_paths_than_a_message_holds_the_most_taken_stay() -> None:
    often = tuple(PathCount(origin="tea", to=f"shelf-{number}", n=2) for number in range(MOST_PATHS - 1))
    seldom = tuple(PathCount(origin="gifts", to=f"shelf-{number}", n=1) for number in range(5))
    hour = merged([minute(0).model_copy(update={"paths": of}) for of in (often, seldom)], START, HOUR)

    assert hour.paths
    assert set(often) < set(hour.paths)
    assert len(hour.paths) == MOST_PATHS
