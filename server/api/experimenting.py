"""Experiments over the API: plan, begin, look, stop."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Path
from fastapi.responses import Response
from sqlite_utils import Database

from server.access.rights import Action
from server.api.experiment_shapes import (
    ExperimentShape,
    ExperimentsShape,
    PlannedShape,
    StartWish,
    StopWish,
    experiment_shape,
    size_shape,
)
from server.api.problems import Problem
from server.api.site import GONE, Here, Route, Site
from server.experiments import conducting, keeping
from server.experiments.errors import NoSuchExperiment, NotNow, PlanRefused
from server.experiments.plans import Plan
from server.experiments.results import Result, result, sized
from server.storage import experiments as held
from server.storage.database import writing

KEY_BYTES = 16

Name = Annotated[str, Path(max_length=64, description="name of an experiment")]


def seen(here: Site, db: Database) -> list[Result]:
    """The experiments of which whoever asks may see all stores."""
    plans = [keeping.read(row).plan for row in held.known(db)]
    names = [plan.name for plan in plans if _may_see(here, plan)]
    return [result(db, here.settings, name, here.clock()) for name in names]


def one_seen(here: Site, db: Database, name: str) -> Result:
    """One experiment.

    Raises:
        Problem: 404, there is none of that name, or whoever asks may not see all of its stores.
    """
    with told():
        if not _may_see(here, keeping.get(db, name).plan):
            raise Problem(404, f"There is no experiment {name!r}.")
        return result(db, here.settings, name, here.clock())


def _may_see(here: Site, plan: Plan) -> bool:
    return all(here.sees_store(store) for store in plan.stores)


@contextmanager
def told() -> Iterator[None]:
    """Says what is wrong with an experiment as an answer."""
    try:
        yield
    except NoSuchExperiment as error:
        raise Problem(404, f"{_sentence(str(error))}.") from error
    except NotNow as error:
        raise Problem(409, f"{_sentence(str(error))}; {error.hint}.") from error
    except PlanRefused as error:
        raise Problem(422, f"{error}; {error.hint}.", str(error).partition(":")[0]) from error


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def list_experiments(here: Here) -> ExperimentsShape:
    """All experiments with what may be said of each."""
    with here.reading() as db:
        return ExperimentsShape(experiments=[experiment_shape(one) for one in seen(here, db)])


def one_experiment(here: Here, name: Name) -> ExperimentShape:
    """One experiment: its plan, its looks, and the result in words."""
    with here.reading() as db:
        return experiment_shape(one_seen(here, db, name))


def plan_experiment(here: Here, name: Name, plan: Plan) -> PlannedShape:
    """Keep a plan, in place of one of that name that has not begun, and say how much it can find."""
    if plan.name != name:
        raise Problem(422, f"name: the address says {name!r} and the plan {plan.name!r}.", "name")
    keep(here, plan)
    with here.reading() as db:
        size = size_shape(*sized(db, here.settings, plan, here.clock()))
        return PlannedShape(experiment=experiment_shape(one_seen(here, db, name)), size=size)


def keep(here: Site, plan: Plan) -> None:
    """Keep a plan.

    Raises:
        Problem: it is refused, or its name is taken.
    """
    with here.writing() as db, told(), writing(db):
        _check_is_own(here, db, plan.name)
        conducting.propose(db, here.settings, plan, here.clock())


def _check_is_own(here: Site, db: Database, name: str) -> None:
    row = held.get(db, name)
    if row is not None and not _may_see(here, keeping.read(row).plan):
        raise Problem(409, f"The name {name!r} is taken; choose another one.", "name")


def begin(here: Here, name: Name, wish: StartWish) -> ExperimentShape:
    """Let a planned experiment begin; from then on it is not changed."""
    with here.writing() as db, told():
        one_seen(here, db, name)
        key = secrets.token_bytes(KEY_BYTES)
        conducting.start(db, here.settings, name, wish.begins, key, here.clock())
        return experiment_shape(one_seen(here, db, name))


def end(here: Here, name: Name, wish: StopWish) -> ExperimentShape:
    """Stop an experiment before its time. What it found is kept."""
    with here.writing() as db, told():
        one_seen(here, db, name)
        conducting.stop(db, here.settings, name, wish.why, here.clock())
        return experiment_shape(one_seen(here, db, name))


def forget(here: Here, name: Name) -> Response:
    """Remove a plan that has not begun."""
    with here.writing() as db, told():
        one_seen(here, db, name)
        conducting.forget(db, name)
    return Response(status_code=204)


EXPERIMENT_ROUTES = (
    Route("GET", "/api/v1/experiments", list_experiments, Action.SEE_EXPERIMENTS),
    Route("GET", "/api/v1/experiments/{name}", one_experiment, Action.SEE_EXPERIMENTS),
    Route("PUT", "/api/v1/experiments/{name}", plan_experiment, Action.MANAGE_EXPERIMENTS),
    Route("DELETE", "/api/v1/experiments/{name}", forget, Action.MANAGE_EXPERIMENTS, described=GONE),
    Route("POST", "/api/v1/experiments/{name}/start", begin, Action.MANAGE_EXPERIMENTS),
    Route("POST", "/api/v1/experiments/{name}/stop", end, Action.MANAGE_EXPERIMENTS),
)
