from __future__ import annotations

import pytest

from edge.errors import EdgeError
from edge.setup.entry import (
    CODE_SECONDS,
    IDLE_SECONDS,
    MOST_SESSIONS,
    SESSION_SECONDS,
    Door,
    EntryRefused,
    Guesses,
    GuessTooSoon,
)
from edge.setup.passwords import hashed, is_hash


class Terminal:
    """Where codes are told."""

    def __init__(self, password: str | None = None) -> None:
        self.codes: list[str] = []
        self.door = Door(self.codes.append, password)
        self.door.open(0.0)


def test_a_code_lets_in_once_and_the_next_one_is_told() -> None:
    terminal = Terminal()
    (code,) = terminal.codes
    session = terminal.door.enter(code, 1.0)
    assert terminal.door.session(session.token, 2.0)
    assert len(terminal.codes) == 2
    with pytest.raises(EntryRefused, match="that is not it"):
        terminal.door.enter(code, 3.0)
    assert terminal.door.enter(terminal.codes[-1], 4.0).token != session.token


@pytest.mark.parametrize(
    "typed", [lambda code: code.lower(), lambda code: code.replace("-", ""), lambda code: f" {code} "]
)
def test_a_code_may_be_typed_as_people_type(typed: object) -> None:
    terminal = Terminal()
    assert callable(typed)
    assert terminal.door.enter(typed(terminal.codes[0]), 1.0)


@pytest.mark.parametrize("said", ["", "----", "AAAA-AAAA", "é" * 8])
def test_a_wrong_code_does_not_let_in(said: str) -> None:
    with pytest.raises(EntryRefused):
        Terminal().door.enter(said, 1.0)


def test_a_code_is_over_after_half_an_hour_and_a_new_one_is_told() -> None:
    terminal = Terminal()
    with pytest.raises(EntryRefused, match="has run out; the terminal shows a new one"):
        terminal.door.enter(terminal.codes[0], CODE_SECONDS + 1)
    assert len(terminal.codes) == 2
    assert terminal.door.enter(terminal.codes[1], CODE_SECONDS + 2)


def test_after_three_wrong_guesses_each_next_one_waits_longer() -> None:
    guesses, waits = Guesses(), []
    for _ in range(11):
        guesses = guesses.and_one_wrong(0.0)
        waits.append(guesses.wait_seconds(0.0))
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert guesses.wait_seconds(59.0) == 1
    assert guesses.wait_seconds(60.0) == 0


def test_who_guesses_too_soon_is_not_heard_even_with_the_right_code() -> None:
    terminal = Terminal()
    for _ in range(3):
        with pytest.raises(EntryRefused):
            terminal.door.enter("wrong", 10.0)
    with pytest.raises(GuessTooSoon) as refused:
        terminal.door.enter(terminal.codes[-1], 10.5)
    assert refused.value.wait_seconds == pytest.approx(0.5)
    assert terminal.door.enter(terminal.codes[-1], 11.0)


def test_a_session_ends_when_it_is_left_alone_or_after_a_working_day() -> None:
    door = Terminal().door
    assert door.session("nobody's", 0.0) is None
    terminal = Terminal()
    token = terminal.door.enter(terminal.codes[0], 0.0).token
    assert terminal.door.session(token, IDLE_SECONDS)
    assert terminal.door.session(token, 2 * IDLE_SECONDS)
    assert terminal.door.session(token, 3 * IDLE_SECONDS + 1) is None
    assert terminal.door.session(token, 3 * IDLE_SECONDS + 1) is None, "it does not come back"

    token = terminal.door.enter(terminal.codes[-1], 0.0).token
    for half_hour in range(int(SESSION_SECONDS / IDLE_SECONDS) + 1):
        assert terminal.door.session(token, half_hour * IDLE_SECONDS)
    assert terminal.door.session(token, SESSION_SECONDS + 1) is None


def test_who_logs_out_is_out() -> None:
    terminal = Terminal()
    token = terminal.door.enter(terminal.codes[0], 0.0).token
    assert terminal.door.anybody(1.0)
    terminal.door.leave(token)
    assert terminal.door.session(token, 1.0) is None
    assert not terminal.door.anybody(1.0)


def test_no_more_than_eight_sessions_are_remembered_the_longest_unused_goes() -> None:
    terminal = Terminal()
    tokens = [
        terminal.door.enter(terminal.codes[-1], float(number)).token for number in range(MOST_SESSIONS + 1)
    ]
    alive = [terminal.door.session(token, 20.0) is not None for token in tokens]
    assert alive == [False] + [True] * MOST_SESSIONS


def test_a_password_lets_in_as_often_as_one_likes_and_stands_nowhere_in_the_clear() -> None:
    line = hashed("correct horse battery")
    assert is_hash(line)
    assert "horse" not in line
    assert line != hashed("correct horse battery"), "each has a salt of its own"
    terminal = Terminal(line)
    assert terminal.codes == []
    assert terminal.door.enter("correct horse battery", 0.0).token
    assert terminal.door.enter("correct horse battery", 1.0).token
    with pytest.raises(EntryRefused):
        terminal.door.enter("correct horse", 2.0)


def test_a_short_password_is_refused() -> None:
    with pytest.raises(EdgeError, match="at least 12"):
        hashed("elevensigns")


@pytest.mark.parametrize("line", ["", "correct horse battery", "scrypt:only", "argon2:a:b"])
def test_what_is_no_hash_is_known(line: str) -> None:
    assert not is_hash(line)
