from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.counting import Crossing, Direction, Line, LineCounter
from edge.counting.lines import AWAY_HEIGHTS
from edge.counting.walker import BAND_HEIGHTS, BAND_PIXELS
from edge.geometry import Point
from edge.people import Step
from tests.edge.cast import NOON, TALL, followed, steps

# An upright line at x = 100 from y = 0 to y = 200; to the right of it is in. The band is 8 pixels.
ENDS = (Point(100, 0), Point(100, 200))
ARROW = (Point(50, 100), Point(150, 100))
AT_ONCE = Line("door", ENDS, ARROW, recross_seconds=0.0)
DOOR = Line("door", ENDS, ARROW)
BAND = BAND_HEIGHTS * TALL
AWAY = AWAY_HEIGHTS * TALL

IN, OUT = Direction.IN, Direction.OUT


def crossings(path: Iterable[Step], line: Line = AT_ONCE) -> list[Crossing]:
    """What is counted when somebody takes these steps, one an update, and counting ends."""
    counter = LineCounter(line)
    counted = [one for step in path for one in counter.update([followed(1, [step])], step.at)]
    return counted + counter.close()


def directions(*xs: float, y: float = 100.0, line: Line = AT_ONCE) -> list[Direction]:
    """The same, of somebody who walks at one height of the picture, ten pictures a second."""
    return [crossing.direction for crossing in crossings(steps((x, y) for x in xs), line)]


@pytest.mark.parametrize(
    ("xs", "expected"),
    [
        pytest.param([60, 80, 95, 110, 130], [IN], id="walks in"),
        pytest.param([130, 110, 95, 80, 60], [OUT], id="walks out"),
        pytest.param([60, 99, 100, 100, 100, 101, 130], [IN], id="stops on the line and goes on"),
        pytest.param([60, 99, 100, 100, 100, 99, 60], [], id="stops on the line and goes back"),
        pytest.param([60, 95, 103, 97, 104, 96, 103, 98, 130], [IN], id="jitters in the band, then goes in"),
        pytest.param([60, 95, 103, 97, 104, 96, 103, 98, 60], [], id="jitters in the band, then goes back"),
        pytest.param([60, 98, 107, 98, 60], [], id="turns round inside the band"),
        pytest.param([60, 98, 109, 98, 60], [IN, OUT], id="turns round just beyond the band"),
        pytest.param([60, 130, 60, 130], [IN, OUT, IN], id="goes to and fro, and counts each time"),
        pytest.param([60, 190], [IN], id="runs across in one step, as at 3 frames per second"),
        pytest.param([60, 80, 90, 60], [], id="comes near and goes away"),
        pytest.param([98, 130], [], id="appears on the line: nobody knows where from"),
        pytest.param([60, 104], [], id="disappears on the line: nobody knows where to"),
        pytest.param([60, 100, 60], [], id="touches the line"),
        pytest.param([60, 92, 60], [], id="touches the band"),
        pytest.param([92, 108], [IN], id="begins and ends exactly on the band's edges"),
    ],
)
def test_a_path_across_the_door_is_counted(xs: list[float], expected: list[Direction]) -> None:
    assert directions(*xs) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param([(60, -20), (140, -20)], [], id="passes above the line's upper end"),
        pytest.param([(60, 220), (140, 220)], [], id="passes below its lower end"),
        pytest.param([(60, 210), (140, 170)], [IN], id="cuts it slantwise just inside the end"),
        pytest.param([(60, 190), (140, 230)], [], id="cuts its straight slantwise just beyond the end"),
        pytest.param([(104, 10), (103, 60), (104, 120), (103, 190)], [], id="walks along it within the band"),
        pytest.param(
            [(60, 10), (99, 20), (101, 80), (98, 140), (102, 180), (60, 190)],
            [],
            id="comes near, walks along it, goes away on the same side",
        ),
        pytest.param(
            [(60, 220), (140, 220), (140, 100), (60, 100)],
            [OUT],
            id="walks round its end and back across",
        ),
        pytest.param(
            [(60, 100), (103, 100), (103, 230), (97, 230), (60, 230)],
            [],
            id="steps onto it and leaves round its end",
        ),
        pytest.param([(60, 0), (140, 0)], [IN], id="cuts it at its very end"),
    ],
)
def test_only_what_passes_between_the_ends_of_the_line_is_counted(
    path: list[tuple[float, float]], expected: list[Direction]
) -> None:
    assert [crossing.direction for crossing in crossings(steps(path))] == expected


def test_the_arrow_says_which_way_is_in() -> None:
    path = steps([(60, 100), (140, 100)])
    turned = Line("door", ENDS, ARROW[::-1])
    swapped_ends = Line("door", ENDS[::-1], ARROW)

    assert [crossing.direction for crossing in crossings(path)] == [IN]
    assert [crossing.direction for crossing in crossings(path, turned)] == [OUT]
    assert [crossing.direction for crossing in crossings(path, swapped_ends)] == [IN]


def test_two_people_who_cross_together_both_count() -> None:
    counter = LineCounter(AT_ONCE)
    towards, away = steps([(80, 90), (120, 90)]), steps([(130, 110), (70, 110)])

    counter.update([followed(1, [towards[0]]), followed(2, [away[0]])], NOON)
    both = counter.update([followed(1, [towards[1]]), followed(2, [away[1]])], NOON + 0.1)

    assert [crossing.direction for crossing in both] == [IN, OUT]


def test_a_crossing_confirmed_late_keeps_the_time_at_which_the_line_was_cut() -> None:
    on_the_mat = [(102.0, 100.0)] * 50
    path = steps([(80, 100), (98, 100), *on_the_mat, (130, 100)], seconds=1.0)

    [crossing] = crossings(path)

    assert crossing.at == NOON + 1.5
    assert path[-1].at == NOON + 52


def test_a_crossing_between_two_pictures_is_timed_by_its_share_of_the_way() -> None:
    [crossing] = crossings(steps([(70, 100), (190, 100)], seconds=4.0))

    assert crossing == Crossing("door", IN, NOON + 1.0)


def test_somebody_unseen_in_the_middle_of_crossing_counts_once_when_seen_beyond() -> None:
    counter = LineCounter(AT_ONCE)
    before, beyond = Step(NOON, 90, 100), Step(NOON + 1.0, 130, 100)

    counted = counter.update([followed(1, [before])], NOON)
    for number in range(1, 10):
        counted += counter.update([followed(1, [])], NOON + number / 10)
    counted += counter.update([followed(1, [beyond])], NOON + 1.0)

    assert counted == [Crossing("door", IN, NOON + 0.25)]


def test_a_track_that_is_gone_is_not_continued_by_its_number() -> None:
    counter = LineCounter(DOOR)
    counter.update([followed(1, [Step(NOON, 60, 100)])], NOON)
    counter.update([], NOON + 0.5)
    counted = counter.update([followed(1, [Step(NOON + 1, 140, 100)])], NOON + 1)

    assert counted + counter.close() == []


@pytest.mark.parametrize(
    ("height", "expected"),
    [
        pytest.param(60.0, [IN, OUT], id="far away and small: 5 pixels are a step"),
        pytest.param(200.0, [], id="near and tall: 5 pixels are jitter"),
        pytest.param(1.0, [IN, OUT], id="tiny: the band never falls below its least width"),
    ],
)
def test_the_band_grows_with_the_body(height: float, expected: list[Direction]) -> None:
    counter = LineCounter(AT_ONCE)
    counted = [
        crossing
        for step in steps([(60, 100), (105, 100), (60, 100)])
        for crossing in counter.update([followed(1, [step], height)], step.at)
    ]
    assert [crossing.direction for crossing in counted] == expected


def test_a_pixel_to_and_fro_is_jitter_however_small_the_person_looks() -> None:
    assert BAND_PIXELS > 1
    counter = LineCounter(DOOR)
    for step in steps([(60, 100), *[(99, 100), (101, 100)] * 10, (60, 100)]):
        assert counter.update([followed(1, [step], height=1.0)], step.at) == []


def test_of_five_thousand_people_who_pass_hardly_anybody_is_remembered() -> None:
    counter = LineCounter(DOOR)
    counted, most = 0, 0
    for person in range(5000):
        for step in steps([(60, 100), (100, 100), (140, 100)], begin=NOON + person):
            counted += len(counter.update([followed(person, [step])], step.at))
            most = max(most, len(counter))
    counted += len(counter.update([], NOON + 5003))

    assert counted == 5000
    assert most <= 4
    assert len(counter) == 0


# Off the straight by half a pixel: on it, to the last bit, neither side is left or entered.
paths = st.lists(
    st.tuples(st.integers(40, 160).map(lambda x: x + 0.5), st.integers(-60, 260).map(float)), max_size=25
).map(steps)


def mirrored(path: Sequence[Step]) -> list[Step]:
    """The same steps on the other side of the door."""
    return [Step(step.at, 200 - step.x, step.y) for step in path]


@pytest.mark.parametrize("line", [AT_ONCE, DOOR])
@given(path=paths)
def test_mirroring_a_path_swaps_in_and_out(line: Line, path: tuple[Step, ...]) -> None:
    swapped = {IN: OUT, OUT: IN}
    plain, other = crossings(path, line), crossings(mirrored(path), line)

    assert [swapped[crossing.direction] for crossing in plain] == [crossing.direction for crossing in other]
    assert [crossing.at for crossing in plain] == pytest.approx([crossing.at for crossing in other])


@pytest.mark.parametrize("line", [AT_ONCE, DOOR])
@given(path=paths, data=st.data())
def test_it_does_not_matter_how_steps_are_split_into_updates(
    line: Line, path: tuple[Step, ...], data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(path)), max_size=6).map(sorted))
    counter = LineCounter(line)
    counted = []
    for begin, end in itertools.pairwise([0, *cuts, len(path)]):
        at = path[end - 1].at if end else NOON
        counted += counter.update([followed(1, path[begin:end])], at)

    assert counted + counter.close() == crossings(path, line)


@given(paths, st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_scaling_time_changes_nothing_but_the_times(path: tuple[Step, ...], scale: float) -> None:
    slower = [Step(NOON + (step.at - NOON) * scale, step.x, step.y) for step in path]
    plain, scaled = crossings(path), crossings(slower)

    assert [crossing.direction for crossing in plain] == [crossing.direction for crossing in scaled]
    assert [NOON + (crossing.at - NOON) * scale for crossing in plain] == pytest.approx(
        [crossing.at for crossing in scaled], abs=1e-5, rel=0
    )


@given(paths)
def test_in_and_out_of_one_person_alternate(path: tuple[Step, ...]) -> None:
    went_round = any(not 0 <= step.y <= 200 for step in path)
    counted = [crossing.direction for crossing in crossings(path)]

    assert went_round or all(first is not second for first, second in itertools.pairwise(counted))
