"""The command `footfall-server flow`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from server.flow.asking import UnusualDays


def flow(
    store: StoreId,
    what: Annotated[str, typer.Option("--what", help="entries, transactions, or visits:ZONE.")] = "entries",
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=104, help="So many weeks back.")] = 26,
    holidays: Annotated[
        str, typer.Option("--holidays", help="Country whose public holidays are known, as DE-BY.")
    ] = "",
    false_alarm_days: Annotated[
        int,
        typer.Option(
            "--false-alarm-days", min=10, max=1000, help="Once in so many days an ordinary one is listed."
        ),
    ] = 50,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say what a typical day is, which days were unusual and why, and what goes up and down together.

    Example: footfall-server flow --store high-street --weeks 52 --holidays DE-BY
    """
    try:
        from server.flow.asking import Asked, flow_of
    except ModuleNotFoundError as error:
        raise ServerError(
            f"the analysis of flow needs {error.name}", "pip install 'footfall[forecasting]'"
        ) from error
    settings, now = load_settings(config), assembly.now()
    where = settings.store(store)
    with open_database(settings.database, read_only=True) as db:
        named = with_names(db, store, where)
        source = Source(db, store, terms_of(db, store, named))
        zones = {zone: of.name for zone, of in named.zones.items()}
        found = flow_of(source, Asked(what, weeks, holidays or where.holidays, false_alarm_days), zones, now)
        typical, unusual, together = found.typical(), found.unusual(), found.together()
    if as_json:
        parts = {"typical": asdict(typical), "unusual": asdict(unusual), "together": asdict(together)}
        typer.echo(telling.as_json(parts))
        return
    for sentence in (*typical.sentences, *unusual.sentences):
        typer.echo(sentence)
    if unusual.days:
        telling.show([_unusual_table(unusual, found.label)])
    for sentence in together.sentences:
        typer.echo(sentence)


def _unusual_table(unusual: UnusualDays, label: str) -> Table:
    table = Table("day", "counted", "expected", "hours", "known of it", title=f"unusual days, {label}")
    for each in unusual.days:
        hours = "; ".join(f"{part.begin:%H:%M} to {part.end:%H:%M} {part.way}" for part in each.day.stretches)
        reasons = "; ".join(reason.text for reason in each.reasons)
        day = each.day
        table.add_row(
            f"{day.day:%a %Y-%m-%d}",
            f"{day.counted:,.0f}",
            f"{day.expected:,.0f}",
            hours or f"{day.way} all day",
            telling.harmless(reasons) or "no reason is known",
        )
    return table
