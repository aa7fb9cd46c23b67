"""The page in a real browser: kept current from outside, at a phone's width."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect

from edge.wire import encode
from server.accounts.by import By
from server.accounts.links import owner_link
from server.api.app import build_app
from server.api.door import COOKIE
from server.config import Settings
from server.ingest.apply import Received
from server.storage.database import open_database
from tests.browser import SLOW_MS
from tests.ports import free_port
from tests.server.asking import logged_in
from tests.server.filling import (
    NOON,
    STORE,
    Message,
    counts,
    fill,
    health,
    live,
    receive,
    sale,
    settings_for,
    status,
    zone_count,
)
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.browser


@dataclass
class Served:
    """A running server, how to stop it, and what its browser complained about."""

    address: str
    stop: Callable[[], None]
    session: str
    complaints: list[str] = field(default_factory=list)


@contextmanager
def serving(settings: Settings, clock: Callable[[], datetime], port: int = 0) -> Iterator[Served]:
    listener = socket.create_server(("127.0.0.1", port))
    app = build_app(settings, clock)
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()

    def stop() -> None:
        app.state.site.watchers.close()
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()

    try:
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", stop, logged_in(settings, clock()))
    finally:
        stop()
        listener.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_for(tmp_path)
    fill(settings, morning(), NOON)
    return settings


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with serving(settings, lambda: NOON) as running:
        yield running


def morning() -> list[Message]:
    nine = NOON - timedelta(hours=3)
    return [
        *(
            counts(nine + timedelta(hours=n), 12 + 9 * n, 10 + 8 * n, [zone_count("tea", [30, 60])])
            for n in range(3)
        ),
        *(sale(f"t{n}", nine + timedelta(minutes=12 * n), "123.45") for n in range(14)),
        status(NOON),
        health(NOON),
        live(NOON, tea=1, gifts=0),
    ]


def let_in(context: BrowserContext, served: Served) -> None:
    """The context's pages belong to the owner."""
    context.add_cookies([{"name": COOKIE, "value": served.session, "url": served.address}])


def opened(browser: Browser, served: Served, path: str, *, width: int = 360) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 740})
    let_in(context, served)
    page = context.new_page()
    page.on("console", lambda said: served.complaints.append(said.text) if said.type in _BAD else None)
    page.on("pageerror", lambda error: served.complaints.append(str(error)))
    page.on("requestfailed", lambda failed: served.complaints.append(failed.url))
    page.goto(served.address + path)
    return page


_BAD = {"error", "warning"}


def figure(page: Page, metric: str) -> str | None:
    return page.locator(f'[data-metric="{metric}"]').first.get_attribute("data-value")


def sideways(page: Page) -> int:
    # The address is there before the style sheet is.
    page.wait_for_load_state("load", timeout=SLOW_MS)
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_an_open_page_follows_the_database_without_being_reloaded(
    chromium: Browser, served: Served, settings: Settings
) -> None:
    page = opened(chromium, served, f"/stores/{STORE}")
    expect(page.locator("#live")).to_have_text("Live", timeout=SLOW_MS)
    assert figure(page, "entries") == "63"
    page.evaluate("window.stillTheSame = true")
    page.locator("#meaning-store-entries summary").click()

    fill(settings, [counts(NOON - timedelta(minutes=5), 7, 0)], NOON)

    entries = page.locator('[data-metric="entries"]').first
    expect(entries).to_have_attribute("data-value", "70", timeout=SLOW_MS)
    expect(entries).to_have_text("70")
    assert page.evaluate("window.stillTheSame") is True
    expect(page.locator("#meaning-store-entries")).to_have_attribute("open", "")
    expect(page.locator("#chart canvas")).to_have_count(1)
    page.context.close()
    assert [said for said in served.complaints if "/events" not in said] == []


@pytest.mark.parametrize("path", [f"/stores/{STORE}", "/quarantine", "/stores/nowhere"])
def test_nothing_scrolls_sideways_on_a_small_phone(
    chromium: Browser, served: Served, settings: Settings, path: str
) -> None:
    receive(settings, [Received(f"footfall/v1/{STORE}/edge-1/counts", b"x" * 900)], NOON)
    page = opened(chromium, served, path)
    page.locator("summary").evaluate_all("all => all.forEach(summary => summary.click())")
    assert sideways(page) <= 0
    page.context.close()


def test_a_page_says_so_when_it_is_no_longer_live_and_when_it_is_again(
    chromium: Browser, settings: Settings
) -> None:
    with serving(settings, lambda: NOON, free_port()) as first:
        page = opened(chromium, first, f"/stores/{STORE}")
        expect(page.locator("#live")).to_have_text("Live", timeout=SLOW_MS)
        first.stop()
        expect(page.locator("#live")).to_have_text("Not live", timeout=SLOW_MS)
        assert figure(page, "entries") == "63"
    port = int(first.address.rsplit(":", 1)[1])
    fill(settings, [counts(NOON - timedelta(minutes=5), 1, 0)], NOON)
    with serving(settings, lambda: NOON, port):
        expect(page.locator("#live")).to_have_text("Live", timeout=2 * SLOW_MS)
        expect(page.locator('[data-metric="entries"]').first).to_have_attribute(
            "data-value", "64", timeout=SLOW_MS
        )
        page.context.close()


def test_a_retry_shows_its_outcome_without_leaving_the_page(
    chromium: Browser, served: Served, settings: Settings
) -> None:
    message = counts(NOON, 1, 0, store="annex")
    receive(settings, [Received(message.topic, encode(message))], NOON)
    page = opened(chromium, served, "/quarantine")
    page.evaluate("window.stillTheSame = true")
    page.get_by_role("button", name="Retry number 1").click()
    expect(page.locator("[data-outcome]")).to_have_attribute("data-outcome", "refused", timeout=SLOW_MS)
    assert page.evaluate("window.stillTheSame") is True
    page.context.close()
    assert served.complaints == []


def test_the_store_is_reached_by_keyboard_alone(chromium: Browser, served: Served) -> None:
    page = opened(chromium, served, f"/stores/{STORE}", width=1280)
    # What a page that has just been opened renews at once would take the keys away from what they are at.
    page.route("**/figures", lambda asked: asked.abort())
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "ask-store-entries":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#meaning-store-entries p")).to_be_visible()
    page.context.close()


def test_figures_keep_their_contrast_in_both_colour_schemes(chromium: Browser, served: Served) -> None:
    for scheme in ("light", "dark"):
        context = chromium.new_context(color_scheme=scheme)
        let_in(context, served)
        page = context.new_page()
        # Nothing may be swapped away while it is measured.
        page.route("**/figures", lambda asked: asked.abort())
        page.goto(f"{served.address}/stores/{STORE}")
        for selector in (".value", ".note", "h3", ".as-of", ".presence", ".inside", ".notes li"):
            assert contrast(page, selector) >= 4.5, (scheme, selector)
        context.close()


_COLOURS = """element => {
    const clear = "rgba(0, 0, 0, 0)";
    let behind = element;
    while (getComputedStyle(behind).backgroundColor === clear) behind = behind.parentElement;
    return [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
}"""


def contrast(page: Page, selector: str) -> float:
    """The WCAG 2.2 contrast ratio of an element's text against the ground behind it."""
    ink, ground = page.locator(selector).first.evaluate(_COLOURS)
    lighter, darker = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    assert colour.startswith("rgb("), colour
    channels = [int(part) / 255 for part in colour.removeprefix("rgb(").rstrip(")").split(",")]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_clock_of_a_built_application_is_utc_now(settings: Settings) -> None:
    before = datetime.now(UTC)
    assert before <= build_app(settings).state.site.clock() <= datetime.now(UTC)


def test_the_first_owner_comes_in_by_link_goes_out_and_logs_in_again(
    chromium: Browser, served: Served, settings: Settings
) -> None:
    with open_database(settings.database) as db:
        link = owner_link(db, By("command", NOON))
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.on("console", lambda said: served.complaints.append(said.text) if said.type in _BAD else None)
    page.goto(f"{served.address}/welcome/{link}")
    page.get_by_label("Name").fill("olga-2")
    page.get_by_label("Password").fill("four plain garden words")
    page.get_by_label("Once more").fill("four plain garden words")
    page.get_by_role("button").click()
    expect(page).to_have_url(f"{served.address}/stores/{STORE}", timeout=SLOW_MS)
    assert sideways(page) == 0
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible(timeout=SLOW_MS)
    page.goto(f"{served.address}/quarantine")
    page.get_by_label("Name").fill("olga-2")
    page.get_by_label("Password").fill("four plain garden words")
    page.get_by_role("button").click()
    expect(page).to_have_url(f"{served.address}/quarantine", timeout=SLOW_MS)
    assert served.complaints == []
    context.close()
