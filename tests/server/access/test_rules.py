"""The pure rules: passwords, waits, rights, and what is ours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access import passwords, throttling
from server.access.callers import STRANGER, Caller
from server.access.rights import RIGHTS, Action, Role
from server.access.throttling import FREE_GUESSES, Guesses, network_of
from server.access.tokens import form_token, is_form_token, new_secret
from tests.server.filling import NOON


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("elevenchars", id="too short"),
        pytest.param("x" * 201, id="too long"),
        pytest.param("aaaaaaaaaaaa", id="one letter"),
        pytest.param("abababababab", id="two letters"),
        pytest.param("password1234", id="the commonest"),
        pytest.param("Passwort123!", id="the commonest in German"),
        pytest.param("qwertyuiop12", id="along the keyboard"),
        pytest.param("123456789012", id="counted up"),
        pytest.param("FootfallFootfall1", id="our name"),
        pytest.param("olga.smith-2026", id="one's own name"),
        pytest.param("lone surrogate \ud800 here", id="no text"),
    ],
)
def test_a_password_that_others_would_try_is_refused(password: str) -> None:
    refused = passwords.refusal(password, "olga.smith")
    assert refused
    assert refused.endswith(".")


@pytest.mark.parametrize(
    "password",
    ["four plain garden words", "Gläserne Türklinke", "密码密码很长的一个句子吧好", "x8#kQ!vP2m$z"],
)
def test_a_password_of_ones_own_is_taken(password: str) -> None:
    assert passwords.refusal(password, "olga") is None


def test_a_hash_fits_its_password_only() -> None:
    stored = passwords.hashed("four plain garden words")
    assert passwords.is_right("four plain garden words", stored)
    assert not passwords.is_right("four plain garden word", stored)
    assert not passwords.is_right("four plain garden words", None)
    assert not passwords.is_right("lone \ud800 surrogate", stored)
    assert not passwords.is_right("anything", "no hash at all")
    assert not passwords.is_outdated(stored)


def test_a_hash_of_weaker_settings_is_outdated() -> None:
    weak = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzYWx0$aWpq"
    assert passwords.is_outdated(weak)


@given(wrong=st.integers(0, 10**7), seconds=st.integers(0, 10**6))
def test_a_wait_grows_with_guesses_shrinks_with_time_and_has_a_bound(wrong: int, seconds: int) -> None:
    longest, now = timedelta(minutes=1), NOON + timedelta(seconds=seconds)
    this = throttling.wait(Guesses(wrong, NOON), longest, now)
    more = throttling.wait(Guesses(wrong + 1, NOON), longest, now)
    later = throttling.wait(Guesses(wrong, NOON), longest, now + timedelta(seconds=1))
    assert timedelta(0) <= later <= this <= more <= longest
    assert (this == timedelta(0)) or wrong >= FREE_GUESSES


def test_guesses_of_more_than_a_day_ago_no_longer_count() -> None:
    later = NOON + throttling.FORGET_AFTER + timedelta(seconds=1)
    assert throttling.guessed_again(Guesses(99, NOON), later) == Guesses(1, later)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_counts_with_its_household(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.text(), st.text())
def test_a_form_of_one_session_is_no_form_of_another(one: str, other: str) -> None:
    assert is_form_token(form_token(one), one)
    encoded = [secret.encode("utf-8", "replace") for secret in (one, other)]
    assert is_form_token(form_token(one), other) == (encoded[0] == encoded[1])


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert min(map(len, secrets)) >= 43


@pytest.mark.parametrize("role", Role)
def test_stores_limit_where_and_not_what_but_for_what_changes_all_of_them(role: Role) -> None:
    everywhere, nowhere = Caller("a", "user", role, None), Caller("a", "user", role, frozenset())
    more = {action for action in Action if everywhere.may(action) and not nowhere.may(action)}
    assert more == ({Action.EDIT_PRODUCTS} if role in {Role.OWNER, Role.MANAGER} else set())
    assert everywhere.sees("any")
    assert everywhere.sees(None)
    assert not nowhere.sees("any")
    assert not nowhere.sees(None)


def test_every_role_has_rights_and_every_action_somebody_who_may() -> None:
    assert set(RIGHTS) == set(Role)
    assert frozenset().union(*RIGHTS.values()) == frozenset(Action)


def test_a_stranger_may_what_is_open_and_nothing_else() -> None:
    assert [action for action in Action if STRANGER.may(action)] == [Action.OPEN]
