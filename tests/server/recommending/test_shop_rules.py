"""What the shop's own rules forbid."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from server.learning_settings import RuleSettings
from server.recommending.catalogue import Catalogue, Product
from server.recommending.forbidding import forbidden
from server.recommending.protocol import Context

SHOP = Catalogue(
    {
        "ice": Product("ice", attributes={"category": "frozen"}, price=2, cost=1),
        "gin": Product("gin", attributes={"stock": "0"}, price=10, cost=9.5),
        "tea": Product("tea", attributes={"stock": "12"}, price=3, cost=1),
        "cup": Product("cup", attributes={"stock": "many"}),
    }
)


@pytest.mark.parametrize(
    ("rules", "basket", "expected"),
    [
        pytest.param({}, (), set(), id="no rules"),
        pytest.param({"never": ["gin"]}, (), {"gin"}, id="never"),
        pytest.param({"never_together": [["tea", "gin"]]}, ("tea",), {"gin"}, id="not beside the one"),
        pytest.param({"never_together": [["tea", "gin"]]}, ("gin",), {"tea"}, id="nor beside the other"),
        pytest.param({"never_together": [["tea", "gin"]]}, ("ice",), set(), id="neither is in the basket"),
        pytest.param({"least_margin": 0.1}, (), {"gin"}, id="too little margin; unknown margin may"),
        pytest.param({"least_stock": 1}, (), {"gin"}, id="none left; unknown stock may"),
        pytest.param(
            {"seasons": [{"category": "frozen", "months": [6, 7]}]}, (), {"ice"}, id="not the season"
        ),
        pytest.param({"seasons": [{"category": "frozen", "months": [3]}]}, (), set(), id="the season"),
        pytest.param({"seasons": [{"skus": ["egg"], "months": [4]}]}, (), {"egg"}, id="not in the catalogue"),
    ],
)
def test_rules_forbid_what_they_say(
    rules: dict[str, Any], basket: tuple[str, ...], expected: set[str]
) -> None:
    context = Context(store="corner", day=date(2026, 3, 3), basket=basket)
    assert forbidden(RuleSettings.model_validate(rules), SHOP, context) == expected


def test_where_the_day_is_not_known_no_season_forbids() -> None:
    rules = RuleSettings.model_validate({"seasons": [{"category": "frozen", "months": [6]}]})
    assert forbidden(rules, SHOP, Context(store="corner")) == frozenset()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"seasons": [{"category": "frozen", "months": [13]}]}, id="a thirteenth month"),
        pytest.param({"never_together": [["tea"]]}, id="a pair of one"),
        pytest.param({"bundles": [{"sku": "tea", "offer": []}]}, id="a bundle of nothing"),
        pytest.param({"least_margin": 2}, id="more margin than the price"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RuleSettings.model_validate(wrong)
