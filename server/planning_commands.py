"""The commands that plan: staff, products, tills."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server import assembly, telling
from server.config import ConfigError, load_settings
from server.errors import ServerError
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.options import DEFAULT_CONFIG, AsJson, Config, StoreId
from server.storage.database import open_database

if TYPE_CHECKING:
    from server.placement.planning import PlacedWorth, PlacementPlan
    from server.placement.tills import Hour, TillPlan
    from server.staffing.planning import Plan

NOT_ALL_KEPT = 4
"""Exit code of a roster that leaves a least number, a contract or the budget unkept."""


class NotInstalled(ServerError):
    """What plans is an extra, and is not installed."""

    exit_code = 3


def roster(
    request: Annotated[Path, typer.Argument(help="What is asked for: a TOML or JSON file.")],
    store: StoreId,
    traffic: Annotated[
        Path | None, typer.Option("--traffic", help="Expected traffic: CSV with begin,entries,transactions.")
    ] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write the shifts there as CSV.")] = None,
    calendar: Annotated[Path | None, typer.Option("--ics", help="Write them there as iCalendar.")] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, max=3600, help="Work on it for so long.")
    ] = 30.0,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Plan who works when. Ends with 4 where not every least number, contract or budget can be kept.

    Example: footfall-server roster week.toml --store city --csv week.csv --ics week.ics
    """
    _check_installed("rosters need SciPy and icalendar", "scipy", "icalendar")
    from server.staffing.expecting import needs_expected, with_expected
    from server.staffing.files import as_csv, as_icalendar
    from server.staffing.forecast_traffic import expecting
    from server.staffing.planning import plan
    from server.staffing.reading import read_request
    from server.staffing.solving import Limits
    from server.staffing.working import Working

    zone = load_settings(config).store(store).zone
    for file in (csv_file, calendar):
        _check_folder(file)
    asked = read_request(request, traffic)
    notes: tuple[str, ...] = ()
    if needs_expected(asked):
        with _known(config, store) as source:
            asked, notes = with_expected(asked, expecting(source, assembly.now(), asked.expected_share))
    errors = telling.terminal(errors=True)
    with errors.status("looking for the best roster") as status:
        clock = Working(time.monotonic, time.thread_time)
        limits = Limits(seconds, on_the_wall=clock.on_the_wall)
        found = plan(asked, zone, clock, limits, status.update, notes)
    if csv_file:
        _write(csv_file, as_csv(found.duties).encode())
    if calendar:
        _write(calendar, as_icalendar(found.duties, store, assembly.now()))
    if as_json:
        typer.echo(telling.as_json(asdict(found)))
    else:
        _show(found)
    if not found.is_feasible:
        raise typer.Exit(NOT_ALL_KEPT)


def placement(
    request: Annotated[Path, typer.Argument(help="What is asked for: a TOML or JSON file.")],
    store: StoreId,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=3600, help="Look for so long.")] = 30.0,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Plan which products lie in which zones, beside where they lie now. Ends with 4 where limits clash.

    Example: footfall-server placement shelves.toml --store city
    """
    _check_installed("placements need SciPy", "scipy")
    from server.placement.knowing import Shop
    from server.placement.planning import plan_placement, question_of
    from server.placement.reading import read_placement

    asked, until = read_placement(request), time.monotonic() + seconds
    with _known(config, store) as source:
        question = question_of(asked, Shop(source, assembly.now()))
    found = plan_placement(question, lambda: time.monotonic() < until)
    if as_json:
        typer.echo(telling.as_json(asdict(found)))
    else:
        _show_placement(found)


def tills(
    store: StoreId,
    day: Annotated[str, typer.Option("--day", help="Day, such as 2026-05-04.")],
    service_seconds: Annotated[
        float, typer.Option("--service-seconds", min=1, max=3600, help="Mean time of a customer at the till.")
    ],
    there_are: Annotated[int, typer.Option("--tills", min=1, max=1000, help="How many there are.")],
    open_now: Annotated[
        int | None, typer.Option("--open-now", min=0, max=1000, help="How many open now, to compare with.")
    ] = None,
    within_seconds: Annotated[
        float, typer.Option("--within-seconds", min=0, max=3600, help="A wait of at most so long is good.")
    ] = 60.0,
    share: Annotated[
        float, typer.Option("--share", min=0.01, max=0.999, help="This share shall have a good wait.")
    ] = 0.8,
    least: Annotated[int, typer.Option("--least", min=0, max=1000, help="Never fewer.")] = 0,
    traffic: Annotated[
        Path | None, typer.Option("--traffic", help="Expected traffic: CSV with begin,entries,transactions.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say how many tills to open by hour, and what that changes for those who wait.

    Without `--traffic`, as many customers are expected as is forecast, else as in the last 4 weeks.

    Example: footfall-server tills --store city --day 2026-05-04 --service-seconds 60 --tills 6 --open-now 3
    """
    from server.placement.tills import Service, plan_tills
    from server.staffing.expecting import Expected
    from server.staffing.forecast_traffic import expecting
    from server.staffing.reading import read_traffic

    which = _day("--day", day)
    _check_there_are("--least", least, there_are)
    _check_there_are("--open-now", open_now, there_are)
    if traffic is None:
        with _known(config, store) as source:
            expected = expecting(source, assembly.now()).traffic([which])
    else:
        load_settings(config).store(store)
        expected = Expected(tuple(read_traffic(traffic)), f"traffic is expected as {traffic} says")
    found = plan_tills(
        [row for row in expected.rows if row.begin.date() == which],
        Service(service_seconds, within_seconds, share),
        there_are,
        least,
        open_now,
        expected.said,
    )
    if as_json:
        typer.echo(telling.as_json(asdict(found)))
    else:
        _show_tills(found)


def _check_there_are(option: str, asked: int | None, tills: int) -> None:
    if asked is not None and asked > tills:
        raise ConfigError(f"{option} {asked} is more than --tills {tills}", "say how many tills there are")


def _day(option: str, text: str) -> date:
    """The day that an option names."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option} {text!r} is not a day", "write it like 2026-05-04") from error


@contextmanager
def _known(config: Path, store: str) -> Iterator[Source]:
    """What the database knows of a store."""
    settings = load_settings(config)
    of = settings.store(store)
    with open_database(settings.database, read_only=True) as db:
        yield Source(db, store, terms_of(db, store, of))


def _check_installed(sentence: str, *names: str) -> None:
    if not all(find_spec(name) for name in names):
        raise NotInstalled(sentence, "pip install 'footfall[staffing]'")


def _check_folder(file: Path | None) -> None:
    """Say before the work, and not after it, that a file has no place to go."""
    if file and not file.parent.is_dir():
        raise ServerError(f"{file} cannot be written: there is no folder {file.parent}", "make it first")


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ServerError(f"{file} cannot be written: {error}") from error


def _show(found: Plan) -> None:
    rows = [
        (
            telling.harmless(duty.name),
            f"{duty.begin:%a %d %b}",
            f"{duty.begin:%H:%M}",
            f"{duty.end:%H:%M}",
            f"{duty.break_begin:%H:%M}" if duty.break_begin else "",
            f"{duty.paid_hours:g}",
        )
        for duty in found.duties
    ]
    columns = ("name", "day", "from", "to", "break", "paid hours")
    telling.show([telling.plain_table(columns, rows)])
    short = sum((gap.end - gap.begin).total_seconds() / 3600 * gap.people for gap in found.gaps)
    typer.echo(f"wages {found.wages:,.2f}; {short:g} person-hours short of what is wanted")
    typer.echo(f"no roster can cost over {found.gap:.1%} less")
    _say("note", found.notes)
    _say("not kept", found.problems)
    _say("what would mend it", found.remedies)
    _say("an hour more or less", found.hours)


def _say(heading: str, sentences: Sequence[str]) -> None:
    for number, sentence in enumerate(sentences):
        typer.echo(f"{heading + ': ' if number == 0 else '  '}{telling.harmless(sentence)}")


def _show_placement(found: PlacementPlan) -> None:
    rows = [
        (each.zone, telling.harmless(each.sku), f"{each.margin:,.2f}", "" if _stays(found, each) else "new")
        for each in found.placed
    ]
    telling.show([telling.plain_table(("zone", "product", "expected margin", ""), rows)])
    typer.echo(
        f"expected margin {found.margin:,.2f}; as it lies now {found.margin_now:,.2f}: {found.gain:+,.2f}"
    )
    if found.gap > _WORTH_TELLING:
        typer.echo(f"no placement can earn over {found.gap:.1%} more")
    _say("goes", [f"{sku} from {zone}" for sku, zone in found.removed])
    _say("what limits it", found.limits)
    _say("note", found.notes)


_WORTH_TELLING = 0.0005
"""A gap that shows with one place behind the point."""


def _stays(found: PlacementPlan, each: PlacedWorth) -> bool:
    return (each.sku, each.zone) not in found.added


def _show_tills(found: TillPlan) -> None:
    columns = ("hour", "customers", "tills", "good waits", "mean wait")
    rows = [
        (f"{at:%H:%M}", f"{hour.transactions:.1f}", hour.tills, f"{hour.share_within:.0%}", _wait(hour))
        for at, hour in zip(found.hours, found.best, strict=True)
    ]
    if rows:
        telling.show([telling.plain_table(columns, rows)])
    _say("before and after", found.changes)
    _say("too few", found.too_few)
    _say("note", found.notes)


def _wait(hour: Hour) -> str:
    wait = hour.mean_wait_seconds
    return "grows and grows" if wait is None else f"{wait:.0f} s"
