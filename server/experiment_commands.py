"""The commands `footfall-server experiment`."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from server import assembly, telling
from server.accounts.by import by_command
from server.api.experiment_shapes import ExperimentShape, experiment_shape, size_shape
from server.catalogue.tables import in_words
from server.config import load_settings
from server.experiments import conducting
from server.experiments.errors import PlanRefused
from server.experiments.plans import Plan
from server.experiments.results import result, sized
from server.experiments.tending import tend
from server.options import DEFAULT_CONFIG, AsJson, Config
from server.storage import experiments as held
from server.storage.database import open_database, writing

app = typer.Typer(no_args_is_help=True, help="Experiments: does it help to show something?")

Name = Annotated[str, typer.Argument(help="Name of the experiment.")]

_KEY_BYTES = 16


@app.command()
def plan(
    file: Annotated[Path, typer.Argument(help="The plan, a JSON file; see docs/experiments.md.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Keep a plan, and say by the last weeks how much it can find. It may be changed until it begins.

    Example: footfall-server experiment plan tea.json
    """
    settings = load_settings(config)
    wanted, now = read_plan(file), assembly.now()
    with open_database(settings.database) as db:
        with writing(db):
            conducting.propose(db, settings, wanted, now)
            by_command(now).note(db, "plan-experiment", wanted.name)
        size = size_shape(*sized(db, settings, wanted, now))
        kept = experiment_shape(result(db, settings, wanted.name, now))
    if as_json:
        answer = {"experiment": kept.model_dump(mode="json"), "size": size.model_dump(mode="json")}
        typer.echo(telling.as_json(answer))
    else:
        typer.echo(f"{wanted.name} is planned. {size.sentence}")


@app.command()
def start(
    name: Name,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="Its first business day; tomorrow if absent."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Let a planned experiment begin. From then on its plan is never changed.

    Example: footfall-server experiment start tea --on 2026-12-01
    """
    settings, now = load_settings(config), assembly.now()
    with open_database(settings.database) as db:
        begins: date | None = on.date() if on else None
        first = conducting.start(db, settings, name, begins, secrets.token_bytes(_KEY_BYTES), now)
        by_command(now).note(db, "start-experiment", name)
        found = experiment_shape(result(db, settings, name, now))
    _tell([found], as_json, f"{name} begins on {first}")


@app.command()
def look(name: Name, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Measure what is over, and say what an experiment shows and what cannot be said yet.

    Example: footfall-server experiment look tea
    """
    settings, now = load_settings(config), assembly.now()
    with open_database(settings.database) as db:
        tend(db, settings, now)
        found = experiment_shape(result(db, settings, name, now))
    _tell([found], as_json, "\n".join([f"{name}: {found.state.value}", *found.sentences]))


@app.command()
def stop(
    name: Name,
    why: Annotated[str, typer.Option("--why", help="Kept with the result.")] = "stopped by hand",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """End an experiment before its time. What it found is kept.

    Example: footfall-server experiment stop tea --why "the shelf is rebuilt"
    """
    settings, now = load_settings(config), assembly.now()
    with open_database(settings.database) as db:
        conducting.stop(db, settings, name, why, now)
        by_command(now).note(db, "stop-experiment", name)
        found = experiment_shape(result(db, settings, name, now))
    _tell([found], as_json, "\n".join([f"{name} is stopped", *found.sentences]))


@app.command("list")
def list_experiments(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List all experiments, those that were planned last first.

    Example: footfall-server experiment list
    """
    settings, now = load_settings(config), assembly.now()
    with open_database(settings.database, read_only=True) as db:
        found = [experiment_shape(result(db, settings, row.name, now)) for row in held.known(db)]
    if as_json or not found:
        _tell(found, as_json, "there is no experiment")
        return
    rows = [
        (one.name, one.state.value, one.begins or "", one.days, " ".join(one.sentences[:2])) for one in found
    ]
    columns = ("name", "state", "begins", "days", "what may be said")
    telling.show([telling.plain_table(columns, rows)])


def read_plan(file: Path) -> Plan:
    """A plan out of a file.

    Raises:
        PlanRefused: it cannot be read, or says what makes no plan.
    """
    try:
        return Plan.model_validate_json(file.read_bytes())
    except OSError as error:
        raise PlanRefused(f"the plan {file} cannot be read: {error.strerror}", "name a JSON file") from error
    except ValidationError as error:
        hint = "docs/experiments.md says what stands in a plan"
        raise PlanRefused(f"the plan {file} is refused: {in_words(error)}", hint) from error


def _tell(found: list[ExperimentShape], as_json: bool, sentence: str) -> None:
    if as_json:
        shown = [one.model_dump(mode="json") for one in found]
        typer.echo(telling.as_json(shown))
    else:
        typer.echo(sentence)
