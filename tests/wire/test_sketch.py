"""Dwell as a histogram that merges."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.wire import DwellSketch
from edge.wire.sketch import GAMMA, HIGHEST_BIN, LOWEST_BIN, bin_of, middle_of
from tests.wire import making

REAL_DURATIONS = st.lists(st.floats(0.1, 7 * 86400.0), min_size=1, max_size=200)


@given(st.lists(st.lists(making.durations, max_size=20), max_size=6))
def test_merging_equals_sketching_everything(parts: list[list[float]]) -> None:
    merged = DwellSketch.merged(DwellSketch.of(part) for part in parts)
    whole = DwellSketch.of(duration for part in parts for duration in part)
    assert (merged.n, merged.bins) == (whole.n, whole.bins)
    assert merged.sum_seconds == pytest.approx(whole.sum_seconds)


@given(making.sketches, making.sketches, making.sketches)
def test_the_order_of_merging_does_not_matter(a: DwellSketch, b: DwellSketch, c: DwellSketch) -> None:
    first = DwellSketch.merged([DwellSketch.merged([a, b]), c])
    second = DwellSketch.merged([c, DwellSketch.merged([b, a])])
    assert (first.n, first.bins) == (second.n, second.bins)


@given(REAL_DURATIONS, st.floats(0, 1))
def test_every_percentile_is_within_two_per_cent(durations: list[float], share: float) -> None:
    exact = sorted(durations)[max(1, math.ceil(share * len(durations))) - 1]
    assert DwellSketch.of(durations).quantile(share) == pytest.approx(exact, rel=0.02)


@given(REAL_DURATIONS)
def test_the_mean_is_exact(durations: list[float]) -> None:
    assert DwellSketch.of(durations).mean_seconds == pytest.approx(math.fsum(durations) / len(durations))


@given(st.floats(0, 1e12))
def test_every_duration_has_a_bin_within_the_bounds(seconds: float) -> None:
    assert LOWEST_BIN <= bin_of(seconds) <= HIGHEST_BIN


def test_there_are_at_most_400_bins_however_many_durations() -> None:
    assert HIGHEST_BIN - LOWEST_BIN + 1 <= 400
    every = DwellSketch.of(0.05 * 1.01**step for step in range(2000))
    assert every.n == 2000
    assert len(every.bins) <= 400


@pytest.mark.parametrize(
    ("seconds", "number"),
    [
        pytest.param(0.0, -58, id="none at all"),
        pytest.param(0.1, -58, id="the shortest"),
        pytest.param(1.0, 0, id="one second ends bin 0"),
        pytest.param(3.0, 29, id="three seconds"),
        pytest.param(12.5, 65, id="the example of the README"),
        pytest.param(60.0, 105, id="a minute"),
        pytest.param(7 * 86400.0, 340, id="the longest"),
        pytest.param(1e9, 340, id="beyond the longest"),
    ],
)
def test_bins_are_those_of_the_formula(seconds: float, number: int) -> None:
    assert bin_of(seconds) == number


def test_a_bin_stands_for_its_harmonic_middle() -> None:
    middle, low, high = middle_of(65), GAMMA**64, GAMMA**65
    assert middle / low - 1 == pytest.approx(1 - middle / high, rel=0.05)
    assert middle == pytest.approx(12.5478, abs=1e-4)


def test_nothing_has_neither_mean_nor_percentile() -> None:
    nothing = DwellSketch()
    assert nothing.mean_seconds is None
    assert nothing.quantile(0.5) is None
    assert DwellSketch.merged([]) == nothing


@given(making.sketches, making.sketches)
def test_taking_away_what_was_merged_gives_back_the_rest(rest: DwellSketch, some: DwellSketch) -> None:
    left = DwellSketch.merged([rest, some]).without(some)
    assert (left.n, left.bins) == (rest.n, rest.bins)
    assert left.sum_seconds == pytest.approx(rest.sum_seconds, rel=1e-9, abs=1e-9 * (1 + some.sum_seconds))


@given(making.sketches)
def test_a_sketch_without_itself_is_nothing(sketch: DwellSketch) -> None:
    assert sketch.without(sketch) == DwellSketch()


@pytest.mark.parametrize(
    ("whole", "part", "said"),
    [
        pytest.param([4.2], [61.0], "bin 105 holds 1 of the part but only 0 of the whole", id="elsewhere"),
        pytest.param([4.2], [4.2, 4.2], "bin 37 holds 2 of the part but only 1 of the whole", id="too many"),
    ],
)
def test_more_than_there_is_cannot_be_taken_away(whole: list[float], part: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DwellSketch.of(whole).without(DwellSketch.of(part))


def test_a_sum_that_was_rounded_never_falls_below_zero() -> None:
    whole = DwellSketch(n=2, sum_seconds=8.4, bins={37: 2})
    part = DwellSketch(n=1, sum_seconds=8.5, bins={37: 1})
    assert whole.without(part) == DwellSketch(n=1, sum_seconds=0.0, bins={37: 1})


@given(REAL_DURATIONS, st.floats(0.2, 86400.0))
def test_the_number_above_a_limit_is_exact_for_a_limit_within_two_per_cent(
    durations: list[float], limit: float
) -> None:
    above = DwellSketch.of(durations).number_above(limit)
    surely = sum(duration > limit * 1.0201 for duration in durations)
    perhaps = sum(duration > limit / 1.0201 for duration in durations)
    assert surely <= above <= perhaps


def test_the_share_above_three_minutes() -> None:
    waits = DwellSketch.of([20.0, 60.0, 170.0, 185.0, 240.0])
    assert waits.share_above(180) == pytest.approx(2 / 5)
    assert waits.share_above(1e9) == 0
    assert waits.share_above(0) == 1
    assert DwellSketch().share_above(180) is None


def test_a_sketch_is_a_value() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        DwellSketch.of([1.0]).n = 2  # type: ignore[misc]
