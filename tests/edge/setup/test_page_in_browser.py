"""What may go wrong while somebody draws, in a real browser: nothing that was drawn is lost by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.setup.drawing import drawn_of
from edge.setup.entry import SESSION_SECONDS
from tests.edge.cast import until
from tests.edge.setup.browsing import AtHand, Held, at_hand, visit

pytestmark = pytest.mark.browser

TRIED = "Tried: all 6 who walked over it were counted."


@pytest.fixture
def it(tmp_path: Path) -> Iterator[AtHand]:
    with at_hand(tmp_path / "device") as it:
        yield it


@pytest.fixture
def page(chromium: Browser, it: AtHand) -> Iterator[Page]:
    with visit(chromium, it) as page:
        yield page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def corner(page: Page, name: str) -> None:
    """A point of a part can be seen."""
    expect(page.locator(f'g.point[data-key="{name}"] .handle')).to_be_visible()


def told(page: Page, sentence: str) -> None:
    expect(page.locator("#told")).to_contain_text(sentence)


def saves(page: Page) -> None:
    press(page, "Save")
    told(page, "Saved.")


def zones(it: AtHand) -> list[str]:
    return [zone.id for zone in it.saved().zones]


def test_no_button_can_be_pressed_before_what_it_changes_has_come(chromium: Browser, it: AtHand) -> None:
    with visit(chromium, it) as page:
        late = Held(page, "begin")
        page.reload(wait_until="commit")
        until(late.is_asked, "the page asks for the drawing")
        for name in ("+ Zone", "+ Entrance", "Undo", "Save"):
            expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
        late.let_go()
        press(page, "+ Zone")
        corner(page, "corners of zone-0")


def test_late_answers_take_back_nothing_that_was_drawn_meanwhile_and_move_no_button(
    page: Page, it: AtHand
) -> None:
    late_try = Held(page, "try")
    press(page, "+ Zone")
    until(late_try.is_asked, "the zone is tried")
    press(page, "+ Queue")
    button = page.get_by_role("button", name="+ Staff area")
    before = button.bounding_box()
    late_try.let_go()
    expect(page.locator(".part .note.good")).to_have_text(TRIED)
    assert button.bounding_box() == before, "a finger that is on its way finds it where it was"
    corner(page, "corners of queue-0")

    late_save = Held(page, "save")
    press(page, "Save")
    until(late_save.is_asked, "it is being saved")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    press(page, "+ Zone")
    corner(page, "corners of zone-2-0")
    late_save.let_go()
    told(page, "what you have drawn since then is not saved yet")
    assert zones(it) == ["shelf", "zone"]
    saves(page)
    assert zones(it) == ["shelf", "zone", "zone-2"]


def test_every_step_can_be_undone_and_done_again_by_buttons_and_keys(page: Page, it: AtHand) -> None:
    press(page, "Line main-door")
    name = page.get_by_label("Name in all counts")
    name.fill("side-door")
    expect(page.locator(".part .note.good")).to_have_text(TRIED)
    assert name.evaluate("one => one === document.activeElement"), "what is said of it takes no focus"
    page.locator('g.point[data-key="side-door-0"]').press("Shift+ArrowLeft")
    press(page, "Delete")
    told(page, "Line side-door is deleted. Undo brings it back.")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Line side-door")).to_be_visible()
    press(page, "Undo")
    press(page, "Undo")
    expect(page.get_by_role("button", name="Line main-door")).to_be_visible()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    press(page, "Redo")
    page.keyboard.press("Control+Shift+z")
    saves(page)
    (line,) = it.saved().lines
    assert line.id == "side-door"
    assert line.points[0][0] == pytest.approx(0.2)


def test_a_session_that_ends_while_somebody_draws_asks_for_a_code_and_goes_on(page: Page, it: AtHand) -> None:
    press(page, "+ Zone")
    it.clock.at += SESSION_SECONDS + 1
    dialog = page.get_by_role("dialog", name="You have been logged out")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Code").fill("WRONG-ONE")
    press(page, "Go on")
    expect(page.locator("#entry-told")).to_contain_text("The code has run out; the terminal shows a new one")
    late = Held(page, "begin")
    dialog.get_by_label("Code").fill(it.codes[-1])
    press(page, "Go on")
    until(late.is_asked, "the page asks for its proof")
    expect(dialog).to_be_visible()  # what proves that a change is ours comes with this answer
    late.let_go()
    expect(dialog).to_be_hidden()
    corner(page, "corners of zone-0")
    saves(page)
    assert zones(it) == ["shelf", "zone"]


@pytest.mark.long
def test_a_network_that_is_lost_while_somebody_draws_is_told_and_loses_nothing(
    page: Page, it: AtHand
) -> None:
    page.context.set_offline(True)
    expect(page.locator("#sight")).to_contain_text("does not answer")
    press(page, "+ Zone")
    press(page, "Save")
    told(page, "does not answer")
    page.context.set_offline(False)
    expect(page.locator("#sight")).to_have_text("Live, people veiled.")
    corner(page, "corners of zone-0")
    saves(page)
    assert zones(it) == ["shelf", "zone"]


@pytest.mark.long
def test_a_drawing_that_was_not_saved_outlives_a_reload_and_ends_with_logging_out(
    page: Page, it: AtHand
) -> None:
    press(page, "+ Zone")
    corner(page, "corners of zone-0")
    page.reload()
    told(page, "it is not saved yet")
    expect(page.get_by_role("button", name="Zone zone")).to_be_visible()
    assert zones(it) == ["shelf"]
    press(page, "Log out")  # and says yes where it is asked whether to lose the drawing
    expect(page.get_by_label("Code")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_of_two_technicians_the_second_is_told_and_sees_the_others_before_anything_is_replaced(
    page: Page, it: AtHand
) -> None:
    press(page, "+ Zone")
    theirs = drawn_of(it.saved()).model_copy(update={"zones": ()})
    it.file.save(theirs, it.file.version)
    press(page, "Save")
    told(page, "somebody else has changed camera entrance in edge.toml meanwhile")
    assert zones(it) == []
    press(page, "Show what stands there now")
    expect(page.get_by_role("button", name="Zone shelf")).to_have_count(0)
    press(page, "Undo")
    expect(page.get_by_role("button", name="Zone zone")).to_be_visible()
    saves(page)
    assert zones(it) == ["shelf", "zone"]


@pytest.mark.long
def test_who_tries_a_drawing_on_another_screen_is_told(chromium: Browser, page: Page, it: AtHand) -> None:
    with visit(chromium, it) as other:
        press(other, "+ Zone")
        expect(other.locator(".part .note.good")).to_have_text(TRIED)
        expect(page.get_by_text("Somebody else draws on another screen")).to_be_visible()
        expect(other.get_by_text("Somebody else draws on another screen")).to_be_hidden()


def test_a_configuration_from_afar_is_told_and_replaced_by_nobody_who_does_not_say_so(
    page: Page, it: AtHand
) -> None:
    afar = it.path.read_text("utf-8").replace('id = "shelf"', 'id = "from-afar"')
    it.configuration.take(afar)
    expect(page.get_by_text("this device's own file, and it does not count now")).to_be_visible()
    press(page, "Save")
    told(page, "counts by a configuration that was sent to it, not by its own file")
    press(page, "Draw on from what counts now")
    expect(page.get_by_role("button", name="Zone from-afar")).to_be_visible()
    page.get_by_label("this device's own file counts").check()
    saves(page)
    expect(page.locator("#afar")).to_be_hidden()
    assert zones(it) == ["from-afar"]
    assert it.configuration.load().origin == "file"


@pytest.mark.long
def test_a_camera_that_is_down_says_why_and_can_be_drawn_for_and_saved_at_once(
    chromium: Browser, tmp_path: Path
) -> None:
    with (
        at_hand(tmp_path / "device", trouble="its password is refused") as it,
        visit(chromium, it, said="No picture. You can draw and save all the same.") as page,
    ):
        expect(page.locator("#no-picture")).to_contain_text("gives no picture: its password is refused")
        press(page, "+ Zone")
        expect(page.locator(".part .note").first).to_have_text(
            "Not tried: there is no picture yet to walk in."
        )
        saves(page)
        assert zones(it) == ["shelf", "zone"]
        picture = page.locator("#frame").bounding_box()
        point = page.locator('g.point[data-key="corners of zone-2"] .handle').bounding_box()
        assert picture
        assert point
        middle = (point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
        assert (middle[0] - picture["x"]) / picture["width"] == pytest.approx(0.6, abs=0.01)
        assert (middle[1] - picture["y"]) / picture["height"] == pytest.approx(0.7, abs=0.01)
        it.trouble = ""
        expect(page.locator("#no-picture")).to_be_hidden()


def test_mistakes_stand_at_their_field_and_are_not_saved(page: Page, it: AtHand) -> None:
    press(page, "Line main-door")
    name = page.get_by_label("Name in all counts")
    name.fill("Main Door")
    expect(page.locator("label", has=name).get_by_role("alert")).to_contain_text("may hold only a-z")
    expect(name).to_have_attribute("aria-invalid", "true")
    press(page, "Undo")
    press(page, "+ Floor in metres")
    metres = page.get_by_label("Point 2, across (m)")
    metres.fill("four")
    expect(page.locator("label", has=metres).get_by_role("alert")).to_have_text(
        "Give a number, such as 4 or 2.5."
    )
    press(page, "Save")
    told(page, "Not saved: mend what is marked first.")
    metres.fill("4,5")
    saves(page)
    floor = it.saved().floor
    assert floor
    assert floor.metres[1] == (4.5, 0)


@pytest.mark.long
def test_in_a_closer_look_the_point_that_is_reached_by_keys_comes_into_sight(page: Page) -> None:
    for _ in range(4):
        press(page, "Closer")
    expect(page.get_by_role("button", name="Closer")).to_be_disabled()
    press(page, "Line main-door")
    point = page.locator('g.point[data-key="main-door-1"]')
    point.focus()
    page.keyboard.press("ArrowRight")
    window, handle = page.locator("#window").bounding_box(), point.locator(".handle").bounding_box()
    assert window
    assert handle
    assert window["x"] <= handle["x"] <= window["x"] + window["width"]
    assert window["y"] <= handle["y"] <= window["y"] + window["height"]


@pytest.mark.long
def test_a_view_that_was_turned_is_accepted(page: Page, it: AtHand) -> None:
    it.view.parent.mkdir(exist_ok=True)
    it.view.write_text("{}", "utf-8")
    page.get_by_text("The device says that the view has moved").click()
    press(page, "This is the new view")
    expect(page.locator("#view-told")).to_contain_text("learns the view as it is now")
    assert not it.view.exists()


@pytest.mark.long
def test_the_pages_of_two_cameras_are_open_side_by_side_in_one_browser(
    chromium: Browser, tmp_path: Path
) -> None:
    with at_hand(tmp_path / "front") as front, at_hand(tmp_path / "back") as back:
        context = chromium.new_context()
        pages = [context.new_page() for _ in range(2)]
        for page, one in zip(pages, (front, back), strict=True):
            page.goto(f"{one.address}#{one.codes[-1]}")
            expect(page.locator("#sight")).to_have_text("Live, people veiled.")
            assert "#" not in page.url, "the code does not stay in the address"
        pages[0].reload()
        expect(pages[0].locator("#sight")).to_have_text("Live, people veiled.")
        context.close()


def test_every_kind_of_part_is_added_and_saved_by_the_keyboard_alone(page: Page, it: AtHand) -> None:
    for name in ("+ Passing line", "+ Queue", "+ Staff area", "+ Floor in metres"):
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
    page.get_by_label("Point 2, across (m)").fill("5")
    page.get_by_label("Point 3, across (m)").fill("5")
    page.get_by_label("Point 3, across (m)").press("Tab")
    expect(page.locator('[data-part="lines[0]"] .note').first).to_have_text(re.compile(r"^\d+\.\d m$"))
    page.get_by_label("The camera looks").select_option("overhead")
    page.get_by_role("button", name="Passing line pavement").press("Enter")
    page.get_by_role("button", name="Turn the arrow").press("Enter")
    page.get_by_role("button", name="Add a point").press("Enter")
    choice = page.get_by_role("button", name="Passing line pavement")
    choice.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Escape")
    expect(choice).to_be_focused()
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.locator("#told")).to_contain_text("Saved.")
    camera = it.saved()
    pavement = camera.lines[1]
    assert (pavement.kind, len(pavement.points)) == ("passing", 3)
    assert pavement.points[1] == pytest.approx((0.55, 0.45))
    assert pavement.arrow[0] == (0.6, 0.45)
    assert [queue.id for queue in camera.queues] == ["queue"]
    assert camera.staff
    assert len(camera.staff.origins) == 1
    assert camera.floor
    assert camera.floor.metres == ((0, 0), (5, 0), (5, 3), (0, 3))
    assert camera.view == "overhead"
    page.reload()
    expect(page.get_by_role("button", name="Queue queue")).to_be_visible()
