"""Shifts over the API and on their page: in place of what begins in the same time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.rights import Role
from server.config import Settings
from server.metrics.rows import LabourRow
from server.pos.labour import LabourUnreadable, read_lines, written
from tests.server.access.browsing import Browser
from tests.server.asking import Asking, logged_in
from tests.server.filling import NOON, STORE, counts, fill

LABOUR = f"/api/v1/stores/{STORE}/labour"
PAGE = f"/stores/{STORE}/labour"
BERLIN = ZoneInfo("Europe/Berlin")


NINE, FIVE = "2026-03-03T09:00:00+01:00", "2026-03-03T17:00:00+01:00"


def shift(begin: str = NINE, end: str = FIVE, people: Any = "2.5") -> dict[str, Any]:
    return {"begin": begin, "end": end, "people": people}


def test_shifts_are_stored_read_and_counted(ask: Asking, settings: Settings) -> None:
    fill(settings, [counts(NOON - timedelta(hours=1), 15, 0)], NOON)
    stored = ask.put(LABOUR, json=[shift()]).json()
    assert stored["shifts"] == [
        {"begin": "2026-03-03T08:00:00Z", "end": "2026-03-03T16:00:00Z", "people": "2.5"}
    ]
    assert ask.get(LABOUR).json() == stored
    totals = ask.get(f"/api/v1/stores/{STORE}/metrics").json()["totals"]
    assert (totals["labour_hours"], totals["star"]["value"]) == ("7.5", "2")


def test_what_is_sent_takes_the_place_of_what_begins_in_the_range_and_of_nothing_else(ask: Asking) -> None:
    tuesday, wednesday = "?begin=2026-03-03", "?begin=2026-03-04"
    night = shift("2026-03-03T22:00:00+01:00", "2026-03-04T06:00:00+01:00")
    ask.put(LABOUR + tuesday, json=[shift(), night])
    ask.put(LABOUR + wednesday, json=[shift("2026-03-04T05:00:00+01:00", "2026-03-04T12:00:00+01:00", 1)])
    assert [one["people"] for one in ask.get(LABOUR + tuesday).json()["shifts"]] == ["2.5", "2.5"]
    for _ in range(2):
        ask.put(LABOUR + tuesday, json=[shift(people=3)])
    assert [one["people"] for one in ask.get(f"{LABOUR}{tuesday}&end=2026-03-05").json()["shifts"]] == [
        "3",
        "1",
    ]
    assert ask.put(LABOUR + tuesday, json=[]).json()["shifts"] == []


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        pytest.param([shift(end="2026-03-03T08:00:00+01:00")], "shift 1: a shift ends after", id="backwards"),
        pytest.param([shift(end="2026-03-09T08:00:00+01:00")], "within 24 hours", id="too long"),
        pytest.param([shift(people=-1)], "people is a number", id="minus one"),
        pytest.param([shift(people="many")], "people: ", id="no number"),
        pytest.param([shift(begin="2026-03-03T09:00:00")], "timezone", id="no offset"),
        pytest.param(
            [shift("2026-03-02T09:00:00Z", "2026-03-02T17:00:00Z")], "begins outside", id="elsewhere"
        ),
        pytest.param([{**shift(), "name": "Ann"}], "Extra inputs", id="names of people"),
        pytest.param({}, "a valid array", id="no list"),
    ],
)
def test_what_is_no_shift_is_named_and_nothing_is_stored(ask: Asking, sent: object, sentence: str) -> None:
    ask.put(LABOUR, json=[shift()])
    answer = ask.put(LABOUR, json=sent)
    assert (answer.status_code, sentence in answer.json()["detail"]) == (422, True), answer.text
    assert len(ask.get(LABOUR).json()["shifts"]) == 1


def test_a_manager_enters_shifts_of_a_week_on_the_page(settings: Settings) -> None:
    manager = Browser(settings, cookie=logged_in(settings, NOON, "mia", Role.MANAGER, frozenset({STORE})))
    text = "begin,end,people\n2026-03-02T09:00,2026-03-02T17:00,2\n2026-03-08T09:00,2026-03-08T12:00,0.5\n"
    assert manager.fill_in(PAGE, text=text, day="2026-03-04").headers["location"] == f"{PAGE}?day=2026-03-02"
    assert text in manager.get(f"{PAGE}?day=2026-03-08").text
    assert "2026-03-02T09:00," not in manager.get(f"{PAGE}?day=2026-03-09").text.split("<textarea")[1]
    wrong = manager.fill_in(PAGE, text="begin,end,people\n2026-03-09T09:00,2026-03-09T17:00,2\n")
    assert (wrong.status_code, "begins outside the time that is edited" in wrong.text) == (422, True)
    bad = manager.fill_in(PAGE, text="begin,end,people\nmonday,2026-03-09T17:00,2\n")
    assert "the table, line 2: not a shift such as" in bad.text
    assert text in manager.get(PAGE).text


@given(
    st.lists(
        st.builds(
            lambda begin, length, people: LabourRow(begin, begin + length, people),
            st.integers(0, 500_000).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)),
            st.integers(1, 1440).map(lambda n: timedelta(minutes=n)),
            st.decimals(0, 100, places=2),
        ),
        max_size=8,
    )
)
def test_shifts_written_are_read_again_also_in_the_hour_that_comes_twice(rows: list[LabourRow]) -> None:
    again = read_lines(written(rows, BERLIN).splitlines(), "x", BERLIN)
    assert again == rows


def test_a_table_with_another_header_is_refused() -> None:
    with pytest.raises(LabourUnreadable, match="does not begin with the header"):
        read_lines(["von,bis,leute"], "the table", BERLIN)
