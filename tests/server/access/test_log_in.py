"""Logging in and out, and what guessing costs."""

from __future__ import annotations

import string
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from server.access.throttling import Guesses
from server.access.tokens import digest
from server.config import AccessSettings, Settings
from server.storage import audit, guesses, sessions
from server.storage.database import open_database
from tests.server.access.browsing import Browser, hidden
from tests.server.access.conftest import PASSWORD
from tests.server.access.fuzzing import send_log_in
from tests.server.access.over_tls import log_in_over_tls
from tests.server.asking import logged_in
from tests.server.filling import NOON, STORE


def test_the_right_password_leads_to_where_one_wanted_to_be(settings: Settings, owner: Browser) -> None:
    browser = Browser(settings)
    sent_away = browser.get(f"/stores/{STORE}?day=2026-03-02")
    assert sent_away.headers["location"] == f"/log-in?next=%2Fstores%2F{STORE}%3Fday%3D2026-03-02"
    form = browser.get(sent_away.headers["location"]).text
    fields = {
        "name": "olga",
        "password": PASSWORD,
        "csrf": hidden(form),
        "next": f"/stores/{STORE}?day=2026-03-02",
    }
    assert browser.send("/log-in", fields).headers["location"] == f"/stores/{STORE}?day=2026-03-02"
    assert browser.get(f"/stores/{STORE}?day=2026-03-02").status_code == 200


@pytest.mark.parametrize("name", ["olga", "OLGA", "  Olga "])
def test_names_do_not_mind_case_or_spaces_around(settings: Settings, owner: Browser, name: str) -> None:
    browser = Browser(settings)
    assert browser.log_in(name, PASSWORD).status_code == 303
    assert browser.is_in()


@pytest.mark.parametrize(
    ("name", "password"),
    [("olga", "another plain password"), ("nobody", PASSWORD), ("olga", PASSWORD.upper()), ("", "")],
)
def test_a_wrong_name_and_a_wrong_password_read_the_same(
    settings: Settings, owner: Browser, name: str, password: str
) -> None:
    browser = Browser(settings)
    answer = browser.log_in(name, password or "x")
    assert answer.status_code in {401, 422}
    assert "Name or password is wrong." in answer.text or not name
    assert not browser.is_in()


def test_a_new_log_in_gets_a_new_session_that_scripts_cannot_read(settings: Settings, owner: Browser) -> None:
    browser = Browser(settings)
    browser.get("/log-in")
    before = browser.cookie
    browser.log_in("olga", PASSWORD)
    assert browser.cookie != before
    given = browser.set_cookies[-1].lower()
    assert "httponly" in given
    assert "samesite=lax" in given
    assert "path=/" in given
    assert "secure" not in given


def test_over_tls_the_session_is_sent_over_tls_only(settings: Settings, owner: Browser) -> None:
    assert "secure" in log_in_over_tls(settings, "olga", PASSWORD).lower()


def test_logging_out_ends_the_session_for_whoever_kept_its_cookie(owner: Browser) -> None:
    kept = owner.cookie
    owner.fill_in("/account", "/log-out")
    owner.cookie = kept
    assert not owner.is_in()


@pytest.mark.parametrize(
    ("waits", "still_in"),
    [
        pytest.param([timedelta(hours=12)], True, id="twelve hours of silence"),
        pytest.param([timedelta(hours=12, seconds=1)], False, id="a second more"),
        pytest.param([timedelta(hours=11)] * 60, True, id="often seen, for 27 days"),
        pytest.param([timedelta(hours=11)] * 66, False, id="often seen, for more than 30 days"),
    ],
)
def test_a_session_ends_by_silence_and_by_age(
    settings: Settings, waits: list[timedelta], still_in: bool
) -> None:
    browser = Browser(settings, cookie=logged_in(settings, NOON))
    for wait in waits:
        browser.now += wait
        seen = browser.is_in()
    assert seen is still_in


def test_a_user_has_a_bounded_number_of_sessions_and_the_newest_stay(settings: Settings) -> None:
    secrets = [logged_in(settings, NOON + timedelta(seconds=n)) for n in range(sessions.MOST_PER_USER + 3)]
    with open_database(settings.database) as db:
        kept = [sessions.get(db, digest(secret)) is not None for secret in secrets]
    assert kept == [False] * 3 + [True] * sessions.MOST_PER_USER


def test_after_five_wrong_guesses_one_has_to_wait_longer_each_time(
    settings: Settings, owner: Browser
) -> None:
    browser = Browser(settings)
    answers = [browser.log_in("olga", "wrong guess") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "2"
    browser.wait(seconds=1.5)
    assert browser.log_in("olga", "wrong guess").status_code == 401
    waited = browser.log_in("olga", "wrong guess")
    assert (waited.status_code, waited.headers["retry-after"]) == (429, "3")
    assert "Try again in 3 s." in waited.text


def test_a_guess_that_comes_too_early_is_not_even_looked_at(settings: Settings, owner: Browser) -> None:
    browser = Browser(settings)
    for _ in range(5):
        browser.log_in("olga", "wrong guess")
    assert browser.log_in("olga", PASSWORD).status_code == 429
    assert not browser.is_in()
    browser.wait(seconds=2)
    assert browser.log_in("olga", PASSWORD).status_code == 303


def test_many_guesses_at_once_are_not_more_than_five(settings: Settings, owner: Browser) -> None:
    def guess(number: int) -> int:
        return Browser(settings).log_in("olga", f"wrong guess {number}").status_code

    with ThreadPoolExecutor(12) as together:
        codes = sorted(together.map(guess, range(12)))
    assert codes == [401] * 5 + [429] * 7


def test_what_was_guessed_outlives_a_restart(settings: Settings, owner: Browser) -> None:
    for _ in range(5):
        Browser(settings).log_in("olga", "wrong guess")
    assert Browser(settings).log_in("olga", PASSWORD).status_code == 429


def test_whoever_guesses_all_day_delays_the_owner_by_a_minute_and_no_more(
    settings: Settings, owner: Browser
) -> None:
    with open_database(settings.database) as db:
        guesses.put(db, "name", "olga", Guesses(100_000, NOON))
    browser = Browser(settings)
    assert browser.log_in("olga", PASSWORD).headers["retry-after"] == "61"
    browser.wait(seconds=60)
    assert browser.log_in("olga", PASSWORD).status_code == 303
    assert browser.log_in("olga", "one typing mistake").status_code == 401


def test_many_names_from_one_address_have_to_wait_too(settings: Settings, owner: Browser) -> None:
    browser = Browser(settings)
    codes = [browser.log_in(f"guess-{n}", "wrong guess").status_code for n in range(6)]
    assert codes == [401] * 5 + [429]


def test_wrong_guesses_have_a_bound(settings: Settings) -> None:
    with open_database(settings.database) as db:
        for n in range(30):
            at = NOON + timedelta(seconds=n)
            guesses.put(db, "name", f"n{n}", Guesses(1, at), most=20)
        kept = [guesses.get(db, "name", f"n{n}") is not None for n in range(30)]
    assert kept == [False] * 10 + [True] * 20


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/\t/evil.test",
        "",
    ],
)
def test_a_log_in_never_leads_to_another_site(settings: Settings, owner: Browser, elsewhere: str) -> None:
    browser = Browser(settings)
    fields = {"name": "olga", "password": PASSWORD, "next": elsewhere}
    assert browser.fill_in("/log-in", **fields).headers["location"] == "/"


def test_a_form_without_its_token_changes_nothing(settings: Settings, owner: Browser) -> None:
    for token in ("", "0" * 64):
        answer = owner.send("/users", {"name": "eve", "role": "owner", "every": "true", "csrf": token})
        assert answer.status_code == 403
        assert "This form is too old, or was not made here." in answer.text
    assert owner.send("/users", {"name": "eve", "role": "owner"}).status_code == 403
    assert 'data-user="eve"' not in owner.get("/users").text


def test_the_form_of_another_session_is_not_taken(settings: Settings, owner: Browser) -> None:
    other = Browser(settings, cookie=logged_in(settings, NOON, "otto"))
    token = hidden(other.get("/users").text)
    assert owner.send("/tokens", {"name": "x", "role": "till", "csrf": token}).status_code == 403


def test_a_script_of_ours_sends_the_token_as_a_header(owner: Browser) -> None:
    token = hidden(owner.get("/account").text)
    assert owner.send("/quarantine/7/retry", {}, **{"HX-Request": "true"}).status_code == 403
    headers = {"HX-Request": "true", "X-CSRF-Token": token}
    assert owner.send("/quarantine/7/retry", {}, **headers).status_code == 404


def test_a_log_in_form_from_elsewhere_is_refused(settings: Settings, owner: Browser) -> None:
    browser = Browser(settings)
    fields = {"name": "olga", "password": PASSWORD}
    assert browser.send("/log-in", fields).status_code == 403
    assert browser.send("/log-in", fields, Origin="http://evil.test").status_code == 403


def test_an_open_page_that_renews_itself_is_led_to_the_log_in(settings: Settings) -> None:
    answer = Browser(settings).get(f"/stores/{STORE}/figures", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/log-in")


def test_a_stranger_cannot_send_more_than_a_form_holds(settings: Settings) -> None:
    answer = Browser(settings).send("/log-in", {"name": "x" * 20_000, "password": "y"})
    assert answer.status_code == 413


_TEXT = st.text(st.characters(codec=None), max_size=300) | st.text(string.printable, max_size=40)


@tries(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_TEXT, password=_TEXT, back=_TEXT, raw=st.none() | st.binary(max_size=300))
def test_whatever_is_typed_into_a_log_in_is_answered_by_a_sentence(
    tmp_path: Path, name: str, password: str, back: str, raw: bytes | None
) -> None:
    answer = send_log_in(tmp_path, name, password, back, raw)
    assert answer.status_code in {400, 401, 403, 422, 429}, answer.text
    assert "Traceback" not in answer.text


def test_every_log_in_and_every_refusal_is_in_the_audit_log(settings: Settings, owner: Browser) -> None:
    browser = Browser(settings)
    browser.log_in("olga", "wrong guess")
    browser.log_in("Olga", PASSWORD)
    browser.fill_in("/account", "/log-out")
    with open_database(settings.database, read_only=True) as db:
        told = [(entry.who, entry.what, entry.target, entry.address) for entry in audit.newest(db, 3)]
    assert told == [
        ("user:olga", "log-out", "", "192.0.2.9"),
        ("user:olga", "log-in", "olga", "192.0.2.9"),
        ("stranger", "log-in refused", "olga", "192.0.2.9"),
    ]


def test_the_terms_of_sessions_are_the_settings(settings: Settings) -> None:
    short = settings.model_copy(update={"access": AccessSettings(idle_hours=1)})
    browser = Browser(short, cookie=logged_in(short, NOON))
    browser.wait(minutes=59)
    assert browser.is_in()
    browser.wait(minutes=61)
    assert not browser.is_in()
