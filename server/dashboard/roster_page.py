"""The page on which a manager has a roster made: a request file in, a table and files out, nothing kept."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import File, Form, UploadFile
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from server.access.rights import Action
from server.api.planning import check_installed, roster_of
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.api.taking import MOST_BODY_BYTES
from server.dashboard.rendering import render
from server.staffing.reading import in_words, parsed
from server.staffing.request import RosterRequest

if TYPE_CHECKING:
    from server.staffing.planning import Plan

MOST_FILE = 2_000_000
"""Characters of a roster as a file: 200 people on 14 days."""

_MEDIA = {"csv": "text/csv", "ics": "text/calendar"}


class _Unfit(Exception):
    """What was sent is no request; the lines say why."""


def roster_form(here: Here, store: str) -> Response:
    """The form."""
    check_installed()
    return _page(here, store)


def make_roster(here: Here, store: str, request: Annotated[UploadFile | None, File()] = None) -> Response:
    """The roster for the file that was sent, or the form with what is wrong with it."""
    here.store(store)
    check_installed()
    try:
        asked = _read(request)
        made = roster_of(here, store, asked)
    except (_Unfit, Problem) as error:
        return _page(here, store, getattr(error, "status", 422), problem=str(error))
    from server.staffing.files import as_csv, as_icalendar

    files = {
        "csv": as_csv(made.duties),
        "ics": as_icalendar(made.duties, store, here.clock()).decode(),
    }
    return _page(here, store, plan=made, verdict=verdict(made), files=files, first_day=asked.first_day)


def verdict(plan: Plan) -> str:
    """Whether everything is kept; that it cannot be only where this is proved."""
    if plan.is_feasible:
        return "Every rule, contract and least number is kept."
    if plan.is_impossible:
        return "Not everything can be kept."
    return "No roster was found in the time that keeps everything; there may be one."


def roster_file(
    here: Here,
    store: str,
    kind: Annotated[Literal["csv", "ics"], Form()] = "csv",
    content: Annotated[str, Form(max_length=MOST_FILE)] = "",
) -> Response:
    """The roster that the page shows, as a file; the page itself brings it, for the server keeps none."""
    here.store(store)
    named = {"Content-Disposition": f'attachment; filename="roster-{store}.{kind}"'}
    # Forms send every end of line as CR LF, which both kinds of file ask for anyway.
    return Response(content, media_type=f"{_MEDIA[kind]}; charset=utf-8", headers=named)


def _read(upload: UploadFile | None) -> RosterRequest:
    if upload is None or not upload.filename:
        raise _Unfit("No file was chosen.")
    body = upload.file.read(MOST_BODY_BYTES + 1)
    if len(body) > MOST_BODY_BYTES:
        raise _Unfit(f"The file is longer than {MOST_BODY_BYTES:,} bytes.")
    is_json = upload.filename.lower().endswith(".json")
    try:
        return RosterRequest.model_validate(parsed(body.decode("utf-8-sig"), is_json=is_json))
    except ValidationError as error:
        raise _Unfit("\n".join(in_words(error))) from error
    except (UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise _Unfit(f"This is not {'JSON' if is_json else 'TOML'}: {error}") from error


def _page(here: Site, store: str, status: int = 200, **values: object) -> Response:
    name = here.store(store).name
    shown = {"plan": None, "files": {}, "problem": "", "first_day": None, **values}
    return HTMLResponse(render("roster.html", here, store=store, name=name, **shown), status)


_ROSTER = "/stores/{store}/roster"

ROSTER_PAGES = (
    Route("GET", _ROSTER, roster_form, Action.PLAN_STAFF),
    Route("POST", _ROSTER, make_roster, Action.PLAN_STAFF),
    Route("POST", f"{_ROSTER}/file", roster_file, Action.PLAN_STAFF),
)
