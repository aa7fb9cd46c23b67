"""The commands of `footfall-server`."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from sqlite_utils import Database

from edge.wire.topics import TopicError, checked_device
from server import (
    access_commands,
    assembly,
    effect_commands,
    enrolment_commands,
    experiment_commands,
    flow_commands,
    forecast_commands,
    learning_commands,
    planning_commands,
    telling,
    trigger_commands,
    webhook_commands,
)
from server.accounts.by import by_command
from server.api.reports import calendar_of, day_report
from server.api.shapes import metrics_shape
from server.api.suppressing import without_small
from server.catalogue.files import exported
from server.catalogue.files import import_catalogue as import_catalogue_file
from server.config import ConfigError, Settings, load_settings
from server.counters.taking import import_counts as import_counts_file
from server.errors import ServerError
from server.figures.measuring import lag_of_days
from server.figures.reading import Source
from server.figures.settling import keep_settled, settle_all
from server.figures.terms import terms_of
from server.ingest import clocks, enrolling
from server.ingest import retry as retry_item
from server.ingest.retrying import NotInQuarantine
from server.options import DEFAULT_CONFIG, AsJson, Config, StoreId
from server.pos.customers import customer_key, forget_customer, hashed
from server.pos.ereceipt import MAPPING as E_RECEIPTS
from server.pos.ereceipt import import_receipts
from server.pos.importing import import_sales as import_sales_file
from server.pos.labour import import_labour as import_labour_file
from server.pos.planogram import import_planogram as import_planogram_file
from server.recommending.card import forget_holding
from server.running import Part, StopSignal, run_together
from server.storage import gate_decisions, unknown_time
from server.storage import quarantine as held
from server.storage.catalogue import with_names
from server.storage.database import migrate as migrate_database
from server.storage.database import open_database, writing
from server.storage.labour import MeasuredLag, forget_lag, keep_lag
from server.storage.space import check_space
from server.upkeep import copies
from server.upkeep.nightly import nightly as do_nightly

SOME_REFUSED = 4
"""Exit code of a command that did its work but had to refuse part of its input."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Footfall's store server: counts from MQTT, sales from tills, figures on a page.",
    epilog="Exit codes: 0 fine, 2 wrong usage or configuration, 3 something is missing, "
    "4 an input was refused, 5 a service cannot be reached or had to give up.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
quarantine = typer.Typer(no_args_is_help=True, help="Messages and rows that could not be read.")
app.add_typer(quarantine, name="quarantine")
app.add_typer(webhook_commands.app, name="webhook")
app.add_typer(experiment_commands.app, name="experiment")
app.command("alerts")(webhook_commands.list_alerts)
app.command()(flow_commands.flow)
app.command()(forecast_commands.forecast)
app.command("drivers")(effect_commands.drivers)
app.command("customers")(effect_commands.customers)
app.command("keep-forecasts")(forecast_commands.keep_forecasts)
app.command("roster")(planning_commands.roster)
app.command("placement")(planning_commands.placement)
app.command("tills")(planning_commands.tills)

devices = typer.Typer(no_args_is_help=True, help="Who may send counts.")
app.add_typer(devices, name="devices")
clock = typer.Typer(no_args_is_help=True, help="What was counted by devices that did not know the time.")
app.add_typer(clock, name="clock")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be read; write nothing.")]
CataloguePart = Annotated[
    str, typer.Option("--part", help="products, names, hours, holidays, events, weather or planogram.")
]
DeviceId = Annotated[str, typer.Argument(help="Id of the device, as in its topics.")]
Number = Annotated[int, typer.Argument(help="Number of the item, from `quarantine list`.")]

TlsCert = Annotated[str, typer.Option("--tls-cert", help="Certificate chain, in place of web.tls_cert.")]
TlsKey = Annotated[str, typer.Option("--tls-key", help="Its private key, in place of web.tls_key.")]

access_commands.add_to(app)
enrolment_commands.add_to(app)
trigger_commands.add_to(app)
learning_commands.add_to(app)


@app.command()
def up(config: Config = DEFAULT_CONFIG, tls_cert: TlsCert = "", tls_key: TlsKey = "") -> None:
    """Run everything in one process: database, broker (if embedded), listener, pages, alerts and triggers.

    Example: footfall-server up --config server.toml
    """
    settings = _with_tls(load_settings(config), tls_cert, tls_key)
    assembly.set_up_log()
    assembly.set_up_memory()
    migrate_database(settings.database)
    with ExitStack() as stack:
        stack.enter_context(assembly.embedded_broker(settings))
        web = stack.enter_context(assembly.web(settings))
        _greet(settings, web)
        _run(
            {
                **_taking_in(settings),
                "serve": web.run,
                "nightly": assembly.build_night_shift(settings),
                **assembly.telling(settings),
                **assembly.triggering(settings),
            }
        )


@app.command()
def serve(config: Config = DEFAULT_CONFIG, tls_cert: TlsCert = "", tls_key: TlsKey = "") -> None:
    """Serve the pages and the API, watch for alerts and tell webhooks.

    Example: footfall-server serve --config server.toml
    """
    settings = _with_tls(load_settings(config), tls_cert, tls_key)
    assembly.set_up_log()
    assembly.set_up_memory()
    with assembly.web(settings) as web:
        _greet(settings, web)
        _run({"serve": web.run, **assembly.telling(settings)})


@app.command()
def listen(
    config: Config = DEFAULT_CONFIG,
    client_id: Annotated[
        str,
        typer.Option("--client-id", help="Name of this listener at the broker, instead of broker.client_id."),
    ] = "",
) -> None:
    """Take messages from the broker into the database.

    Several may run side by side, each with a name of its own, where broker.share_group is set.

    Example: footfall-server listen --client-id footfall-server-2
    """
    settings = _named_at_the_broker(load_settings(config), client_id)
    assembly.set_up_log()
    assembly.set_up_memory()
    _run(_taking_in(settings))


@app.command()
def migrate(config: Config = DEFAULT_CONFIG) -> None:
    """Create the database, or bring it up to this version.

    Example: footfall-server migrate --config server.toml
    """
    settings = load_settings(config)
    steps = migrate_database(settings.database)
    typer.echo(f"{settings.database}: {', '.join(steps) or 'is up to date'}")


@app.command("check-config")
def check_config(config: Config = DEFAULT_CONFIG) -> None:
    """Say whether the configuration is right, and all that is wrong with it.

    Example: footfall-server check-config --config server.toml
    """
    settings = load_settings(config)
    settings.broker.password()
    settings.broker.checked_ca_file()
    settings.web.checked_tls()
    stores = ", ".join(f"{store} ({len(of.zones)} zones)" for store, of in settings.stores.items())
    typer.echo(f"{config} is right: {stores}; mappings: {', '.join(settings.sales.mappings) or 'none'}")


@app.command("import-sales")
def import_sales(
    file: Annotated[Path, typer.Argument(help="The till's CSV file.")],
    store: StoreId,
    mapping: Annotated[str, typer.Option("--mapping", help="How to read it, a name under sales.mappings.")],
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take sales from a till's CSV file. Twice is once; rows that cannot be read go to quarantine.

    Ends with 4 if rows were refused, 0 if all were read.

    Example: footfall-server import-sales may.csv --store demo --mapping bakery --dry-run
    """
    settings = load_settings(config)
    _check_room(settings, writes=not dry_run)
    with open_database(settings.database, read_only=dry_run) as db, _progress(file) as advance:
        if mapping == E_RECEIPTS:
            report = import_receipts(db, settings, file, store, assembly.now(), dry_run=dry_run)
        else:
            report = import_sales_file(
                db, settings, file, store, mapping, assembly.now(), dry_run=dry_run, on_line=advance
            )
    if as_json:
        typer.echo(telling.as_json(asdict(report)))
    else:
        telling.show(telling.import_tables(report))
    for warning in report.warnings:
        typer.echo(f"warning: {telling.harmless(warning)}", err=True)
    if report.quarantined or report.refused:
        raise typer.Exit(SOME_REFUSED)


@app.command("import-counts")
def import_counts(
    file: Annotated[Path, typer.Argument(help="The counter's export: CSV, or .json or .xml.")],
    store: StoreId,
    counter: Annotated[str, typer.Option("--counter", help="Which, a name under stores.ID.counters.")],
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take counts from a file of a counter of another make. Twice is once.

    Ends with 4 if rows were refused, 0 if all were read.

    Example: footfall-server import-counts export.csv --store demo --counter side-door --dry-run
    """
    settings = load_settings(config)
    _check_room(settings, writes=not dry_run)
    with open_database(settings.database, read_only=dry_run) as db:
        report = import_counts_file(db, settings, file, store, counter, assembly.now(), dry_run=dry_run)
    if as_json:
        typer.echo(telling.as_json(asdict(report)))
    else:
        telling.show(telling.counts_tables(report))
    if report.quarantined or report.refused:
        raise typer.Exit(SOME_REFUSED)


@app.command("import-planogram")
def import_planogram(
    file: Annotated[Path, typer.Argument(help="CSV with the header sku,zone,valid_from,valid_until.")],
    store: StoreId,
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
) -> None:
    """Take the places of products from a CSV file, instead of those before.

    Example: footfall-server import-planogram shelves.csv --store demo
    """
    settings = load_settings(config)
    _check_room(settings, writes=not dry_run)
    with open_database(settings.database, read_only=dry_run) as db:
        places = import_planogram_file(db, settings, file, store, dry_run=dry_run)
    typer.echo(f"{places} places of products in {store}{' (dry run: nothing written)' if dry_run else ''}")


@app.command("import-catalogue")
def import_catalogue(
    file: Annotated[Path, typer.Argument(help="CSV, as export-catalogue writes it.")],
    part: CataloguePart = "products",
    store: Annotated[str, typer.Option("--store", help="Id of the store; products are of all stores.")] = "",
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
) -> None:
    """Take products, or a part of a store's catalogue, from a CSV file: all of it or nothing.

    Products that the file does not name stay; every other part is replaced.

    Example: footfall-server import-catalogue hours.csv --part hours --store demo --dry-run
    """
    settings = load_settings(config)
    _check_room(settings, writes=not dry_run)
    with open_database(settings.database, read_only=dry_run) as db:
        typer.echo(import_catalogue_file(db, settings, file, part, store, dry_run=dry_run))


@app.command("export-catalogue")
def export_catalogue(
    part: CataloguePart = "products",
    store: Annotated[str, typer.Option("--store", help="Id of the store; products are of all stores.")] = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Print products, or a part of a store's catalogue, as CSV.

    Example: footfall-server export-catalogue --part planogram --store demo
    """
    settings = load_settings(config)
    with open_database(settings.database, read_only=True) as db:
        typer.echo(exported(db, settings, part, store), nl=False)


@app.command("import-labour")
def import_labour(
    file: Annotated[Path, typer.Argument(help="CSV with the header begin,end,people.")],
    store: StoreId,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Take shifts on the sales floor from a CSV file, instead of those at the same time.

    Example: footfall-server import-labour march.csv --store demo
    """
    settings = load_settings(config)
    _check_room(settings)
    with open_database(settings.database) as db:
        shifts = import_labour_file(db, settings, file, store)
    typer.echo(f"{shifts} shifts in {store}")


@app.command("roll-up")
def roll_up(config: Config = DEFAULT_CONFIG) -> None:
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
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
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
        sure = found is not None and found.sure
        if found and sure and keep:
            keep_lag(db, store, MeasuredLag(found.minutes, found.strength, now))
    typer.echo(telling.lag_as_json(found, kept=sure and keep) if as_json else telling.lag(found, kept=keep))
    if not sure and not forget:
        raise typer.Exit(SOME_REFUSED)


@app.command()
def report(
    store: StoreId,
    day: Annotated[
        str, typer.Option("--day", help="Business day, such as 2026-05-04; today if absent.")
    ] = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Print a business day's figures, hour by hour.

    Example: footfall-server report --store demo --day 2026-05-04
    """
    settings = load_settings(config)
    where, now = settings.store(store), assembly.now()
    which = _day(day) if day else calendar_of(where).day_of(now)
    with open_database(settings.database, read_only=True) as db:
        figures = day_report(db, store, with_names(db, store, where), which, now)
    if as_json:
        given = without_small(metrics_shape(figures), settings.suppress_below)
        typer.echo(given.model_dump_json(indent=2))
    else:
        telling.show(telling.day_tables(figures))


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
    console = telling.terminal()
    linger = console.is_terminal and not headless and not as_json
    agree = run_demo(clip, headless=headless, as_json=as_json, browse=browse, linger=linger, console=console)
    if not agree:
        raise typer.Exit(1)


@quarantine.command("list")
def list_waiting(
    config: Config = DEFAULT_CONFIG,
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
        telling.show([telling.quarantine_table(rows, waiting)])
    else:
        typer.echo("nothing waits")
    if lost:
        typer.echo(f"warning: {lost} were lost because the quarantine was full", err=True)


@quarantine.command()
def show(number: Number, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Show one item with its payload.

    Example: footfall-server quarantine show 17
    """
    with open_database(load_settings(config).database, read_only=True) as db:
        row = _item(held.get(db, number), number)
    if as_json:
        typer.echo(telling.as_json(telling.quarantine_values(row)))
    else:
        telling.show([telling.quarantine_item(row)])


@quarantine.command()
def retry(number: Number, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Try one item again, by the configuration as it is now. Ends with 4 if it is refused again.

    Example: footfall-server quarantine retry 17
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        reasons = {number: retry_item(db, settings, number, assembly.now())}
    _tell_retried(reasons, as_json)


@quarantine.command("retry-all")
def retry_all(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Try everything that waits again. Ends with 4 if anything is refused again.

    Example: footfall-server quarantine retry-all
    """
    settings = load_settings(config)
    with open_database(settings.database) as db:
        numbers = [row.number for row in held.waiting(db, held.MOST_ROWS)]
        reasons = {number: _retried(db, settings, number) for number in numbers}
    _tell_retried(reasons, as_json)


@quarantine.command()
def discard(number: Number, config: Config = DEFAULT_CONFIG) -> None:
    """Give one item up: it no longer waits, and is forgotten when room is needed.

    Example: footfall-server quarantine discard 17
    """
    with open_database(load_settings(config).database) as db:
        _item(held.get(db, number), number)
        held.resolved(db, number, assembly.now())
    typer.echo(f"{number} is given up")


@devices.command("list")
def list_devices(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List every device that sent something or was decided about.

    Example: footfall-server devices list
    """
    settings = load_settings(config)
    with open_database(settings.database, read_only=True) as db:
        known = [device for store in settings.stores for device in gate_decisions.all_devices(db, store)]
    if as_json:
        typer.echo(telling.as_json([asdict(device) for device in known]))
    else:
        telling.show([telling.device_table(known)])


@devices.command("accept")
def accept_device(device: DeviceId, store: StoreId, config: Config = DEFAULT_CONFIG) -> None:
    """Let a device in, and store what it sent while it waited.

    Example: footfall-server devices accept door-1 --store high-street
    """
    settings = load_settings(config)
    settings.store(store)
    with open_database(settings.database) as db:
        stored = enrolling.accept_device(db, settings, store, _device(device), assembly.now())
    typer.echo(f"{device} of {store} is let in; {stored} messages that waited are stored")


@devices.command("refuse")
def refuse_device(device: DeviceId, store: StoreId, config: Config = DEFAULT_CONFIG) -> None:
    """Leave out what a device sends from now on; what is stored stays.

    Example: footfall-server devices refuse door-9 --store high-street
    """
    settings = load_settings(config)
    settings.store(store)
    with open_database(settings.database) as db:
        enrolling.refuse_device(db, store, _device(device), assembly.now())
    typer.echo(f"{device} of {store} is left out from now on")


@clock.command("list")
def list_unknown_time(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List what was counted by devices that did not know the time; it stands in no figure.

    Example: footfall-server clock list
    """
    settings = load_settings(config)
    with open_database(settings.database, read_only=True) as db:
        held_apart = [held for store in settings.stores for held in unknown_time.held(db, store)]
    if as_json:
        typer.echo(telling.as_json([asdict(held) for held in held_apart]))
    else:
        telling.show([telling.unknown_time_table(held_apart)])


@clock.command("confirm")
def confirm_time(
    device: DeviceId,
    store: StoreId,
    config: Config = DEFAULT_CONFIG,
    shift_seconds: Annotated[
        int, typer.Option("--shift-seconds", help="So much later it was than the device's clock said.")
    ] = 0,
) -> None:
    """Take what a device counted without knowing the time into the figures.

    Ends with 4 if some of it is still held, because counts of that time are there already.

    Example: footfall-server clock confirm door-1 --store high-street --shift-seconds 3600
    """
    settings = load_settings(config)
    settings.store(store)
    shift = timedelta(seconds=shift_seconds)
    with open_database(settings.database) as db:
        confirmed = clocks.confirm_time(db, store, _device(device), shift, assembly.now())
    typer.echo(f"{confirmed.stored} buckets stand in the figures now, {confirmed.still_held} are still held")
    if confirmed.still_held:
        raise typer.Exit(SOME_REFUSED)


@app.command()
def nightly(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Do the nightly work now: copy, put old minutes together, forget what is over. `up` does it each night.

    Example: footfall-server nightly --config server.toml
    """
    assembly.set_up_log()
    night = do_nightly(load_settings(config), assembly.now())
    if as_json:
        typer.echo(telling.as_json(asdict(night)))
    else:
        telling.show([telling.night_table(night)])


@app.command("forget-customer")
def forget_a_customer(
    number: Annotated[str, typer.Argument(help="The customer's or loyalty number, as the till tells it.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Take a customer off all tickets, for good; amounts and products stay. Copies made before hold it still.

    Example: footfall-server forget-customer 4711
    """
    settings = load_settings(config)
    if not number.strip():
        raise ConfigError("a customer's number is not empty", "give it as the till tells it")
    with open_database(settings.database) as db, writing(db):
        tickets = forget_customer(db, settings.sales.customer_key_file, number)
        key = customer_key(settings.sales.customer_key_file)
        models = forget_holding(settings.learning_folder, hashed(key, number))
        by_command(assembly.now()).note(db, "customer forgotten")
    typer.echo(f"{tickets} tickets no longer say whose they are")
    if models:
        typer.echo(f"{models} models held this customer and are deleted; learn anew: footfall-server learn")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes; it must not be there yet.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Copy the database while everything runs, and check the copy.

    Example: footfall-server backup /media/usb/footfall.db
    """
    made = copies.back_up(load_settings(config).database, file)
    typer.echo(f"{made.file}: whole; {telling.rows_held(made.rows)}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `backup` or the nightly work made.")],
    config: Config = DEFAULT_CONFIG,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask whether the present database may be replaced.")
    ] = False,
) -> None:
    """Bring a copy of the database back; everything may go on running. What was there is kept beside it.

    Example: footfall-server restore /media/usb/footfall.db --yes
    """
    settings = load_settings(config)
    if settings.database.exists() and not yes:
        typer.confirm(f"Replace {settings.database} by {file}?", abort=True)
    copy, before = copies.restore(file, settings.database, assembly.now())
    typer.echo(f"{settings.database} is as in {copy.file}; {telling.rows_held(copy.rows)}")
    if before:
        typer.echo(f"what it held before is in {before}")


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


def _with_tls(settings: Settings, tls_cert: str, tls_key: str) -> Settings:
    if bool(tls_cert) != bool(tls_key):
        raise ConfigError("--tls-cert and --tls-key belong together", "give both, or neither")
    given = {"tls_cert": tls_cert, "tls_key": tls_key} if tls_cert else {}
    return settings.model_copy(update={"web": settings.web.model_copy(update=given)})


def _greet(settings: Settings, web: assembly.Web) -> None:
    typer.echo(f"footfall: {web.address}")
    if link := assembly.first_owner_link(settings, web):
        typer.echo(f"Nobody can log in yet. The owner's link, good once and for 24 hours: {link}")


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
    with Progress(console=telling.terminal(errors=True), transient=True) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        yield lambda line: progress.advance(task, len(line.encode()))


def _named_at_the_broker(settings: Settings, client_id: str) -> Settings:
    if not client_id:
        return settings
    return settings.model_copy(update={"broker": settings.broker.model_copy(update={"client_id": client_id})})


def _check_room(settings: Settings, *, writes: bool = True) -> None:
    if writes and settings.database.exists():
        check_space(settings.database, settings.least_free_megabytes)


def _device(name: str) -> str:
    try:
        return checked_device(name)
    except TopicError as error:
        raise ConfigError(str(error)) from error


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
