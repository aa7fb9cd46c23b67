"""The pages of experiments: what each shows in words, its bars, and forms to plan, begin and stop."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Annotated

from fastapi import Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from server.access.rights import Action
from server.api.experimenting import KEY_BYTES, Name, keep, one_seen, seen, told
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.catalogue.tables import in_words
from server.dashboard.rendering import render
from server.experiments import conducting
from server.experiments.plans import Design, Measure, Plan
from server.experiments.results import sized
from server.experiments.sentences import NAMES

Field = Annotated[str, Form(max_length=2000)]

_FIRST = {
    "name": "",
    "design": Design.SWITCHBACK.value,
    "stores": "",
    "zones": "",
    "arms": "control shown",
    "measure": Measure.ZONE_CONVERSION.value,
    "least_effect": "0.005",
    "days": "28",
    "look_days": "7",
    "block_minutes": "60",
    "washout_minutes": "10",
    "guards": "",
}
"""What the form shows at first."""

_LISTS = ("stores", "zones", "arms")


def front(here: Here) -> Response:
    """All experiments, and the form for a new one."""
    stores = " ".join(list(here.settings.stores)[:1])
    return _front(here, {**_FIRST, "stores": stores})


def save(
    here: Here,
    name: Field = "",
    design: Field = "",
    stores: Field = "",
    zones: Field = "",
    arms: Field = "",
    measure: Field = "",
    least_effect: Field = "",
    days: Field = "",
    look_days: Field = "",
    block_minutes: Field = "",
    washout_minutes: Field = "",
    guards: Field = "",
) -> Response:
    """Keep what the form says as a plan."""
    values = {"name": name, "design": design, "stores": stores, "zones": zones, "arms": arms}
    values |= {"measure": measure, "least_effect": least_effect, "days": days, "look_days": look_days}
    values |= {"block_minutes": block_minutes, "washout_minutes": washout_minutes, "guards": guards}
    values = {field: text.strip() for field, text in values.items()}
    try:
        plan = Plan.model_validate(_as_plan(values))
        keep(here, plan)
    except ValidationError as error:
        return _front(here, values, in_words(error))
    except Problem as problem:
        return _front(here, values, problem.detail)
    return RedirectResponse(f"/experiments/{plan.name}", 303)


def one(here: Here, name: Name) -> Response:
    """One experiment: what may be said of it, its looks and its plan."""
    with here.reading() as db:
        found = one_seen(here, db, name)
        size = sized(db, here.settings, found.plan, here.clock())[1] if found.begins is None else ""
    return HTMLResponse(render("experiment.html", here, found=found, size=size, names=NAMES))


def begin(here: Here, name: Name, begins: Field = "") -> Response:
    """Let a planned experiment begin."""
    with here.writing() as db, told():
        one_seen(here, db, name)
        first = _day(begins)
        key = secrets.token_bytes(KEY_BYTES)
        conducting.start(db, here.settings, name, first, key, here.clock())
    return RedirectResponse(f"/experiments/{name}", 303)


def end(here: Here, name: Name, why: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Stop an experiment before its time."""
    with here.writing() as db, told():
        one_seen(here, db, name)
        conducting.stop(db, here.settings, name, why.strip() or "stopped by hand", here.clock())
    return RedirectResponse(f"/experiments/{name}", 303)


def forget(here: Here, name: Name) -> Response:
    """Remove a plan that has not begun."""
    with here.writing() as db, told():
        one_seen(here, db, name)
        conducting.forget(db, name)
    return RedirectResponse("/experiments", 303)


def _front(here: Site, values: dict[str, str], problem: str = "") -> Response:
    with here.reading() as db:
        found = seen(here, db)
    page = render(
        "experiments.html",
        here,
        found=found,
        values=values,
        problem=problem,
        designs=list(Design),
        names=NAMES,
        stores=here.settings.stores,
    )
    return HTMLResponse(page, 422 if problem else 200)


def _as_plan(values: dict[str, str]) -> dict[str, object]:
    given: dict[str, object] = {field: text for field, text in values.items() if text}
    given |= {field: values[field].replace(",", " ").split() for field in _LISTS}
    given["guards"] = [{"measure": guard} for guard in values["guards"].replace(",", " ").split()]
    return given


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Problem(422, f"begins: {text!r} is not a day such as 2026-12-01.", "begins") from error


EXPERIMENT_PAGES = (
    Route("GET", "/experiments", front, Action.SEE_EXPERIMENTS),
    Route("POST", "/experiments", save, Action.MANAGE_EXPERIMENTS),
    Route("GET", "/experiments/{name}", one, Action.SEE_EXPERIMENTS),
    Route("POST", "/experiments/{name}/start", begin, Action.MANAGE_EXPERIMENTS),
    Route("POST", "/experiments/{name}/stop", end, Action.MANAGE_EXPERIMENTS),
    Route("POST", "/experiments/{name}/forget", forget, Action.MANAGE_EXPERIMENTS),
)
