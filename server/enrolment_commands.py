"""The commands that let devices and tills in at the broker, and shut them out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from edge.wire import ConfigState
from server import telling
from server.accounts.by import by_command
from server.assembly import now
from server.config import Settings, load_settings
from server.enrolment import configuring, enrolling
from server.enrolment.enrolling import Outcome
from server.enrolment.folder import BrokerFolder
from server.enrolment.mosquitto import SERVER_USER, user_of
from server.errors import ServerError
from server.ingest.enrolling import retry_held
from server.options import DEFAULT_CONFIG, AsJson, Config, StoreId
from server.storage import broker_accounts as kept
from server.storage.broker_accounts import Kind
from server.storage.database import open_database

Name = Annotated[str, typer.Argument(help="Id of the device or till.")]
IsTill = Annotated[bool, typer.Option("--till", help="It is a till, or a reader of badges.")]


def broker_setup(
    config: Config = DEFAULT_CONFIG,
    rotate: Annotated[bool, typer.Option("--rotate", help="Give the server itself a new password.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write Mosquitto's configuration, certificate and rights, by the configuration as it is now.

    Run it before the first start of Mosquitto, after a change of stores or enrolment, and once a year.

    Example: footfall-server broker-setup
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        outcome = enrolling.set_up(db, settings, by_command(now()), rotate=rotate)
    _tell(settings, outcome, as_json)


def enroll(
    name: Name,
    store: StoreId,
    till: IsTill = False,
    rotate: Annotated[bool, typer.Option("--rotate", help="It is enrolled: give it a new password.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Let a device or till in at the broker: writes its bundle, and Mosquitto's files.

    Example: footfall-server enroll door-1 --store high-street
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        outcome = enrolling.enroll(db, settings, store, _kind(till), name, by_command(now()), rotate=rotate)
        if not till:
            retry_held(db, settings, now(), f"/{store}/{name}/")
    _tell(settings, outcome, as_json)


def revoke(
    name: Name, store: StoreId, till: IsTill = False, config: Config = DEFAULT_CONFIG, as_json: AsJson = False
) -> None:
    """Shut a device or till out at the broker.

    Example: footfall-server revoke door-1 --store high-street
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        outcome = enrolling.revoke(db, settings, store, _kind(till), name, by_command(now()))
    _tell(settings, outcome, as_json)


def enrolled(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List who may talk to the broker, and until when its certificate is good.

    Example: footfall-server enrolled --json
    """
    settings = load_settings(config)
    with open_database(settings.database, read_only=True) as db:
        everyone = kept.everyone(db)
    ends = BrokerFolder(settings.enrolment).certificate_ends_at()
    if as_json:
        rows = [{**asdict(one), "user": user_of(one)} for one in everyone]
        for row in rows:
            del row["password"]
        typer.echo(telling.as_json({"certificate_ends_at": ends, "enrolled": rows}))
        return
    table = Table("user", "what", "store", "since (UTC)", "rotated (UTC)", "revoked (UTC)")
    for one in everyone:
        at = (one.enrolled_at, one.rotated_at, one.revoked_at)
        times = (f"{moment:%Y-%m-%d %H:%M}" if moment else "" for moment in at)
        table.add_row(*telling.texts(user_of(one), one.kind, one.store, *times))
    telling.show([table])
    if ends:
        typer.echo(f"the broker's certificate is good until {ends:%Y-%m-%d}")


def configure(
    name: Name,
    store: StoreId,
    file: Annotated[
        Path | None, typer.Argument(help="The device's edge.toml; unset: only say what the device uses.")
    ] = None,
    take_back: Annotated[
        bool,
        typer.Option("--take-back", help="What was sent holds no more; its own file does."),
    ] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for the device's answer.")] = 30.0,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Send a device its configuration through the broker, and say what it makes of it.

    Example: footfall-server configure door-1 door-1.toml --store high-street
    """
    settings = load_settings(config)
    if store not in settings.stores:
        raise ServerError(
            f"store {store!r} is not in the configuration", f"it has {', '.join(settings.stores)}"
        )
    if take_back:
        configuring.take_back(settings.broker, store, name)
        state = configuring.state_of(settings.broker, store, name, min(wait, 2.0))
    elif file is None:
        state = configuring.state_of(settings.broker, store, name, min(wait, 2.0))
    else:
        state = configuring.configure(settings.broker, store, name, _text_of(file), wait)
    if as_json:
        typer.echo(telling.as_json({"state": state.model_dump(mode="json") if state else None}))
    else:
        typer.echo(_in_words(name, state, sent=file is not None and not take_back))
    if state and state.problems:
        raise typer.Exit(2)


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ServerError(f"{file} cannot be read: {error}") from error


def _in_words(device: str, state: ConfigState | None, *, sent: bool) -> str:
    if state is None and sent:
        return f"{device} has not answered; the broker keeps the configuration until the device hears it"
    if state is None:
        return f"{device} has never told which configuration it uses"
    where = "its own file" if state.origin == "file" else "what was sent"
    lines = [f"{device} uses {where} since {state.at:%Y-%m-%d %H:%M:%S} UTC (SHA-256 {state.applied})"]
    if state.problems:
        lines += ["a newer configuration cannot be used:", *(f"  {problem}" for problem in state.problems)]
    return "\n".join(lines)


def add_to(app: typer.Typer) -> None:
    """Add these commands to a program."""
    app.command("broker-setup")(broker_setup)
    app.command()(enroll)
    app.command()(revoke)
    app.command()(configure)
    app.command()(enrolled)


def _kind(till: bool) -> Kind:
    return "till" if till else "device"


def _tell(settings: Settings, outcome: Outcome, as_json: bool) -> None:
    configuration = BrokerFolder(settings.enrolment).mosquitto / "mosquitto.conf"
    if as_json:
        typer.echo(telling.as_json({**asdict(outcome), "mosquitto": configuration}))
        return
    typer.echo(f"{outcome.user}: Mosquitto's files are written; its configuration is {configuration}")
    if outcome.bundle and outcome.user == SERVER_USER:
        typer.echo(f"for server.toml, the [broker] section with its files: {outcome.bundle}")
    elif outcome.bundle:
        typer.echo(f"carry to it, and delete here: {outcome.bundle}")
    if not outcome.told:
        typer.echo("let Mosquitto read them: systemctl reload mosquitto, or SIGHUP")
