"""Chances of counts, and the hidden states, against reckonings that take longer."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import nbinom

from server.flow.chance import Spread, spread_of
from server.flow.states import moves_beforehand, moves_of, smoothed
from tests.server.flow.weeks import usual_week


@pytest.mark.parametrize("spread", [Spread(0.7), Spread(0.2, of_square=True)], ids=["NB1", "NB2"])
def test_chances_are_the_negative_binomials_but_for_what_no_mean_changes(spread: Spread) -> None:
    counts, means = np.array([0.0, 3, 50]), np.array([[1.5], [20.0]])
    mean = np.broadcast_to(means, (2, 3))
    r = spread.shape(mean)
    known = np.asarray(nbinom.logpmf(counts, r, r / (r + mean)))
    ours = spread.log_chance(np.broadcast_to(counts, (2, 3)), mean)
    np.testing.assert_allclose(ours[0] - ours[1], known[0] - known[1], rtol=1e-9)
    np.testing.assert_allclose(spread.variance(mean), nbinom.var(r, r / (r + mean)))


@pytest.mark.parametrize(
    "spread",
    [Spread(0.5), Spread(8.0), Spread(0.1, of_square=True), Spread(0.5, of_square=True)],
    ids=lambda spread: f"{spread.size:g}{' of square' if spread.of_square else ''}",
)
def test_the_spread_of_drawn_counts_is_found_again_with_its_form(spread: Spread) -> None:
    mean = usual_week(1400)
    mean = np.where(mean > 0, mean, 0.05)
    counts = spread.drawn(mean, np.random.default_rng(2))
    found = spread_of(counts, mean, np.ones(counts.shape))
    assert found.of_square == spread.of_square
    assert found.size == pytest.approx(spread.size, rel=0.15)


def test_states_of_a_short_day_are_those_of_all_ways_through_it() -> None:
    chance = np.random.default_rng(4)
    logs, moves = chance.normal(0, 2, (1, 5, 3)), moves_beforehand(5)
    weights = {}
    for way in product(range(3), repeat=5):
        likely = moves.start[way[0]] * np.exp(logs[0, 0, way[0]])
        for part in range(1, 5):
            likely *= moves.chances[way[part - 1], way[part]] * np.exp(logs[0, part, way[part]])
        weights[way] = likely
    total = sum(weights.values())
    found, passed = smoothed(logs, moves)
    for part, state in product(range(5), range(3)):
        expected = sum(weight for way, weight in weights.items() if way[part] == state) / total
        assert found[0, part, state] == pytest.approx(expected)
    steps = sum(weight * (way[1:].count(0)) for way, weight in weights.items()) / total
    assert passed[:, 0].sum() == pytest.approx(steps)


def test_what_was_never_seen_leaves_what_was_believed() -> None:
    before = moves_beforehand(24)
    after = moves_of(np.zeros((3, 3)), 24)
    assert after.enter == pytest.approx(before.enter)
    assert after.stay == pytest.approx(before.stay)
