from __future__ import annotations

import numpy as np
import pytest

from edge.people import NOBODY
from edge.tracking.boxes import overlap, worth_following
from tests.edge.cast import box, seen

SURE, DOUBTFUL = 0.9, 0.2

PERSON = box(100, 200)
TWIN = box(104, 202)
HEAD = box(100, 130, wide=20, tall=25)
NEIGHBOUR = box(130, 205)


def kept(*found: tuple[tuple[float, float, float, float], float]) -> list[tuple[float, ...]]:
    """The boxes worth following among these boxes with their scores."""
    detections = seen(*(place for place, _ in found), scores=[score for _, score in found])
    return [tuple(row) for row in worth_following(detections, 0.5, 0.55, 0.8).boxes.tolist()]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([(PERSON, SURE)], [PERSON], id="alone"),
        pytest.param([(PERSON, 0.8), (TWIN, SURE)], [TWIN], id="of twins the surer"),
        pytest.param([(PERSON, SURE), (NEIGHBOUR, DOUBTFUL)], [PERSON, NEIGHBOUR], id="neighbours"),
        pytest.param([(HEAD, DOUBTFUL), (PERSON, SURE)], [PERSON], id="a doubtful head of somebody sure"),
        pytest.param([(HEAD, 0.8), (PERSON, SURE)], [PERSON, HEAD], id="a sure one inside: a child"),
        pytest.param([(HEAD, 0.2), (PERSON, 0.3)], [PERSON, HEAD], id="both doubtful: who knows"),
    ],
)
def test_second_boxes_of_one_person_are_left_out(
    found: list[tuple[tuple[float, float, float, float], float]],
    expected: list[tuple[float, float, float, float]],
) -> None:
    assert kept(*found) == expected


def test_a_twin_of_a_twin_that_was_left_out_stays() -> None:
    row = [(box(100 + 9 * number, 200), SURE - 0.1 * number) for number in range(3)]

    assert kept(*row) == [box(100, 200), box(118, 200)]


def test_of_nobody_nobody_is_worth_following() -> None:
    assert len(worth_following(NOBODY, 0.5, 0.55, 0.8)) == 0


def test_overlap_is_the_common_share_of_both() -> None:
    first = np.array([(0.0, 0.0, 10.0, 10.0)])
    second = np.array([(5.0, 0.0, 15.0, 10.0), (10.0, 0.0, 20.0, 10.0), (0.0, 0.0, 10.0, 10.0)])

    assert overlap(first, second)[0].tolist() == pytest.approx([1 / 3, 0, 1])
