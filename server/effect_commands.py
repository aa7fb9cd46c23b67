"""The commands `footfall-server drivers` and `footfall-server customers`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.table import Table

from server import assembly, telling
from server.api.effect_shapes import CustomersShape, DriversShape
from server.api.explaining import customers_shape, drivers_shape
from server.config import load_settings
from server.dashboard.words import number, percent
from server.errors import ServerError
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.flow.group_figures import LEAST_WEEKS, MOST_WEEKS, USUAL_WEEKS
from server.flow.outcome import Outcome
from server.options import DEFAULT_CONFIG, AsJson, Config, StoreId
from server.storage.catalogue import with_names
from server.storage.database import open_database


class NotInstalled(ServerError):
    """What computes it is an extra, and is not installed."""

    exit_code = 3


def drivers(
    store: StoreId,
    of: Annotated[Outcome, typer.Option("--of", help="What is explained.")] = Outcome.TRANSACTIONS,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say what a store's sales go along with: people, stay, weekday, events, weather, season.

    Example: footfall-server drivers --store high-street --of net-sales
    """
    with _extra_named():
        from server.flow.explaining import explained
    settings = load_settings(config)
    known = settings.store(store)
    with open_database(settings.database, read_only=True) as db:
        source = Source(db, store, terms_of(db, store, with_names(db, store, known)))
        found = drivers_shape(store, explained(source, of, assembly.now(), known.holidays))
    if as_json:
        typer.echo(telling.as_json(found.model_dump(mode="json")))
    else:
        _show_drivers(found)


def customers(
    store: StoreId,
    weeks: Annotated[
        int, typer.Option("--weeks", min=LEAST_WEEKS, max=MOST_WEEKS, help="Purchases of so many weeks.")
    ] = USUAL_WEEKS,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Put the customers with a card into groups by how often and how much they buy. Nobody is named.

    Example: footfall-server customers --store high-street --weeks 13
    """
    with _extra_named():
        from server.flow.customers import customer_groups
    settings = load_settings(config)
    known = settings.store(store)
    with open_database(settings.database, read_only=True) as db:
        source = Source(db, store, terms_of(db, store, with_names(db, store, known)))
        groups = customer_groups(source, assembly.now(), weeks, settings.suppress_below)
        found = customers_shape(store, groups)
    if as_json:
        typer.echo(telling.as_json(found.model_dump(mode="json")))
    else:
        _show_customers(found)


@contextmanager
def _extra_named() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise NotInstalled(f"this needs {error.name}", "pip install 'footfall[forecasting]'") from error


def _show_drivers(found: DriversShape) -> None:
    table = Table("what", "change", "likely from", "to", title=f"{found.of.value} of {found.store}")
    for effect in found.effects:
        ends = (percent(each, 1) for each in (effect.change, effect.low, effect.high))
        table.add_row(effect.words, *ends)
    telling.show([table])
    for sentence in (*found.sentences, *(rule.sentence for rule in found.rules), *found.notes):
        typer.echo(sentence)


def _show_customers(found: CustomersShape) -> None:
    title = f"customers of {found.store}, {found.first_day} to {found.last_day}"
    table = Table("group", "customers", "of sales", "basket", "what it takes", title=title)
    for group in found.groups:
        values = (number(group.customers), percent(group.share_of_sales), number(group.basket, 2))
        table.add_row(group.group.value, *values, group.meaning)
    telling.show([table])
    for sentence in (*found.sentences, *found.notes):
        typer.echo(sentence)
