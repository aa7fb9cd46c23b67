from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.truth.matching import Pair, match_moments, match_stays

MOMENTS = st.lists(st.integers(0, 60).map(lambda tenths: tenths / 10), max_size=6)


@pytest.mark.parametrize(
    ("true", "counted", "pairs"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([1], [1.4], [(0, 0)], id="one, a little late"),
        pytest.param([1], [2.0], [(0, 0)], id="exactly at the tolerance"),
        pytest.param([1], [2.1], [], id="too far"),
        pytest.param([1, 2], [1.9], [(1, 0)], id="the closer of two"),
        pytest.param([1, 2], [1.9, 2.9], [(0, 0), (1, 1)], id="more pairs rather than closer ones"),
        pytest.param([1, 1], [1, 1], [(0, 0), (1, 1)], id="two people at once are two"),
        pytest.param([9, 1], [1, 9], [(1, 0), (0, 1)], id="in any order"),
        pytest.param([1, 50, 99], [50.2], [(1, 0)], id="far from each other"),
    ],
)
def test_moments_are_matched_one_to_one(
    true: list[float], counted: list[float], pairs: list[tuple[int, int]]
) -> None:
    assert sorted(match_moments(true, counted, 1.0)) == sorted(Pair(*pair) for pair in pairs)


def every_matching(true: list[float], counted: list[float], tolerance: float) -> tuple[int, float]:
    """The most pairs and the least sum, by trying everything."""
    best = (0, 0.0)
    few, many = sorted((true, counted), key=len)
    for partners in itertools.permutations([*many, *[None] * len(few)], len(few)):
        offs = [abs(a - b) for a, b in zip(few, partners, strict=True) if b is not None]
        if all(off <= tolerance for off in offs):
            best = min(best, (-len(offs), sum(offs)))
    return best


@given(st.lists(st.sampled_from([0.0, 0.4, 1.1, 1.5, 2.2, 5.0]), max_size=3), MOMENTS.map(lambda m: m[:4]))
def test_no_other_matching_is_better(true: list[float], counted: list[float]) -> None:
    pairs = match_moments(true, counted, 1.0)
    found = (-len(pairs), sum(abs(true[pair.true] - counted[pair.counted]) for pair in pairs))
    assert found == pytest.approx(every_matching(true, counted, 1.0))


@given(MOMENTS, MOMENTS, st.randoms(use_true_random=False))
def test_the_order_of_the_events_does_not_matter(
    true: list[float], counted: list[float], chance: random.Random
) -> None:
    def gaps(true: list[float], counted: list[float]) -> list[float]:
        pairs = match_moments(true, counted, 1.0)
        return sorted(round(counted[pair.counted] - true[pair.true], 6) for pair in pairs)

    before = gaps(true, counted)
    mixed, other = list(true), list(counted)
    chance.shuffle(mixed)
    chance.shuffle(other)
    assert gaps(mixed, other) == before


@pytest.mark.parametrize(
    ("true", "counted", "pairs"),
    [
        pytest.param([(0, 9)], [(1, 8)], [(0, 0)], id="one visit"),
        pytest.param([(0, 9)], [(9, 12)], [], id="one ends when the other begins"),
        pytest.param([(0, 9)], [(0, 3), (4, 9)], [(0, 1)], id="split in two: the longer part"),
        pytest.param([(0, 20), (5, 9)], [(5, 9), (0, 20)], [(0, 1), (1, 0)], id="one within the other"),
        pytest.param([], [(0, 3)], [], id="nobody was there"),
    ],
)
def test_stays_are_matched_so_that_they_share_the_most_time(
    true: list[tuple[float, float]], counted: list[tuple[float, float]], pairs: list[tuple[int, int]]
) -> None:
    assert match_stays(true, counted) == [Pair(*pair) for pair in pairs]


def test_a_busy_hour_is_matched_at_once() -> None:
    true = [2.0 * number for number in range(5_000)]
    assert len(match_moments(true, [at + 0.3 for at in true], 1.0)) == 5_000
