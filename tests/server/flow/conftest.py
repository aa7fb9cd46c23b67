"""Databases that several tests look at and none changes."""

from __future__ import annotations

import pytest

from server.config import Settings
from server.metrics.rows import PlanogramRow
from server.storage.database import open_database
from tests.server.filling import lay_out, settings_for
from tests.server.flow.made_up import made_up
from tests.server.flow.shop import sixteen_weeks
from tests.server.flow.shops import purchases, put, shop_of


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Sixteen weeks of counts."""
    return sixteen_weeks(tmp_path_factory.mktemp("sixteen-weeks"))


@pytest.fixture(scope="session")
def shop_of_days(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A hundred and fifty days of which it is known what sales hang on."""
    return shop_of(tmp_path_factory.mktemp("days"), made_up(5, 150, spread=0.03))


@pytest.fixture(scope="session")
def shop_of_customers(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A year of two hundred customers of known habits; tea lies in the zone of that name."""
    settings = settings_for(tmp_path_factory.mktemp("customers"))
    with open_database(settings.database) as db:
        put(db, purchases())
    lay_out(settings, [PlanogramRow("tea", "tea", None, None), PlanogramRow("bread", "gifts", None, None)])
    return settings
