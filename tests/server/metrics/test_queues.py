from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.wire import DwellSketch
from server.metrics.queues import QueueFigures, QueueTerms, queue_figures
from server.metrics.ratios import Ratio, wilson
from server.metrics.rows import QueueRow
from tests.server.metrics.rows_for_tests import at


def row(
    minute: int,
    waits: Sequence[float] | None = (),
    gave_up: Sequence[float] | None = (),
    *,
    joined: int | None = 0,
    lost: int | None = 0,
    person_seconds: float | None = 0,
    observed_seconds: float | None = 60,
    peak: int = 0,
) -> QueueRow:
    return QueueRow(
        device="edge-1",
        camera="tills",
        begin=at(minute),
        end=at(minute + 1),
        queue="tills",
        joined=joined,
        served=None if waits is None else len(waits),
        abandoned=None if gave_up is None else len(gave_up),
        lost=lost,
        wait=None if waits is None else DwellSketch.of(waits),
        abandoned_wait=None if gave_up is None else DwellSketch.of(gave_up),
        person_seconds=person_seconds,
        observed_seconds=observed_seconds,
        peak=peak,
    )


def length_only(minute: int, peak: int) -> QueueRow:
    nothing: dict[str, None] = {
        "joined": None,
        "lost": None,
        "person_seconds": None,
        "observed_seconds": None,
    }
    return row(minute, None, None, peak=peak, **nothing)


def figures(rows: Sequence[QueueRow], terms: QueueTerms | None = None, least: int = 1) -> QueueFigures:
    return queue_figures("tills", rows, terms or QueueTerms(), least)


def test_people_and_lengths_add_up_and_the_mean_length_is_a_quotient_of_sums() -> None:
    found = figures(
        [
            row(0, [20.0], joined=3, lost=1, person_seconds=120, observed_seconds=60, peak=4),
            row(1, [40.0, 60.0], [15.0], joined=2, person_seconds=30, observed_seconds=15, peak=2),
        ]
    )
    assert (found.joined, found.served, found.abandoned, found.lost) == (5, 3, 1, 1)
    assert found.length
    # The mean of the two minutes' means, 2 and 2, would hide that one was hardly watched.
    assert (found.length.mean, found.length.peak) == (150 / 75, 4)


def test_waits_are_those_of_the_merged_sketch() -> None:
    found = figures([row(0, [20.0, 30.0]), row(1, [40.0]), row(2, [200.0, 300.0])])
    assert found.wait
    assert found.wait.n == 5
    assert found.wait.mean_seconds == pytest.approx((20 + 30 + 40 + 200 + 300) / 5)
    assert found.wait.median_seconds == pytest.approx(40, rel=0.02)
    assert found.wait.p90_seconds == pytest.approx(300, rel=0.02)


@pytest.mark.parametrize(
    ("terms", "over"),
    [
        pytest.param(QueueTerms(), 2, id="three minutes unless said otherwise"),
        pytest.param(QueueTerms(target_seconds=25), 4, id="the store's"),
        pytest.param(QueueTerms(target_seconds=25, targets={"tills": 250}), 1, id="the queue's own"),
        pytest.param(QueueTerms(targets={"bakery": 1}), 2, id="another queue's"),
    ],
)
def test_waits_over_the_target_are_a_rate_with_its_interval(terms: QueueTerms, over: int) -> None:
    found = figures([row(0, [20.0, 30.0]), row(1, [40.0]), row(2, [200.0, 300.0])], terms)
    assert found.over_target == Ratio(over, 5, 1)
    assert found.over_target.interval == wilson(over, 5)


def test_abandonment_is_who_gave_up_among_who_joined() -> None:
    found = figures([row(0, [9.0], [30.0], joined=6), row(1, [], [50.0, 70.0], joined=4)], least=20)
    assert found.abandonment == Ratio(3, 10, 20)
    assert not found.abandonment.enough
    assert found.abandoned_wait
    assert found.abandoned_wait.mean_seconds == 50


def test_more_may_give_up_within_an_hour_than_joined_in_it() -> None:
    found = figures([row(0, [], [300.0, 400.0], joined=1)])
    assert found.abandonment
    assert (found.abandonment.value, found.abandonment.interval) == (2.0, None)


def test_a_queue_without_rows_is_unknown() -> None:
    found = figures([])
    assert (found.joined, found.served, found.abandoned, found.lost, found.length) == (None,) * 5
    assert (found.wait, found.over_target, found.abandonment, found.abandoned_wait) == (None,) * 4


def test_a_queue_in_which_nobody_stood_is_zero_and_its_rates_are_of_nothing() -> None:
    found = figures([row(0)])
    assert (found.joined, found.served, found.abandoned, found.lost) == (0, 0, 0, 0)
    assert found.length
    assert (found.length.mean, found.length.peak) == (0, 0)
    assert found.over_target
    assert (found.over_target.value, found.over_target.enough) == (None, False)


def test_a_counter_that_knows_only_the_length_tells_the_peak_and_nothing_else() -> None:
    found = figures([length_only(0, 3), length_only(1, 5)])
    assert found.length
    assert (found.length.mean, found.length.peak) == (None, 5)
    assert (found.joined, found.wait, found.over_target, found.abandonment) == (None,) * 4


def test_beside_a_counter_that_knows_only_the_length_the_other_still_tells_all() -> None:
    found = figures([row(0, [30.0], joined=2, person_seconds=90, peak=2), length_only(0, 7)])
    assert found.length
    assert (found.length.mean, found.length.peak) == (1.5, 7)
    assert (found.joined, found.abandonment) == (2, Ratio(0, 2, 1))


_seconds = st.lists(st.floats(0.2, 3600), max_size=8)


@given(st.lists(st.tuples(_seconds, _seconds), min_size=1, max_size=6))
def test_the_figures_of_minutes_are_those_of_all_their_people(
    minutes: list[tuple[list[float], list[float]]],
) -> None:
    apart = figures([row(n, waits, gone, joined=9) for n, (waits, gone) in enumerate(minutes)])
    waits = [wait for some, _ in minutes for wait in some]
    gone = [wait for _, some in minutes for wait in some]
    at_once = figures([row(0, waits, gone, joined=9 * len(minutes))])
    assert (apart.served, apart.abandoned) == (len(waits), len(gone))
    assert apart.over_target == at_once.over_target
    assert apart.abandonment == at_once.abandonment
    assert apart.wait
    assert at_once.wait
    assert apart.wait.median_seconds == at_once.wait.median_seconds
    assert apart.wait.p90_seconds == at_once.wait.p90_seconds
