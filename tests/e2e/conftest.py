"""Shops to test in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.e2e.shop import Shop

__all__ = ["chromium", "shop"]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop whose processes are ended when the test is over."""
    it = Shop(tmp_path)
    try:
        yield it
    finally:
        it.close()
