"""One-time links: how the first owner and all others come in, no password going through others' hands."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlite_utils import Database

from server.access import passwords
from server.access.callers import Stores
from server.access.rights import PEOPLE, Role
from server.access.tokens import digest, new_secret
from server.accounts.by import By
from server.accounts.errors import AccountRefused, NoSuchAccount
from server.accounts.sessions import open_session
from server.config import AccessSettings
from server.storage import guesses, links, sessions, users
from server.storage.database import writing
from server.storage.links import Link, Purpose

GOOD_FOR = timedelta(hours=24)

GONE = "This link has been used, or is older than 24 hours. Ask for a new one."

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")

FIRST_OWNER = "owner"
"""Name of the user whom a link to enter logs in as, where there is no owner yet."""


def name_refusal(name: str) -> str | None:
    """Why somebody cannot be called so; None if it is fine."""
    if _NAME.fullmatch(name):
        return None
    return "A name has 2 to 64 of a-z, 0-9 and . _ @ + -, and begins with a letter or digit."


def checked_person(role: Role, stores: Stores) -> None:
    """Refuse rights that nobody can have.

    Raises:
        AccountRefused: not a person's role, or no store.
    """
    if role not in PEOPLE:
        raise AccountRefused(f"{role.value} is a role of tokens, not of people")
    if role is Role.OWNER and stores is not None:
        raise AccountRefused("an owner sees all stores", "leave the stores out, or choose another role")
    if stores is not None and not stores:
        raise AccountRefused("without a store there is nothing to see", "name one store or more, or all")


def owner_link(db: Database, by: By) -> str:
    """The secret of a link by which somebody becomes an owner; links of this kind from before end."""
    with writing(db):
        links.forget_first_owners(db)
        return _made(db, Link(Purpose.JOIN, None, Role.OWNER, None, by.at + GOOD_FOR), by, "owner link made")


def entering_link(db: Database, by: By) -> str:
    """The secret of a link that logs in as `owner`, who is made if there is none; for a demonstration."""
    with writing(db):
        users.add(db, FIRST_OWNER, None, Role.OWNER, None, by.at)
        user = users.get(db, FIRST_OWNER)
        if user is None or user.role is not Role.OWNER or user.disabled_at:
            raise AccountRefused(f"the user {FIRST_OWNER!r} is no owner, or is disabled")
        link = Link(Purpose.ENTER, FIRST_OWNER, Role.OWNER, None, by.at + GOOD_FOR)
        return _made(db, link, by, "link to enter made")


def invitation(db: Database, name: str, role: Role, stores: Stores, by: By) -> str:
    """The secret of a link by which somebody joins under a name.

    Raises:
        AccountRefused: the name is taken or cannot be one, or the rights cannot be given.
    """
    checked_person(role, stores)
    if refusal := name_refusal(name):
        raise AccountRefused(refusal)
    with writing(db):
        if users.get(db, name):
            raise AccountRefused(f"there is a user {name!r} already", "change that one, or take another name")
        links.forget_of(db, name)
        return _made(db, Link(Purpose.JOIN, name, role, stores, by.at + GOOD_FOR), by, "user invited")


def renewal(db: Database, name: str, by: By) -> str:
    """The secret of a link by which a user sets a new password.

    Raises:
        NoSuchAccount: there is no such user.
    """
    with writing(db):
        user = users.get(db, name)
        if user is None:
            raise NoSuchAccount(f"there is no user {name!r}", "see: footfall-server user list")
        links.forget_of(db, name)
        link = Link(Purpose.RENEW, name, user.role, user.stores, by.at + GOOD_FOR)
        return _made(db, link, by, "link for a new password made")


def shown(db: Database, secret: str, now: datetime) -> Link:
    """What a link is for; does not use it up.

    Raises:
        AccountRefused: it has been used, or is too old.
    """
    link = links.get(db, digest(secret), now)
    if link is None:
        raise AccountRefused(GONE)
    return link


def accept(db: Database, secret: str, name: str, password: str, terms: AccessSettings, by: By) -> str:
    """Use a link up with a new password; the secret of a session that begins.

    Raises:
        AccountRefused: the link is gone, or name or password cannot be taken.
    """
    link = shown(db, secret, by.at)
    named = link.user or name.strip().lower()
    if refusal := name_refusal(named) or passwords.refusal(password, named):
        raise AccountRefused(refusal)
    stored = passwords.hashed(password)
    with writing(db):
        _use_up(db, secret)
        if link.purpose is Purpose.JOIN:
            _join(db, link, named, stored, by)
        else:
            users.set_password(db, named, stored)
            sessions.end_all_of(db, named)
        guesses.forget(db, "name", named)
        by.note(db, "joined" if link.purpose is Purpose.JOIN else "new password by link", named)
        return open_session(db, named, terms, by)


def enter(db: Database, secret: str, terms: AccessSettings, by: By) -> str:
    """Use up a link that logs in; the secret of a session that begins.

    Raises:
        AccountRefused: the link is gone, or is not one that logs in.
    """
    with writing(db):
        link = shown(db, secret, by.at)
        if link.purpose is not Purpose.ENTER or link.user is None:
            raise AccountRefused(GONE)
        _use_up(db, secret)
        by.note(db, "entered by link", link.user)
        return open_session(db, link.user, terms, by)


def _made(db: Database, link: Link, by: By, what: str) -> str:
    secret = new_secret()
    links.add(db, link, digest(secret), by.at)
    by.note(db, what, link.user or link.role.value)
    return secret


def _use_up(db: Database, secret: str) -> None:
    if not links.take(db, digest(secret)):
        raise AccountRefused(GONE)


def _join(db: Database, link: Link, name: str, stored: str, by: By) -> None:
    if users.add(db, name, stored, link.role, link.stores, by.at):
        return
    raise AccountRefused(f"There is a user {name!r} already; take another name.")
