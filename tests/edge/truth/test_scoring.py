from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.counting import Crossing, Visit
from edge.truth import score
from edge.truth.report import report
from edge.truth.scoring import Tally, quantile
from tests.edge.truth.making import came, content, left, stayed, truth

Events = list[tuple[str, float]]
EVENTS = st.lists(st.tuples(st.sampled_from(["in", "out"]), st.integers(0, 599).map(float)), max_size=12)


@pytest.mark.parametrize(
    ("events", "facts", "came_in", "went_out"),
    [
        pytest.param([], [], (0, 0, 0, 0, 0), (0, 0, 0, 0, 0), id="nobody"),
        pytest.param([("in", 50)], came(5.2), (1, 1, 1, 0, 0), (0, 0, 0, 0, 0), id="seen"),
        pytest.param([("in", 50)], [], (1, 0, 0, 1, 0), (0, 0, 0, 0, 0), id="missed"),
        pytest.param([], came(5), (0, 1, 0, 0, 1), (0, 0, 0, 0, 0), id="made up"),
        pytest.param(
            [("in", 50)], left(5), (1, 0, 0, 1, 0), (0, 1, 0, 0, 1), id="wrong direction: two mistakes"
        ),
        pytest.param([("in", 50)], came(5, 5.1), (1, 2, 1, 0, 1), (0, 0, 0, 0, 0), id="counted twice"),
        pytest.param(
            [("in", 50)], came(7), (1, 1, 0, 1, 1), (0, 0, 0, 0, 0), id="right number, wrong moment"
        ),
        pytest.param(
            [("in", 50), ("in", 52), ("out", 51)],
            came(5, 5.2) + left(5.1),
            (2, 2, 2, 0, 0),
            (1, 1, 1, 0, 0),
            id="a group that meets somebody",
        ),
    ],
)
def test_crossings_are_scored_by_direction_and_moment(
    events: Events, facts: list[Crossing | Visit], came_in: tuple[int, ...], went_out: tuple[int, ...]
) -> None:
    lines = score(truth(events), facts).lines
    assert [line.tally for line in lines] == [Tally(*came_in), Tally(*went_out)]


def test_moments_are_off_by_their_median_and_95th_percentile() -> None:
    events = [("in", 100.0 * number) for number in range(1, 6)]
    found = score(truth(events), came(10.1, 20.2, 29.7, 40.4, 50.5)).lines[0]
    assert found.median_error == pytest.approx(0.3)
    assert found.p95_error == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("values", "level", "expected"),
    [([], 0.5, None), ([3.0], 0.95, 3.0), ([4.0, 1.0], 0.5, 2.5), (list(range(1, 101)), 0.95, 95)],
)
def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed(
    values: list[float], level: float, expected: float | None
) -> None:
    assert quantile(values, level) == expected


@pytest.mark.parametrize(
    ("visits", "facts", "tally", "absolute", "bias"),
    [
        pytest.param([(0, 100)], stayed((0, 10)), (1, 1, 1, 0, 0), 0, 0, id="right"),
        pytest.param(
            [(0, 100), (200, 300)], stayed((0, 9), (20, 31)), (2, 2, 2, 0, 0), 1, 0, id="errors that balance"
        ),
        pytest.param([(0, 100)], stayed((1, 9)), (1, 1, 1, 0, 0), 2, -2, id="too short"),
        pytest.param([(0, 100)], [], (1, 0, 0, 1, 0), None, None, id="missed"),
        pytest.param([(0, 20)], [], (0, 0, 0, 0, 0), None, None, id="too short a stay to be a visit"),
        pytest.param([(0, 100)], stayed((0, 4), (5, 10)), (1, 2, 1, 0, 1), 5, -5, id="split in two"),
    ],
)
def test_visits_are_scored_with_their_dwell(
    visits: list[tuple[float, float]],
    facts: list[Crossing | Visit],
    tally: tuple[int, ...],
    absolute: float | None,
    bias: float | None,
) -> None:
    (zone,) = score(truth(visits=visits), facts).zones
    assert zone.tally == Tally(*tally)
    assert (zone.mean_absolute_error, zone.bias) == (absolute, bias)


def test_what_was_not_watched_is_neither_missed_nor_extra() -> None:
    known = truth([("in", 50), ("in", 500)], watched={"from_frame": 0, "to_frame": 299})
    assert score(known, came(5, 35)).lines[0].tally == Tally(1, 1, 1, 0, 0)


def test_a_crossing_at_the_end_of_what_was_watched_may_be_counted_just_after_it() -> None:
    known = truth([("in", 298)], watched={"from_frame": 0, "to_frame": 299})
    assert score(known, came(30.3)).lines[0].tally == Tally(1, 1, 1, 0, 0)


def test_of_counts_alone_nothing_is_matched_and_no_interval_is_claimed() -> None:
    bare = content()
    line = bare["lines"][0]
    del line["events"]
    line["counts"] = {"in": 4, "out": 0}
    told: dict[str, Any] = report(score(type(truth()).model_validate(bare), came(1, 2, 3)))
    first = told["lines"][0]
    assert (first["true"], first["counted"], first["matched"], first["missed"]) == (4, 3, None, None)
    assert first["count_ratio"] == {"value": 0.75, "low": None, "high": None}


def facts_of(events: Events) -> list[Crossing | Visit]:
    return [fact for way, frame in events for fact in (came if way == "in" else left)(frame / 10)]


@given(EVENTS, EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_events_and_facts_does_not_matter(
    events: Events, counted: Events, chance: random.Random
) -> None:
    before = report(score(truth(events), facts_of(counted)))
    mixed, other = list(events), list(counted)
    chance.shuffle(mixed)
    chance.shuffle(other)
    assert report(score(truth(mixed), facts_of(other))) == before


@given(EVENTS, EVENTS)
def test_a_crossing_that_nobody_made_is_one_more_extra_and_nothing_else(
    events: Events, counted: Events
) -> None:
    before = score(truth(events), facts_of(counted)).lines[0].tally
    after = score(truth(events), [*facts_of(counted), *came(1000.0)]).lines[0].tally
    assert after == Tally(
        before.true, before.counted + 1, before.matched, before.missed, (before.extra or 0) + 1
    )


@given(EVENTS, EVENTS)
def test_true_and_counted_are_what_was_given_and_add_up(events: Events, counted: Events) -> None:
    total = score(truth(events), facts_of(counted)).total
    assert (total.true, total.counted) == (len(events), len(counted))
    assert total.matched is not None
    assert total.true == total.matched + (total.missed or 0)
    assert total.counted == total.matched + (total.extra or 0)


@given(EVENTS)
def test_a_perfect_count_has_nothing_missed_and_nothing_extra(events: Events) -> None:
    total = score(truth(events), facts_of(events)).total
    assert (total.matched, total.missed, total.extra) == (len(events), 0, 0)
