from __future__ import annotations

from collections import Counter
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.metrics.heat import MOST_CELLS, HeatMap, coarser, heat_maps
from server.metrics.rows import Cell, HeatRow
from tests.server.metrics.rows_for_tests import at


def row(
    seconds: dict[Cell, float],
    *,
    camera: str = "door",
    unit: Literal["metres", "width"] = "metres",
    cell: float = 0.5,
    minute: int = 0,
) -> HeatRow:
    return HeatRow("edge-1", camera, at(minute), at(minute + 1), unit, cell, seconds)


def test_heat_of_one_grid_adds_up_cell_by_cell() -> None:
    (heat,) = heat_maps([row({(0, 1): 2.0, (-3, 4): 1.0}), row({(0, 1): 5.0, (2, 2): 0.5}, minute=1)])
    assert heat == HeatMap("edge-1", "door", "metres", 0.5, {(0, 1): 7.0, (-3, 4): 1.0, (2, 2): 0.5})
    assert heat.total_seconds == 8.5


def test_no_heat_is_no_map_and_an_empty_grid_is_a_map_without_time() -> None:
    assert heat_maps([]) == ()
    (nobody,) = heat_maps([row({})])
    assert nobody.total_seconds == 0


@pytest.mark.parametrize(
    ("other", "maps"),
    [
        pytest.param(row({(0, 0): 1.0}, minute=1), 1, id="the same grid later"),
        pytest.param(row({(0, 0): 1.0}, cell=0.25), 2, id="another cell"),
        pytest.param(row({(0, 0): 1.0}, unit="width"), 2, id="another unit"),
        pytest.param(row({(0, 0): 1.0}, camera="hall"), 2, id="another camera"),
    ],
)
def test_grids_of_two_kinds_are_two_maps(other: HeatRow, maps: int) -> None:
    found = heat_maps([row({(0, 0): 4.0}), other])
    assert len(found) == maps
    assert sum(heat.total_seconds for heat in found) == 5.0


def test_of_a_store_only_metres_with_the_same_cell_are_one_map() -> None:
    rows = [
        row({(0, 0): 1.0}),
        row({(0, 0): 2.0, (1, 0): 4.0}, camera="hall"),
        row({(0, 0): 8.0}, camera="back", cell=1.0),
        row({(0, 0): 16.0}, unit="width"),
        row({(0, 0): 32.0}, camera="hall", unit="width"),
    ]
    found = {(heat.camera, heat.unit, heat.cell): heat.seconds for heat in heat_maps(rows, of_store=True)}
    assert found == {
        (None, "metres", 0.5): {(0, 0): 3.0, (1, 0): 4.0},
        (None, "metres", 1.0): {(0, 0): 8.0},
        ("door", "width", 0.5): {(0, 0): 16.0},
        ("hall", "width", 0.5): {(0, 0): 32.0},
    }


_cells = st.dictionaries(
    st.tuples(st.integers(-999, 999), st.integers(-999, 999)), st.integers(0, 1000).map(float), max_size=8
)


@given(st.lists(_cells, max_size=6))
def test_no_second_is_lost_or_made_however_the_minutes_are_told(minutes: list[dict[Cell, float]]) -> None:
    by_hand: Counter[Cell] = Counter()
    for seconds in minutes:
        for cell, spent in seconds.items():
            by_hand[cell] += int(spent)
    merged = {cell: s for heat in heat_maps(map(row, minutes)) for cell, s in heat.seconds.items()}
    assert merged == dict(by_hand)


@given(_cells)
def test_a_coarser_map_has_the_same_time_at_the_same_places(seconds: dict[Cell, float]) -> None:
    fine = HeatMap("edge-1", "door", "metres", 0.5, seconds)
    coarse = coarser(fine)
    assert coarse.cell == 1.0
    assert coarse.total_seconds == fine.total_seconds
    for column, row_ in fine.seconds:
        left, top = column * fine.cell, row_ * fine.cell
        assert any(
            c * coarse.cell <= left < (c + 1) * coarse.cell and r * coarse.cell <= top < (r + 1) * coarse.cell
            for c, r in coarse.seconds
        )


def test_a_map_of_more_cells_than_are_given_becomes_coarser_and_loses_nothing() -> None:
    rows = [row({(column, n): 1.0 for column in range(100)}, minute=n) for n in range(100)]
    (heat,) = heat_maps(rows)
    assert len(heat.seconds) <= MOST_CELLS
    assert (heat.cell, heat.total_seconds) == (1.0, 10_000.0)
