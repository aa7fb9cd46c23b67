"""The commands for users, tokens and the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlite_utils import Database

from server import telling
from server.access.callers import Stores as Seen
from server.access.rights import Action, Role
from server.accounts import keys, links, people
from server.accounts.by import By, by_command
from server.accounts.errors import AccountRefused
from server.assembly import now
from server.config import Settings, load_settings
from server.options import DEFAULT_CONFIG, AllStores, AsJson, Config, Stores
from server.storage import audit as audit_log
from server.storage import tokens, users
from server.storage.database import open_database
from server.storage.tokens import Token

user = typer.Typer(no_args_is_help=True, help="People who may log in.")
token = typer.Typer(no_args_is_help=True, help="What programs show in place of a password.")

UserName = Annotated[str, typer.Argument(help="The user's name.")]
TokenName = Annotated[str, typer.Argument(help="What the token is called.")]


def owner_link(
    config: Config = DEFAULT_CONFIG,
    enter: Annotated[
        bool, typer.Option("--enter", help="A link that logs in at once, without a password: for a demo.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a one-time link by which somebody becomes an owner; it is good for 24 hours.

    For the first start, and for when the owner's password is lost.

    Example: footfall-server owner-link
    """
    with _database(config) as (db, settings, by):
        secret = links.entering_link(db, by) if enter else links.owner_link(db, by)
    path = "enter" if enter else "welcome"
    _tell_link(f"{settings.web.address()}{path}/{secret}", as_json)


@user.command("add")
def add_user(
    name: UserName,
    role: Annotated[Role, typer.Option("--role", help="What the user is.")] = Role.STAFF,
    stores: Stores = None,
    all_stores: AllStores = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Invite somebody: prints a one-time link on which they choose their password.

    Example: footfall-server user add mia --role manager --store high-street
    """
    with _database(config) as (db, settings, by):
        secret = links.invitation(
            db, name.strip().lower(), role, _seen(settings, role, stores, all_stores), by
        )
    _tell_link(f"{settings.web.address()}welcome/{secret}", as_json)


@user.command("list")
def list_users(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List everybody who may log in.

    Example: footfall-server user list --json
    """
    with open_database(load_settings(config).database, read_only=True) as db:
        everybody = users.everybody(db)
    if as_json:
        typer.echo(telling.as_json([_without(asdict(one), "password") for one in everybody]))
        return
    table = Table("name", "role", "stores", "disabled (UTC)")
    for one in everybody:
        _row(table, one.name, one.role.value, _where(one.stores), one.disabled_at or "")
    telling.show([table])


@user.command("disable")
def disable_user(name: UserName, config: Config = DEFAULT_CONFIG) -> None:
    """Shut somebody out at once.

    Example: footfall-server user disable mia
    """
    with _database(config) as (db, _, by):
        people.disable(db, name, by)
    typer.echo(f"{name} is shut out")


@user.command("enable")
def enable_user(name: UserName, config: Config = DEFAULT_CONFIG) -> None:
    """Let somebody in again.

    Example: footfall-server user enable mia
    """
    with _database(config) as (db, _, by):
        people.enable(db, name, by)
    typer.echo(f"{name} is let in again")


@user.command("link")
def renew_user(name: UserName, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Print a one-time link on which somebody sets a new password.

    Example: footfall-server user link mia
    """
    with _database(config) as (db, settings, by):
        secret = links.renewal(db, name, by)
    _tell_link(f"{settings.web.address()}welcome/{secret}", as_json)


@token.command("create")
def create_token(
    name: TokenName,
    role: Annotated[Role, typer.Option("--role", help="What the program is.")] = Role.HEAD_OFFICE,
    stores: Stores = None,
    all_stores: AllStores = False,
    may: Annotated[
        list[Action] | None, typer.Option("--may", help="Only this of what the role may do, once for each.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Only this zone (of a display) or till (of a till), once for each."),
    ] = None,
    days: Annotated[int, typer.Option("--days", min=0, max=3650, help="Good for so many; 0: all.")] = 365,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it, this once.

    Example: footfall-server token create lake --role head-office --all-stores --may export
    """
    with _database(config) as (db, settings, by):
        expires = by.at + timedelta(days=days) if days else None
        scopes = frozenset(may) if may else None
        seen, parts = _seen(settings, role, stores, all_stores), frozenset(only) if only else None
        secret = keys.create(db, Token(name, role, seen, scopes, by.at, expires, parts=parts), by)
    typer.echo(telling.as_json({"name": name, "token": secret, "expires_at": expires}) if as_json else secret)


@token.command("list")
def list_tokens(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List all tokens; what they are is not kept, and so not shown.

    Example: footfall-server token list
    """
    with open_database(load_settings(config).database, read_only=True) as db:
        everyone = tokens.everyone(db)
    if as_json:
        typer.echo(telling.as_json([asdict(one) for one in everyone]))
        return
    table = Table("name", "role", "stores", "parts", "only", "good until (UTC)", "last used (UTC)")
    for one in everyone:
        until = "revoked" if one.revoked_at else one.expires_at or "revoked"
        only = ", ".join(sorted(one.scopes)) if one.scopes is not None else ""
        parts = ", ".join(sorted(one.parts)) if one.parts is not None else ""
        used = one.used_at or "never"
        _row(table, one.name, one.role.value, _where(one.stores), parts, only, until, used)
    telling.show([table])


@token.command("revoke")
def revoke_token(name: TokenName, config: Config = DEFAULT_CONFIG) -> None:
    """End a token at once.

    Example: footfall-server token revoke lake
    """
    with _database(config) as (db, _, by):
        keys.revoke(db, name, by)
    typer.echo(f"the token {name} is revoked")


def audit(
    config: Config = DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Print who did what, newest first.

    Example: footfall-server audit --limit 20
    """
    with open_database(load_settings(config).database, read_only=True) as db:
        entries = audit_log.newest(db, limit)
    if as_json:
        typer.echo(telling.as_json([asdict(entry) for entry in entries]))
        return
    table = Table("when (UTC)", "who", "what", "on what", "from")
    for entry in entries:
        _row(table, f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.who, entry.what, entry.target, entry.address)
    telling.show([table])


def add_to(app: typer.Typer) -> None:
    """Add these commands to a program."""
    app.add_typer(user, name="user")
    app.add_typer(token, name="token")
    app.command("owner-link")(owner_link)
    app.command("audit")(audit)


@contextmanager
def _database(config: Config) -> Iterator[tuple[Database, Settings, By]]:
    settings = load_settings(config)
    with open_database(settings.database) as db:
        yield db, settings, by_command(now())


def _seen(settings: Settings, role: Role, stores: list[str] | None, all_stores: bool) -> Seen:
    for store in stores or ():
        settings.store(store)
    if all_stores and stores:
        raise AccountRefused("--store and --all-stores exclude each other", "take one of them")
    if stores or all_stores or role is Role.OWNER:
        return frozenset(stores) if stores else None
    raise AccountRefused("it is not said for which stores", "--store ID once for each, or --all-stores")


def _tell_link(link: str, as_json: bool) -> None:
    typer.echo(telling.as_json({"link": link}) if as_json else f"Good once, for 24 hours: {link}")


def _where(stores: Seen) -> str:
    return "all" if stores is None else ", ".join(sorted(stores))


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def _row(table: Table, *values: object) -> None:
    table.add_row(*telling.texts(*values))
