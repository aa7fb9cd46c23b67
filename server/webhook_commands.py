"""The commands `footfall-server webhook`, and the one that lists alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from server import assembly, telling
from server.api.alert_shapes import alert_shape, webhook_shape
from server.api.subscribing import NoSuchWebhook, subscribe, try_out
from server.config import load_settings
from server.options import DEFAULT_CONFIG, AsJson, Config
from server.storage import webhooks
from server.storage.alerts import AlertKind, latest
from server.storage.database import open_database

app = typer.Typer(no_args_is_help=True, help="Addresses that are told of alerts.")

Number = Annotated[int, typer.Argument(help="Number of the webhook, from `webhook list`.")]


def list_alerts(
    config: Config = DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List what is or was wrong, newest first.

    Example: footfall-server alerts --limit 50
    """
    with open_database(load_settings(config).database, read_only=True) as db:
        found = [alert_shape(alert) for alert in latest(db, limit)]
    if as_json:
        typer.echo(telling.as_json([alert.model_dump(mode="json") for alert in found]))
    elif found:
        rows = [(a.number, f"{a.began_at:%Y-%m-%d %H:%M}", _ended(a.ended_at), a.sentence) for a in found]
        telling.show([telling.plain_table(("number", "began (UTC)", "ended", "what"), rows)])
    else:
        typer.echo("there was no alert")


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="https:// and where to.")],
    kind: Annotated[
        list[AlertKind] | None, typer.Option("--kind", help="Kind of alert; all if absent.")
    ] = None,
    store: Annotated[list[str] | None, typer.Option("--store", help="Id of a store; all if absent.")] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Let an address be told of alerts. Prints the secret of its signatures, this once.

    Example: footfall-server webhook add https://chat.example.com/hook --kind device-silent
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        added = subscribe(db, settings, url, kind or list(AlertKind), store or None, assembly.now())
    typer.echo(f"webhook {added.number}; its secret, told only now: {added.secret}")


@app.command("list")
def list_webhooks(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List who is told, and how many events wait for each.

    Example: footfall-server webhook list
    """
    with open_database(load_settings(config).database, read_only=True) as db:
        waiting = webhooks.waiting_by_webhook(db)
        known = [webhook_shape(hook, waiting.get(hook.number, 0)) for hook in webhooks.subscribed(db)]
    if as_json:
        typer.echo(telling.as_json([hook.model_dump(mode="json") for hook in known]))
    elif known:
        rows = [
            (h.number, h.url, ", ".join(h.kinds), ", ".join(h.stores or ["all"]), h.waiting) for h in known
        ]
        columns = ("number", "address", "kinds", "stores", "waiting")
        telling.show([telling.plain_table(columns, rows)])
    else:
        typer.echo("nobody is told")


@app.command()
def remove(number: Number, config: Config = DEFAULT_CONFIG) -> None:
    """Tell an address no more, not even what waits.

    Example: footfall-server webhook remove 3
    """
    with open_database(load_settings(config).database) as db:
        if not webhooks.remove(db, number):
            raise NoSuchWebhook(f"there is no webhook {number}", "see: footfall-server webhook list")
    typer.echo(f"webhook {number} is removed")


@app.command("test")
def try_webhook(number: Number, config: Config = DEFAULT_CONFIG) -> None:
    """Send an address a test event, as soon as the server runs.

    Example: footfall-server webhook test 3
    """
    with open_database(load_settings(config).database) as db:
        delivery = try_out(db, number, assembly.now())
    typer.echo(f"delivery {delivery} waits; see what became of it with: footfall-server webhook list")


def _ended(at: datetime | None) -> str:
    return "still so" if at is None else f"{at:%Y-%m-%d %H:%M}"
