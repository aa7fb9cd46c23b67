"""The command that plans staff."""

from __future__ import annotations

import time
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from server import assembly, telling
from server.config import load_settings
from server.errors import ServerError
from server.options import DEFAULT_CONFIG, AsJson, Config, StoreId

if TYPE_CHECKING:
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
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=3600, help="Look for so long.")] = 30.0,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Plan who works when. Ends with 4 where not every least number, contract or budget can be kept.

    Example: footfall-server roster week.toml --store city --csv week.csv --ics week.ics
    """
    if not all(find_spec(name) for name in ("scipy", "icalendar")):
        raise NotInstalled("rosters need SciPy and icalendar", "pip install 'footfall[staffing]'")
    from server.staffing.files import as_csv, as_icalendar
    from server.staffing.planning import plan
    from server.staffing.reading import read_request
    from server.staffing.solving import Limits

    zone = load_settings(config).store(store).zone
    asked = read_request(request, traffic)
    errors = Console(stderr=True)
    with errors.status("looking for the best roster") as status:
        found = plan(asked, zone, time.monotonic, Limits(seconds), status.update)
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
    telling.show(Console(), [telling.plain_table(("name", "day", "from", "to", "break", "paid hours"), rows)])
    short = sum((gap.end - gap.begin).total_seconds() / 3600 * gap.people for gap in found.gaps)
    typer.echo(f"wages {found.wages:,.2f}; {short:g} person-hours short of what is wanted")
    typer.echo(f"no roster can cost over {found.gap:.1%} less")
    for heading, sentences in (
        ("not kept", found.problems),
        ("what would mend it", found.remedies),
        ("an hour more or less", found.hours),
    ):
        for number, sentence in enumerate(sentences):
            typer.echo(f"{heading + ': ' if number == 0 else '  '}{telling.harmless(sentence)}")
