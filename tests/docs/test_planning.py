"""The document on planning knows every setting of a request, and its examples can be planned."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import pytest

from server.api.planning import MOST_PERSON_STEPS, ROSTER_SECONDS
from server.placement.knowing import ProductKnown, ZoneSeen
from server.placement.planning import plan_placement, question_of
from server.placement.request import MOST_PAIRS, PlacementRequest
from server.placement.terms import Placed
from server.staffing.expecting import WEEKS
from server.staffing.grid import asked_of, grid_of
from server.staffing.needed import needs_of
from server.staffing.request import RosterRequest
from tests.docs.reading import blocks, rows_of, settings_of, text_of

DOCUMENT = "docs/planning.md"


@pytest.mark.parametrize("request_type", [RosterRequest, PlacementRequest], ids=["roster", "placement"])
def test_every_setting_is_explained_with_its_default(
    request_type: type[RosterRequest] | type[PlacementRequest],
) -> None:
    rows = rows_of(DOCUMENT)
    expected = {setting.path: setting.default for setting in settings_of(request_type)}
    assert {path: rows.get(path) for path in expected} == expected


def test_no_setting_is_explained_that_is_not_there() -> None:
    known = {each.path for kind in (RosterRequest, PlacementRequest) for each in settings_of(kind)}
    assert set(rows_of(DOCUMENT)) <= known


def test_the_example_of_a_roster_can_be_asked() -> None:
    roster, _ = blocks(DOCUMENT, "toml")
    request = RosterRequest.model_validate(tomllib.loads(roster))
    grid = grid_of(request, ZoneInfo("Europe/Berlin"))
    asked = asked_of(request, grid, needs_of(request, grid))
    assert [day.closes - day.opens for day in asked.days] == [20, 20, 20, 20, 22, 18, 0]


class Nobody:
    """Knows nothing of the shop, so that the example has to bring all."""

    def zones(self) -> Mapping[str, ZoneSeen]:
        return {}

    def sold(self) -> Mapping[str, float]:
        return {}

    def product(self, sku: str) -> ProductKnown:
        return ProductKnown(None, None)

    def present(self, skus: Sequence[str]) -> Placed:
        return frozenset()


def test_the_example_of_a_placement_can_be_planned() -> None:
    _, shelves = blocks(DOCUMENT, "toml")
    found = plan_placement(question_of(PlacementRequest.model_validate(tomllib.loads(shelves)), Nobody()))
    assert found.gain > 0
    assert found.limits
    assert not found.notes


def test_the_bounds_are_right() -> None:
    text = text_of(DOCUMENT)
    for sentence in (
        f"at most {ROSTER_SECONDS:.0f} seconds",
        f"more than {MOST_PERSON_STEPS:,} people times steps",
        f"at most {MOST_PAIRS:,}",
        f"the last {WEEKS} weeks",
    ):
        assert sentence in text
