from __future__ import annotations

import pytest

from edge.survey import as_rows, survey
from tests.edge.acting import rectangle, settings, shares

# A picture of 640×480 in which 100 pixels are a metre, seen straight from above.
FLAT = {"points": shares((0, 0), (400, 0), (400, 300), (0, 300)), "metres": [(0, 0), (4, 0), (4, 3), (0, 3)]}

# One that narrows towards a horizon at half its height.
DEEP = {
    "points": shares((250, 290), (390, 290), (600, 460), (40, 460)),
    "metres": [(0, 0), (4, 0), (4, 8), (0, 8)],
}


def line(*places: tuple[float, float]) -> dict[str, object]:
    (x, y), (to_x, to_y) = places[0], places[1]
    middle = ((x + to_x) / 2, (y + to_y) / 2)
    arrow = shares((middle[0] - 10, middle[1] - 10), (middle[0] + 10, middle[1] + 10))
    return {"id": "door", "points": shares(*places), "arrow": arrow}


def test_lengths_and_areas_are_those_of_the_tape() -> None:
    camera = settings(floor=FLAT, lines=[line((100, 100), (300, 100))])
    found = {(one.what, one.id): one for one in survey(camera)}

    assert found["line", "door"].size == pytest.approx(2.0)
    assert found["zone", "shelf"].size == pytest.approx(0.9 * 0.6)
    assert found["queue", "till"].size == pytest.approx(1.2 * 0.8)
    assert found["line", "door"].in_words == "line door: 2.0 m"
    assert found["queue", "till"].in_words == "queue till: 1.0 m²"
    assert not any(one.doubt for one in found.values())


def test_a_line_that_bends_is_as_long_as_its_parts() -> None:
    bent = line((100, 100), (300, 100)) | {"points": shares((100, 100), (300, 100), (300, 250))}
    [found] = [one for one in survey(settings(floor=FLAT, lines=[bent])) if one.what == "line"]

    assert found.size == pytest.approx(3.5)


@pytest.mark.parametrize(
    ("metres", "doubt"),
    [
        pytest.param(0.1, "shorter than 0.3 m; check the floor's metres", id="a tape read in the wrong unit"),
        pytest.param(1.0, "", id="a door"),
        pytest.param(20.0, "longer than 30 m; check the floor's metres", id="metres in centimetres, nearly"),
    ],
)
def test_a_line_of_an_unlikely_length_is_doubted(metres: float, doubt: str) -> None:
    scaled = [(metres * x, metres * y) for x, y in ((0, 0), (4, 0), (4, 3), (0, 3))]
    camera = settings(floor=FLAT | {"metres": scaled}, lines=[line((100, 100), (300, 100))])
    [found] = [one for one in survey(camera) if one.what == "line"]

    assert found.doubt.startswith(doubt)
    assert bool(found.doubt) is bool(doubt)


def test_what_is_drawn_above_the_horizon_is_doubted_and_not_measured() -> None:
    camera = settings(
        floor=DEEP,
        lines=[line((100, 60), (300, 60))],
        zones=[{"id": "sky", "points": rectangle(240, 20, 330, 80)}],
    )
    door, sky, till = survey(camera)

    assert (door.size, sky.size) == (None, None)
    assert "draw it lower" in door.doubt
    assert "draw it lower" in sky.doubt
    assert till.size is not None
    assert 0 < till.size < 20


def test_without_a_floor_nothing_is_measured_and_nothing_doubted() -> None:
    found = survey(settings())

    assert [one.size for one in found] == [None] * 4
    assert not any(one.doubt for one in found)
    assert as_rows(found)[0] == {"line": "door", "metres": None}
