"""Experiments between database and values: what is held, read as plans, experiments and measured blocks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from server.config import Settings
from server.experiments.assigning import Experiment, Odds, Place
from server.experiments.errors import no_such
from server.experiments.looking import Measured
from server.experiments.plans import Measure, Plan
from server.figures.terms import calendar_of
from server.storage import experiments as held
from server.storage.experiments import ExperimentRow


@dataclass(frozen=True, slots=True)
class Held:
    """One experiment as it is held."""

    plan: Plan
    planned_at: datetime
    key: bytes
    begins: date | None
    stopped_at: datetime | None
    stopped_why: str | None


def read(row: ExperimentRow) -> Held:
    """A row as values."""
    plan = Plan.model_validate_json(row.plan)
    return Held(plan, row.planned_at, row.key or b"", row.begins, row.stopped_at, row.stopped_why)


def get(db: Database, name: str) -> Held:
    """The experiment of that name.

    Raises:
        NoSuchExperiment: there is none.
    """
    row = held.get(db, name)
    if row is None:
        raise no_such(name)
    return read(row)


def running_in(db: Database, settings: Settings, store: str) -> tuple[Experiment, ...]:
    """The experiments that a store takes part in, begun or about to begin; ask `assign` what they say.

    A store that is not in the settings takes part in none.
    """
    if store not in settings.stores:
        return ()
    rows = [read(row) for row in held.begun(db)]
    return tuple(seen_by(db, settings, one, store) for one in rows if store in one.plan.stores)


def seen_by(db: Database, settings: Settings, one: Held, store: str) -> Experiment:
    """A begun experiment as one of its stores sees it."""
    assert one.begins is not None
    name = one.plan.name
    places = {row.store: Place(row.arm, row.group) for row in held.places(db, name)}
    odds = tuple(Odds(since, json.loads(shares)) for since, shares in held.odds(db, name))
    calendar = calendar_of(settings.stores[store])
    return Experiment(
        plan=one.plan,
        key=one.key,
        store=store,
        calendar=calendar,
        begins=one.begins,
        stopped_at=one.stopped_at,
        place=places.get(store),
        odds=odds,
    )


def measured(db: Database, name: str) -> list[Measured]:
    """All that was measured of an experiment, in order of time."""
    return [one for row in held.days(db, name) for one in from_json(row.outcomes)]


def measured_before(db: Database, name: str) -> list[Measured]:
    """What was measured of the stores that are compared, before it began."""
    return [one for row in held.places(db, name) for one in from_json(row.before)]


def to_json(found: Iterable[Measured]) -> str:
    """Measured blocks as text."""
    rows = [
        {
            "store": one.store,
            "zone": one.zone,
            "day": one.day.isoformat(),
            "slot": one.slot,
            "arm": one.arm,
            "chance": one.chance,
            "group": one.group,
            "sums": {measure.value: list(sums) for measure, sums in one.sums.items()},
        }
        for one in found
    ]
    return json.dumps(rows, separators=(",", ":"))


def from_json(text: str) -> Sequence[Measured]:
    """Measured blocks out of text."""
    return [
        Measured(
            store=row["store"],
            zone=row["zone"],
            day=date.fromisoformat(row["day"]),
            slot=row["slot"],
            arm=row["arm"],
            chance=row["chance"],
            group=row["group"],
            sums={Measure(name): (above, below) for name, (above, below) in row["sums"].items()},
        )
        for row in json.loads(text)
    ]
