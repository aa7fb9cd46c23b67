"""The commands of `footfall-server`."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from sqlite_utils import Database

from server import assembly, telling
from server.api.reports import calendar_of, day_report
from server.api.shapes import metrics_shape
from server.config import ConfigError, Settings, load_settings
from server.errors import ServerError
from server.figures.measuring import lag_of_days
from server.figures.reading import Source
from server.figures.settling import keep_settled, settle_all
from server.figures.terms import terms_of
from server.ingest import retry as retry_item
from server.ingest.retrying import NotInQuarantine
from server.pos.importing import import_sales as import_sales_file
from server.pos.labour import import_labour as import_labour_file
from server.pos.planogram import import_planogram as import_planogram_file
from server.running import Part, StopSignal, run_together
from server.storage import quarantine as held
from server.storage.database import migrate as migrate_database
from server.storage.database import open_database
from server.storage.labour import MeasuredLag, forget_lag, keep_lag

SOME_REFUSED = 4
"""Exit code of a command that did its work but had to refuse part of its input."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Footfall's store server: counts from MQTT, sales from tills, figures on a page.",
)
quarantine = typer.Typer(no_args_is_help=True, help="Messages and rows that could not be read.")
app.add_typer(quarantine, name="quarantine")

Config = Annotated[
    Path,
    typer.Option("--config", envvar="FOOTFALL_SERVER_CONFIG", help="The configuration, a TOML file."),
]
StoreId = Annotated[str, typer.Option("--store", help="Id of the store, as in [stores.ID].")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Number = Annotated[int, typer.Argument(help="Number of the item, from `quarantine list`.")]

_DEFAULT = Path("server.toml")


@app.command()
def up(config: Config = _DEFAULT) -> None:
    """Run everything in one process: database, broker (if embedded), listener and pages.

    Example: footfall-server up --config server.toml
    """
    settings = load_settings(config)
    assembly.set_up_log()
    migrate_database(settings.database)
    with ExitStack() as stack:
        stack.enter_context(assembly.embedded_broker(settings))
        web = stack.enter_context(assembly.web(settings))
        typer.echo(f"footfall: {web.address}")
        _run({**_taking_in(settings), "serve": web.run})


@app.command()
def serve(config: Config = _DEFAULT) -> None:
    """Serve the pages and the API.

    Example: footfall-server serve --config server.toml
    """
    settings = load_settings(config)
    assembly.set_up_log()
    with assembly.web(settings) as web:
        typer.echo(f"footfall: {web.address}")
        _run({"serve": web.run})


@app.command()
def listen(config: Config = _DEFAULT) -> None:
    """Take messages from the broker into the database.

    Example: footfall-server listen --config server.toml
    """
    settings = load_settings(config)
    assembly.set_up_log()
    _run(_taking_in(settings))


@app.command()
def migrate(config: Config = _DEFAULT) -> None:
    """Create the database, or bring it up to this version.

    Example: footfall-server migrate --config server.toml
    """
    settings = load_settings(config)
    steps = migrate_database(settings.database)
    typer.echo(f"{settings.database}: {', '.join(steps) or 'is up to date'}")


@app.command("check-config")
def check_config(config: Config = _DEFAULT) -> None:
    """Say whether the configuration is right, and all that is wrong with it.

    Example: footfall-server check-config --config server.toml
    """
    settings = load_settings(config)
    settings.broker.password()
    settings.broker.checked_ca_file()
    stores = ", ".join(f"{store} ({len(of.zones)} zones)" for store, of in settings.stores.items())
    typer.echo(f"{config} is right: {stores}; mappings: {', '.join(settings.sales.mappings) or 'none'}")


@app.command("import-sales")
def import_sales(
    file: Annotated[Path, typer.Argument(help="The till's CSV file.")],
    store: StoreId,
    mapping: Annotated[str, typer.Option("--mapping", help="How to read it, as in [sales.mappings.NAME].")],
    config: Config = _DEFAULT,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be read; write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take sales from a till's CSV file. Twice is once; rows that cannot be read go to quarantine.

    Ends with 4 if rows were refused, 0 if all were read.

    Example: footfall-server import-sales may.csv --store demo --mapping bakery --dry-run
    """
    settings = load_settings(config)
    with open_database(settings.database, read_only=dry_run) as db, _progress(file) as advance:
        report = import_sales_file(
            db, settings, file, store, mapping, assembly.now(), dry_run=dry_run, on_line=advance
        )
    if as_json:
        typer.echo(telling.as_json(asdict(report)))
    else:
        telling.show(Console(), telling.import_tables(report))
    for warning in report.warnings:
        typer.echo(f"warning: {telling.harmless(warning)}", err=True)
    if report.quarantined or report.refused:
        raise typer.Exit(SOME_REFUSED)


@app.command("import-planogram")
def import_planogram(
    file: Annotated[Path, typer.Argument(help="CSV with the header sku,zone,valid_from,valid_until.")],
    store: StoreId,
    config: Config = _DEFAULT,
) -> None:
    """Take the places of products from a CSV file, instead of those before.

    Example: footfall-server import-planogram shelves.csv --store demo
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        places = import_planogram_file(db, settings, file, store)
    typer.echo(f"{places} places of products in {store}")


@app.command("import-labour")
def import_labour(
    file: Annotated[Path, typer.Argument(help="CSV with the header begin,end,people.")],
    store: StoreId,
    config: Config = _DEFAULT,
) -> None:
    """Take shifts on the sales floor from a CSV file, instead of those at the same time.

    Example: footfall-server import-labour march.csv --store demo
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        shifts = import_labour_file(db, settings, file, store)
    typer.echo(f"{shifts} shifts in {store}")


@app.command("roll-up")
def roll_up(config: Config = _DEFAULT) -> None:
    """Put hours, days, weeks and months together now; a server that runs does so every minute.

    Example: footfall-server roll-up
    """
    typer.echo(f"{settle_all(load_settings(config), assembly.now())} spans put together")


@app.command("measure-lag")
def measure_lag(
    store: StoreId,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help="So many of the last days.")] = 28,
    keep: Annotated[bool, typer.Option("--keep", help="Use it from now on.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Go back to what is configured.")] = False,
    config: Config = _DEFAULT,
) -> None:
    """Measure how long it takes from a zone to the till. Ends with 4 where the data do not show it.

    Example: footfall-server measure-lag --store demo --keep
    """
    settings = load_settings(config)
    where, now = settings.store(store), assembly.now()
    with open_database(settings.database) as db:
        if forget:
            forget_lag(db, store)
        found = lag_of_days(Source(db, store, terms_of(db, store, where)), days, now)
        if found and found.sure and keep:
            keep_lag(db, store, MeasuredLag(found.minutes, found.strength, now))
    if found is None or not found.sure:
        typer.echo("the data do not show it: more days, zone visits by the minute or tickets are needed")
        raise typer.Exit(SOME_REFUSED)
    typer.echo(f"{found.minutes} minutes (correlation {found.strength:.2f}){', kept' if keep else ''}")


@app.command()
def report(
    store: StoreId,
    day: Annotated[
        str, typer.Option("--day", help="Business day, such as 2026-05-04; today if absent.")
    ] = "",
    config: Config = _DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Print a business day's figures, hour by hour.

    Example: footfall-server report --store demo --day 2026-05-04
    """
    settings = load_settings(config)
    where, now = settings.store(store), assembly.now()
    which = _day(day) if day else calendar_of(where).day_of(now)
    with open_database(settings.database, read_only=True) as db:
        figures = day_report(db, store, where, which, now)
    if as_json:
        typer.echo(metrics_shape(figures).model_dump_json(indent=2))
    else:
        telling.show(Console(), telling.day_tables(figures))


@app.command()
def demo(
    clip: Annotated[str, typer.Option("--clip", help="A clip of 'footfall-edge model list'.")] = "demo",
    headless: Annotated[
        bool, typer.Option("--headless", help="As fast as it goes, and end with a summary.")
    ] = False,
    as_json: AsJson = False,
    browse: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Show a shop being counted: a broker, the server, a device with a clip, and a till, all here.

    Ends with 1 if device, database, API and page do not agree.

    Example: footfall-server demo --clip vtest --headless
    """
    try:
        from server.demo.run import run_demo
    except ModuleNotFoundError as error:
        raise ServerError(f"the demo needs {error.name}", "pip install 'footfall[demo]'") from error
    console = Console()
    linger = console.is_terminal and not headless and not as_json
    agree = run_demo(clip, headless=headless, as_json=as_json, browse=browse, linger=linger, console=console)
    if not agree:
        raise typer.Exit(1)


@quarantine.command("list")
def list_waiting(
    config: Config = _DEFAULT,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List what waits, oldest first.

    Example: footfall-server quarantine list --limit 20
    """
    with open_database(load_settings(config).database, read_only=True) as db:
        rows, waiting, lost = held.waiting(db, limit), held.waiting_count(db), held.refused_count(db)
    if as_json:
        values = [telling.quarantine_values(row) for row in rows]
        typer.echo(telling.as_json({"waiting": waiting, "lost_because_full": lost, "rows": values}))
        return
    if rows:
        telling.show(Console(), [telling.quarantine_table(rows, waiting)])
    else:
        typer.echo("nothing waits")
    if lost:
        typer.echo(f"warning: {lost} were lost because the quarantine was full", err=True)


@quarantine.command()
def show(number: Number, config: Config = _DEFAULT, as_json: AsJson = False) -> None:
    """Show one item with its payload.

    Example: footfall-server quarantine show 17
    """
    with open_database(load_settings(config).database, read_only=True) as db:
        row = _item(held.get(db, number), number)
    if as_json:
        typer.echo(telling.as_json(telling.quarantine_values(row)))
    else:
        telling.show(Console(), [telling.quarantine_item(row)])


@quarantine.command()
def retry(number: Number, config: Config = _DEFAULT, as_json: AsJson = False) -> None:
    """Try one item again, by the configuration as it is now. Ends with 4 if it is refused again.

    Example: footfall-server quarantine retry 17
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        reasons = {number: retry_item(db, settings, number, assembly.now())}
    _tell_retried(reasons, as_json)


@quarantine.command("retry-all")
def retry_all(config: Config = _DEFAULT, as_json: AsJson = False) -> None:
    """Try everything that waits again. Ends with 4 if anything is refused again.

    Example: footfall-server quarantine retry-all
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        numbers = [row.number for row in held.waiting(db, held.MOST_ROWS)]
        reasons = {number: _retried(db, settings, number) for number in numbers}
    _tell_retried(reasons, as_json)


@quarantine.command()
def discard(number: Number, config: Config = _DEFAULT) -> None:
    """Give one item up: it no longer waits, and is forgotten when room is needed.

    Example: footfall-server quarantine discard 17
    """
    with open_database(load_settings(config).database) as db:
        _item(held.get(db, number), number)
        held.resolved(db, number, assembly.now())
    typer.echo(f"{number} is given up")


def run_command() -> None:
    """Run a command; what is wrong is told in a sentence and a hint, never in a traceback."""
    try:
        app(prog_name="footfall-server")
    except ServerError as error:
        _fail(str(error), error.hint, error.exit_code)
    except sqlite3.OperationalError as error:
        _fail(
            f"the database cannot be used: {error}", "is the disk full, or another command still writing?", 5
        )


def _fail(message: str, hint: str, exit_code: int) -> None:
    print(f"error: {telling.harmless(message)}", file=sys.stderr)
    if hint:
        print(f"hint: {telling.harmless(hint)}", file=sys.stderr)
    sys.exit(exit_code)


def _taking_in(settings: Settings) -> dict[str, Part]:
    return {
        "listen": assembly.build_listener(settings),
        "roll-up": keep_settled(settings, assembly.now),
    }


def _run(parts: dict[str, Part]) -> None:
    stop = StopSignal()
    stop.install()
    run_together(parts, stop.event)


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[str], None]]:
    if not sys.stderr.isatty() or not file.is_file():
        yield lambda _: None
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        yield lambda line: progress.advance(task, len(line.encode()))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--day {text!r} is not a day", "write it like 2026-05-04") from error


def _item(row: held.QuarantineRow | None, number: int) -> held.QuarantineRow:
    if row is None:
        raise NotInQuarantine(
            f"there is no number {number} in quarantine", "see: footfall-server quarantine list"
        )
    return row


def _retried(db: Database, settings: Settings, number: int) -> str | None:
    try:
        return retry_item(db, settings, number, assembly.now())
    except ServerError as error:
        return str(error)


def _tell_retried(reasons: dict[int, str | None], as_json: bool) -> None:
    again = {number: reason for number, reason in reasons.items() if reason is not None}
    if as_json:
        typer.echo(telling.as_json({"done": len(reasons) - len(again), "refused_again": again}))
    else:
        typer.echo(f"{len(reasons) - len(again)} done, {len(again)} refused again")
        for number, reason in again.items():
            typer.echo(f"  {number}: {telling.harmless(reason)}")
    if again:
        raise typer.Exit(SOME_REFUSED)
