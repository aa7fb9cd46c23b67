"""Changing users: rights, passwords, and shutting somebody out."""

from __future__ import annotations

from sqlite_utils import Database

from server.access import passwords
from server.access.callers import Stores
from server.access.rights import Role
from server.access.tokens import digest
from server.accounts.by import By
from server.accounts.errors import AccountRefused, NoSuchAccount
from server.accounts.links import checked_person
from server.storage import links, sessions, users
from server.storage.database import writing
from server.storage.users import User


def change_password(db: Database, name: str, old: str, new: str, secret: str, by: By) -> None:
    """Give a user a new password, and end all other sessions of that user.

    Raises:
        AccountRefused: the old one is wrong, or the new one cannot be taken.
    """
    user = _known(db, name)
    # Whoever came by a link to enter has none yet, and need not know it.
    if user.password is not None and not passwords.is_right(old, user.password):
        raise AccountRefused("The present password is wrong.")
    if refusal := passwords.refusal(new, name):
        raise AccountRefused(refusal)
    stored = passwords.hashed(new)
    with writing(db):
        users.set_password(db, name, stored)
        sessions.end_all_of(db, name, but=digest(secret))
        links.forget_of(db, name)
        by.note(db, "password changed", name)


def change_rights(db: Database, name: str, role: Role, stores: Stores, by: By) -> None:
    """Give a user another role and other stores, from the next request on.

    Raises:
        AccountRefused: nobody can have those rights, or no owner would be left.
    """
    checked_person(role, stores)
    with writing(db):
        user = _known(db, name)
        if role is not Role.OWNER:
            _owner_is_left(db, user)
        users.set_rights(db, name, role, stores)
        where = "all stores" if stores is None else ", ".join(sorted(stores))
        by.note(db, "rights changed", f"{name}: {user.role.value} to {role.value}, {where}")


def disable(db: Database, name: str, by: By) -> None:
    """Shut a user out at once.

    Raises:
        AccountRefused: there is no such user, or no owner would be left.
    """
    with writing(db):
        _owner_is_left(db, _known(db, name))
        users.set_disabled(db, name, by.at)
        sessions.end_all_of(db, name)
        links.forget_of(db, name)
        by.note(db, "user disabled", name)


def enable(db: Database, name: str, by: By) -> None:
    """Let a user in again.

    Raises:
        NoSuchAccount: there is no such user.
    """
    with writing(db):
        _known(db, name)
        users.set_disabled(db, name, None)
        by.note(db, "user enabled", name)


def _known(db: Database, name: str) -> User:
    user = users.get(db, name)
    if user is None:
        raise NoSuchAccount(f"there is no user {name!r}", "see: footfall-server user list")
    return user


def _owner_is_left(db: Database, user: User) -> None:
    if user.role is Role.OWNER and user.disabled_at is None and users.active_owners(db) == 1:
        raise AccountRefused(
            f"{user.name!r} is the only owner", "make another owner first: footfall-server owner-link"
        )
