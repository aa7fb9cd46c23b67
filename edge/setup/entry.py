"""Who may use the set-up page: a code that lets in once, or a password; sessions; waits between guesses.

Pure but for its random numbers: time is an argument, in seconds of any steady clock.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.errors import EdgeError
from edge.setup.passwords import is_password

CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are taken for one another; 8 of them are 39 bits."""

CODE_SECONDS = 30 * 60.0
IDLE_SECONDS = 30 * 60.0
SESSION_SECONDS = 8 * 3600.0
MOST_SESSIONS = 8
FREE_GUESSES = 3
LONGEST_WAIT_SECONDS = 60.0


class EntryRefused(EdgeError):
    """A wrong code or password; the next guess is heard after `wait_seconds`."""

    def __init__(self, message: str, wait_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class GuessTooSoon(EntryRefused):
    """A guess that was not even looked at."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """Wrong guesses in a row, whoever made them."""

    wrong: int = 0
    last_at: float = float("-inf")

    def wait_seconds(self, now: float) -> float:
        """How long the next guess has to wait: three are free, then 1, 2, 4 … 60 s."""
        if self.wrong < FREE_GUESSES:
            return 0.0
        pause = min(2.0 ** min(self.wrong - FREE_GUESSES, 10), LONGEST_WAIT_SECONDS)
        return max(0.0, self.last_at + pause - now)

    def and_one_wrong(self, now: float) -> Guesses:
        """After another wrong one."""
        return Guesses(self.wrong + 1, now)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who was let in.

    Attributes:
        token: what the cookie holds.
        proof: what each change has to bring along, which a page of another site cannot know.
    """

    token: str
    proof: str
    began_at: float
    used_at: float

    def is_over(self, now: float) -> bool:
        """Whether it was left alone for half an hour, or lasted for a working day."""
        return now - self.used_at > IDLE_SECONDS or now - self.began_at > SESSION_SECONDS


class Door:
    """Lets in who knows the code or the password.

    Args:
        tell_code: shows a code where only the technician sees it; called for each new one.
        password: the line of a password file, see `hashed`; None: codes only.
    """

    def __init__(self, tell_code: Callable[[str], None], password: str | None = None) -> None:
        self._tell_code = tell_code
        self._password = password
        self._code = ""
        self._code_until = float("-inf")
        self._guesses = Guesses()
        self._sessions: dict[str, Session] = {}

    def open(self, now: float) -> None:
        """Makes the first code, unless there is a password."""
        if self._password is None:
            self._new_code(now)

    def enter(self, said: str, now: float) -> Session:
        """A session for who says the right thing. A code lets in once; the next one is told at once.

        Raises:
            EntryRefused: it is wrong, or comes too soon after wrong ones.
        """
        if wait := self._guesses.wait_seconds(now):
            raise GuessTooSoon(f"too many wrong guesses; try again in {wait:.0f} s", wait)
        if self._password is None and now > self._code_until:
            self._guesses = self._guesses.and_one_wrong(now)
            self._new_code(now)
            raise EntryRefused(
                "the code has run out; the terminal shows a new one", self._guesses.wait_seconds(now)
            )
        if not self._is_right(said):
            self._guesses = self._guesses.and_one_wrong(now)
            raise EntryRefused("that is not it", self._guesses.wait_seconds(now))
        self._guesses = Guesses()
        if self._password is None:
            self._new_code(now)
        return self._begin(now)

    def session(self, token: str, now: float) -> Session | None:
        """The session that a cookie names, used once more; None where there is none, or no more."""
        key = _digest(token)
        found = self._sessions.get(key)
        if found is None or found.is_over(now):
            self._sessions.pop(key, None)
            return None
        self._sessions[key] = used = replace(found, used_at=now)
        return used

    def leave(self, token: str) -> None:
        """Ends a session."""
        self._sessions.pop(_digest(token), None)

    def anybody(self, now: float) -> bool:
        """Whether somebody is in."""
        return any(not session.is_over(now) for session in self._sessions.values())

    def _is_right(self, said: str) -> bool:
        if self._password is not None:
            return is_password(said, self._password)
        given = "".join(sign for sign in said.upper() if sign.isalnum())
        return hmac.compare_digest(given.encode(), self._code.replace("-", "").encode())

    def _new_code(self, now: float) -> None:
        signs = "".join(secrets.choice(CODE_SIGNS) for _ in range(8))
        self._code, self._code_until = f"{signs[:4]}-{signs[4:]}", now + CODE_SECONDS
        self._tell_code(self._code)

    def _begin(self, now: float) -> Session:
        session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), now, now)
        kept = [(key, one) for key, one in self._sessions.items() if not one.is_over(now)]
        kept = sorted(kept, key=lambda item: item[1].used_at)[-(MOST_SESSIONS - 1) :]
        self._sessions = {**dict(kept), _digest(session.token): session}
        return session


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
