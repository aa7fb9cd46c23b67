"""Placements from what people ask and what the shop knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from edge.wire import SaleKind
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.metrics.rows import PlanogramRow
from server.placement.knowing import ProductKnown, Shop, ZoneSeen
from server.placement.planning import NotKnown, PlacementPlan, plan_placement, question_of
from server.placement.request import PlacementRequest
from server.placement.terms import Placed
from server.staffing.reading import in_words
from server.storage.catalogue import ProductRow, put_product
from server.storage.database import open_database, writing
from tests.server.filling import NOON, STORE, counts, fill, lay_out, sale, settings_for, zone_count

ASKED: dict[str, Any] = {
    "products": [{"sku": "tea", "margin": 2}, {"sku": "jam", "margin": 1}],
    "zones": [{"zone": "window", "space": 1}, {"zone": "shelf", "space": 2}],
}


@dataclass
class Known:
    """A shop whose window is seen by ten times as many as its shelf."""

    seen: dict[str, ZoneSeen] = field(
        default_factory=lambda: {"window": ZoneSeen(1000, 1.0), "shelf": ZoneSeen(100, 2.0)}
    )
    pieces: dict[str, float] = field(default_factory=lambda: {"tea": 20, "jam": 500})

    def zones(self) -> Mapping[str, ZoneSeen]:
        return self.seen

    def sold(self) -> Mapping[str, float]:
        return self.pieces

    def product(self, sku: str) -> ProductKnown:
        return ProductKnown({"salt": 0.1}.get(sku), "food" if sku == "jam" else None)

    def present(self, skus: Sequence[str]) -> Placed:
        return frozenset({("tea", "shelf"), ("jam", "window")})


def planned(**changes: Any) -> PlacementPlan:
    return plan_placement(question_of(PlacementRequest.model_validate({**ASKED, **changes}), Known()))


def test_a_product_is_expected_to_sell_for_each_visit_as_it_did_where_it_lies() -> None:
    found = planned()
    # Tea: 20 pieces for 100 visits of double length, so 0.1; in the window 1000 x 0.1 x 2 = 200, not 40.
    # Jam: 500 for 1000 visits; in the window 500, on the shelf 200 x 0.5 = 100.
    assert [(each.sku, each.zone) for each in found.placed] == [("tea", "shelf"), ("jam", "window")]
    assert [each.margin for each in found.placed] == pytest.approx([40, 500])
    assert [found.margin, found.margin_now, found.gain] == pytest.approx([540, 540, 0])
    assert found.limits[0] == "window is full: room for one more would win 160.00"
    assert any("as it did for each visit" in note for note in found.notes)


def test_what_is_given_goes_before_what_is_known() -> None:
    found = planned(
        affinity=[{"sku": "tea", "zone": "window", "per_visit": 1}],
        zones=[{"zone": "window", "space": 1, "visits": 600, "stay": 1}, {"zone": "shelf", "space": 2}],
    )
    assert ("tea", "window") in found.added
    assert ("jam", "window") in found.removed
    assert found.gain > 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"products": [{"sku": "gold"}]}, "the margin of gold is not given", id="no margin"),
        pytest.param(
            {"zones": [{"zone": "cellar", "space": 1}]}, "the visits of cellar are not given", id="no visits"
        ),
    ],
)
def test_what_is_neither_given_nor_known_is_asked_for(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(NotKnown, match=sentence):
        planned(**changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"apart": [{"first": "tea", "second": "rum"}]}, "rum is named and does not", id="apart"),
        pytest.param(
            {"ranges": [{"least": 1, "zone": "attic"}]}, "attic is named and does not", id="a range"
        ),
        pytest.param(
            {"exclusions": [{"zone": "shelf"}]}, "either a sku or a category", id="a ban of nothing"
        ),
        pytest.param(
            {"apart": [{"first": "tea", "second": "tea"}]},
            "tea cannot lie apart from itself",
            id="from itself",
        ),
        pytest.param(
            {"affinity": [{"sku": "tea", "zone": "shelf", "per_visit": share} for share in (0.1, 0.2)]},
            "affinity: tea in shelf stands there twice",
            id="two affinities",
        ),
        pytest.param({"products": [{"sku": "tea"}, {"sku": "tea"}]}, "tea stands there twice", id="twice"),
        pytest.param(
            {
                "products": [{"sku": f"p{n}"} for n in range(200)],
                "zones": [{"zone": f"z{n}", "space": 1} for n in range(11)],
            },
            "more than 2,000",
            id="too much",
        ),
        pytest.param({"zones": [{"zone": "window", "space": 0}]}, "zones no. 1, space: ", id="no room"),
    ],
)
def test_a_wrong_request_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PlacementRequest.model_validate({**ASKED, **changes})
    assert sentence in "; ".join(in_words(refused.value))


def test_a_list_of_which_an_entry_is_wrong_is_not_called_too_short() -> None:
    with pytest.raises(ValidationError) as refused:
        PlacementRequest.model_validate({**ASKED, "zones": [{"zone": "window", "space": 0}]})
    assert list(in_words(refused.value)) == ["zones no. 1, space: Input should be greater than 0"]
    with pytest.raises(ValidationError) as refused:
        PlacementRequest.model_validate({**ASKED, "zones": []})
    assert [each.split(":")[0] for each in in_words(refused.value)] == ["zones"]


def test_where_there_is_no_time_left_it_says_that_limits_were_not_weighed() -> None:
    question = question_of(PlacementRequest.model_validate(ASKED), Known())
    found = plan_placement(question, lambda: False)
    assert found.margin == pytest.approx(540)
    assert found.limits == ()
    assert "there was no time to ask of every limit what it costs" in found.notes


def test_the_shop_knows_visits_stays_pieces_margins_and_places(tmp_path: Path) -> None:
    settings, day = settings_for(tmp_path), NOON - timedelta(days=3)
    zones = [zone_count("tea", [30.0] * 3), zone_count("gifts", [10.0])]
    sold = [
        sale("1", day, quantity=5),
        sale("2", day, quantity=2, kind=SaleKind.RETURN),
        sale("3", day, quantity=9, kind=SaleKind.VOID),
        sale("4", NOON - timedelta(weeks=6), quantity=50),
    ]
    fill(settings, [counts(day, 4, 0, zones), *sold], NOON)
    lay_out(
        settings, [PlanogramRow("tea-1", "tea", None, None), PlanogramRow("tea-1", "gifts", None, day.date())]
    )
    with open_database(settings.database) as db, writing(db):
        put_product(
            db, ProductRow("tea-1", None, "drinks", None, Decimal("3.50"), Decimal("1.25"), None, {}, 1)
        )
    with open_database(settings.database, read_only=True) as db:
        shop = Shop(Source(db, STORE, terms_of(db, STORE, settings.store(STORE))), NOON)
        seen, pieces, known, places = (
            shop.zones(),
            shop.sold(),
            shop.product("tea-1"),
            shop.present(["tea-1"]),
        )
        unknown = shop.product("rum")
    assert {zone: each.visits for zone, each in seen.items()} == {"tea": 3, "gifts": 1}
    assert [seen["tea"].stay, seen["gifts"].stay] == pytest.approx([30 / 25, 10 / 25])
    assert pieces == {"tea-1": 3.0}
    assert (known, unknown) == (ProductKnown(2.25, "drinks"), ProductKnown(None, None))
    assert places == {("tea-1", "tea")}
