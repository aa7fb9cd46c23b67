"""Candidates in the order of what was learnt, within the shop's rules; by tickets where nothing was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.config import Settings
from server.recommending.protocol import Reason, ReasonKind, Scored
from server.storage.database import open_database
from server.triggering.candidates import Candidate
from server.triggering.choosing import Situation, choose
from server.triggering.ranking import ByWhatWasLearnt, merged
from tests.server.filling import STORE
from tests.server.triggering.shop import NOW, history, ready, shop

FOUND = [Candidate("tea-1", 0.9, True, ("It lies here.",)), Candidate("biscuits", 0.1, True, ("It, too.",))]
SITUATION = Situation(STORE, "tea", NOW)


def with_rules(folder: Path, **rules: Any) -> Settings:
    made = shop(folder)
    raw = {**made.model_dump(mode="json"), "learning": {"rules": rules}}
    return Settings.model_validate({**raw, "database": made.database})


def test_what_was_learnt_orders_and_gives_its_reasons_and_the_rest_comes_after() -> None:
    scored = [Scored("biscuits", 12.5, (Reason(ReasonKind.POPULAR, "Bought often.", {}),))]
    assert merged(FOUND, scored) == [
        Candidate("biscuits", 1.0, True, ("It, too.", "Bought often.")),
        Candidate("tea-1", 0.5, True, ("It lies here.",)),
    ]


def test_reasons_are_no_more_and_no_longer_than_a_message_takes() -> None:
    many = tuple(Reason(ReasonKind.POPULAR, "x" * 600, {}) for _ in range(20))
    (first, _) = merged(FOUND, [Scored("tea-1", 1.0, many)])
    assert len(first.reasons) == 10
    assert max(map(len, first.reasons)) == 500


def test_where_nothing_was_learnt_the_zones_tickets_say_the_order(tmp_path: Path) -> None:
    settings = with_rules(tmp_path)
    with open_database(settings.database, read_only=True) as db:
        assert ByWhatWasLearnt(settings)(db, SITUATION, FOUND) == FOUND


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        pytest.param({"never": ["tea-1"]}, ["biscuits"], id="never"),
        pytest.param({"seasons": [{"skus": ["biscuits"], "months": [12]}]}, ["tea-1"], id="out of season"),
        pytest.param(
            {"seasons": [{"skus": ["biscuits"], "months": [3]}]}, ["tea-1", "biscuits"], id="in season"
        ),
    ],
)
def test_the_shops_rules_hold_whatever_was_learnt(
    tmp_path: Path, rules: dict[str, Any], kept: list[str]
) -> None:
    settings = with_rules(tmp_path, **rules)
    with open_database(settings.database, read_only=True) as db:
        assert [one.sku for one in ByWhatWasLearnt(settings)(db, SITUATION, FOUND)] == kept


def test_where_the_rules_leave_nothing_nothing_is_shown_and_it_is_said(tmp_path: Path) -> None:
    settings = with_rules(tmp_path, never=["tea-1", "biscuits"])
    ready(settings, history([1]))
    with open_database(settings.database, read_only=True) as db:
        made = choose(db, settings.stores[STORE], SITUATION, ByWhatWasLearnt(settings))
    assert (made.products, made.why_nothing) == (
        (),
        "Nothing of Tea shelf may be shown: 2 against the shop's rules.",
    )


def test_what_is_never_shown_together_is_not_and_the_better_one_is(tmp_path: Path) -> None:
    settings = with_rules(tmp_path, never_together=[["biscuits", "tea-1"]])
    ready(settings, history([1]))
    (tmp_path / "free").mkdir()
    free = with_rules(tmp_path / "free")
    ready(free, history([1]))
    with open_database(free.database, read_only=True) as db:
        both = choose(db, free.stores[STORE], SITUATION, ByWhatWasLearnt(free)).products
    with open_database(settings.database, read_only=True) as db:
        one = choose(db, settings.stores[STORE], SITUATION, ByWhatWasLearnt(settings)).products
    assert {product.sku for product in both} == {"tea-1", "biscuits"}
    assert [product.sku for product in one] == [both[0].sku]
