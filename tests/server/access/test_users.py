"""Links, users, rights and passwords, as people meet them on the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.access.rights import Role
from server.accounts import links, people
from server.accounts.by import By, by_command
from server.accounts.errors import AccountRefused
from server.config import Settings
from server.storage.database import open_database
from server.storage.links import MOST_LINKS
from tests.server.access.browsing import Browser, link_on
from tests.server.access.cast import OTHER_STORE, two_stores
from tests.server.access.conftest import PASSWORD
from tests.server.dashboard.page import read
from tests.server.filling import NOON, STORE

NEW = "another set of plain words"
COMMON = "password1234"


def first_link(settings: Settings) -> str:
    with open_database(settings.database) as db:
        return links.owner_link(db, by_command(NOON))


def invited(owner: Browser, name: str, **rights: str) -> Browser:
    """The browser of somebody whom the owner has invited, and who has chosen a password."""
    page = owner.fill_in("/users", name=name, **rights)
    browser = Browser(owner.settings, now=owner.now)
    answer = browser.fill_in(link_on(page.text), password=NEW, again=NEW)
    assert answer.headers["location"] == "/", answer.text
    return browser


def test_before_there_is_an_owner_the_log_in_says_how_to_become_one(settings: Settings) -> None:
    assert "one-time link for the owner" in Browser(settings).get("/log-in").text


def test_the_first_link_makes_an_owner_once(settings: Settings) -> None:
    secret = first_link(settings)
    browser, late = Browser(settings), Browser(settings)
    assert browser.get(f"/welcome/{secret}").status_code == 200
    assert browser.get(f"/welcome/{secret}").status_code == 200, "looking at it does not use it up"
    browser.fill_in(f"/welcome/{secret}", name="Olga", password=PASSWORD, again=PASSWORD)
    assert browser.get("/users").status_code == 200
    assert late.get(f"/welcome/{secret}").status_code == 404
    assert "one-time link for the owner" not in late.get("/log-in").text


def test_a_newer_owner_link_ends_the_one_before(settings: Settings) -> None:
    before, after = first_link(settings), first_link(settings)
    assert Browser(settings).get(f"/welcome/{before}").status_code == 404
    assert Browser(settings).get(f"/welcome/{after}").status_code == 200


def test_a_link_ends_after_a_day(settings: Settings) -> None:
    secret, browser = first_link(settings), Browser(settings)
    browser.wait(hours=23, minutes=59)
    assert browser.get(f"/welcome/{secret}").status_code == 200
    browser.wait(minutes=1)
    assert browser.get(f"/welcome/{secret}").status_code == 404


def test_links_have_a_bound(settings: Settings) -> None:
    with open_database(settings.database) as db:
        for n in range(MOST_LINKS + 5):
            links.invitation(db, f"guest-{n}", Role.STAFF, None, by_command(NOON))
        kept = db.execute("SELECT count(*) FROM links").fetchone()[0]
    assert kept == MOST_LINKS


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"password": "short", "again": "short"}, "at least 12 characters", id="short"),
        pytest.param({"again": NEW}, "two passwords differ", id="differ"),
        pytest.param({"password": COMMON, "again": COMMON}, "first that others", id="common"),
        pytest.param({"name": "o l g a"}, "A name has", id="bad name"),
    ],
)
def test_what_cannot_be_taken_is_said_and_the_link_still_holds(
    settings: Settings, fields: dict[str, str], sentence: str
) -> None:
    secret, browser = first_link(settings), Browser(settings)
    right = {"name": "Olga", "password": PASSWORD, "again": PASSWORD}
    answer = browser.fill_in(f"/welcome/{secret}", **{**right, **fields})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert browser.get(f"/welcome/{secret}").status_code == 200


def test_an_invited_manager_sees_the_store_that_was_given_and_nothing_of_others(tmp_path: Path) -> None:
    settings = two_stores(tmp_path)
    owner = Browser(settings)
    owner.fill_in(f"/welcome/{first_link(settings)}", name="olga", password=PASSWORD, again=PASSWORD)
    manager = invited(owner, "mia", role="manager", stores=STORE)
    assert manager.get(f"/stores/{STORE}").status_code == 200
    assert manager.get(f"/stores/{OTHER_STORE}").status_code == 404
    menu = {link.text for link in read(manager.get("/account").text).all("a")}
    assert {"Figures", "Quarantine", "Account"} <= menu
    assert not menu & {"Users", "Tokens", "Audit"}

    owner.fill_in("/users", "/users/mia/rights", role="staff", stores=OTHER_STORE)
    assert manager.get(f"/stores/{STORE}").status_code == 404, "new rights hold at the next request"
    assert manager.get(f"/stores/{OTHER_STORE}").status_code == 200
    assert manager.get("/quarantine").status_code == 403


def test_whoever_is_shut_out_is_out_at_once_until_let_in_again(owner: Browser) -> None:
    staff = invited(owner, "sam", role="staff", every="true")
    assert staff.is_in()
    owner.fill_in("/users", "/users/sam/disable")
    assert not staff.is_in()
    assert staff.log_in("sam", NEW).status_code == 401
    owner.fill_in("/users", "/users/sam/enable")
    assert not staff.is_in(), "the old session does not come back"
    assert staff.log_in("sam", NEW).status_code == 303


def test_a_new_password_ends_all_other_sessions(owner: Browser) -> None:
    elsewhere = Browser(owner.settings)
    elsewhere.log_in("olga", PASSWORD)
    wrong = owner.fill_in("/account", "/account/password", old="not this one", new=NEW, again=NEW)
    assert (wrong.status_code, "present password is wrong" in wrong.text) == (422, True)
    assert elsewhere.is_in()
    done = owner.fill_in("/account", "/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert done.headers["location"] == "/account?changed=true"
    assert owner.is_in()
    assert not elsewhere.is_in()
    assert elsewhere.log_in("olga", PASSWORD).status_code == 401
    assert elsewhere.log_in("olga", NEW).status_code == 303


def test_a_forgotten_password_is_renewed_by_a_link(owner: Browser) -> None:
    staff = invited(owner, "sam", role="staff", every="true")
    page = owner.fill_in("/users", "/users/sam/link")
    elsewhere = Browser(owner.settings)
    elsewhere.fill_in(link_on(page.text), password=PASSWORD, again=PASSWORD)
    assert elsewhere.is_in()
    assert not staff.is_in()


def test_the_last_owner_stays_one(owner: Browser) -> None:
    for action, fields in (("disable", {}), ("rights", {"role": "staff", "every": "true"})):
        answer = owner.fill_in("/users", f"/users/olga/{action}", **fields)
        assert (answer.status_code, "is the only owner" in answer.text) == (422, True)
    invited(owner, "otto", role="owner")
    assert owner.fill_in("/users", "/users/olga/disable").status_code == 303
    assert not owner.is_in()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "sam", "role": "staff"}, "nothing to see"),
        ({"name": "olga", "role": "staff", "every": "true"}, "a user &#39;olga&#39; already"),
        ({"name": "till", "role": "till", "every": "true"}, "a role of tokens"),
        ({"name": "sam", "role": "staff", "stores": "nowhere"}, "no store &#39;nowhere&#39;"),
        ({"name": "<b>", "role": "staff", "every": "true"}, "A name has 2 to 64"),
        ({"name": "sam", "role": "boss", "every": "true"}, "role:"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_by_a_sentence(
    owner: Browser, fields: dict[str, str], sentence: str
) -> None:
    answer = owner.fill_in("/users", **fields)
    assert (answer.status_code, sentence in answer.text) == (422, True), answer.text


def test_a_link_to_enter_logs_in_once_without_a_password(settings: Settings) -> None:
    with open_database(settings.database) as db:
        secret = links.entering_link(db, by_command(NOON))
    browser = Browser(settings)
    assert browser.get(f"/enter/{secret}").headers["location"] == "/"
    assert browser.is_in()
    assert Browser(settings).get(f"/enter/{secret}").status_code == 404
    assert Browser(settings).log_in("owner", "none").status_code == 401, "it has no password to guess"


def test_a_link_to_join_does_not_enter(settings: Settings) -> None:
    assert Browser(settings).get(f"/enter/{first_link(settings)}").status_code == 404


def test_nothing_secret_stands_in_the_database(owner: Browser) -> None:
    page = owner.fill_in("/tokens", name="till 2", role="till", stores=STORE)
    token = read(page.text).all("pre")[0].text
    link = link_on(owner.fill_in("/users", name="sam", role="staff", every="true").text).rsplit("/", 1)[1]
    with open_database(owner.settings.database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = "\n".join(db.conn.iterdump()) if db.conn else ""
    assert "$argon2id$v=19$" in rows
    for secret in (PASSWORD, owner.cookie, token, link):
        assert secret not in rows
        assert secret.encode() not in owner.settings.database.read_bytes()


def test_users_that_are_not_there_are_named(settings: Settings) -> None:
    with open_database(settings.database) as db:
        for change in (people.disable, people.enable, links.renewal):
            with pytest.raises(AccountRefused, match="there is no user 'nobody'"):
                change(db, "nobody", By("command", NOON))
