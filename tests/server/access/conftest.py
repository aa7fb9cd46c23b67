from __future__ import annotations

from pathlib import Path

import pytest

from server.accounts import links
from server.accounts.by import By
from server.config import Settings
from server.storage.database import open_database
from tests.server.access.browsing import Browser
from tests.server.filling import NOON, settings_for

PASSWORD = "four plain garden words"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path)


@pytest.fixture
def owner(settings: Settings) -> Browser:
    """The browser of an owner called `olga`, who came by the one-time link and is logged in."""
    with open_database(settings.database) as db:
        secret = links.owner_link(db, By("command", NOON))
    browser = Browser(settings)
    browser.fill_in(f"/welcome/{secret}", name="olga", password=PASSWORD, again=PASSWORD)
    assert browser.is_in()
    return browser
