from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.counting import Visit, VisitEnd, Zone, ZoneCounter
from edge.floor import Floor
from edge.geometry import Point
from edge.people import Step, Track
from tests.edge.cast import NOON, TALL, followed

# A square of 100 pixels; a visit takes three seconds, and two outside end it.
SQUARE = (Point(100, 100), Point(200, 100), Point(200, 200), Point(100, 200))
SHELF = Zone("shelf", SQUARE, minimum_stay_seconds=3.0, gap_seconds=2.0)

IN, OUT = (150.0, 150.0), (250.0, 150.0)


def stay(begin: float, end: float, place: tuple[float, float] = IN) -> list[Step]:
    """Half-second steps at one place, from and to so many seconds after noon, both included."""
    return [Step(NOON + begin + half / 2, *place) for half in range(int((end - begin) * 2) + 1)]


def visits(path: Iterable[Step], zone: Zone = SHELF, *, gone_after: float = 60.0) -> list[Visit]:
    """Visits of one person who takes these steps, one an update, and is then seen no more."""
    counter, ended, at = ZoneCounter(zone), [], NOON
    for step in path:
        at = step.at
        ended += counter.update([followed(1, [step])], at)
    return ended + counter.update([], at + gone_after)


def lasted(ended: Iterable[Visit]) -> list[tuple[float, float, VisitEnd]]:
    """Begin and end in seconds after noon, and why."""
    return [(visit.entered_at - NOON, visit.left_at - NOON, visit.end) for visit in ended]


LEFT, LOST, STOPPED = VisitEnd.LEFT, VisitEnd.LOST, VisitEnd.STOPPED


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(stay(0, 5) + stay(5.5, 10, OUT), [(0, 5.25, LEFT)], id="stays and leaves"),
        pytest.param(
            stay(0, 1, OUT) + stay(1.5, 4) + stay(4.5, 9, OUT),
            [(1.25, 4.25, LEFT)],
            id="stays exactly the minimum, from rim to rim",
        ),
        pytest.param(stay(0, 2.5) + stay(3, 9, OUT), [], id="stays less than the minimum"),
        pytest.param(stay(0, 9, OUT), [], id="never comes in"),
        pytest.param(
            stay(0, 2) + stay(2.5, 4, OUT) + stay(4.5, 6) + stay(6.5, 12, OUT),
            [(0, 6.25, LEFT)],
            id="steps out for exactly the gap: one visit",
        ),
        pytest.param(
            stay(0, 4) + stay(4.5, 6.5, OUT) + stay(7, 10) + stay(10.5, 20, OUT),
            [(0, 4.25, LEFT), (6.75, 10.25, LEFT)],
            id="steps out for longer: two visits of one person",
        ),
        pytest.param(
            stay(0, 2) + stay(2.5, 6, OUT) + stay(6.5, 8.5) + stay(9, 20, OUT),
            [],
            id="two short stays do not add up to a visit",
        ),
        pytest.param(stay(0, 5), [(0, 5, LOST)], id="disappears inside"),
        pytest.param(
            stay(0, 5) + stay(5.5, 6, OUT), [(0, 5.25, LEFT)], id="disappears just after stepping out"
        ),
        pytest.param(
            [*stay(0, 4), Step(NOON + 7, *IN), *stay(7.5, 9)],
            [(0, 9, LOST)],
            id="hidden inside for longer than the gap, and still the same track",
        ),
    ],
)
def test_a_stay_becomes_a_visit(path: list[Step], expected: list[tuple[float, float, VisitEnd]]) -> None:
    assert lasted(visits(path)) == expected


@pytest.mark.parametrize("per_second", [2, 3, 5, 25])
def test_a_visit_lasts_from_rim_to_rim_however_few_pictures_there_are(per_second: int) -> None:
    # Forty pixels a second from x = 61: over the rim at 100 and at 200.
    path = [
        Step(NOON + number / per_second, 61 + 40 * number / per_second, 150)
        for number in range(6 * per_second)
    ]
    zone = Zone("shelf", SQUARE, minimum_stay_seconds=1.0)

    (visit,) = visits(path, zone)

    assert visit.entered_at - NOON == pytest.approx(39 / 40, abs=1e-5)
    assert visit.seconds == pytest.approx(100 / 40, abs=1e-3)


PICTURE = Point(400, 203)


@pytest.mark.parametrize(
    ("feet", "picture", "expected"),
    [
        pytest.param((150, 260), PICTURE, [(0, 5, LOST)], id="beyond the edge that the zone reaches to"),
        pytest.param((150, 201.5), PICTURE, [(0, 5, LOST)], id="between the zone's rim and the edge"),
        pytest.param((150, 260), Point(400, 300), [], id="beyond a rim within the picture"),
        pytest.param((150, 260), None, [], id="the picture's size is not known"),
        pytest.param((250, 260), PICTURE, [], id="beyond the edge, beside the zone"),
    ],
)
def test_a_zone_that_reaches_to_the_edge_of_the_picture_goes_on_beyond_it(
    feet: tuple[float, float], picture: Point | None, expected: list[tuple[float, float, VisitEnd]]
) -> None:
    zone = Zone("shelf", SQUARE, picture=picture)

    assert lasted(visits(stay(0, 5, feet), zone)) == expected


@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_a_gap_shorter_than_the_time_between_two_pictures_still_lets_people_stay(gap: float) -> None:
    zone = Zone("shelf", SQUARE, minimum_stay_seconds=3.0, gap_seconds=gap)
    path = stay(0, 5) + stay(5.5, 6, OUT) + stay(6.5, 10)

    assert lasted(visits(path, zone)) == [(0, 5.25, LEFT), (6.25, 10, LOST)]


def test_a_visit_is_told_once_the_gap_is_over_and_dated_when_the_visitor_was_last_inside() -> None:
    counter = ZoneCounter(SHELF)
    told_at = [
        step.at - NOON
        for step in stay(0, 5) + stay(5.5, 10, OUT)
        if counter.update([followed(1, [step])], step.at)
    ]
    assert told_at == [7.5]


@pytest.mark.parametrize(
    ("lost_for", "off", "expected"),
    [
        pytest.param(1.5, 0.0, [(0, 9.5, LOST)], id="soon and at the same place: one visit"),
        pytest.param(1.5, 0.9 * TALL / 2, [(0, 9.5, LOST)], id="soon and a step further: one visit"),
        pytest.param(4.0, 0.0, [(0, 4, LOST), (8, 12, LOST)], id="too late: two visits"),
    ],
)
def test_somebody_lost_and_found_again_under_another_number(
    lost_for: float, off: float, expected: list[tuple[float, float, VisitEnd]]
) -> None:
    counter = ZoneCounter(SHELF)
    ended: list[Visit] = []
    for step in stay(0, 4):
        ended += counter.update([followed(1, [step])], step.at)
    again = stay(4 + lost_for, 8 + lost_for, (IN[0] + off, IN[1]))
    for at in (4.5, 5.0):
        ended += counter.update([], NOON + at)
    for step in again:
        ended += counter.update([followed(2, [step])], step.at)
    ended += counter.update([], NOON + 60)

    assert lasted(ended) == expected


def test_somebody_who_appears_far_from_where_another_was_lost_is_somebody_else() -> None:
    hall = Zone("hall", (Point(0, 0), Point(900, 0), Point(900, 300), Point(0, 300)))
    counter = ZoneCounter(hall)
    ended: list[Visit] = []
    for step in stay(0, 4):
        ended += counter.update([followed(1, [step])], step.at)
    ended += counter.update([], NOON + 4.5)
    for step in stay(5, 9, (IN[0] + 1.5 * TALL, IN[1])):
        ended += counter.update([followed(2, [step])], step.at)
    ended += counter.update([], NOON + 60)

    assert lasted(ended) == [(0, 4, LOST), (5, 9, LOST)]


def test_somebody_who_was_seen_outside_does_not_take_over_the_visit_of_one_who_was_lost() -> None:
    counter = ZoneCounter(SHELF)
    ended: list[Visit] = []
    for step in stay(0, 4):
        passer_by = followed(2, [Step(step.at, *OUT)])
        ended += counter.update([followed(1, [step]), passer_by], step.at)
    for step in stay(4.5, 9):
        ended += counter.update([followed(2, [step])], step.at)
    ended += counter.update([], NOON + 60)

    assert lasted(ended) == [(0, 4, LOST), (4.25, 9, LOST)]


def test_closing_ends_all_visits_with_their_reason_and_forgets_everybody() -> None:
    counter = ZoneCounter(SHELF)
    for step in stay(0, 5):
        counter.update([followed(1, [step]), followed(2, [step])], step.at)
    counter.update([followed(1, []), followed(2, [Step(NOON + 5.5, *OUT)])], NOON + 5.5)

    assert lasted(counter.close(STOPPED)) == [(0, 5, STOPPED), (0, 5.25, STOPPED)]
    assert len(counter) == 0
    assert counter.close(STOPPED) == []


def test_occupancy_is_who_is_inside_now() -> None:
    counter = ZoneCounter(SHELF)

    def now(at: float, *people: tuple[float, float]) -> int:
        tracks: list[Track] = [
            followed(number, [Step(NOON + at, *place)]) for number, place in enumerate(people)
        ]
        counter.update(tracks, NOON + at)
        return counter.occupancy

    assert [now(0), now(1, IN, OUT), now(2, IN, IN), now(3, OUT, IN), now(4, OUT)] == [0, 1, 2, 1, 0]


def test_of_five_thousand_people_who_pass_none_is_remembered() -> None:
    counter = ZoneCounter(SHELF)
    ended, most = 0, 0
    for person in range(5000):
        begin = 10.0 * person
        path = [*stay(begin, begin + 4), *stay(begin + 4.5, begin + 5, OUT)]
        ended += len(counter.update([followed(person, path)], path[-1].at))
        most = max(most, len(counter))
    ended += len(counter.update([], NOON + 60_000))

    assert ended == 5000
    assert most <= 2
    assert len(counter) == 0


paths = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from([IN, OUT, (110.0, 110.0)])), min_size=1, max_size=25
).map(
    lambda strides: [
        Step(NOON + halves / 2, *place)
        for halves, (_, place) in zip(
            itertools.accumulate(stride for stride, _ in strides), strides, strict=True
        )
    ]
)


@given(paths, st.data())
def test_it_does_not_matter_how_steps_are_split_into_updates(path: list[Step], data: st.DataObject) -> None:
    cuts = sorted(set(data.draw(st.lists(st.integers(1, len(path)), max_size=6))) | {len(path)})
    counter, ended = ZoneCounter(SHELF), []
    for begin, end in itertools.pairwise([0, *cuts]):
        ended += counter.update([followed(1, path[begin:end])], path[end - 1].at)
    ended += counter.update([], path[-1].at + 60)

    assert sorted(lasted(ended)) == sorted(lasted(visits(path)))


@given(paths)
def test_visits_of_one_person_never_overlap_and_last_long_enough(path: list[Step]) -> None:
    ended = visits(path)

    assert all(visit.seconds >= SHELF.minimum_stay_seconds for visit in ended)
    assert all(
        before.left_at + SHELF.gap_seconds < after.entered_at for before, after in itertools.pairwise(ended)
    )


def test_somebody_who_gets_another_number_while_the_tracker_still_looks_for_them_makes_one_visit() -> None:
    counter = ZoneCounter(SHELF)
    ended: list[Visit] = []
    for step in stay(0, 4):
        ended += counter.update([followed(1, [step])], step.at)
    for step in stay(4.5, 8):
        unseen = [followed(1, [])] if step.at < NOON + 6 else []
        ended += counter.update([*unseen, followed(2, [step])], step.at)
        assert counter.occupancy == 1
    ended += counter.update([], NOON + 60)

    assert lasted(ended) == [(0, 8, LOST)]


@pytest.mark.parametrize(
    ("pixels_per_metre", "expected"),
    [
        pytest.param(100.0, [(0, 9.5, LOST)], id="1.2 m: the same person"),
        pytest.param(60.0, [(0, 4, LOST), (5.5, 9.5, LOST)], id="2 m: another"),
    ],
)
def test_nearby_is_in_metres_where_the_floor_is_known(
    pixels_per_metre: float, expected: list[tuple[float, float, VisitEnd]]
) -> None:
    corners = [Point(0, 0), Point(1, 0), Point(1, 1), Point(0, 1)]
    floor = Floor.from_points(
        [Point(pixels_per_metre * x, pixels_per_metre * y) for x, y in corners], corners
    )
    hall = Zone("hall", (Point(0, 0), Point(900, 0), Point(900, 300), Point(0, 300)))
    counter = ZoneCounter(hall, floor)
    ended: list[Visit] = []
    for step in stay(0, 4):
        ended += counter.update([followed(1, [step])], step.at)
    ended += counter.update([], NOON + 4.5)
    for step in stay(5.5, 9.5, (IN[0] + 1.2 * TALL, IN[1])):
        ended += counter.update([followed(2, [step])], step.at)
    ended += counter.update([], NOON + 60)

    assert lasted(ended) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(
            stay(0, 10) + stay(10.5, 14, OUT),
            [(0, 5, VisitEnd.DAY_ENDED), (5.25, 10.25, LEFT)],
            id="inside: begins anew",
        ),
        pytest.param(
            stay(0, 4) + stay(4.5, 5.5, OUT) + stay(6, 10),
            [(0, 4.25, VisitEnd.DAY_ENDED), (5.75, 10, LOST)],
            id="just outside: the visit is over",
        ),
        pytest.param(stay(0, 7) + stay(7.5, 14, OUT), [(0, 5, VisitEnd.DAY_ENDED)], id="leaves soon after"),
    ],
)
def test_the_days_end_ends_visits_and_forgets_nobody(
    path: list[Step], expected: list[tuple[float, float, VisitEnd]]
) -> None:
    counter, ended = ZoneCounter(SHELF), []
    for step in path:
        ended += counter.update([followed(1, [step])], step.at)
        if step.at == NOON + 5:
            ended += counter.end_day(NOON + 5.25)
    ended += counter.update([], NOON + 60)

    assert lasted(ended) == expected


def test_a_visit_lost_at_the_days_end_is_told_once() -> None:
    counter = ZoneCounter(SHELF)
    for step in stay(0, 5):
        counter.update([followed(1, [step])], step.at)
    counter.update([], NOON + 5.5)

    assert lasted(counter.end_day(NOON + 6)) == [(0, 5, VisitEnd.DAY_ENDED)]
    assert counter.update([], NOON + 60) == []
    assert len(counter) == 0


@given(paths, st.sampled_from([0.5, 2.0, 8.0]))
def test_scaling_time_with_all_settings_scales_the_times(path: list[Step], scale: float) -> None:
    slower = [Step(NOON + (step.at - NOON) * scale, step.x, step.y) for step in path]
    zone = Zone("shelf", SQUARE, minimum_stay_seconds=3.0 * scale, gap_seconds=2.0 * scale)

    scaled, plain = lasted(visits(slower, zone, gone_after=60 * scale)), lasted(visits(path))
    assert [end for *_, end in scaled] == [end for *_, end in plain]
    # Seconds since 1970 are known to a quarter of a microsecond.
    for visit, of in zip(scaled, plain, strict=True):
        assert visit[:2] == pytest.approx((scale * of[0], scale * of[1]), abs=1e-4)
