"""Numbers of tickets that reasons name: sales only, and what was really taken along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.wire import SaleKind
from server.storage.baskets import Together, baskets_with
from server.storage.database import open_database
from server.storage.learning import most_sold, ticket_count
from tests.server.filling import STORE, fill, sale, settings_for

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)


def test_what_was_given_back_is_no_ticket_of_a_reason(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    tickets = [
        sale("1", NOON),
        sale("2", NOON, sku="mug"),
        sale("3", NOON, kind=SaleKind.RETURN),
        sale("4", NOON, quantity=-1),
    ]
    fill(settings, tickets, NOON)
    with open_database(settings.database, read_only=True) as db:
        begin = NOON - timedelta(hours=1)
        known, products = most_sold(db, STORE, begin, 10)
        baskets = baskets_with(db, STORE, begin, NOON + timedelta(hours=1), ["tea-1"])
        assert known == ticket_count(db, STORE, begin) == 3
    assert products == [("mug", None, 1), ("tea-1", None, 1)]
    assert (baskets.tickets, baskets.with_any) == (2, 1)
    assert baskets.by_sku == {"tea-1": Together(1, 1), "mug": Together(1, 0)}
