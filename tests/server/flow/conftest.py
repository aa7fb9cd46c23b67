"""One shop over sixteen weeks for all tests that read it; none of them changes it."""

from __future__ import annotations

import pytest

from server.config import Settings
from tests.server.flow.shop import sixteen_weeks


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shop."""
    return sixteen_weeks(tmp_path_factory.mktemp("sixteen-weeks"))
