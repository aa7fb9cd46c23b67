"""What is measured of a queue, and the chance that is made of it, beside days that are played through."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from statistics import fmean

import pytest

from server.alerting.queue_ahead import QueueNowAndHow, chance, measured
from server.metrics.rows import QueueRow
from tests.bench.queue_ahead import told_and_came
from tests.server.filling import NOON

MINUTE = timedelta(minutes=1)


def minute(before: int, joined: int, served: int, waiting: float) -> QueueRow:
    """A minute so long before noon, with the mean length of its line."""
    return QueueRow(
        device="edge-1", camera="tills", begin=NOON - before * MINUTE, end=NOON - (before - 1) * MINUTE,
        queue="tills", joined=joined, served=served, abandoned=0, lost=0, wait=None, abandoned_wait=None,
        person_seconds=waiting * 60, observed_seconds=60.0, peak=0,
    )  # fmt: skip


def test_how_fast_people_are_served_is_seen_in_the_minutes_after_one_with_a_line() -> None:
    """A line is long in the very minutes in which few were served; these alone would tell too little."""
    slow, quick = (1, 1, 2.0), (1, 3, 0.0)
    rows = [minute(before, *(slow if before % 2 else quick)) for before in range(1, 60)]
    found = measured(rows, "tills", 2, NOON)
    assert found is not None
    assert found.leaving == 3.0
    assert found.joining == 1.0


QUEUE = QueueNowAndHow(length=1, joined=60, left=60, joining=2.0, leaving=2.0)
"""One waits, and as many join as are served."""


def test_who_joins_too_late_to_have_waited_too_long_by_then_makes_it_no_likelier() -> None:
    quiet = chance(QUEUE, [2.0] * 26 + [0.0] * 4, 240.0)
    assert chance(QUEUE, [2.0] * 26 + [9.0] * 4, 240.0) == pytest.approx(quiet)
    assert chance(QUEUE, [2.0] * 25 + [9.0] * 5, 240.0) > quiet


@pytest.mark.parametrize(
    ("joining", "is_likelier"),
    [pytest.param(2.6, False, id="more than are served"), pytest.param(1.0, True, id="half as many")],
)
def test_what_few_people_show_is_drawn_to_what_is_usual(joining: float, is_likelier: bool) -> None:
    few = replace(QUEUE, joined=8, left=8)
    many = replace(QUEUE, joined=8000, left=8000)
    of_few, of_many = (chance(queue, [joining] * 30, 180.0) for queue in (few, many))
    assert (of_few > of_many) == is_likelier


def test_where_nobody_is_expected_and_nobody_waits_nothing_is_feared() -> None:
    assert chance(replace(QUEUE, length=0), [0.0] * 30, 180.0) == pytest.approx(0.0)


@pytest.mark.long
def test_what_is_told_with_a_chance_comes_about_as_often() -> None:
    """Days of shops of all kinds, from a seed that nothing was chosen with."""
    found = list(told_and_came(random.Random(7_000), 60, every=12))
    for least, below in ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 1.01)):
        some = [(of, came) for of, came in found if least <= of < below]
        told, came = fmean(of for of, _ in some), fmean(came for _, came in some)
        assert len(some) > 80
        assert told == pytest.approx(came, abs=0.12)
