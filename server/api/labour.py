"""Hours of work on the sales floor over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from server.access.rights import Action
from server.api.parts import Instant, Shape
from server.api.problems import Problem
from server.api.ranges import asked_range
from server.api.reports import calendar_of
from server.api.shapes import Exact
from server.api.site import Here, Route
from server.api.taking import Body
from server.catalogue.tables import in_words
from server.metrics.rows import LabourRow
from server.pos.labour import LabourUnreadable, keep_labour, shift_of
from server.storage.labour import labour_begun

When = Annotated[str | None, Query(max_length=40)]

MOST_SHIFTS = 10_000


class ShiftShape(Shape):
    """So many people at work from `begin` up to before `end`."""

    begin: Instant
    end: Instant
    people: Exact


class LabourShape(Shape):
    """Shifts that begin within a range, in order."""

    begin: Instant
    end: Instant
    shifts: list[ShiftShape]


class GivenShift(BaseModel):
    """A shift as it is sent; times with their offset."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    begin: AwareDatetime
    end: AwareDatetime
    people: Exact


_SHIFTS = TypeAdapter(Annotated[list[GivenShift], Field(max_length=MOST_SHIFTS)])


def labour(here: Here, store: str, begin: When = None, end: When = None) -> LabourShape:
    """The shifts that begin within a half-open range, by default today's business day."""
    calendar = calendar_of(here.store(store))
    within = asked_range(begin, end, calendar, here.clock())
    with here.reading() as db:
        return _shape(within.begin, within.end, labour_begun(db, store, within))


def put_labour(here: Here, store: str, body: Body, begin: When = None, end: When = None) -> LabourShape:
    """Store a list of shifts in place of all that begin within the range, by default today's business day."""
    calendar = calendar_of(here.store(store))
    within = asked_range(begin, end, calendar, here.clock())
    try:
        given = _SHIFTS.validate_json(body)
        rows = [shift_of(one.begin, one.end, one.people, f"shift {n}") for n, one in enumerate(given, 1)]
        with here.taking() as db:
            keep_labour(db, store, within, rows)
            return _shape(within.begin, within.end, labour_begun(db, store, within))
    except ValidationError as error:
        raise Problem(422, f"Nothing was stored. {in_words(error)[:2000]}.") from error
    except (LabourUnreadable, OverflowError) as error:
        raise Problem(422, f"Nothing was stored: {error}.") from error


def _shape(begin: datetime, end: datetime, rows: list[LabourRow]) -> LabourShape:
    shifts = [ShiftShape(begin=row.begin, end=row.end, people=row.people) for row in rows]
    return LabourShape(begin=begin, end=end, shifts=shifts)


LABOUR_ROUTES = (
    Route("GET", "/api/v1/stores/{store}/labour", labour, Action.SEE_FIGURES),
    Route("PUT", "/api/v1/stores/{store}/labour", put_labour, Action.EDIT_CATALOGUE),
)
