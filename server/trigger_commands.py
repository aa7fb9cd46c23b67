"""The commands that look after triggers, and that try them out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table

from server import assembly, telling
from server.config import ConfigError, StoreSettings, load_settings
from server.figures.terms import calendar_of
from server.options import DEFAULT_CONFIG, AsJson, Config
from server.running import StopSignal, run_together
from server.storage.catalogue import with_names
from server.storage.database import open_database
from server.triggering.ranking import ByWhatWasLearnt
from server.triggering.replaying import MOST_DAYS, Trial, Trying, tried

Store = Annotated[str, typer.Argument(help="Id of the store, as in server.toml.")]
First = Annotated[str, typer.Option("--from", help="First business day, such as 2026-05-04.")]
Last = Annotated[str, typer.Option("--to", help="Last business day; the first if absent.")]
Flags = Annotated[
    list[str] | None, typer.Option("--flag", help="Take this flag to have been set, once for each.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to those of `footfall-server`."""
    app.command("trigger")(trigger)
    app.command("try-triggers")(try_triggers)


def trigger(config: Config = DEFAULT_CONFIG) -> None:
    """Look when zones should show something, and tell them over the broker. `up` does so, too.

    Example: footfall-server trigger --config server.toml
    """
    settings = load_settings(config)
    assembly.set_up_log()
    stop = StopSignal()
    stop.install()
    run_together(assembly.triggering(settings), stop.event)


def try_triggers(
    store: Store,
    first: First,
    last: Last = "",
    flags: Flags = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show when each rule would have begun on past days, and why else it did not. Nothing is stored.

    Example: footfall-server try-triggers demo --from 2026-05-04 --to 2026-05-10
    """
    settings = load_settings(config)
    known, begin = settings.store(store), _day("--from", first)
    end = _day("--to", last) if last else begin
    _check(known, begin, end)
    with open_database(settings.database, read_only=True) as db:
        named, ranking = with_names(db, store, known), ByWhatWasLearnt(settings)
        trials = tried(Trying(db, store, named, frozenset(flags or ()), ranking), begin, end)
    if as_json:
        typer.echo(telling.as_json([_values(trial) for trial in trials]))
        return
    for trial in trials:
        telling.show(_tables(trial, known))


def _check(store: StoreSettings, begin: date, end: date) -> None:
    if not store.triggers:
        raise ConfigError("this store has no triggers", "write some: [stores.ID.triggers.NAME]")
    if end < begin:
        raise ConfigError(f"--to {end} lies before --from {begin}", "turn them round")
    if (end - begin).days >= MOST_DAYS:
        raise ConfigError(f"at most {MOST_DAYS} days can be tried at once", "choose a shorter range")
    today = calendar_of(store).day_of(assembly.now())
    if end >= today:
        raise ConfigError(f"{end} is not over yet", "rules are tried on days that are over")


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option} {text!r} is not a day", "write it like 2026-05-04") from error


def _values(trial: Trial) -> dict[str, Any]:
    return {
        "trigger": trial.rule,
        "zone": trial.zone,
        "firings": [asdict(firing) for firing in trial.firings],
        "hindrances": {what: asdict(hindrance) for what, hindrance in trial.hindrances.items()},
    }


def _tables(trial: Trial, store: StoreSettings) -> list[Table]:
    shown = Table("begins", "ends", "because", "shows", title=f"{trial.rule} in {trial.zone}")
    for firing in trial.firings:
        ends = f"{firing.ended_at.astimezone(store.zone):%H:%M} {firing.why}" if firing.ended_at else ""
        shown.add_row(
            f"{firing.at.astimezone(store.zone):%a %d %b %H:%M}",
            ends,
            telling.harmless("\n".join(firing.reasons)),
            telling.harmless(", ".join(firing.products) or firing.nothing),
        )
    if not trial.firings:
        shown.add_row("never", "", "", "")
    why_not = Table("otherwise not, because", "minutes", "for example", title=f"{trial.rule}: why not")
    for what, hindrance in sorted(trial.hindrances.items(), key=lambda one: -one[1].minutes):
        why_not.add_row(what, f"{hindrance.minutes:,}", telling.harmless(hindrance.example))
    return [shown, why_not]
