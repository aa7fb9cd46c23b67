"""A real browser, for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.needs import program

SLOW_MS = 60_000
"""A busy machine may take so long to show something."""

_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    # Containers give little shared memory, and a page that finds none left crashes.
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of a module. It has no patience of its own: what it expects may be slow."""
    found = program("Chromium", "chromium", "chromium-browser", "google-chrome")
    expect.set_options(timeout=SLOW_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=_OPTIONS, timeout=2 * SLOW_MS)
        yield opened
        opened.close()
