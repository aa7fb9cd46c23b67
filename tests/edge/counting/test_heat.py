from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.counting.heat import Grid, HeatTally
from edge.wire.messages import MOST_CELLS

GRID = Grid("metres", 0.5)


def test_time_adds_up_per_cell_and_person() -> None:
    heat = HeatTally(GRID)
    heat.add({"0,0": 2, "1,0": 1}, 0.5)
    heat.add({"0,0": 1}, 0.25)

    assert heat.told().seconds == {"0,0": 1.25, "1,0": 0.5}


def test_a_cell_in_which_nobody_stayed_a_hundredth_of_a_second_is_left_out() -> None:
    heat = HeatTally(GRID)
    heat.add({"0,0": 1}, 0.001)

    assert heat.told().seconds == {}


def full() -> HeatTally:
    """Every cell of a square is taken, one second each."""
    heat = HeatTally(GRID)
    heat.add({f"{column},{row}": 1 for column in range(64) for row in range(64)}, 1.0)
    assert len(heat) == MOST_CELLS
    return heat


def test_once_full_time_goes_to_the_nearest_cell_that_is_kept() -> None:
    heat = full()
    heat.add({"-5,7": 1, "70,-2": 2, "3,3": 1}, 1.0)

    seconds = heat.told().seconds
    assert (seconds["0,7"], seconds["63,0"], seconds["3,3"]) == (2.0, 3.0, 2.0)
    assert len(seconds) == MOST_CELLS


@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), max_size=20))
def test_full_or_not_no_time_is_lost(places: list[tuple[int, int]]) -> None:
    heat = full()
    for column, row in places:
        heat.add({f"{column},{row}": 1}, 0.5)

    assert round(sum(heat.told().seconds.values()), 6) == MOST_CELLS + 0.5 * len(places)


def test_whoever_wanders_no_more_is_kept_than_the_bound() -> None:
    heat = full()
    for number in range(MOST_CELLS + 100):
        heat.add({f"{100 + number},0": 1, "9,9": 1}, 1.0)

    assert len(heat.told().seconds) == MOST_CELLS
    assert len(heat) <= 2 * MOST_CELLS
