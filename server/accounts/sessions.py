"""From a password to a session, and from a session or token to who it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from server.access import passwords, throttling
from server.access.callers import Caller
from server.access.tokens import digest, new_secret
from server.accounts.by import By
from server.accounts.errors import LogInRefused
from server.config import AccessSettings
from server.storage import guesses, sessions, tokens, users
from server.storage.database import writing

WRONG = "Name or password is wrong."
"""Said of unknown names and wrong passwords alike."""

_NOTE_USE_EVERY = timedelta(minutes=1)
"""So often at most the use of a session or token is written down."""


def log_in(db: Database, name: str, password: str, terms: AccessSettings, by: By) -> str:
    """The secret of a new session.

    Raises:
        LogInRefused: name or password is wrong, or it is too early for another guess.
    """
    asked = name.strip().lower()
    _claim_guess(db, asked, by)
    user = users.get(db, asked)
    known = user if user and user.disabled_at is None else None
    # Never inside a transaction: it takes a fifth of a second.
    if not passwords.is_right(password, known.password if known else None) or known is None:
        by.note(db, "log-in refused", asked)
        raise LogInRefused(WRONG)
    stronger = passwords.hashed(password) if passwords.is_outdated(known.password or "") else None
    with writing(db):
        guesses.forget(db, "name", _key(asked))
        guesses.take_back(db, "address", throttling.network_of(by.address))
        if stronger:
            users.set_password(db, asked, stronger)
        return open_session(db, asked, terms, replace(by, who=f"user:{asked}"))


def open_session(db: Database, user: str, terms: AccessSettings, by: By) -> str:
    """The secret of a new session of a user. Belongs into a transaction."""
    secret = new_secret()
    sessions.forget_older(db, *_oldest(terms, by.at))
    sessions.begin(db, digest(secret), user, by.at)
    by.note(db, "log-in", user)
    return secret


def log_out(db: Database, secret: str, by: By) -> None:
    """End a session."""
    with writing(db):
        sessions.end(db, digest(secret))
        by.note(db, "log-out")


def holder_of_session(db: Database, secret: str, terms: AccessSettings, now: datetime) -> Caller | None:
    """Whose session it is; None if it has ended."""
    session = sessions.get(db, digest(secret))
    if session is None:
        return None
    created_after, seen_after = _oldest(terms, now)
    if session.created_at < created_after or session.seen_at < seen_after:
        return None
    user = users.get(db, session.user)
    if user is None or user.disabled_at is not None:
        return None
    return Caller(user.name, "user", user.role, user.stores)


def holder_of_token(db: Database, secret: str, now: datetime) -> Caller | None:
    """Whose token it is; None if it does not hold."""
    token = tokens.by_digest(db, digest(secret))
    if token is None or not token.holds(now):
        return None
    return Caller(token.name, "token", token.role, token.stores, token.scopes, token.parts)


def is_use_to_note(db: Database, secret: str, now: datetime) -> bool:
    """Whether the last note of a session's or token's use is old enough for another."""
    session, token = sessions.get(db, digest(secret)), tokens.by_digest(db, digest(secret))
    last = session.seen_at if session else token.used_at if token else now
    return last is None or now - last >= _NOTE_USE_EVERY


def note_use(db: Database, secret: str, now: datetime) -> None:
    """Write down that a session or token was used."""
    sessions.seen(db, digest(secret), now)
    tokens.used(db, digest(secret), now)


def _oldest(terms: AccessSettings, now: datetime) -> tuple[datetime, datetime]:
    return now - timedelta(days=terms.session_days), now - timedelta(hours=terms.idle_hours)


def _claim_guess(db: Database, name: str, by: By) -> None:
    """Count a guess before it is made, so that a thousand at once are not a thousand for the price of one."""
    address = throttling.network_of(by.address)
    with writing(db):
        known = {
            "name": guesses.get(db, "name", _key(name)),
            "address": guesses.get(db, "address", address),
        }
        wait = max(
            throttling.wait(known["name"], throttling.LONGEST_WAIT_OF_A_NAME, by.at),
            throttling.wait(known["address"], throttling.LONGEST_WAIT_OF_AN_ADDRESS, by.at),
        )
        if not wait:
            guesses.put(db, "name", _key(name), throttling.guessed_again(known["name"], by.at))
            guesses.put(db, "address", address, throttling.guessed_again(known["address"], by.at))
    if wait:
        seconds = int(wait.total_seconds()) + 1
        raise LogInRefused(f"Too many guesses were wrong. Try again in {_in_words(seconds)}.", seconds)


def _key(name: str) -> str:
    return name[:64].encode("utf-8", "replace").decode()


def _in_words(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60 + 1} minutes"
