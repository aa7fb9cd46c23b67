from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from edge.counting import Crossing, Direction, Line, LineCounter
from edge.geometry import Point
from edge.people import NOBODY, Detections, Track
from edge.tracking import Tracker, TrackerSettings
from tests.edge.cast import NOON, TALL, box, seen

SURE = 0.5
DOUBTFUL = 0.3

WALKING = 140.0  # pixels per second at a height of 100: 2.4 m/s for somebody of 1.70 m
STEP = 0.1


def follow(
    pictures: Iterable[Detections], tracker: Tracker | None = None, step: float = STEP
) -> list[list[Track]]:
    """What a tracker says after each picture."""
    tracker = Tracker(SURE) if tracker is None else tracker
    return [tracker.update(picture, NOON + step * number) for number, picture in enumerate(pictures)]


def ids(said: Iterable[Iterable[Track]]) -> set[int]:
    """Everybody that was ever believed in."""
    return {track.id for tracks in said for track in tracks}


def at(x: float, y: float = 200.0, score: float = 0.9) -> Detections:
    """A picture of one person."""
    return seen(box(x, y), scores=[score])


STANDING = [at(100)] * 10


def test_somebody_is_believed_in_once_seen_twice_over_a_fifth_of_a_second() -> None:
    said = follow([at(100), at(101), at(102), at(103)])

    assert [len(tracks) for tracks in said] == [0, 0, 1, 1]
    assert [len(track.steps) for track in said[2]] == [3]
    assert [step.at - NOON for step in said[2][0].steps] == pytest.approx([0.0, 0.1, 0.2])


def test_a_flicker_is_nobody() -> None:
    assert ids(follow([at(100), NOBODY, NOBODY, at(400), NOBODY, NOBODY, at(700)])) == set()


def test_a_picture_without_people_says_nothing_and_remembers_nothing() -> None:
    tracker = Tracker(SURE)

    assert follow([NOBODY] * 20, tracker) == [[]] * 20
    assert len(tracker) == 0


@pytest.mark.parametrize("unseen", [1, 3, 7, 10])
def test_a_gap_is_bridged(unseen: int) -> None:
    pictures = [
        NOBODY if 15 <= number < 15 + unseen else at(100 + WALKING * STEP * number) for number in range(35)
    ]
    said = follow(pictures)

    assert ids(said) == {1}
    assert [len(track.steps) for track in said[15]] == [0]
    assert said[-1][0].seen_at == pytest.approx(NOON + 3.4)


def test_somebody_found_again_is_said_to_have_gone_straight_in_between() -> None:
    pictures = [NOBODY if 15 <= n < 20 else at(100 + WALKING * STEP * n) for n in range(22)]
    said = follow(pictures)
    found = said[20][0].steps

    assert [step.at - NOON for step in found] == pytest.approx([1.5, 1.6, 1.7, 1.8, 1.9, 2.0])
    assert [step.x for step in found] == pytest.approx([100 + 14 * n for n in range(15, 21)], abs=1)
    assert [step.box for step in found] == [
        pytest.approx(box(100 + 14 * n, 200), abs=0.01) for n in range(15, 21)
    ]
    assert len(said[21][0].steps) == 1


def test_a_step_carries_the_box_that_was_detected() -> None:
    said = follow([at(100 + n) for n in range(5)])

    assert said[-1][0].steps[-1].box == pytest.approx(box(104, 200))


def test_a_camera_that_pauses_longer_than_anybody_is_remembered_goes_on() -> None:
    tracker = Tracker(SURE)
    follow(STANDING, tracker)

    assert [len(track.steps) for track in tracker.update(at(100), NOON + 8)] == [1]


def walking_in(begin: float, per_second: float) -> list[Detections]:
    """Somebody who walks up a picture that ends at 240, at 140 pixels a second, from beyond its edge."""
    feet = [begin - WALKING * number / per_second for number in range(int(1.5 * per_second))]
    return [
        seen((80.0, foot - TALL, 120.0, min(foot, 240.0))) if foot - TALL < 230.0 else NOBODY for foot in feet
    ]


@pytest.mark.parametrize("per_second", [25.0, 10.0, 5.0])
def test_somebody_who_walks_in_under_the_camera_is_one_person_from_the_first_box_on(
    per_second: float,
) -> None:
    pictures = walking_in(330.0, per_second)
    first = next(number for number, picture in enumerate(pictures) if len(picture))

    said = follow(pictures, Tracker(SURE, picture_height=240.0), 1 / per_second)

    assert ids(said) == {1}
    steps = [step for tracks in said for track in tracks for step in track.steps]
    assert steps[0].at == pytest.approx(NOON + first / per_second)


def test_feet_that_the_lower_edge_cuts_off_are_where_somebody_of_ordinary_build_has_them() -> None:
    said = follow(walking_in(330.0, 10.0), Tracker(SURE, picture_height=240.0))

    steps = [step for tracks in said for track in tracks for step in track.steps]
    true = [330.0 - WALKING * (step.at - NOON) for step in steps]
    assert true[0] > 310.0
    assert all(abs(step.y - foot) <= 0.25 * TALL for step, foot in zip(steps, true, strict=True))
    assert abs(steps[-1].y - true[-1]) <= 5.0


def test_somebody_who_walks_out_under_the_camera_keeps_walking_while_they_are_cut_off() -> None:
    said = follow(reversed(walking_in(330.0, 10.0)), Tracker(SURE, picture_height=240.0))

    feet = [step.y for tracks in said for track in tracks for step in track.steps]
    assert ids(said) == {1}
    assert feet[-1] == pytest.approx(322.0, abs=10.0)


def test_in_a_view_from_straight_above_nobody_is_cut_off() -> None:
    boxes = np.array([[100, 160, 180, 240]], np.float32)
    middle = np.array([[140, 200]], np.float32)
    picture = Detections(boxes, np.array([0.9], np.float32), middle)

    said = follow([picture] * 4, Tracker(SURE, picture_height=240.0))

    assert [(step.x, step.y) for step in said[-1][0].steps] == [(140.0, 200.0)]
    assert said[-1][0].height == pytest.approx(80.0)


def test_somebody_who_appears_a_body_height_from_where_another_was_lost_is_somebody_else() -> None:
    gone = [NOBODY] * 10

    assert ids(follow([*[at(100)] * 30, *gone, *[at(100 + TALL * 0.8)] * 5])) == {1, 2}
    assert ids(follow([*[at(100)] * 30, *gone, *[at(100 + TALL * 0.2)] * 5])) == {1}


@pytest.mark.parametrize(
    ("away", "tall", "found"),
    [
        pytest.param(15, TALL, True, id="away, of the right size"),
        pytest.param(0, 0.55 * TALL, True, id="at the right place, cut off"),
        pytest.param(15, 0.55 * TALL, False, id="away and cut off"),
    ],
)
def test_the_odder_a_box_the_nearer_it_has_to_be(away: float, tall: float, found: bool) -> None:
    said = follow([*[at(100)] * 30, seen(box(100 + away, 200, tall=tall))])

    assert len(said[-1][0].steps) == found


def test_a_box_that_two_share_who_pass_each_other_hardly_moves_them() -> None:
    def passing(wide: float) -> float:
        walked = [at(100 + 6 * n) for n in range(20)]
        shared = [seen(box(100 + 6 * n + 12, 200, wide=wide)) for n in range(20, 22)]
        return follow([*walked, *shared])[-1][0].steps[-1].x - (100 + 6 * 21)

    assert passing(80) < 3
    assert passing(40) > 2 * passing(80)


@pytest.mark.parametrize(
    ("followed_for", "unseen_for", "expected"),
    [
        pytest.param(3.0, 1.2, {1}, id="long known, soon back"),
        pytest.param(3.0, 1.8, {1, 2}, id="long known, back after patience ended"),
        pytest.param(0.6, 1.0, {1, 2}, id="hardly known: trusted no longer than it was followed"),
    ],
)
def test_patience_ends(followed_for: float, unseen_for: float, expected: set[int]) -> None:
    known, unseen = round(followed_for / STEP) + 1, round(unseen_for / STEP) - 1
    said = follow([*[at(100)] * known, *[NOBODY] * unseen, *STANDING])

    assert ids(said) == expected


def test_two_people_who_cross_paths_keep_their_numbers() -> None:
    def picture(number: int) -> Detections:
        way = 12.0 * number
        return seen(box(100 + way, 200), box(500 - way, 225))

    said = follow([picture(number) for number in range(35)])
    rightwards, leftwards = said[2]

    assert ids(said) == {1, 2}
    last = {track.id: track.steps[-1] for track in said[-1]}
    assert last[rightwards.id].x == pytest.approx(508, abs=15)
    assert last[rightwards.id].y == pytest.approx(200, abs=5)
    assert last[leftwards.id].x == pytest.approx(92, abs=15)
    assert last[leftwards.id].y == pytest.approx(225, abs=5)


def test_two_people_who_walk_side_by_side_stay_two() -> None:
    said = follow([seen(box(100 + 10 * n, 200), box(135 + 10 * n, 204)) for n in range(30)])

    assert ids(said) == {1, 2}
    assert all(len(tracks) == 2 for tracks in said[2:])


def test_a_doubtful_detection_keeps_somebody_alive_and_gives_steps() -> None:
    said = follow([*STANDING, *[at(100, score=DOUBTFUL)] * 30])

    assert ids(said) == {1}
    assert all(len(tracks[0].steps) == 1 for tracks in said[10:])


def test_a_doubtful_detection_never_begins_anybody() -> None:
    tracker = Tracker(SURE)

    assert ids(follow([at(100, score=DOUBTFUL)] * 30, tracker)) == set()
    assert len(tracker) == 0


def test_a_doubtful_detection_beside_somebody_does_not_pull_them_away() -> None:
    said = follow([*STANDING, at(100 + TALL / 2, score=DOUBTFUL)])

    assert said[-1][0].steps == ()


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_boxes_of_one_person_the_better_one_counts(order: int) -> None:
    boxes, scores = [box(100, 200), box(104, 204)], [0.9, 0.7]
    said = follow([seen(*boxes[::order], scores=scores[::order])] * 10)

    assert ids(said) == {1}
    assert said[-1][0].steps[-1].x == pytest.approx(100)


@pytest.mark.parametrize("shown", [0.5, 0.6, 0.75])
def test_a_box_cut_off_below_is_placed_by_its_head(shown: float) -> None:
    whole, cut_off = box(100, 200), (80.0, 100.0, 120.0, 100.0 + TALL * shown)
    said = follow([*[seen(whole)] * 15, seen(cut_off)])

    assert ids(said) == {1}
    assert said[-1][0].steps[-1].y == pytest.approx(200, abs=2)


def test_a_box_cut_off_above_is_placed_by_its_feet() -> None:
    said = follow([*[seen(box(100, 200))] * 15, seen((80.0, 140.0, 120.0, 200.0))])

    assert said[-1][0].steps[-1].y == pytest.approx(200, abs=2)


def test_feet_that_the_network_sees_above_or_below_the_box_are_where_somebody_steps() -> None:
    whole = seen(box(100, 200))
    deeper = Detections(whole.boxes, whole.scores, whole.feet + np.array([0, 10], np.float32))
    said = follow([deeper] * 20)

    assert said[-1][0].steps[-1].y == pytest.approx(210, abs=0.5)


LINE = Line("door", (Point(400, 0), Point(400, 400)), (Point(300, 200), Point(500, 200)))


def there_and_back(seconds: float) -> float:
    """x of somebody who walks 600 pixels to the right and back again."""
    way = WALKING * seconds
    return 100 + way if way < 600 else 1300 - way


def ran_off(seconds: float) -> float:
    """x of somebody who walks to the right at a quick pace."""
    return 100 + 1.4 * WALKING * seconds


@pytest.mark.parametrize("fps", [3, 5, 10, 30])
@pytest.mark.parametrize(
    ("walk", "seconds", "expected"),
    [
        pytest.param(there_and_back, 8.0, [Direction.IN, Direction.OUT], id="there and back"),
        pytest.param(ran_off, 4.0, [Direction.IN], id="quickly away"),
    ],
)
def test_the_same_walk_gives_the_same_crossings_at_any_frame_rate(
    walk: Callable[[float], float], seconds: float, expected: list[Direction], fps: int
) -> None:
    tracker, counter = Tracker(SURE), LineCounter(LINE)
    counted: list[Crossing] = []
    for number in range(round(seconds * fps)):
        moment = number / fps
        counted += counter.update(tracker.update(at(walk(moment)), NOON + moment), NOON + moment)

    counted += counter.close()

    assert [crossing.direction for crossing in counted] == expected
    crossed_at = next(n for n in range(3_000) if walk(n / 1000) >= LINE.points[0].x) / 1000
    assert counted[0].at - NOON == pytest.approx(crossed_at, abs=0.15)


def test_numbers_belong_to_a_tracker_and_are_never_given_twice() -> None:
    first, second = Tracker(SURE), Tracker(SURE)
    away = [NOBODY] * 20

    assert ids(follow(STANDING, first)) == {1}
    assert ids(follow([*STANDING, *away, *STANDING, *away, *STANDING], second)) == {1, 2, 3}


def test_of_three_thousand_people_who_pass_none_is_remembered() -> None:
    tracker = Tracker(SURE)
    most = 0
    found: set[int] = set()
    for person in range(3_000):
        begin = NOON + 10.0 * person
        for number in range(3):
            found |= {track.id for track in tracker.update(at(100 + 10 * number), begin + 0.2 * number)}
        most = max(most, len(tracker))
    tracker.update(NOBODY, NOON + 60_000)

    assert len(found) == 3_000
    assert most == 1
    assert len(tracker) == 0


def test_a_night_without_anybody_leaves_nothing_behind() -> None:
    tracker = Tracker(SURE)
    tracemalloc.start()
    follow([NOBODY] * 1_000, tracker)
    before, _ = tracemalloc.get_traced_memory()
    for number in range(5_000):
        tracker.update(NOBODY, NOON + 1_000 + STEP * number)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert after - before < 10_000


def test_in_a_crowd_beyond_the_bound_those_unseen_longest_are_forgotten() -> None:
    tracker = Tracker(SURE, TrackerSettings(most_tracks=3))
    follow([seen(box(100, 200), box(300, 200), box(500, 200))] * 5, tracker)

    said = tracker.update(seen(box(300, 200), box(500, 200), box(700, 200)), NOON + 0.5)

    assert len(tracker) == 3
    assert [track.id for track in said] == [2, 3]
