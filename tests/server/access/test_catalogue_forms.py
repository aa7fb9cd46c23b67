"""The catalogue's forms as a browser sends them."""

from __future__ import annotations

import pytest

from server.access.rights import Role
from server.api.app import build_app
from server.config import Settings
from tests.server.access.browsing import Browser, hidden
from tests.server.access.cast import browser
from tests.server.asking import Asking, logged_in
from tests.server.filling import NOON, STORE

HOURS = f"/catalogue/stores/{STORE}/hours"


def test_a_product_and_a_part_are_edited_by_forms_that_are_ours(owner: Browser) -> None:
    assert owner.fill_in("/catalogue/product", sku="tea-1", name="Green tea").status_code == 303
    assert "Green tea" in owner.get("/catalogue").text
    assert owner.fill_in(HOURS, text="weekday,opens,closes\n1,09:00,18:00\n").status_code == 303
    assert "09:00" in owner.get(HOURS).text


@pytest.mark.parametrize("page", ["/catalogue/product", HOURS])
def test_a_form_of_somebody_else_changes_nothing(owner: Browser, settings: Settings, page: str) -> None:
    foreign = hidden(Browser(settings).get("/log-in").text)
    for fields in ({"sku": "tea-1", "text": ""}, {"sku": "tea-1", "text": "", "csrf": foreign}):
        assert owner.send(page, fields).status_code == 403
    assert "tea-1" not in owner.get("/catalogue").text


def test_a_form_that_was_refused_can_be_mended_and_sent_again(owner: Browser) -> None:
    wrong = owner.fill_in("/catalogue/product", sku="tea-1", price="cheap")
    assert (wrong.status_code, hidden(wrong.text)) == (422, hidden(owner.get("/catalogue").text))


@pytest.mark.parametrize(
    ("role", "stores", "saves"),
    [
        pytest.param(Role.OWNER, None, [True, True], id="owner"),
        pytest.param(Role.MANAGER, frozenset({STORE}), [False, True], id="manager of the store"),
        pytest.param(Role.HEAD_OFFICE, None, [False, False], id="head office"),
    ],
)
def test_who_may_not_save_sees_no_button_for_it(
    settings: Settings, role: Role, stores: frozenset[str] | None, saves: list[bool]
) -> None:
    ask = Asking(build_app(settings, lambda: NOON), browser(logged_in(settings, NOON, "one", role, stores)))
    pages = [ask.get(path).text for path in ("/catalogue/product", HOURS)]
    assert [">Save</button>" in page for page in pages] == saves
    assert ('href="/catalogue/product"' in ask.get("/catalogue").text) is saves[0]
