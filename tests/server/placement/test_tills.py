"""Tills by hour: as few as reach the target."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from server.placement.tills import Service, hour_with, tills_in_words, tills_to_open
from server.staffing.erlang import share_within

SERVICE = Service(service_seconds=90, within_seconds=60, share=0.8)


def test_each_hour_opens_the_fewest_tills_that_reach_the_target() -> None:
    for hour in tills_to_open([0, 5, 40, 160, 90], SERVICE, tills=10):
        load = hour.transactions * 90 / 3600
        assert hour.share_within >= 0.8
        assert hour.tills == 0 or share_within(load, hour.tills - 1, 60, 90) < 0.8


def test_where_there_are_too_few_tills_all_open_and_the_wait_says_so() -> None:
    (hour,) = tills_to_open([200], SERVICE, tills=4)
    assert (hour.tills, hour.share_within, hour.mean_wait_seconds) == (4, 0.0, None)


def test_another_plan_is_told_hour_by_hour_where_it_differs() -> None:
    before = [hour_with(40, 1, SERVICE), hour_with(5, 1, SERVICE)]
    after = tills_to_open([40, 5], SERVICE, tills=4)
    hours = [datetime(2026, 3, 3, hour, tzinfo=UTC) for hour in (9, 10)]
    (told,) = tills_in_words(hours, before, after)
    assert told.startswith(f"09:00: {after[0].tills} tills instead of 1; ")
    assert f"{after[0].share_within:.0%} instead of 0%" in told


@pytest.mark.parametrize("least", [0, 1, 3])
def test_never_fewer_than_the_least(least: int) -> None:
    assert min(hour.tills for hour in tills_to_open([0, 0, 10], SERVICE, 5, least)) >= least
