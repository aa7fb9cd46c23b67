"""The document on the API names all of it, and its examples are answered."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from server.api.app import build_app
from server.api.comparison_shapes import ComparedShape
from server.api.feed import LONGEST_WAIT_SECONDS
from server.api.feed_shapes import (
    CameraFactsShape,
    ChangeShape,
    ChangesShape,
    CountsFactsShape,
    QueueFactsShape,
    TicketShape,
    ZoneFactsShape,
)
from server.api.heat_shapes import HeatMapShape
from server.api.parts import RateShape
from server.api.queue_shapes import QueueNowShape, QueueShape
from server.api.ranges import LONGEST_BY_DAY, LONGEST_RANGE, MOST_INTERVALS
from server.api.routes import ROUTES
from server.api.shapes import FiguresShape, GroupsShape, QuarantineShape, QuotientShape, ZoneShape
from server.metrics.intervals import Resolution
from server.pos.posting import MOST_TICKETS, PostedLine, PostedTicket
from server.storage.changes import MOST_GONE, renew_feed
from server.storage.database import open_database, writing
from server.storage.requests import KEPT
from server.storage.sales import remove
from tests.docs.reading import blocks, quoted, text_of
from tests.server.asking import asking, bearer
from tests.server.filling import NOON, STORE, berlin_store, fill, settings_for
from tests.server.shop_with_everything import everything

DOCUMENT = "docs/head-office.md"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def examples() -> list[str]:
    """Addresses of all curl commands, without the host."""
    lines = [line for block in blocks(DOCUMENT, "sh") for line in block.splitlines()]
    found = [
        urlsplit(line.split("'")[1])
        for line in lines
        if line.startswith("curl -H @token 'http") and "Accept" not in line
    ]
    return [f"{address.path}?{address.query}" for address in found]


def test_every_route_is_named(tmp_path: Path) -> None:
    described = build_app(settings_for(tmp_path)).openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert routes == {f"{route.method} {route.path.replace(':path', '')}" for route in ROUTES}
    assert routes <= quoted(DOCUMENT)


def test_there_are_examples() -> None:
    assert len(examples()) > 5


@pytest.mark.parametrize("path", examples())
def test_every_example_is_answered(tmp_path: Path, path: str) -> None:
    settings = settings_for(tmp_path, **{"high-street": berlin_store()})
    answer = asking(settings, NOW).get(path)
    assert answer.status_code == 200, answer.text


def writing_examples() -> list[tuple[str, str, str]]:
    """Method, address and body of the curl commands that send a body."""
    text = "\n".join(blocks(DOCUMENT, "sh"))
    found = re.findall(r"curl -H @token -X (\w+) '([^']+)'(?: -H '[^']+')? --data '([^']+)'", text)
    return [
        (method, address[len("http://127.0.0.1:8080") :], body.replace("\n", " "))
        for method, address, body in found
    ]


def test_the_examples_that_send_something_are_there() -> None:
    assert {method for method, _, _ in writing_examples()} == {"POST", "PUT"}


@pytest.mark.parametrize(("method", "path", "body"), writing_examples())
def test_every_example_that_sends_something_is_taken(
    tmp_path: Path, method: str, path: str, body: str
) -> None:
    ask = asking(settings_for(tmp_path, **{"high-street": berlin_store()}), NOW)
    answer = ask.post(path, content=body) if method == "POST" else ask.put(path, content=body)
    assert answer.status_code == 200, answer.text


def tables() -> list[tuple[str, str]]:
    """The form and the address of all examples of tables."""
    lines = [line for block in blocks(DOCUMENT, "sh") for line in block.splitlines() if "Accept" in line]
    found = [(line.split("'")[1], urlsplit(line.split("'")[3])) for line in lines]
    return [(form.partition(": ")[2], f"{address.path}?{address.query}") for form, address in found]


@pytest.mark.parametrize(("form", "path"), tables())
def test_every_example_of_a_table_is_answered_in_that_form(tmp_path: Path, form: str, path: str) -> None:
    store = berlin_store(zones={"shelf": {"name": "Shelf"}})
    settings = settings_for(tmp_path, **{"high-street": store})
    answer = asking(settings, NOW).get(path, headers={"Accept": form})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(form)


def test_the_example_of_a_reader_holds_what_the_server_holds(tmp_path: Path) -> None:
    (script,) = blocks(DOCUMENT, "py")
    names: dict[str, Any] = {}
    exec(compile(script, DOCUMENT, "exec"), names)
    settings = settings_for(tmp_path)
    app = build_app(settings, lambda: NOON)
    fill(settings, everything(), NOON)
    token = bearer(settings, NOON)["Authorization"].removeprefix("Bearer ")
    held: dict[Any, Any] = {}
    with served(app) as address:
        cursor = names["follow"](address, token, held)
        assert sum(of["entries"] for of in held.values() if "entries" in of) > 0
        with open_database(settings.database) as db, writing(db):
            remove(db, STORE, ["t1"])
        cursor = names["follow"](address, token, held, cursor)
        assert (STORE, "t1") not in held
        assert (STORE, "t2") in held
        with open_database(settings.database) as db, writing(db):
            renew_feed(db)
        again = dict(held)
        names["follow"](address, token, held, cursor)
        assert held == again


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """An application on a port of this machine within the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.mark.parametrize(
    "shape",
    [
        FiguresShape,
        ZoneShape,
        GroupsShape,
        QueueShape,
        QueueNowShape,
        HeatMapShape,
        ComparedShape,
        RateShape,
        QuotientShape,
        QuarantineShape,
        PostedTicket,
        PostedLine,
        ChangesShape,
        ChangeShape,
        CountsFactsShape,
        CameraFactsShape,
        ZoneFactsShape,
        QueueFactsShape,
        TicketShape,
    ],
)
def test_every_field_of_the_figures_is_named(shape: type[BaseModel]) -> None:
    known_from_elsewhere = {"zone", "name", "end", "rows", "waiting"}
    words = set(re.findall(r"\w+", text_of(DOCUMENT)))
    assert set(shape.model_fields) - known_from_elsewhere <= words


def test_every_resolution_and_bound_is_named() -> None:
    assert {resolution.value for resolution in Resolution} <= quoted(DOCUMENT)
    assert f"At most {MOST_INTERVALS:,} intervals and {LONGEST_RANGE.days} days" in text_of(DOCUMENT)
    assert f"by `day` and coarser, {LONGEST_BY_DAY.days:,} days" in text_of(DOCUMENT)


def test_the_bounds_of_a_request_with_tickets_are_right() -> None:
    assert f"a list of up to {MOST_TICKETS}" in text_of(DOCUMENT)
    assert f"Keys are known for {KEPT.days} days" in text_of(DOCUMENT)


def test_the_bounds_of_the_feed_are_right() -> None:
    assert f"after {MOST_GONE:,} deletions" in text_of(DOCUMENT)
    assert f"up to {LONGEST_WAIT_SECONDS:.0f} seconds" in text_of(DOCUMENT)
