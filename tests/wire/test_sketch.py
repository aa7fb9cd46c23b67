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


def test_a_sketch_is_a_value() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        DwellSketch.of([1.0]).n = 2  # type: ignore[misc]
