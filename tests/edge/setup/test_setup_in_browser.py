"""A technician sets a camera up in a real browser: from a fresh file to a line that counts, and its audit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from edge.__main__ import app
from edge.config import load_settings
from edge.outbox import Audits
from edge.wire import Audit, decode
from tests.browser import SLOW_MS
from tests.edge.cast import DEMO
from tests.edge.setup.running import MODEL, SettingUp
from tests.waiting import until

pytestmark = pytest.mark.browser

PICTURES_SETTING = "FOOTFALL_PICTURES"
"""Folder for the pictures that docs/technician.md shows; unset: they are taken and thrown away."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """What `footfall-edge init` writes, for a clip as the camera."""
    words = ["init", "--store", "high-street", "--source", str(DEMO)]
    written = CliRunner().invoke(app, words).stdout.replace('model = "auto"', f'model = "{MODEL}"')
    path = tmp_path / "edge.toml"
    path.write_text(written, "utf-8")
    return path


@pytest.fixture
def setting_up(config: Path) -> Iterator[SettingUp]:
    it = SettingUp(config)
    yield it
    it.close()


def opened(chromium: Browser, it: SettingUp, *, wide: int, high: int, touch: bool) -> tuple[Page, list[str]]:
    page = chromium.new_page(viewport={"width": wide, "height": high}, has_touch=touch)
    page.set_default_timeout(SLOW_MS)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(it.address)
    page.get_by_label("Code").fill(it.code())
    page.keyboard.press("Enter")
    expect(page.locator("#sight")).to_have_text("Live, people veiled.")
    return page, complaints


def pictures_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this test's own pictures of the page go."""
    return Path(os.environ.get(PICTURES_SETTING) or tmp_path_factory.mktemp("pictures"))


def files_under(folder: Path) -> set[str]:
    """All files, however deep."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def handle(page: Page, name: str) -> tuple[float, float]:
    """The middle of a point on the picture, in pixels of the page."""
    box = page.locator(f'g.point[data-key="{name}"] .handle').bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, name: str, x: float, y: float) -> None:
    """A point is taken to a place, given as shares of the picture."""
    frame = page.locator("#overlay").bounding_box()
    assert frame
    page.mouse.move(*handle(page, name))
    page.mouse.down()
    page.mouse.move(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"], steps=4)
    page.mouse.up()


@pytest.mark.long
def test_from_a_fresh_file_to_a_line_that_counts_and_is_audited(
    chromium: Browser,
    setting_up: SettingUp,
    config: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    pictures = pictures_folder(tmp_path_factory)
    page, complaints = opened(chromium, setting_up, wide=1280, high=620, touch=False)

    # The starter's example goes, and the door's own line is drawn by mouse and keys.
    for name in ("Zone shelf", "Line main-door"):
        page.get_by_role("button", name=name).click()
        page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#problems")).to_contain_text("Nothing is counted")
    page.get_by_role("button", name="+ Entrance").click()
    page.get_by_label("Name in all counts").fill("shop-door")
    page.keyboard.press("Tab")
    for name, x, y in (
        ("shop-door-0", 0.36, 0.50),
        ("shop-door-1", 0.62, 0.47),
        ("arrow of shop-door-0", 0.48, 0.40),
        ("arrow of shop-door-1", 0.50, 0.60),
    ):
        drag(page, name, x, y)
    expect(page.locator(".part .note.good")).to_contain_text("all 6 who walked over it were counted")
    first = page.locator('g.point[data-key="shop-door-0"]')
    first.focus()
    before = handle(page, "shop-door-0")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.key") == "shop-door-1"
    until(lambda: handle(page, "shop-door-0")[0] < before[0] - 5, "the point is where the keys took it")

    # A mistake is told at its line and is not saved.
    drag(page, "arrow of shop-door-1", 0.46, 0.30)
    expect(page.locator(".part .note.wrong")).to_contain_text("The arrow does not go from one side")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#told")).to_contain_text("Not saved")
    assert "main-door" in config.read_text("utf-8")
    drag(page, "arrow of shop-door-1", 0.50, 0.60)
    expect(page.locator(".part .note.good")).to_be_visible()

    # It counts on the page, and is saved with the comments of the file.
    expect(page.locator(".count")).to_have_text(re.compile(r"in [1-9]|out [1-9]"))
    page.screenshot(path=pictures / "setup-desktop.png")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#told")).to_contain_text("Saved.")
    expect(page.locator(".count")).to_have_text(re.compile(r"in [1-9]|out [1-9]"))
    (line,) = load_settings(config).cameras["entrance"].lines
    assert line.id == "shop-door"
    assert line.points[0][0] < 0.35
    assert "# More that can be counted" in config.read_text("utf-8")

    # Somebody clicks for a while, and keeps how it agrees.
    page.get_by_role("button", name="Audit", exact=True).click()
    page.get_by_role("button", name="Begin", exact=True).click()
    way_in = page.get_by_role("button", name=re.compile("^In "))
    expect(way_in).to_be_enabled(timeout=30_000)
    way_in.click()
    page.keyboard.press("o")
    page.keyboard.press("o")
    expect(page.locator('[data-way="out"] .number')).to_have_text("2")
    page.keyboard.press("z")
    expect(page.locator('[data-way="out"] .number')).to_have_text("1")
    page.get_by_role("button", name="End", exact=True).click()
    keep = page.get_by_role("button", name="Keep for the server")
    expect(keep).to_be_enabled(timeout=15_000)
    page.screenshot(path=pictures / "setup-audit.png")
    keep.click()
    expect(page.locator("#audit-told")).to_contain_text("Kept.")
    (kept,) = Audits(tmp_path / "state" / "audits-entrance").oldest(5)
    told = decode(kept.topic, kept.body)
    assert isinstance(told, Audit)
    assert (told.lines[0].way_in.clicked, told.lines[0].way_out.clicked) == (1, 1)
    setting_up.end()
    assert files_under(tmp_path) == {
        "edge.toml",
        "edge.toml.last-good",
        f"state/audits-entrance/{kept.name}",
    }, "of a whole session nothing is written but the file, the one of before, and the audit's figures"
    # A drawing without anything and an arrow beside its line were tried on purpose.
    assert [text for text in complaints if "422" not in text] == []
    page.close()


def test_on_a_phone_a_finger_draws_a_zone_and_nothing_needs_a_wide_screen(
    chromium: Browser,
    setting_up: SettingUp,
    config: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    pictures = pictures_folder(tmp_path_factory)
    page, complaints = opened(chromium, setting_up, wide=390, high=844, touch=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="+ Zone").tap()
    before = handle(page, "corners of zone-0")
    finger = page.context.new_cdp_session(page)
    for kind, touches in (
        ("touchStart", [before]),
        ("touchMove", [(before[0] - 20, before[1] - 10)]),
        ("touchMove", [(before[0] - 40, before[1] - 20)]),
        ("touchEnd", []),
    ):
        points = [{"x": x, "y": y} for x, y in touches]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    there = pytest.approx((before[0] - 40, before[1] - 20), abs=1.5)
    until(lambda: handle(page, "corners of zone-0") == there, "the corner is where the finger took it")
    page.get_by_role("button", name="Line main-door").tap()
    expect(page.locator(".part .note.good")).to_be_visible()
    page.screenshot(path=pictures / "setup-phone.png")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#told")).to_contain_text("Saved.")
    assert [zone.id for zone in load_settings(config).cameras["entrance"].zones] == ["shelf", "zone"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Log out").tap()
    expect(page.get_by_label("Code")).to_be_visible()
    assert complaints == []
    page.close()
