"""Somebody marks three crossings in a real browser, saves them, and scores the count against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SLOW_MS
from tests.edge.cast import DEMO
from tests.edge.truth.clicking import LINE, ZONE, Clicking, run

pytestmark = pytest.mark.browser


@pytest.fixture
def clicking(tmp_path: Path) -> Iterator[Clicking]:
    it = Clicking(tmp_path / "truth.json", "--line", LINE, "--zone", ZONE)
    yield it
    it.close()


def opened(chromium: Browser, clicking: Clicking, *, wide: int, high: int) -> tuple[Page, list[str]]:
    page = chromium.new_page(viewport={"width": wide, "height": high})
    page.set_default_timeout(SLOW_MS)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(clicking.address)
    expect(page.locator("#now")).to_contain_text("frame 0 of 300")
    return page, complaints


def at_frame(page: Page, number: int) -> None:
    expect(page.locator("#now")).to_have_attribute("data-frame", str(number), timeout=SLOW_MS)


def step_to(page: Page, number: int) -> None:
    """By the keys that a person would use."""
    shown = int(page.locator("#now").get_attribute("data-frame") or 0)
    tens, ones = divmod(abs(number - shown), 10)
    key = "ArrowRight" if number > shown else "ArrowLeft"
    for _ in range(tens):
        page.keyboard.press(f"Shift+{key}")
    for _ in range(ones):
        page.keyboard.press(key)
    at_frame(page, number)


@pytest.mark.long
def test_three_crossings_are_marked_by_keys_saved_and_scored(
    chromium: Browser, clicking: Clicking, tmp_path: Path
) -> None:
    page, complaints = opened(chromium, clicking, wide=1280, high=900)
    assert page.locator("#overlay line.line").count() == 1
    assert page.locator("#overlay line.arrow").count() == 1
    assert page.locator("#overlay polygon.zone").count() == 1

    step_to(page, 74)
    page.keyboard.press("o")
    step_to(page, 83)
    page.keyboard.press("i")
    step_to(page, 48)
    page.keyboard.press("i")
    page.keyboard.press("i")
    expect(page.locator("#events li")).to_have_count(4)
    page.keyboard.press("z")
    expect(page.locator("#events li")).to_have_count(3)
    page.keyboard.press("e")
    step_to(page, 90)
    page.keyboard.press("l")
    expect(page.locator("#events li")).to_have_count(4)
    assert page.locator("#totals").get_attribute("data-saved") == "false"

    page.reload()  # the program keeps the marks, so nothing is lost
    expect(page.locator("#events li")).to_have_count(4)
    page.keyboard.press("s")
    expect(page.locator("#said")).to_have_text("Saved.")
    known = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    events = [(event["direction"], event["frame"]) for event in known["lines"][0]["events"]]
    assert events == [("in", 48), ("out", 74), ("in", 83)]
    assert [(v["enter_frame"], v["leave_frame"]) for v in known["zones"][0]["visits"]] == [(48, 90)]
    assert known["watched"] == {"to_frame": 90.0}
    assert not complaints
    page.close()
    assert "4 events are in" in clicking.end()

    scored = run("truth", "score", str(DEMO), str(tmp_path / "truth.json"), "--model", "person-v0", "--json")
    assert scored.returncode == 0, scored.stderr
    told = json.loads(scored.stdout)
    assert told["schema"] == "footfall-score/1"
    assert [line["true"] for line in told["lines"]] == [2, 1]
    assert [line["matched"] for line in told["lines"]] == [2, 1]
    assert [line["extra"] for line in told["lines"]] == [0, 0], "what came later was not watched"


def test_a_phone_marks_with_buttons_and_plays(chromium: Browser, clicking: Clicking) -> None:
    page, complaints = opened(chromium, clicking, wide=390, high=844)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="+10").click()
    at_frame(page, 10)
    page.get_by_role("button", name="In", exact=False).first.click()
    expect(page.locator("#events li")).to_have_text("10 · main-door · in")
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#now")).to_have_attribute("data-frame", re.compile("1[4-9]|[2-9].|1.."))
    page.get_by_role("button", name="Stop").click()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.locator("#events button").click()
    at_frame(page, 10)
    page.get_by_role("button", name="Leaves").click()
    expect(page.locator("#said")).to_contain_text("nobody is inside shelf")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#events li")).to_have_count(0)
    assert [text for text in complaints if "409" not in text] == []
    page.on("dialog", lambda dialog: dialog.accept())
    page.close()
