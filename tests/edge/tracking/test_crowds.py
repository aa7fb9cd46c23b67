"""People who were never filmed: tracker and lines together, with the bench's made-up crowds and faults."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench.crowds import Counts, ours, pictures, scene, score
from tests.bench.seeing import CAMERAS
from tests.bench.walkers import HALL, PER_SECOND, Crowd, walk

CEILING = CAMERAS[2]


def counted(crowd: Crowd, per_second: int, seed: int = 1) -> Counts:
    """What comes of a crowd under a ceiling camera that takes so many pictures a second."""
    random = np.random.default_rng(seed)
    one = scene(CEILING, crowd, random)
    return score(one, ours()(one, pictures(one, PER_SECOND // per_second, random), per_second))


@pytest.mark.parametrize("per_second", [5, 10])
def test_of_an_ordinary_crowd_four_crossings_in_five_are_counted_and_one_in_five_is_extra_at_most(
    per_second: int,
) -> None:
    counts = counted(Crowd(parties_a_minute=20.0, seconds=30.0), per_second)

    assert counts.true >= 10
    assert counts.missed <= 0.2 * counts.true
    assert counts.extra <= 0.2 * counts.true


def test_people_who_stand_about_all_the_time_are_hardly_ever_counted() -> None:
    counts = counted(Crowd(parties_a_minute=0.0, standing=6, seconds=60.0), 5)

    assert counts.true == 0
    assert counts.extra <= 1


def test_made_up_people_keep_clear_of_each_other_and_get_where_they_go() -> None:
    walked = walk(
        Crowd(parties_a_minute=30.0, standing=0, turning=0.0, seconds=40.0), np.random.default_rng(3)
    )

    ends = [places[np.isfinite(places[:, 0])][-1] for places in walked.places.swapaxes(0, 1)[:5]]
    everybody = np.nan_to_num(walked.places[600], nan=1e6)
    apart = np.hypot(*(everybody[:, None] - everybody[None]).transpose(2, 0, 1))
    near = apart[(apart > 0) & (apart < 1e5)]
    assert near.min() > 0.25
    assert all(not (1.0 < x < HALL[0] - 1.0 and 1.0 < y < HALL[1] - 1.0) for x, y in ends)
