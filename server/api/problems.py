"""Errors as answers: application/problem+json (RFC 9457) for machines, a page for people."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from server.errors import ServerError
from server.storage.database import StorageError, kind_of

MEDIA_TYPE = "application/problem+json"

IN_OPENAPI: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem, in a sentence (RFC 9457)",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                        "field": {"type": "string"},
                    },
                    "required": ["type", "title", "status", "detail"],
                }
            }
        },
    }
}
"""How every address describes its errors."""

log = logging.getLogger(__name__)


class Problem(ServerError):
    """An answer that is an error: its HTTP status, a sentence, and the field that is wrong if it is one.

    `errors` lists everything that is wrong, where there may be several things.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        field: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.errors = tuple(errors)


_TROUBLE_WITH_THE_FILE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
}

Page = Callable[[str, str], str]
"""Makes a page of a title and a sentence."""


def install(app: FastAPI, page: Page) -> None:
    """Let an app answer every error in this form."""
    app.state.problem_page = page
    app.add_exception_handler(Problem, _of_problem)
    app.add_exception_handler(StorageError, _of_storage)
    app.add_exception_handler(sqlite3.OperationalError, _of_sqlite)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_anything)


def problem_content(status: int, detail: str, field: str | None = None) -> dict[str, Any]:
    """The members of a problem document."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return content if field is None else {**content, "field": field}


def answer(request: Request, problem: Problem) -> Response:
    """A problem in the form that suits the address: a document for machines, a page for people."""
    if is_for_machines(request):
        content = problem_content(problem.status, problem.detail, problem.field)
        if problem.errors:
            content["errors"] = [dict(error) for error in problem.errors]
        return JSONResponse(content, problem.status, media_type=MEDIA_TYPE)
    page: Page = request.app.state.problem_page
    return HTMLResponse(page(HTTPStatus(problem.status).phrase, problem.detail), problem.status)


def is_for_machines(request: Request) -> bool:
    """Whether programs ask at this address, rather than people."""
    return request.url.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))


async def _of_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(request, error)


async def _of_storage(request: Request, error: Exception) -> Response:
    return answer(request, of_storage(error))


def of_storage(error: Exception) -> Problem:
    """What is told of a database that cannot be used."""
    # The path of the database is for the log, not for whoever asks.
    log.error("the database cannot be used: %s", error)
    return Problem(503, "The database cannot be used now; the server's log says why.")


async def _of_sqlite(request: Request, error: Exception) -> Response:
    assert isinstance(error, sqlite3.OperationalError)
    # What is none of these is a fault of ours.
    if kind_of(error) not in _TROUBLE_WITH_THE_FILE:
        raise error
    return answer(request, of_storage(error))


async def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = str(first["loc"][-1])
    return answer(request, Problem(422, f"{field}: {first['msg']}.", field))


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    found = answer(request, Problem(error.status_code, said.get(error.status_code, str(error.detail))))
    found.headers.update(error.headers or {})
    return found


async def _of_anything(request: Request, _error: Exception) -> Response:
    return answer(request, Problem(500, "Something went wrong here; the server's log says what."))
