"""Sales over HTTP."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Annotated

from fastapi import Header
from fastapi.responses import Response
from pydantic import Field
from sqlite_utils import Database

from server.access.rights import Action
from server.api.parts import Shape
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.api.taking import Body
from server.pos.customers import CustomerKeyUnusable
from server.pos.posting import (
    PostedTicket,
    TicketsRefused,
    answer_of,
    posted,
    refuse_other_tills,
    store_posted,
)
from server.storage.database import writing
from server.storage.requests import Answered, answered, keep_answer

log = logging.getLogger(__name__)

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="a request that is sent again under its key is answered as before",
    ),
]


class TakenTicketShape(Shape):
    """What became of one ticket."""

    store: str
    ticket: str
    revision: int
    outcome: str = Field(description="new, changed, unchanged, or older: a higher revision is held")


class TakenShape(Shape):
    """What became of a request's tickets."""

    new: int
    changed: int
    unchanged: int
    older: int
    tickets: list[TakenTicketShape]


def take_sales(here: Here, body: Body, idempotency_key: IdempotencyKey = None) -> Response:
    """Take one ticket or a list of them: all, or none if any is wrong."""
    digest = hashlib.sha256(body).digest()
    try:
        tickets = posted(body)
        if here.visit.caller is not None and here.visit.caller.parts is not None:
            refuse_other_tills(tickets, here.visit.caller.parts)
        with here.taking() as db, writing(db):
            return _json(_once(here, db, idempotency_key, digest, tickets))
    except TicketsRefused as error:
        raise _problem(error) from error
    except CustomerKeyUnusable as error:
        log.error("a customer's number was not taken: %s", error)
        raise Problem(503, "Customers' numbers cannot be taken now; the server's log says why.") from error


def _once(here: Site, db: Database, key: str | None, digest: bytes, tickets: Sequence[PostedTicket]) -> str:
    key = _own(here, key) if key else None
    before = answered(db, key) if key else None
    if before is not None and before.digest != digest:
        raise Problem(422, "This Idempotency-Key came with another body before.", "Idempotency-Key")
    if before is not None:
        return before.answer
    answer = json.dumps(answer_of(store_posted(db, here.settings, tickets, here.clock())))
    if key:
        keep_answer(db, key, Answered(digest, answer), here.clock())
    return answer


def _own(here: Site, key: str) -> str:
    # Two senders may happen upon the same key; neither may hear the other's answer.
    caller = here.visit.caller
    return f"{caller.kind}:{caller.name}:{key}" if caller else key


def _json(answer: str) -> Response:
    return Response(answer, media_type="application/json")


def _problem(error: TicketsRefused) -> Problem:
    errors = [{"where": one.where, "problem": one.problem} for one in error.wrong]
    first = error.wrong[0]
    return Problem(422, f"Nothing was stored. {first.where}: {first.problem}.", first.where, errors)


SALES_ROUTES = (Route("POST", "/api/v1/sales", take_sales, Action.IMPORT_SALES, answers=TakenShape),)
