from __future__ import annotations

import pytest

from server.metrics.coverage import cameras_of, coverage, flags
from server.metrics.rows import BucketRow
from tests.server.metrics.rows_for_tests import LONG_AFTER, at, bucket, span


@pytest.mark.parametrize(
    ("buckets", "share"),
    [
        pytest.param([bucket(0, 30), bucket(30, 60)], 1.0, id="all seen"),
        pytest.param([bucket(0, 30, coverage=0.5), bucket(30, 60)], 0.75, id="half of one half missed"),
        pytest.param([bucket(0, 30)], 0.5, id="a missing bucket is not seen"),
        pytest.param([bucket(-30, 30)], 0.5, id="only what overlaps the interval counts"),
        pytest.param([bucket(0, 60), bucket(0, 15, "hall")], 0.625, id="mean over cameras"),
        pytest.param([bucket(0, 60), bucket(30, 90)], 1.0, id="overlapping buckets are not seen twice"),
    ],
)
def test_coverage_is_the_share_of_time_in_which_cameras_watched(
    buckets: list[BucketRow], share: float
) -> None:
    assert coverage(buckets, span(0, 60), cameras_of(buckets), LONG_AFTER) == pytest.approx(share)


def test_a_silent_camera_lowers_coverage_although_it_sent_nothing_here() -> None:
    both = cameras_of([bucket(0, 60), bucket(60, 120, "hall")])
    assert coverage([bucket(0, 60)], span(0, 60), both, LONG_AFTER) == 0.5


def test_only_the_time_that_has_passed_can_be_covered() -> None:
    running = bucket(20, 40, coverage=0.5, final=False)
    seen = [bucket(0, 20), running]
    assert coverage(seen, span(0, 60), cameras_of(seen), at(30)) == 1.0
    assert coverage(seen, span(0, 60), cameras_of(seen), at(0)) is None


def test_without_a_camera_there_is_no_coverage() -> None:
    assert coverage([], span(0, 60), frozenset(), LONG_AFTER) is None


def test_a_flag_is_raised_by_one_bucket() -> None:
    assert not any((flags([]).clock_unsynced, flags([]).replayed, flags([]).running))
    raised = flags([bucket(0, 1), bucket(1, 2, clock_synced=False), bucket(2, 3, replayed=True)])
    assert (raised.clock_unsynced, raised.replayed, raised.running) == (True, True, False)
    assert flags([bucket(0, 1, final=False)]).running
