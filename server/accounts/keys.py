"""Giving tokens to programs, and taking them back."""

from __future__ import annotations

import re

from sqlite_utils import Database

from server.access.rights import IN_PARTS, PROGRAMS, RIGHTS, Action, Role
from server.access.tokens import TOKEN_PREFIX, digest, new_secret
from server.accounts.by import By
from server.accounts.errors import AccountRefused, NoSuchAccount
from server.storage import tokens
from server.storage.database import writing
from server.storage.tokens import MOST_TOKENS, Token

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_ID = re.compile(r"[a-z0-9-]{1,64}")


def create(db: Database, token: Token, by: By) -> str:
    """Keep a new token; its secret, which is shown this once.

    Raises:
        AccountRefused: the name is taken or cannot be one, or no program can have those rights.
    """
    _check(token)
    secret = new_secret(TOKEN_PREFIX)
    with writing(db):
        if tokens.count(db) >= MOST_TOKENS:
            raise AccountRefused(f"there are {MOST_TOKENS:,} tokens, and more are not kept")
        if not tokens.add(db, token, digest(secret)):
            raise AccountRefused(f"there is a token {token.name!r} already", "take another name")
        where = "all stores" if token.stores is None else ", ".join(sorted(token.stores))
        parts = f", only {', '.join(sorted(token.parts))}" if token.parts else ""
        by.note(db, "token created", f"{token.name}: {token.role.value}, {where}{parts}")
    return secret


def revoke(db: Database, name: str, by: By) -> None:
    """End a token at once.

    Raises:
        NoSuchAccount: there is none of that name that still holds.
    """
    with writing(db):
        if not tokens.revoke(db, name, by.at):
            raise NoSuchAccount(
                f"there is no token {name!r} that still holds", "see: footfall-server token list"
            )
        by.note(db, "token revoked", name)


def _check(token: Token) -> None:
    if not _NAME.fullmatch(token.name):
        raise AccountRefused("a token's name has 1 to 64 letters, digits, spaces and . _ -")
    if token.role not in PROGRAMS:
        raise AccountRefused(
            f"a token cannot have the role {token.role.value}",
            f"one of: {', '.join(role.value for role in PROGRAMS)}",
        )
    if token.stores is not None and not token.stores:
        raise AccountRefused("a token without a store opens nothing", "name one store or more, or all")
    _check_parts(token)
    beyond = (token.scopes or frozenset()) - RIGHTS[token.role] - {Action.OWN_ACCOUNT}
    if beyond or token.scopes == frozenset():
        allowed = sorted(RIGHTS[token.role] - {Action.OWN_ACCOUNT, Action.BE_KNOWN})
        wrong = ", ".join(sorted(beyond)) or "nothing"
        raise AccountRefused(
            f"a token of the role {token.role.value} cannot be limited to {wrong}",
            f"it may: {', '.join(allowed)}",
        )


def _check_parts(token: Token) -> None:
    if token.parts is None:
        if token.role is Role.DISPLAY:
            raise AccountRefused("a display's token needs the zones that it shows", "name one zone or more")
        return
    what = IN_PARTS.get(token.role)
    if what is None:
        raise AccountRefused(f"a token of the role {token.role.value} cannot be bound to parts of a store")
    if token.stores is None or len(token.stores) != 1:
        raise AccountRefused(f"a token that is bound to a {what} needs the one store that it stands in")
    if wrong := sorted(part for part in token.parts if not _ID.fullmatch(part)):
        raise AccountRefused(f"{wrong[0]!r} cannot be the id of a {what}", "1 to 64 of a-z, 0-9 and -")
    if not token.parts:
        raise AccountRefused(f"a token that is bound to no {what} opens nothing", f"name one {what} or more")
