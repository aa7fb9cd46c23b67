"""Rosters in the words and on the clock of the shop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.staffing.planning import Plan, plan
from server.staffing.solving import Limits
from tests.server.staffing.requests import asked, person
from tests.server.staffing.test_solving import ENOUGH_SECONDS, standing_still

BERLIN = ZoneInfo("Europe/Berlin")


def planned(**changes: Any) -> Plan:
    return plan(asked(**changes), BERLIN, standing_still, Limits(ENOUGH_SECONDS))


def least(skill: str, begin: str, end: str, count: int, **more: Any) -> dict[str, Any]:
    return {"begin": begin, "end": end, "skill": skill, "wanted": count, "least": count, **more}


def test_what_is_missing_is_told_once_for_all_days() -> None:
    hours = {day: {"opens": "08:00", "closes": "13:00"} for day in ("monday", "tuesday")}
    found = planned(days=2, hours=hours, needs=[least("till", "08:00", "13:00", 3)])
    assert found.problems == (
        "1 fewer for till than the least that is asked for: "
        "Mon 02 Mar 08:00 to 13:00, Tue 03 Mar 08:00 to 13:00",
        "no roster can have 3 for till, for 2 could be there at most: "
        "Mon 02 Mar 08:00 to 13:00, Tue 03 Mar 08:00 to 13:00 (nobody else can do it)",
    )
    assert not found.is_feasible


def test_a_single_half_hour_that_a_remedy_mends_is_found_beside_much_that_none_does() -> None:
    people = [person("Ann"), person("Bob", away=[{"begin": "2026-03-02T10:00", "end": "2026-03-02T16:00"}])]
    found = planned(
        people=people, needs=[least("till", "08:00", "10:30", 2), least("till", "12:00", "16:00", 9)]
    )
    assert any(
        remedy.startswith("if Bob could work on Mon 02 Mar 10:00 to 16:00, ") for remedy in found.remedies
    )


def test_people_who_are_away_are_named_where_they_make_a_least_number_impossible() -> None:
    people = [person("Ann"), person("Bob", away=[{"begin": "2026-03-02"}])]
    found = planned(people=people, needs=[least("till", "08:00", "12:00", 2)])
    assert found.problems[-1] == (
        "no roster can have 2 for till, for 1 could be there at most: Mon 02 Mar 08:00 to 12:00 (away: Bob)"
    )
    assert found.remedies[0] == "if Bob could work on Mon 02 Mar, nothing would be missing"


def test_hours_that_nobody_has_left_are_named() -> None:
    people = [person("Ann", most_hours=10), person("Bob", most_hours=10)]
    hours = {day: {"opens": "08:00", "closes": "16:00"} for day in ("monday", "tuesday", "wednesday")}
    found = planned(people=people, days=3, hours=hours, needs=[least("till", "08:00", "16:00", 1)])
    assert found.problems[-1] == (
        "the least numbers for till ask for 24 hours in all, and those who can do it could work 20"
    )


def test_a_contract_that_cannot_be_fulfilled_is_told_in_hours() -> None:
    found = planned(people=[person("Ann", least_hours=30)])
    assert found.problems == ("Ann: the contract promises 30 hours, rules and absences leave 7.5",)


def test_wages_over_the_budget_are_told_with_the_amount() -> None:
    found = planned(people=[person("Ann", least_hours=6)], budget=60)
    assert found.problems == ("wages come to 90.00, 30.00 over the budget: contracts ask for it",)


@pytest.mark.parametrize(
    ("day", "hours", "real"),
    [
        pytest.param("2026-03-29", ("00:00", "06:00"), 5, id="an hour is lost"),
        pytest.param("2026-10-25", ("00:00", "05:00"), 6, id="an hour comes twice"),
    ],
)
def test_a_shift_over_a_change_of_the_clock_is_paid_for_the_time_that_passes(
    day: str, hours: tuple[str, str], real: int
) -> None:
    opens, closes = hours
    (duty,) = planned(
        first_day=day,
        hours={"sunday": {"opens": opens, "closes": closes}},
        people=[person("Ann")],
        rules={"break_minutes": 0},
        needs=[least("till", opens, closes, 1)],
    ).duties
    assert (f"{duty.begin:%H:%M}", f"{duty.end:%H:%M}", duty.paid_hours) == (opens, closes, real)
    assert duty.end.astimezone(ZoneInfo("UTC")) - duty.begin.astimezone(ZoneInfo("UTC")) == timedelta(
        hours=real
    )


def test_a_shift_to_midnight_ends_on_the_next_day() -> None:
    (duty,) = planned(
        hours={"monday": {"opens": "19:00", "closes": "00:00"}},
        people=[person("Ann")],
        needs=[least("till", "19:00", "00:00", 1)],
    ).duties
    assert f"{duty.begin:%d %H:%M}" == "02 19:00"
    assert f"{duty.end:%d %H:%M}" == "03 00:00"


def test_a_closed_week_has_nobody_at_work_and_says_nothing_is_missing() -> None:
    found = planned(
        hours={"sunday": {"opens": "08:00", "closes": "16:00"}}, needs=[least("till", "08:00", "16:00", 1)]
    )
    assert (found.duties, found.gaps, found.problems, found.notes) == ((), (), (), ())


def test_dates_that_are_no_days_of_the_roster_are_told() -> None:
    hours = {"opens": "08:00", "closes": "16:00"}
    found = planned(
        hours={"monday": hours, "2026-12-24": hours, "2026-12-31": hours},
        needs=[least("till", "08:00", "12:00", 1, day="2026-03-03")],
    )
    span = "the roster is from 2026-03-02 to 2026-03-02"
    assert found.notes == (
        f"needs of 2026-03-03 have no effect: {span}",
        f"hours of 2026-12-24 and 1 more have no effect: {span}",
    )
