"""Rosters and placements over the API: one at a time, for half a minute at most, and nothing is stored."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from server.access.rights import Action
from server.api.planning_shapes import PlacementShape, RosterShape
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.api.taking import Body
from server.errors import ServerError
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.placement.knowing import Shop
from server.placement.request import PlacementRequest
from server.staffing.expecting import needs_expected, with_expected
from server.staffing.forecast_traffic import expecting
from server.staffing.reading import in_words
from server.staffing.request import RosterRequest
from server.storage.database import StorageError

if TYPE_CHECKING:
    from server.staffing.planning import Plan

Request = TypeVar("Request", bound=BaseModel)

ROSTER_SECONDS = 15.0
"""Of work for the roster itself; half as long for what would mend it, and a quarter for the proof that
nothing can. On a busy machine it takes up to twice as long."""
PLACEMENT_SECONDS = 10.0
MOST_PERSON_STEPS = 40_400
"""People times steps of all days: 60 people for a week of quarter hours, or 120 of half hours."""


def roster(here: Here, store: str, body: Body) -> RosterShape:
    """The best roster for a request (see docs/planning.md). 429 while another plan is made."""
    here.store(store)
    asked = _checked(RosterRequest, body)
    return RosterShape.model_validate(asdict(roster_of(here, store, asked)))


def roster_of(here: Site, store: str, asked: RosterRequest) -> Plan:
    """The best roster for a request, within bounds.

    Raises:
        Problem: 422 too large, 429 another plan is being made, 501 what plans is not installed.
    """
    check_installed()
    known, steps = here.store(store), asked.days * 24 * 60 // asked.step_minutes
    if len(asked.people) * steps > MOST_PERSON_STEPS:
        raise Problem(
            422,
            f"{len(asked.people)} people times {steps} steps are more than {MOST_PERSON_STEPS:,}: ask for "
            "fewer days or longer steps here, or use the command footfall-server roster.",
        )
    from server.staffing.planning import plan
    from server.staffing.solving import Limits
    from server.staffing.working import Working

    with _alone(here):
        notes: tuple[str, ...] = ()
        if needs_expected(asked):
            with here.reading() as db:
                source = Source(db, store, terms_of(db, store, known))
                asked, notes = with_expected(asked, expecting(source, here.clock(), asked.expected_share))
        clock = Working(time.monotonic, time.thread_time)
        return plan(
            asked,
            known.zone,
            clock,
            Limits(ROSTER_SECONDS, on_the_wall=clock.on_the_wall),
            notes=notes,
        )


def placement(here: Here, store: str, body: Body) -> PlacementShape:
    """The best placement for a request (see docs/planning.md). 429 while another plan is made."""
    known = here.store(store)
    asked = _checked(PlacementRequest, body)
    check_installed()
    from server.placement.planning import plan_placement, question_of

    until = time.monotonic() + PLACEMENT_SECONDS
    try:
        with _alone(here):
            with here.reading() as db:
                source = Source(db, store, terms_of(db, store, known))
                question = question_of(asked, Shop(source, here.clock()))
            found = plan_placement(question, lambda: time.monotonic() < until)
    except (Problem, StorageError):
        raise
    except ServerError as error:
        raise Problem(422, f"{error}{f': {error.hint}' if error.hint else ''}.") from error
    return PlacementShape.model_validate(asdict(found))


def check_installed() -> None:
    """Refuse to plan where what plans is not installed.

    Raises:
        Problem: 501.
    """
    if not all(find_spec(name) for name in ("scipy", "icalendar")):
        raise Problem(
            501, "Planning needs SciPy and icalendar on this server: pip install 'footfall[staffing]'."
        )


@contextmanager
def _alone(here: Site) -> Iterator[None]:
    if not here.planning.acquire(blocking=False):
        raise Problem(429, "Another plan is being made. Try again in half a minute.")
    try:
        yield
    finally:
        here.planning.release()


def _checked(model: type[Request], body: bytes) -> Request:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise Problem(422, f"The request is wrong. {'; '.join(in_words(error))[:4000]}.") from error


PLANNING_ROUTES = (
    Route("POST", "/api/v1/stores/{store}/roster", roster, Action.PLAN_STAFF),
    Route("POST", "/api/v1/stores/{store}/placement", placement, Action.PLAN_STAFF),
)
