from __future__ import annotations

from pathlib import Path

import pytest

from server.config import Settings
from tests.browser import chromium
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, settings_for

__all__ = ["ask", "chromium", "settings"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path)


@pytest.fixture
def ask(settings: Settings) -> Asking:
    return asking(settings, NOON)
