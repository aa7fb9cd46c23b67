"""One shop in a database, and what was learnt of it, for all tests of a run: learning takes seconds."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest

from edge.wire import SaleKind, SaleLine
from server.config import Settings
from server.metrics.rows import PlanogramRow
from server.recommending.card import Card
from server.recommending.learners import all_learners
from server.recommending.learning import Learnt, learn_from
from server.recommending.pipeline import learn_store
from server.storage.catalogue import ProductRow, put_product
from server.storage.database import open_database, writing
from server.storage.sales import Ticket, put_ticket
from tests.server.filling import counts, fill, lay_out, settings_for, zone_count
from tests.server.recommending.shop import MONDAY, STORE, baskets, catalogue, lines

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime.combine(MONDAY + timedelta(days=60), time(2), BERLIN).astimezone(UTC)


def with_learning(settings: Settings, **changes: object) -> Settings:
    """Settings that learn from little."""
    folder = str(settings.database.parent / "learnt")
    changed = settings.learning.model_copy(update={"folder": folder, "least_tickets": 100, **changes})
    return settings.model_copy(update={"learning": changed})


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shop's tickets, products, planogram and some counts in a database."""
    settings = settings_for(tmp_path_factory.mktemp("shop"))
    with open_database(settings.database) as db, writing(db):
        for number, bought in groupby(lines(), key=lambda line: line.ticket):
            first, *more = bought
            at = datetime.combine(first.day, time(first.hour), BERLIN).astimezone(UTC)
            sold = tuple(SaleLine(sku=one.sku, quantity=Decimal(1)) for one in (first, *more))
            ticket = Ticket(number, "till-1", at, SaleKind.SALE, "EUR", sold, first.customer)
            put_ticket(db, STORE, ticket, revision=1, source="test", imported_at=at)
        for product in catalogue().products.values():
            row = ProductRow(
                product.sku,
                product.name,
                product.attributes["category"],
                None,
                Decimal(2),
                Decimal(1),
                "EUR",
                {},
                1,
            )
            put_product(db, row)
    lay_out(
        settings,
        [
            PlanogramRow(sku, zone, None, None)
            for zone, skus in catalogue().zones.items()
            for sku in sorted(skus)
        ],
    )
    morning = datetime.combine(MONDAY, time(9), BERLIN).astimezone(UTC)
    fill(settings, [counts(morning, 3, 0, [zone_count("tea", [30.0, 60.0])])], morning)
    return with_learning(settings)


@pytest.fixture(scope="session")
def card(shop: Settings) -> Card:
    """What was learnt of the shop, kept beside its database."""
    with open_database(shop.database, read_only=True) as db:
        return learn_store(db, shop, STORE, NIGHT)


@pytest.fixture(scope="session")
def learnt() -> Learnt:
    """What is learnt of the same tickets without a database."""
    return learn_from(baskets(), catalogue(), all_learners(), clear_bar_by=0.02, seed=0)
