"""The chance that a queue passes its target, beside a queue that is played through."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.alerting.queueing import chance_of_passing, chance_with_doubt, too_long

LENGTHS = st.integers(0, 12)
RATES = st.floats(0.1, 5.0)


def played(dice: random.Random, length: int, joining: float, served: float, minutes: int, end: int) -> bool:
    """Whether the line comes to `end`, one event after another."""
    at = 0.0
    while length < end:
        both = joining + (served if length else 0.0)
        at += dice.expovariate(both)
        if at > minutes:
            return False
        length += 1 if dice.random() * both < joining else -1
    return True


@pytest.mark.parametrize(
    ("length", "joining", "served"),
    [
        pytest.param(0, 2.0, 2.0, id="just kept up with"),
        pytest.param(3, 1.5, 2.0, id="going down"),
        pytest.param(1, 2.5, 2.0, id="growing"),
    ],
)
def test_the_chance_is_how_often_a_played_queue_comes_to_be_too_long(
    length: int, joining: float, served: float
) -> None:
    dice = random.Random(2)
    came = sum(played(dice, length, joining, served, 30, too_long(served, 3.0)) for _ in range(1500)) / 1500
    assert chance_of_passing(length, [joining] * 30, served, 3.0) == pytest.approx(came, abs=0.05)


@settings(max_examples=15)
@given(LENGTHS, RATES, RATES, st.floats(0.5, 6))
def test_more_who_wait_or_join_and_more_time_make_it_no_less_likely(
    length: int, joining: float, served: float, target: float
) -> None:
    of = chance_of_passing(length, [joining] * 5, served, target)
    assert 0 <= of <= 1 + 1e-9
    assert of <= chance_of_passing(length + 1, [joining] * 5, served, target) + 1e-9
    assert of <= chance_of_passing(length, [joining * 1.2] * 5, served, target) + 1e-2
    assert of <= chance_of_passing(length, [joining] * 8, served, target) + 1e-9


def test_a_line_that_is_too_long_has_passed_its_target() -> None:
    assert chance_of_passing(too_long(2.0, 3.0), [0.0], 2.0, 3.0) == 1.0


def test_without_doubt_the_chance_is_the_same() -> None:
    ahead = [2.0] * 10
    assert chance_with_doubt(1, ahead, 2.0, 3.0, 0.0) == pytest.approx(chance_of_passing(1, ahead, 2.0, 3.0))
