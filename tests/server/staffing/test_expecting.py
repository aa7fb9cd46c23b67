"""What traffic is expected where none is given: as in the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from server.figures.reading import Source
from server.figures.terms import terms_of
from server.staffing.expecting import Expected, LastWeeks, with_expected
from server.staffing.request import TrafficAsked
from server.storage.database import open_database
from tests.server.filling import NOON, STORE, counts, fill, sale, settings_for
from tests.server.staffing.requests import asked

TUESDAY = NOON.date()
WEEK = timedelta(weeks=1)


def expected(folder: Path, days: Sequence[date]) -> Expected:
    """What a shop expects that was counted at noon on the last two Tuesdays, and long before."""
    settings = settings_for(folder)
    seen = [(NOON - WEEK, 10), (NOON - 2 * WEEK, 20), (NOON - 5 * WEEK, 900), (NOON, 700)]
    tickets = [sale(f"{number}", NOON - WEEK) for number in range(3)]
    fill(settings, [*(counts(at, entries, 0) for at, entries in seen), *tickets], NOON)
    with open_database(settings.database, read_only=True) as db:
        source = Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))
        return LastWeeks(source, NOON).traffic(days)


def test_an_hour_is_expected_to_be_as_the_same_hour_of_that_weekday_was_on_average(tmp_path: Path) -> None:
    found = expected(tmp_path, [TUESDAY + WEEK, TUESDAY + WEEK + timedelta(days=1)])
    busy = [row for row in found.rows if row.entries]
    (noon,) = busy
    assert (noon.begin.date(), noon.begin.hour, noon.entries) == (TUESDAY + WEEK, 12, 15)
    assert "the 4 weeks before 2026-03-03" in found.said


def test_tickets_are_expected_beside_entries(tmp_path: Path) -> None:
    (noon,) = [row for row in expected(tmp_path, [TUESDAY]).rows if row.begin.hour == 12]
    assert noon.transactions == 3  # not 3 / 4: on days without any ticket the shop or its till was closed


def test_of_a_weekday_that_was_never_counted_nothing_is_expected(tmp_path: Path) -> None:
    assert not [row for row in expected(tmp_path, [TUESDAY + timedelta(days=5)]).rows if row.entries]


def test_a_shop_without_a_count_says_so(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with open_database(settings.database, read_only=True) as db:
        source = Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))
        found = LastWeeks(source, NOON).traffic([TUESDAY])
    assert not found.rows
    assert found.said.startswith("nothing is known of the 4 weeks before 2026-03-03")


@dataclass
class Oracle:
    """Expects ten entries at ten each day, and remembers what it was asked."""

    asked: list[date]

    def traffic(self, days: Sequence[date]) -> Expected:
        """Ten at ten."""
        self.asked += days
        at_ten = [datetime(day.year, day.month, day.day, 10) for day in days]  # noqa: DTZ001 -- local
        return Expected(tuple(TrafficAsked(begin=at, entries=10) for at in at_ten), "says the oracle")


def test_only_a_request_with_targets_and_without_traffic_asks_what_to_expect() -> None:
    oracle = Oracle([])
    targets = {"floor": {"entries_per_hour": 30}}
    given = asked(targets=targets, traffic=[{"begin": "2026-03-02T10:00", "entries": 1}])
    assert with_expected(given, oracle) == (given, ())
    assert with_expected(asked(), oracle) == (asked(), ())
    assert not oracle.asked
    request, notes = with_expected(asked(days=2, targets=targets), oracle)
    assert [row.begin.day for row in request.traffic] == [2, 3]
    assert notes == ("says the oracle",)
