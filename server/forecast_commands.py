"""The command `footfall-server forecast`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from server import assembly, telling
from server.config import load_settings
from server.errors import ServerError
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.options import DEFAULT_CONFIG, AsJson, Config, StoreId
from server.storage.catalogue import with_names
from server.storage.database import open_database

MOST_DAYS = 42


def forecast(
    store: StoreId,
    days: Annotated[int, typer.Option("--days", min=1, max=MOST_DAYS, help="So many days ahead.")] = 7,
    what: Annotated[str, typer.Option("--what", help="entries, transactions, or visits:ZONE.")] = "entries",
    holidays: Annotated[
        str, typer.Option("--holidays", help="Country whose public holidays count, as DE or DE-BY.")
    ] = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say what is expected hour by hour, with the range that four hours in five lie in.

    Example: footfall-server forecast --store high-street --days 7 --holidays DE-BY
    """
    try:
        from server.forecasting.expecting import expected
    except ModuleNotFoundError as error:
        raise ServerError(f"forecasts need {error.name}", "pip install 'footfall[forecasting]'") from error
    settings, now = load_settings(config), assembly.now()
    where = settings.store(store)
    with open_database(settings.database, read_only=True) as db:
        source = Source(db, store, terms_of(db, store, with_names(db, store, where)))
        found = expected(source, what, days * 24, now, holidays)
    if as_json:
        typer.echo(telling.as_json(asdict(found)))
        return
    rows = [(hour.begin, hour.low, hour.median, hour.high) for hour in found.hours if hour.high > 0]
    table = Table("hour", "one in ten below", "expected", "one in ten above", title=f"{what} of {store}")
    for begin, *values in rows:
        local = begin.astimezone(ZoneInfo(where.time_zone))
        table.add_row(f"{local:%a %Y-%m-%d %H:%M}", *(f"{value:.0f}" for value in values))
    telling.show(Console(), [table])
    for sentence in found.sentences:
        typer.echo(sentence)
