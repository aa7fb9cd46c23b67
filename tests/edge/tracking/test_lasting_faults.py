"""The made-up detector's faults: they last for seconds, however often somebody looks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.bench.crowds import pictures, scene
from tests.bench.lasting import Drifting, Held
from tests.bench.seeing import CAMERAS
from tests.bench.walkers import Crowd, Floats

MANY = 40_000


@pytest.mark.parametrize("looks", [1, 3, 30])
@pytest.mark.parametrize("seconds", [0.04, 0.3, 1.0])
def test_a_wandering_number_forgets_by_the_time_that_passes_and_not_by_the_looks(
    looks: int, seconds: float
) -> None:
    fault = Drifting((MANY,), 0.3, np.random.default_rng(1))
    before = fault.values.copy()
    for _ in range(looks):
        fault.go_on(seconds / looks)

    assert np.mean(before * fault.values) == pytest.approx(math.exp(-seconds / 0.3), abs=0.03)
    assert np.std(fault.values) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("looks", [1, 3, 30])
@pytest.mark.parametrize("seconds", [0.04, 0.3, 1.0])
def test_a_fault_that_is_held_is_drawn_anew_by_the_time_that_passes_and_not_by_the_looks(
    looks: int, seconds: float
) -> None:
    random = np.random.default_rng(1)

    def draw(number: int) -> Floats:
        return random.random((number, 2))

    fault = Held(MANY, 0.3, draw, random)
    before = fault.values.copy()
    for _ in range(looks):
        fault.go_on(seconds / looks)

    kept = (before == fault.values).all(axis=1)
    assert kept.mean() == pytest.approx(math.exp(-seconds / 0.3), abs=0.015)


def test_a_camera_with_more_pictures_sees_the_same_faults_in_those_that_it_shares() -> None:
    one = scene(CAMERAS[2], Crowd(parties_a_minute=60.0, seconds=3.0), np.random.default_rng(2))
    often, seldom = (pictures(one, every, np.random.default_rng(3)) for every in (2, 12))

    shared = [found for number, (_, found) in enumerate(often) if number % 6 == 0]
    assert sum(len(found) for found in shared) > 50
    for mine, (_, theirs) in zip(shared, seldom, strict=True):
        np.testing.assert_array_equal(mine.boxes, theirs.boxes)
        np.testing.assert_array_equal(mine.scores, theirs.scores)
