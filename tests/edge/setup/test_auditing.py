from __future__ import annotations

import pytest

from edge.counting import Crossing, Direction
from edge.setup.auditing import TOLERANCE_SECONDS, compared, message, total
from edge.setup.clicking import LONGEST_SECONDS, ClickRefused, Clicks
from edge.wire import decode, encode
from tests.edge.cast import NOON

IN, OUT = Direction.IN, Direction.OUT


def clicked(*moments: float, direction: Direction = IN, end: float | None = 60.0) -> Clicks:
    """Somebody clicked at these seconds after noon."""
    clicks = Clicks(("door",), NOON)
    for at in moments:
        clicks = clicks.clicked("door", direction, NOON + at)
    return clicks if end is None else clicks.ended(NOON + end)


def counted(*moments: float, direction: Direction = IN, line: str = "door") -> list[Crossing]:
    return [Crossing(line, direction, NOON + at) for at in moments]


@pytest.mark.parametrize(
    ("seen", "found", "expected"),
    [
        pytest.param([10, 20], [9.5, 19.8], (2, 2, 2), id="all found, a hand is a little late"),
        pytest.param([10, 20], [9.5], (2, 1, 1), id="one missed"),
        pytest.param([10], [9.5, 30], (1, 2, 1), id="one too many"),
        pytest.param([10], [10 + TOLERANCE_SECONDS + 0.1], (1, 1, 0), id="too far apart"),
        pytest.param([10, 10.4], [10, 10.2], (2, 2, 2), id="two side by side"),
        pytest.param([], [], (0, 0, 0), id="nobody came"),
        pytest.param([0.5], [-1.0], (1, 1, 1), id="crossed just before it began, clicked after"),
        pytest.param([], [-1.0, 61.0], (0, 0, 0), id="before and after, clicked by nobody"),
        pytest.param([59.5], [60.8], (1, 1, 1), id="counted just after the end"),
    ],
)
def test_clicks_and_crossings_are_paired_by_time(
    seen: list[float], found: list[float], expected: tuple[int, int, int]
) -> None:
    way = compared(clicked(*seen), counted(*found), NOON + 60)[0]
    assert (way.tally.true, way.tally.counted, way.tally.matched) == expected


def test_the_two_directions_are_apart() -> None:
    ways = compared(clicked(10), counted(10, direction=OUT), NOON + 60)
    assert [(way.direction, way.tally.missed, way.tally.extra) for way in ways] == [(IN, 1, 0), (OUT, 0, 1)]


def test_the_share_that_is_found_comes_with_wilsons_interval() -> None:
    ways = compared(clicked(*range(1, 41)), counted(*range(1, 39)), NOON + 60)
    found = total(ways).recall
    assert found.value == pytest.approx(38 / 40)
    assert found.low == pytest.approx(0.8350, abs=1e-4)
    assert found.high == pytest.approx(0.9862, abs=1e-4)


def test_nothing_is_clicked_before_it_begins_after_its_end_or_at_another_line() -> None:
    clicks = Clicks(("door",), NOON + 3)
    with pytest.raises(ClickRefused, match="begins in 2 s"):
        clicks.clicked("door", IN, NOON + 1)
    with pytest.raises(ClickRefused, match="no line 'side'"):
        clicks.clicked("side", IN, NOON + 5)
    with pytest.raises(ClickRefused, match="is over"):
        clicks.ended(NOON + 9).clicked("door", IN, NOON + 10)
    with pytest.raises(ClickRefused, match="is over"):
        clicks.clicked("door", IN, NOON + LONGEST_SECONDS + 5)
    with pytest.raises(ClickRefused, match="not begun"):
        clicks.ended(NOON + 1)


def test_the_last_click_can_be_undone_and_no_more_than_there_are() -> None:
    clicks = clicked(10, 20, end=None).undone()
    assert clicks.number("door", IN) == 1
    with pytest.raises(ClickRefused, match="nothing to undo"):
        clicks.undone().undone()


def test_the_server_is_told_figures_only() -> None:
    clicks = clicked(10, 20, 30)
    ways = compared(clicks, counted(10, 20), NOON + 60)
    told = message(clicks, ways, store="shop", device="door-1", camera="entrance", detector="person-v0")
    assert decode(told.topic, encode(told)) == told
    (line,) = told.lines
    assert (line.way_in.clicked, line.way_in.counted, line.way_in.matched) == (3, 2, 2)
    assert (told.end - told.begin).total_seconds() == 60
    assert set(told.model_dump()) == {
        "schema_", "store", "device", "camera", "begin", "end", "tolerance_seconds", "detector", "lines",
    }  # fmt: skip
