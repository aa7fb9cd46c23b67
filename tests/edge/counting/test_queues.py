from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.counting import (
    CameraCounter,
    Fact,
    Plan,
    Queue,
    QueueCounter,
    QueueEnd,
    QueueJoined,
    QueueLeft,
    Staff,
    VisitEnd,
    Waiting,
)
from edge.geometry import Point
from edge.people import Step
from tests.edge.cast import NOON, TALL, followed
from tests.edge.counting.scenes import of, played, walk, without

# People wait from x = 100 to 300 and are served from there to x = 400, before the till.
WAIT = (Point(100, 100), Point(300, 100), Point(300, 200), Point(100, 200))
TILL = (Point(300, 100), Point(400, 100), Point(400, 200), Point(300, 200))
QUEUE = Queue("tills", WAIT, TILL)
PLAN = Plan(queues=(QUEUE,))

SERVED, ABANDONED, LOST = QueueEnd.SERVED, QueueEnd.ABANDONED, QueueEnd.LOST

Outcome = tuple[float, float, QueueEnd]


def joins(facts: Sequence[Fact]) -> list[float]:
    """Seconds after noon, in order."""
    return sorted(round(fact.at - NOON, 3) for fact in of(QueueJoined, facts))


def outcomes(facts: Sequence[Fact]) -> list[Outcome]:
    """When they had joined, when it ended, and how; seconds after noon."""
    return sorted(
        (round(fact.joined_at - NOON, 3), round(fact.at - NOON, 3), fact.end) for fact in of(QueueLeft, facts)
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (10, 250, 150), (15, 350, 150), (20, 350, 150), (21, 500, 150)),
            [(1, 12.5, SERVED)],
            id="waits, is served, goes",
        ),
        pytest.param(
            walk((0, 350, 50), (1, 350, 100), (9, 350, 150), (10, 500, 150)),
            [(1, 1, SERVED)],
            id="nobody waits: straight to the till, served at once",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (2, 300, 150), (12, 350, 150), (13, 500, 150)),
            [(1, 2, SERVED)],
            id="nobody waits: through the empty queue, a second's wait",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (3, 150, 150), (9, 150, 150), (10, 150, 50), (20, 150, 50)),
            [(1, 9.5, ABANDONED)],
            id="waits, and gives up",
        ),
        pytest.param(
            walk(
                (0, 50, 150), (1, 100, 150), (8, 200, 190), (8.5, 200, 250), (11, 200, 250), (11.5, 200, 190),
                (20, 299, 150), (21, 350, 150), (30, 350, 150), (31, 500, 150),
            ),
            [(1, 20.1, SERVED)],
            id="steps out for three seconds for a forgotten milk, and comes back: one wait",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (8, 200, 190), (9, 200, 250), (18, 200, 250), (19, 200, 190),
                 (30, 200, 190)),
            [(1, 8.1, ABANDONED), (18.9, 30, LOST)],
            id="is away for longer than the gap: gave up, and waits anew",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (2.5, 200, 150), (4, 200, 50), (20, 200, 50)),
            [],
            id="walks across the queue",
        ),
        pytest.param(
            walk((0, 350, 50), (0.5, 350, 100), (2.4, 350, 200), (3, 350, 260), (20, 350, 260)),
            [],
            id="walks through the place of service",
        ),
        pytest.param(
            walk((0, 150, 80), (0.5, 150, 110), (1, 150, 80), (4, 250, 80), (4.5, 250, 110), (5, 250, 80),
                 (20, 250, 80)),
            [],
            id="touches the queue twice: the time between is no stay",
        ),
        pytest.param(
            walk((0, 500, 150), (1, 400, 150), (3, 300, 150), (9, 200, 150), (20, 200, 150), (25, 350, 150),
                 (35, 350, 150)),
            [(1.1, 23.4, SERVED)],
            id="comes to the queue's end through the place of service",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (10, 250, 150), (15, 350, 150), (30, 350, 150), (35, 150, 150),
                 (40, 150, 150), (41, 50, 150), (60, 50, 150)),
            [(1, 12.5, SERVED)],
            id="goes back past the queue after paying, and stops there: waits no more",
        ),
        pytest.param(
            walk((0, 350, 50), (1, 350, 100), (9, 350, 150), (10, 500, 150), (75, 500, 150), (76, 400, 150),
                 (86, 350, 150)),
            [(1, 1, SERVED), (76.1, 76.1, SERVED)],
            id="comes again after a while",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (15, 200, 150)), [(1, 15, LOST)], id="disappears while waiting"
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (15, 200, 190), (15.4, 200, 250)),
            [(1, 15, ABANDONED)],
            id="disappears after stepping out",
        ),
        pytest.param(
            without(walk((0, 50, 150), (1, 100, 150), (20, 200, 150), (25, 350, 150), (30, 350, 150)), 5, 15),
            [(1, 23.4, SERVED)],
            id="hidden for longer than the gap, and still the same track",
        ),
    ],
)  # fmt: skip
def test_what_becomes_of_somebody_at_the_till(path: list[Step], expected: list[Outcome]) -> None:
    facts = played(PLAN, path, kept_seconds=0.0)

    assert outcomes(facts) == expected
    assert joins(facts) == [joined for joined, _, _ in expected]


@pytest.mark.parametrize("kept_seconds", [0.0, 1.5])
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (10, 200, 150)),
            walk((10.2, 205, 150), (20, 205, 150), (22, 350, 150), (30, 350, 150)),
            [(1, 21.4, SERVED)],
            id="at once, while waiting",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (10, 200, 150)),
            walk((14.5, 260, 150), (20, 260, 150), (22, 350, 150), (30, 350, 150)),
            [(1, 20.9, SERVED)],
            id="after some seconds, half a step further",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (10, 200, 190), (10.5, 200, 220)),
            walk((11, 200, 220), (12, 200, 190), (20, 200, 190)),
            [(1, 20, LOST)],
            id="outside, for a moment",
        ),
        pytest.param(
            walk((0, 350, 50), (1, 350, 100), (9, 350, 150)),
            walk((9.5, 355, 150), (20, 355, 150), (22, 200, 150), (30, 200, 150)),
            [(1, 1, SERVED)],
            id="while being served: not served twice",
        ),
        pytest.param(
            walk((0, 350, 50), (1, 350, 100), (9, 350, 150), (11, 250, 150)),
            walk((11.5, 230, 150), (20, 150, 150), (30, 150, 150)),
            [(1, 1, SERVED)],
            id="on the way back along the queue",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (10, 120, 150)),
            walk((12, 280, 150), (20, 280, 150), (22, 350, 150), (30, 350, 150)),
            [(1, 10, LOST), (12, 20.6, SERVED)],
            id="too far away: somebody else",
        ),
        pytest.param(
            walk((0, 50, 150), (1, 100, 150), (10, 200, 150)),
            walk((16, 200, 150), (20, 200, 150), (22, 350, 150), (30, 350, 150)),
            [(1, 10, LOST), (16, 21.4, SERVED)],
            id="too late: somebody else",
        ),
    ],
)
def test_somebody_who_goes_on_under_another_number(
    first: list[Step], second: list[Step], expected: list[Outcome], kept_seconds: float
) -> None:
    facts = played(PLAN, first, second, kept_seconds=kept_seconds)

    assert outcomes(facts) == expected
    assert joins(facts) == [joined for joined, _, _ in expected]


def test_a_couple_is_two_who_wait() -> None:
    one = walk((0, 50, 140), (1, 100, 140), (10, 250, 140), (15, 350, 140), (20, 350, 140))
    other = walk((0, 50, 170), (1.2, 100, 170), (10, 250, 170), (15, 350, 170), (20, 350, 170))

    assert outcomes(played(PLAN, one, other)) == [(1, 12.5, SERVED), (1.2, 12.5, SERVED)]


def test_a_queue_and_its_place_of_service_may_lie_apart() -> None:
    apart = Queue("post", WAIT, tuple(Point(x + 200, y) for x, y in TILL))
    path = walk((0, 50, 150), (1, 100, 150), (10, 290, 150), (14, 550, 150), (30, 550, 150))

    assert outcomes(played(Plan(queues=(apart,)), path)) == [(1, 13.3, SERVED)]


def test_who_waits_is_known_at_every_moment() -> None:
    counter = QueueCounter(QUEUE)
    path = walk((0, 150, 150), (10, 150, 150), (11, 350, 150), (20, 350, 150))
    waiting = {}
    for step in path:
        counter.update([followed(1, [step])], step.at)
        waiting[round(step.at - NOON, 3)] = counter.waiting(step.at)

    assert waiting[2.9] == Waiting(0, None)
    assert waiting[3.0].length == 1
    assert waiting[10.0].longest_wait_seconds == pytest.approx(10)
    assert waiting[11.0] == Waiting(0, None)


def test_joining_is_told_as_soon_as_it_is_certain_and_dated_when_they_came() -> None:
    counter = QueueCounter(QUEUE)
    told = [
        (
            round(step.at - NOON, 3),
            [fact.at - NOON for fact in counter.update([followed(1, [step])], step.at)],
        )
        for step in walk((0, 150, 150), (5, 150, 150))
    ]

    assert [(at, when) for at, when in told if when] == [(3.0, [0.0])]


STAFF_DOOR = (Point(0, 300), Point(60, 300), Point(60, 400), Point(0, 400))
STANDING = walk((0, 150, 150), (20, 150, 150))


def test_known_staff_never_wait() -> None:
    plan = Plan(queues=(QUEUE,), staff=Staff(origins=(STAFF_DOOR,)))
    path = walk((0, 30, 350), (3, 150, 150), (30, 150, 150), (33, 350, 150), (60, 350, 150))

    assert played(plan, path) == []
    assert outcomes(played(PLAN, path)) != []


def test_who_turns_out_to_be_staff_while_waiting_is_told_as_lost_so_that_the_sum_holds() -> None:
    plan = Plan(queues=(QUEUE,), staff=Staff(long_stay_seconds=10))

    assert outcomes(played(plan, STANDING)) == [(0, 9.9, LOST)]


@pytest.mark.parametrize("end", list(VisitEnd))
def test_whoever_waits_when_counting_ends_is_told_as_lost(end: VisitEnd) -> None:
    counter = CameraCounter(PLAN)
    facts = played(counter, STANDING, close=False)
    facts += counter.close(end)

    assert joins(facts) == [0]
    assert outcomes(facts) == [(0, 20, LOST)]
    assert len(counter) == 0


def test_at_the_days_end_who_waits_is_told_as_lost_and_waits_anew() -> None:
    counter = CameraCounter(PLAN)
    midnight = NOON + 10.05
    served = walk((0, 350, 150), (20, 350, 150), (24, 200, 150), (40, 200, 150))

    def ends(counter: CameraCounter, at: float) -> list[Fact]:
        return counter.end_day(midnight) if at == NOON + 10 else []

    facts = played(counter, STANDING, served, on_picture=ends)

    assert outcomes(facts) == [(0, 0, SERVED), (0, 10, LOST), (10.05, 20, LOST)]
    assert joins(facts) == [0, 0, 10.05]


def test_of_five_thousand_customers_none_is_remembered() -> None:
    counter, most, told = QueueCounter(QUEUE), 0, 0
    for person in range(5000):
        path = walk((0, 150, 150), (10, 150, 150), (11, 350, 150), (12, 350, 150), fps=1)
        steps = [Step(step.at + 30 * person, step.x, step.y) for step in path]
        told += len(counter.update([followed(person, steps)], steps[-1].at))
        most = max(most, len(counter))
    counter.update([], NOON + 200_000)

    assert told == 10_000
    assert most <= 2
    assert len(counter) == 0


def test_an_id_switch_every_second_leaves_one_customer() -> None:
    counter = QueueCounter(QUEUE)
    facts: list[Fact] = []
    for second in range(3600):
        at = NOON + second
        facts += counter.update([followed(second, [Step(at, 150.0, 150.0)])], at)
        assert len(counter) == 1

    assert joins(facts) == [0]


# Laws

WAITING, PAYING, AWAY = (200.0, 150.0), (350.0, 150.0), (200.0, 300.0)
spots = st.sampled_from([WAITING, PAYING, AWAY, (250.0, 150.0), (120.0, 195.0)])
visits = st.lists(st.tuples(spots, st.integers(1, 16)), min_size=1, max_size=12)


def standing(stays: list[tuple[tuple[float, float], int]], scale: float = 1.0) -> list[Step]:
    """Half-second steps at each spot, so many of them."""
    places = [spot for spot, halves in stays for _ in range(halves)]
    return [Step(NOON + scale * number / 2, *place) for number, place in enumerate(places)]


@given(st.lists(visits, min_size=1, max_size=4))
def test_all_who_joined_were_served_gave_up_were_lost_or_still_wait(
    everybody: list[list[tuple[tuple[float, float], int]]],
) -> None:
    paths = [standing(stays) for stays in everybody]
    facts: list[Fact] = []
    counter = CameraCounter(PLAN)

    for number in range(max(map(len, paths))):
        at = NOON + number / 2
        tracks = [followed(i, [path[number]], TALL) for i, path in enumerate(paths) if number < len(path)]
        facts += counter.update(tracks, at)
        still = counter.scene(at).queues["tills"].length
        assert len(of(QueueJoined, facts)) == len(of(QueueLeft, facts)) + still
    facts += counter.close(VisitEnd.STOPPED)

    assert joins(facts) == sorted(joined for joined, _, _ in outcomes(facts))
    assert all(fact.at >= fact.joined_at for fact in of(QueueLeft, facts))


@given(visits, st.data())
def test_it_does_not_matter_how_steps_are_split_into_updates(
    stays: list[tuple[tuple[float, float], int]], data: st.DataObject
) -> None:
    path = standing(stays)
    cut = data.draw(st.integers(1, len(path)))
    counter = QueueCounter(QUEUE)
    facts = counter.update([followed(1, path[:cut])], path[cut - 1].at)
    facts += counter.update([followed(1, path[cut:])], path[-1].at)
    facts += counter.update([], path[-1].at + 100)

    assert outcomes(facts) == outcomes(played(PLAN, path))


@given(visits, st.sampled_from([0.5, 2.0, 8.0]))
def test_scaling_time_with_all_settings_scales_the_times(
    stays: list[tuple[tuple[float, float], int]], scale: float
) -> None:
    scaled = Queue("tills", WAIT, TILL, 3.0 * scale, 5.0 * scale, 60.0 * scale)
    plain = outcomes(played(PLAN, standing(stays)))
    slow = outcomes(played(Plan(queues=(scaled,)), standing(stays, scale)))

    assert slow == [(joined * scale, at * scale, end) for joined, at, end in plain]


@given(visits)
def test_mirroring_the_picture_changes_nothing(stays: list[tuple[tuple[float, float], int]]) -> None:
    def mirrored(corners: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple(Point(500 - x, y) for x, y in corners)

    path = standing(stays)
    other = [Step(step.at, 500 - step.x, step.y) for step in path]
    plan = Plan(queues=(Queue("tills", mirrored(WAIT), mirrored(TILL)),))

    assert outcomes(played(plan, other)) == outcomes(played(PLAN, path))
