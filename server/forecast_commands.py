"""The commands `footfall-server forecast` and `keep-forecasts`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from server import assembly, telling
from server.config import load_settings
from server.errors import ServerError
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.options import DEFAULT_CONFIG, AsJson, Config, StoreId
from server.storage.catalogue import with_names
from server.storage.database import open_database
from server.storage.forecast_training import last_run
from server.upkeep.forecasting import checked_forecasting, make_forecasts

if TYPE_CHECKING:
    from server.forecasting.expecting import Expected

MOST_DAYS = 42

NONE_MADE = 4
"""Exit code where a store's history was refused."""

_RANGE = ("one in ten below", "expected", "one in ten above")

What = Annotated[str, typer.Option("--what", help="entries, transactions, visits:ZONE or product:SKU.")]
OneStore = Annotated[str, typer.Option("--store", help="Only this store; without it each of them.")]


def forecast(
    store: StoreId,
    days: Annotated[int, typer.Option("--days", min=1, max=MOST_DAYS, help="So many days ahead.")] = 7,
    what: What = "entries",
    holidays: Annotated[
        str, typer.Option("--holidays", help="Country whose public holidays count, as DE or DE-BY.")
    ] = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say what is expected hour by hour, with the range that four hours in five lie in. Keeps nothing.

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
        found = expected(source, what, days * 24, now, holidays or where.holidays)
    if as_json:
        typer.echo(telling.as_json(asdict(found)))
        return
    telling.show([_hours_table(found, where.zone), _days_table(found)])
    for sentence in found.sentences:
        typer.echo(sentence)


def keep_forecasts(store: OneStore = "", config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Make the forecasts of all series now, and keep them for pages and plans; the nightly work does so, too.

    Example: footfall-server keep-forecasts --store high-street
    """
    settings, now = load_settings(config), assembly.now()
    stores = [store] if store else list(settings.stores)
    for one in stores:
        settings.store(one)
    checked_forecasting()
    made = [make_forecasts(settings, one, now) for one in stores]
    with open_database(settings.database, read_only=True) as db:
        runs = {one: run for one in stores if (run := last_run(db, one)) is not None}
    if as_json:
        typer.echo(telling.as_json({one: asdict(run) for one, run in runs.items()}))
    else:
        for one, run in runs.items():
            for sentence in run.sentences:
                typer.echo(telling.harmless(f"{one}: {sentence}"))
    if not all(made):
        raise typer.Exit(NONE_MADE)


def _hours_table(found: Expected, zone: ZoneInfo) -> Table:
    table = Table("hour", *_RANGE, title=f"{found.what} of {found.store}")
    for hour in found.hours:
        if hour.high > 0:
            local = hour.begin.astimezone(zone)
            table.add_row(
                f"{local:%a %Y-%m-%d %H:%M}",
                *(f"{value:.0f}" for value in (hour.low, hour.median, hour.high)),
            )
    return table


def _days_table(found: Expected) -> Table:
    table = Table("whole day", *_RANGE, title="A day's range is not the sum of its hours' ranges")
    for day in found.days:
        table.add_row(
            f"{day.day:%a %Y-%m-%d}", *(f"{value:.0f}" for value in (day.low, day.median, day.high))
        )
    return table
