"""A whole run watched in a real browser: the figures change by themselves, and the README shows it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from server.demo.tickets import made_up_baskets, schedule
from tests.e2e.shop import Shop, until
from tests.e2e.test_agreement import RUN_SECONDS
from tests.server.ingest.running import device as till

pytestmark = [pytest.mark.broker, pytest.mark.browser]

PICTURES_SETTING = "FOOTFALL_PICTURES"
"""Folder for the pictures that the README shows; unset: they are taken and thrown away."""


def shown(page: Page, metric: str) -> int | None:
    value = page.locator(f'[data-metric="{metric}"]').first.get_attribute("data-value")
    return int(value) if value else None


@pytest.mark.long
def test_the_page_follows_a_real_run_without_being_reloaded(
    shop: Shop, chromium: Browser, tmp_path: Path
) -> None:
    pictures = Path(os.environ.get(PICTURES_SETTING) or tmp_path)
    shop.start_broker()
    places = "sku,zone,valid_from,valid_until\ncoffee,shelf,,\ncroissant,shelf,,\n"
    (shop.folder / "places.csv").write_text(places, "utf-8")
    shop.run("server", "import-planogram", "places.csv", "--store", "demo")
    shop.start_up()
    page = chromium.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(shop.way_in())
    assert page.url == shop.page, "the only store's page is the first that one sees"
    page.evaluate("window.neverReloaded = true")
    assert shown(page, "entries") is None, "nothing was counted yet, so nothing may be shown"

    tickets = schedule(made_up_baskets(seed=7), datetime.now(UTC), 20, "demo", "till-1", "EUR")
    with till(shop.broker.port) as publish:
        for ticket in tickets:
            publish(ticket)
    device = shop.start("device", "edge", "run")
    seen: list[int] = []

    def look() -> bool:
        page.wait_for_timeout(200)
        entries = shown(page, "entries")
        if entries is not None and (not seen or seen[-1] != entries):
            seen.append(entries)
        return device.poll() is not None

    until(look, "the clip has been counted", RUN_SECONDS)
    assert device.returncode == 0, shop.log("device")
    came, left, _ = shop.by_device()
    until(
        lambda: bool(look()) and (shown(page, "entries"), shown(page, "exits")) == (came, left),
        "the page has it",
    )

    assert shown(page, "transactions") == len(tickets) > 0
    assert len(set(seen)) >= 3, f"the page was to change while people came; it showed {seen}"
    assert seen == sorted(seen)
    assert page.evaluate("window.neverReloaded") is True
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not complaints
    page.screenshot(path=pictures / "page-phone.png")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.screenshot(path=pictures / "page-desktop.png", full_page=True)
    page.close()
