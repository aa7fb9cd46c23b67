"""Rules of shops of which the kinds of day are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.flow.outcome import Outcome
from server.flow.sales_days import SalesDay
from server.flow.tree import LEAST_LEAF_DAYS, MOST_QUESTIONS, grown, rules_of
from tests.server.flow.made_up import FIRST, made_up

USED = ("entries", "weekday", "holiday", "rain")


def kinds_of_day(days: int = 210) -> list[SalesDay]:
    """Sales of 40 on Fridays and Saturdays, 20 on others, half of it on rainy days, and some chance."""
    random = np.random.default_rng(1)
    found = []
    for number in range(days):
        day, rain = FIRST + timedelta(days=number), float(random.choice([0.0, 0.0, 0.0, 8.0]))
        level = (40 if day.weekday() in (4, 5) else 20) * (0.5 if rain else 1)
        found.append(SalesDay(day, float(random.poisson(level)), 400 + random.normal(0, 5), rain_mm=rain))
    return found


def test_the_kinds_of_day_are_found() -> None:
    days = kinds_of_day()
    rules = rules_of(grown(days, USED), days, Outcome.TRANSACTIONS)
    assert {frozenset(rule.conditions) for rule in rules} == {
        frozenset({f"{rain} 4.0 mm of rain", weekdays})
        for rain in ("at most", "more than")
        for weekdays in ("Fri, Sat", "not Fri, Sat")
    }
    assert set(rules[0].conditions) == {"at most 4.0 mm of rain", "Fri, Sat"}
    assert rules[0].conditions[0] in rules[0].sentence
    assert 36 < rules[0].mean < 44


def test_where_no_question_helps_there_is_one_rule() -> None:
    random = np.random.default_rng(2)
    days = [replace(day, sales=float(random.poisson(30))) for day in kinds_of_day()]
    (rule,) = rules_of(grown(days, USED), days, Outcome.NET_SALES)
    assert rule.conditions == ()
    assert rule.sentence.startswith("All days alike: ")


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1000), days=st.integers(28, 200))
def test_each_day_falls_under_one_rule_of_enough_days(seed: int, days: int) -> None:
    found = made_up(seed, days).days
    rules = rules_of(grown(found, USED), found, Outcome.TRANSACTIONS)
    assert sum(rule.days for rule in rules) == days
    assert min(rule.days for rule in rules) >= LEAST_LEAF_DAYS
    assert len(rules) <= 2**MOST_QUESTIONS
    assert all(rule.low <= rule.high for rule in rules)
    total = sum(rule.mean * rule.days for rule in rules)
    assert abs(total - sum(day.sales for day in found)) < 1e-6 * max(total, 1)
