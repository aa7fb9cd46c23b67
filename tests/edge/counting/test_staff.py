from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from edge.counting import (
    CameraCounter,
    Crossing,
    Direction,
    Fact,
    Line,
    Plan,
    Staff,
    StaffCrossing,
    Visit,
    VisitEnd,
    Zone,
)
from edge.counting.staff import MOST_CROSSINGS
from edge.geometry import Point
from edge.people import Step
from tests.edge.cast import NOON, followed
from tests.edge.counting.scenes import of, played, walk, without

# An upright door at x = 100, in to the right. Staff come from behind the till, far right.
DOOR = Line("door", (Point(100, 0), Point(100, 400)), (Point(50, 100), Point(150, 100)))
BEHIND_TILL = (Point(500, 100), Point(600, 100), Point(600, 200), Point(500, 200))
AT_READER = (Point(300, 100), Point(400, 100), Point(400, 200), Point(300, 200))
ORIGIN = Plan((DOOR,), staff=Staff(origins=(BEHIND_TILL,)))
LONG_STAY = Plan((DOOR,), staff=Staff(long_stay_seconds=20.0))
BADGES = Plan((DOOR,), staff=Staff(readers={"till-1": AT_READER}))

IN, OUT = Direction.IN, Direction.OUT

CUSTOMER = walk((0, 20, 150), (3, 200, 150), (6, 200, 150), (9, 20, 150))
FROM_TILL = walk((0, 550, 150), (6, 20, 150), (8, 20, 150), (12, 200, 150))
TO_TILL = walk((0, 20, 150), (5, 550, 150), (12, 550, 150), (16, 20, 150))


def ways(facts: Sequence[Fact]) -> tuple[list[Direction], list[Direction]]:
    """Which way everybody went, and which way staff did."""
    return (
        [crossing.direction for crossing in of(Crossing, facts)],
        [crossing.direction for crossing in of(StaffCrossing, facts)],
    )


@pytest.mark.parametrize(
    ("plan", "path", "expected"),
    [
        pytest.param(ORIGIN, CUSTOMER, ([IN, OUT], []), id="a customer is nobody's staff"),
        pytest.param(ORIGIN, FROM_TILL, ([OUT, IN], [OUT, IN]), id="comes from behind the till"),
        pytest.param(
            ORIGIN, TO_TILL, ([IN, OUT], [IN, OUT]), id="goes behind the till: the way in was staff's too"
        ),
        pytest.param(
            ORIGIN,
            walk((0, 20, 150), (5, 550, 150), (7, 550, 150), (11, 20, 150)),
            ([IN, OUT], []),
            id="reaches over the till for two seconds",
        ),
        pytest.param(
            ORIGIN,
            walk((0, 20, 150), (5, 550, 150), (7, 550, 150), (7.5, 450, 150), (8, 550, 150), (10, 550, 150),
                 (14, 20, 150)),
            ([IN, OUT], []),
            id="reaches over it twice",
        ),
        pytest.param(LONG_STAY, CUSTOMER, ([IN, OUT], []), id="a customer does not stay long"),
        pytest.param(
            LONG_STAY,
            walk((0, 20, 150), (3, 200, 150), (25, 200, 150), (28, 20, 150)),
            ([IN, OUT], [IN, OUT]),
            id="stays long",
        ),
        pytest.param(Plan((DOOR,)), FROM_TILL, ([OUT, IN], []), id="staff are not told apart"),
    ],
)  # fmt: skip
def test_staffs_crossings_stand_beside_all_crossings(
    plan: Plan, path: list[Step], expected: tuple[list[Direction], list[Direction]]
) -> None:
    assert ways(played(plan, path)) == expected


def test_a_staffs_crossing_has_the_line_way_and_time_of_its_crossing() -> None:
    facts = played(ORIGIN, TO_TILL)

    assert [StaffCrossing(one.line, one.direction, one.at) for one in of(Crossing, facts)] == of(
        StaffCrossing, facts
    )


def test_what_comes_out_late_is_told_when_it_does() -> None:
    counter = CameraCounter(ORIGIN)
    when = [
        round(step.at - NOON, 3)
        for step in TO_TILL
        if of(StaffCrossing, counter.update([followed(1, [step])], step.at))
    ]

    # Behind the till at x = 500, after 4.53 seconds; three seconds later it is certain.
    assert when[0] == 7.6


@pytest.mark.parametrize("kept_seconds", [0.0, 1.5])
def test_staff_stay_staff_under_another_number(kept_seconds: float) -> None:
    first = walk((0, 550, 150), (3, 300, 150))
    second = walk((3.4, 280, 150), (7, 20, 150))

    assert ways(played(ORIGIN, first, second, kept_seconds=kept_seconds)) == ([OUT], [OUT])


def test_the_crossing_of_an_earlier_number_is_staffs_too_once_it_comes_out() -> None:
    first = walk((0, 20, 150), (3, 300, 150))
    second = walk((3.4, 320, 150), (6, 550, 150), (12, 550, 150))

    assert ways(played(ORIGIN, first, second)) == ([IN], [IN])


def test_who_is_seen_again_after_a_stranger_appeared_beside_them_is_still_staff() -> None:
    clerk = without(walk((0, 550, 150), (3, 300, 150), (5, 300, 150), (9, 20, 150)), 3, 4)
    stranger = walk((3.5, 330, 150), (8, 330, 190))

    assert ways(played(ORIGIN, clerk, stranger, kept_seconds=1.5)) == ([OUT], [OUT])


def test_a_stranger_far_away_does_not_become_staff() -> None:
    clerk = walk((0, 550, 150), (3, 300, 150))
    stranger = walk((3.4, 120, 150), (7, 20, 150))

    assert ways(played(ORIGIN, clerk, stranger)) == ([OUT], [])


def reading(reader: str, at: float, told_at: float) -> list[StaffCrossing]:
    """What a badge brings out that was read at `at`, and of which we hear at `told_at`."""
    counter = CameraCounter(BADGES)
    # One walks past the reader's middle at 6 s; another stands at its edge from 3 s on.
    passing = walk((0, 20, 150), (4, 300, 150), (8, 400, 150), (12, 600, 150))
    standing = walk((0, 20, 110), (3, 310, 110), (12, 310, 110))

    def reads(counter: CameraCounter, now: float) -> Sequence[Fact]:
        return counter.badge_read(reader, NOON + at) if now == NOON + told_at else []

    return of(StaffCrossing, played(counter, passing, standing, on_picture=reads))


@pytest.mark.parametrize(
    ("reader", "at", "told_at", "crossed"),
    [
        pytest.param("till-1", 6.0, 6.0, [1.14], id="the nearer of two is meant"),
        pytest.param("till-1", 6.0, 8.5, [1.14], id="a late message: who stood there then"),
        pytest.param("till-1", 9.5, 9.5, [0.83], id="the other one alone"),
        pytest.param("till-1", 5.0, 8.5, [], id="too late: it proves nothing"),
        pytest.param("till-1", 8.0, 6.0, [1.14], id="the reader's clock is ahead: who stands there now"),
        pytest.param("till-1", 1.0, 1.0, [], id="nobody at the reader"),
        pytest.param("till-2", 6.0, 6.0, [], id="a reader that this camera does not see"),
    ],
)
def test_a_badge_makes_whoever_stands_at_its_reader_staff(
    reader: str, at: float, told_at: float, crossed: list[float]
) -> None:
    found = reading(reader, at, told_at)

    assert [one.at - NOON for one in found] == pytest.approx(crossed, abs=0.02)


def test_a_badge_without_a_plan_for_staff_is_nothing() -> None:
    assert CameraCounter(Plan((DOOR,))).badge_read("till-1", NOON) == []


def test_the_next_crossings_of_who_showed_a_badge_are_staffs_too() -> None:
    path = walk((0, 20, 150), (4, 350, 150), (6, 350, 150), (10, 20, 150))

    def reads(counter: CameraCounter, now: float) -> Sequence[Fact]:
        return counter.badge_read("till-1", now) if now in (NOON + 5, NOON + 5.5) else []

    assert ways(played(BADGES, path, on_picture=reads)) == ([IN, OUT], [IN, OUT])


SHOP = Zone("shop", (Point(150, 0), Point(450, 0), Point(450, 400), Point(150, 400)))


@pytest.mark.parametrize(
    ("staff", "path", "is_staff"),
    [
        pytest.param(Staff(origins=(BEHIND_TILL,)), walk((0, 550, 150), (9, 20, 150)), True, id="by origin"),
        pytest.param(
            Staff(origins=(BEHIND_TILL,)),
            walk((0, 200, 150), (9, 550, 150), (14, 550, 150)),
            False,
            id="known only after the visit",
        ),
        pytest.param(
            Staff(long_stay_seconds=20), walk((0, 200, 150), (25, 400, 150)), True, id="by a long visit"
        ),
        pytest.param(
            Staff(long_stay_seconds=20), walk((0, 200, 150), (15, 400, 150)), False, id="by no long visit"
        ),
        pytest.param(None, walk((0, 200, 150), (25, 400, 150)), False, id="staff are not told apart"),
    ],
)
def test_a_visit_says_whether_it_was_staffs(staff: Staff | None, path: list[Step], is_staff: bool) -> None:
    facts = played(Plan(zones=(SHOP,), staff=staff), path)

    assert [visit.is_staff for visit in of(Visit, facts)] == [is_staff]


def test_a_visit_too_long_for_a_customer_is_staffs_though_its_numbers_were_short() -> None:
    # Lost for longer than people are followed, but not for longer than the zone's gap.
    zone = replace(SHOP, gap_seconds=6.0)
    first, second = walk((0, 300, 150), (15, 300, 150)), walk((20, 300, 150), (35, 300, 150))
    facts = played(Plan(zones=(zone,), staff=Staff(long_stay_seconds=30)), first, second)

    assert [(visit.seconds, visit.is_staff) for visit in of(Visit, facts)] == [(35.0, True)]


def test_of_all_crossings_of_somebody_only_the_last_hundred_are_remembered() -> None:
    counter = CameraCounter(BADGES)
    to_and_fro = [
        Step(NOON + second, 20.0 if second % 2 else 350.0, 150.0) for second in range(3 * MOST_CROSSINGS)
    ]
    facts: list[Fact] = []
    for step in to_and_fro:
        facts += counter.update([followed(1, [step])], step.at)
    facts += counter.update([followed(1, [Step(to_and_fro[-1].at + 2, 350.0, 150.0)])], to_and_fro[-1].at + 2)

    assert len(of(Crossing, facts)) > 2 * MOST_CROSSINGS
    assert len(counter.badge_read("till-1", to_and_fro[-1].at + 2)) == MOST_CROSSINGS


def test_nobody_is_staff_again_after_counting_has_ended() -> None:
    counter = CameraCounter(ORIGIN)
    played(counter, walk((0, 550, 150), (3, 300, 150)), close=False)
    counter.close(VisitEnd.STOPPED)

    assert len(counter) == 0
    assert ways(played(counter, walk((3.5, 280, 150), (7, 20, 150)))) == ([OUT], [])
