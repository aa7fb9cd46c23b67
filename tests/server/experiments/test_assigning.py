"""Which arm a zone is in, and when."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.experiments.assigning import Assignment, Experiment, Odds, Place, assign
from server.experiments.measuring import windows
from server.experiments.pairing import places
from server.experiments.plans import Plan
from server.metrics.intervals import Calendar

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))
MONDAY = date(2026, 3, 2)


def plan(**changes: Any) -> Plan:
    given = {"name": "tea", "stores": ("corner",), "zones": ("tea", "gifts"), "least_effect": 0.01}
    return Plan.model_validate(given | changes)


def experiment(key: bytes = bytes(16), begins: date = MONDAY, **changes: Any) -> Experiment:
    return Experiment(plan(**changes), key, "corner", BERLIN, begins)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BERLIN.time_zone).astimezone(UTC)


def arm(seen: Experiment, day: date, hour: int, zone: str = "tea") -> str:
    found = assign(seen, zone, at(day, hour, 30))
    assert found is not None
    return found.arm


@given(key=st.binary(min_size=16, max_size=16), hour=st.integers(0, 23), day=st.integers(0, 6))
def test_every_hour_of_the_week_is_in_each_arm_once_in_two_weeks(key: bytes, hour: int, day: int) -> None:
    seen, first = experiment(key), MONDAY + timedelta(days=day)
    assert {arm(seen, first, hour), arm(seen, first + timedelta(days=7), hour)} == {"control", "shown"}


@given(key=st.binary(min_size=16, max_size=16), day=st.integers(0, 20))
def test_each_day_is_half_and_half(key: bytes, day: int) -> None:
    seen = experiment(key)
    arms = Counter(arm(seen, MONDAY + timedelta(days=day), hour) for hour in range(24))
    assert arms == {"control": 12, "shown": 12}


def test_zones_and_keys_have_schedules_of_their_own() -> None:
    hours = [(MONDAY + timedelta(days=day), hour) for day in range(14) for hour in range(24)]

    def schedule(key: bytes, zone: str) -> list[str]:
        return [arm(experiment(key), day, hour, zone) for day, hour in hours]

    tea = schedule(bytes(16), "tea")
    for other in (schedule(bytes(16), "gifts"), schedule(b"another key here", "tea")):
        assert 0.3 < sum(one == two for one, two in zip(tea, other, strict=True)) / len(tea) < 0.7


@given(key=st.binary(min_size=16, max_size=16), minutes=st.integers(0, 28 * 1440 - 1))
def test_whoever_asks_twice_gets_the_same_answer(key: bytes, minutes: int) -> None:
    moment = at(MONDAY, 0) + timedelta(minutes=minutes)
    assert assign(experiment(key), "tea", moment) == assign(experiment(bytes(key)), "tea", moment)


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        pytest.param("tea", at(MONDAY, 0) - timedelta(seconds=1), id="before it begins"),
        pytest.param("tea", at(MONDAY + timedelta(days=28), 0), id="after its end"),
        pytest.param("coffee", at(MONDAY, 12), id="another zone"),
    ],
)
def test_it_says_nothing_where_it_has_nothing_to_say(zone: str, moment: datetime) -> None:
    assert assign(experiment(), zone, moment) is None


def test_nothing_is_said_once_it_was_stopped() -> None:
    stopped = replace(experiment(), stopped_at=at(MONDAY, 12))
    assert assign(stopped, "tea", at(MONDAY, 11, 59)) is not None
    assert assign(stopped, "tea", at(MONDAY, 12)) is None


def test_the_beginning_of_each_block_is_washing_out() -> None:
    found = [assign(experiment(), "tea", at(MONDAY, 9, minute)) for minute in range(60)]
    assert [one is not None and one.washing_out for one in found] == [True] * 10 + [False] * 50
    assert {one.block for one in found if one} == {"2026-03-02T09:00"}


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2026, 3, 29), 23, id="clocks go forward"),
        pytest.param(date(2026, 10, 25), 24, id="clocks go back: two hours are one block"),
        pytest.param(MONDAY, 24, id="any day"),
    ],
)
def test_measured_parts_and_assignments_agree_on_days_of_any_length(day: date, hours: int) -> None:
    seen = experiment(begins=day - timedelta(days=2))
    found = windows(seen.plan, BERLIN, day)
    assert len(found) == hours
    for window in found:
        ends = window.interval.begin, window.interval.end - timedelta(minutes=1)
        given = [assign(seen, "tea", moment) for moment in ends]
        assert len({one.block for one in given if one}) == 1
        assert given[0] is not None
        assert not given[0].washing_out
        before = assign(seen, "tea", window.interval.begin - timedelta(minutes=1))
        assert isinstance(before, Assignment)
        assert before.washing_out


@pytest.mark.parametrize(
    ("block_minutes", "washout_minutes"),
    [
        pytest.param(15, 5, id="quarters"),
        pytest.param(30, 10, id="halves"),
        pytest.param(120, 20, id="two hours"),
    ],
)
@pytest.mark.parametrize(
    ("day", "day_begins"),
    [
        pytest.param(date(2026, 3, 29), time(0), id="clocks go forward"),
        pytest.param(date(2026, 3, 29), time(2, 30), id="the day begins in the hour that is left out"),
        pytest.param(date(2026, 10, 25), time(0), id="clocks go back"),
        pytest.param(date(2026, 10, 24), time(4), id="they go back before the day ends"),
    ],
)
def test_each_minute_is_measured_once_and_in_its_own_arm_when_clocks_change(
    day: date, day_begins: time, block_minutes: int, washout_minutes: int
) -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"), day_begins)
    made = experiment(begins=day, block_minutes=block_minutes, washout_minutes=washout_minutes)
    seen, whole = replace(made, calendar=calendar), calendar.business_day(day)
    measured = windows(seen.plan, calendar, day)
    moment = whole.begin
    while moment < whole.end:
        given = assign(seen, "tea", moment)
        assert given is not None
        holding = [one for one in measured if one.interval.begin <= moment < one.interval.end]
        assert len(holding) == (not given.washing_out)
        if holding:
            first = assign(seen, "tea", holding[0].interval.begin)
            assert first == given
        moment += timedelta(minutes=1)


def test_a_business_day_that_begins_at_four_is_cut_from_there() -> None:
    late = replace(experiment(), calendar=Calendar(ZoneInfo("Europe/Berlin"), time(4)))
    found = assign(late, "tea", at(MONDAY + timedelta(days=1), 2, 30))
    assert found is not None
    assert found.block == "2026-03-03T02:00"
    assert assign(late, "tea", at(MONDAY, 3)) is None


@given(share=st.floats(0.05, 0.95), day=st.integers(1, 27), hour=st.integers(0, 23))
def test_odds_hold_from_their_day_on_and_are_told_with_each_arm(share: float, day: int, hour: int) -> None:
    odds = (Odds(MONDAY + timedelta(days=day), {"control": 1 - share, "shown": share}),)
    seen = replace(experiment(design="thompson"), odds=odds)
    later = assign(seen, "tea", at(MONDAY + timedelta(days=day), hour))
    earlier = assign(seen, "tea", at(MONDAY + timedelta(days=day - 1), hour))
    assert later is not None
    assert earlier is not None
    assert later.chance == (share if later.arm == "shown" else 1 - share)
    assert earlier.chance == 0.5


def test_odds_are_met_in_the_long_run() -> None:
    odds = (Odds(MONDAY, {"control": 0.25, "shown": 0.75}),)
    seen = replace(experiment(design="thompson"), odds=odds)
    arms = Counter(arm(seen, MONDAY + timedelta(days=day), hour) for day in range(28) for hour in range(24))
    assert 0.7 < arms["shown"] / arms.total() < 0.8


def test_a_store_is_in_the_arm_of_its_place_all_the_time() -> None:
    many = tuple(f"s{number}" for number in range(8))
    seen = replace(experiment(design="stores", stores=many), place=Place("shown", 2))
    found = assign(seen, "tea", at(MONDAY, 9))
    assert found == Assignment("shown", "2026-03-02", False, 0.5, "2")
    assert assign(replace(seen, place=None), "tea", at(MONDAY, 9)) is None


@given(
    known=st.dictionaries(
        st.text("abcdef", min_size=1, max_size=4),
        st.none() | st.floats(0, 1),
        min_size=2,
        max_size=25,
    ),
    key=st.binary(min_size=16, max_size=16),
)
def test_stores_that_are_alike_are_paired_one_in_either_arm(
    known: dict[str, float | None], key: bytes
) -> None:
    found = places(known, ("control", "shown"), key)
    assert found.keys() == known.keys()
    sizes = Counter(place.group for place in found.values())
    assert all(size in {2, 3} for size in sizes.values())
    for group in sizes:
        assert {place.arm for place in found.values() if place.group == group} == {"control", "shown"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"arms": ("shown", "control")}, "arms: the first one is 'control'", id="order"),
        pytest.param({"arms": ("control", "a", "b")}, "needs the design thompson", id="three arms"),
        pytest.param({"design": "stores"}, "one store has nothing to be compared with", id="one store"),
        pytest.param({"stores": ("a", "b")}, "plan one experiment for each", id="hours of two stores"),
        pytest.param({"block_minutes": 50}, "whole blocks make up a day", id="no divisor of a day"),
        pytest.param({"washout_minutes": 31}, "at most half of a block", id="washed out"),
        pytest.param({"look_days": 29}, "cannot be longer than the experiment", id="no look"),
        pytest.param({"days": 84, "look_days": 1}, "28 times at most", id="too many looks"),
        pytest.param({"zones": ("tea", "tea")}, "zones: each is named once", id="a zone twice"),
        pytest.param({"guards": [{"measure": "zone-conversion"}]}, "is watched already", id="guard"),
        pytest.param({"seed": 3}, "Extra inputs are not permitted", id="an unknown field"),
    ],
)
def test_a_plan_that_does_not_fit_together_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        plan(**changes)
