from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.days import next_day_end

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("after", "ends", "end"),
    [
        pytest.param("2026-11-21T10:00", "00:00", "2026-11-21T23:00", id="midnight in winter"),
        pytest.param("2026-07-21T10:00", "00:00", "2026-07-21T22:00", id="midnight in summer"),
        pytest.param(
            "2026-11-21T01:00", "04:00", "2026-11-21T03:00", id="in the small hours of the same day"
        ),
        pytest.param("2026-11-21T03:00", "04:00", "2026-11-22T03:00", id="at the very end: the next one"),
        pytest.param("2026-03-28T23:00", "00:00", "2026-03-29T22:00", id="a day of 23 hours"),
        pytest.param("2026-10-24T22:00", "00:00", "2026-10-25T23:00", id="a day of 25 hours"),
        pytest.param("2026-03-28T20:00", "02:30", "2026-03-29T01:30", id="a time that spring leaves out"),
        pytest.param("2026-10-24T20:00", "02:30", "2026-10-25T00:30", id="a time that comes twice in autumn"),
        pytest.param("2026-10-25T00:30", "02:30", "2026-10-26T01:30", id="whose second coming is no end"),
    ],
)
def test_a_day_ends_at_its_local_time(after: str, ends: str, end: str) -> None:
    assert next_day_end(utc(after), BERLIN, time.fromisoformat(ends)) == utc(end)


@given(
    st.floats(utc("2020-01-01"), utc("2035-01-01")),
    st.times(),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
)
def test_every_day_ends_once_and_between_two_ends_lie_23_to_25_hours(
    at: float, ends: time, zone: str
) -> None:
    first = next_day_end(at, ZoneInfo(zone), ends)
    second = next_day_end(first, ZoneInfo(zone), ends)

    assert at < first <= at + 25 * 3600
    assert 23 * 3600 <= second - first <= 25 * 3600
