"""Every address against its own description, with made-up requests: no 500, nothing that is not described."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from server.access.rights import Role
from server.api.app import build_app
from server.api.routes import ROUTES
from tests.server.asking import bearer
from tests.server.filling import NOON, STORE, berlin_store, fill, settings_for
from tests.server.shop_with_everything import everything

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]

# The stream of events never ends; it has a test of its own.
# A path that may hold slashes is described without saying so.
ADDRESSES = [
    (route.method, route.path.replace(":path}", "}")) for route in ROUTES if route.path != "/api/v1/events"
]


@pytest.fixture(scope="module")
def headers() -> dict[str, str]:
    """What every request shows; filled once there is a shop to show it to."""
    return {}


@pytest.fixture(scope="module")
def described(
    tmp_path_factory: pytest.TempPathFactory, headers: dict[str, str]
) -> Iterator[schemathesis.BaseSchema]:
    folder = tmp_path_factory.mktemp("shop")
    shop = settings_for(folder, **{STORE: berlin_store(queues={"tills": {"name": "Tills"}})})
    fill(shop, everything(), NOON)
    # An owner's token, so that no address refuses whoever asks; and it lets the description be read.
    shown = bearer(shop, NOON, Role.OWNER)
    headers.update(shown)
    yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", build_app(shop, lambda: NOON), headers=shown)
    # Nothing of all that may have left a lock, a damaged database, or one row less.
    with sqlite3.connect(shop.database, timeout=1) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM buckets").fetchone() == (360,)
        assert connection.execute("SELECT count(*) FROM tickets").fetchone() >= (50,)
    connection.close()


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_no_request_makes_an_error_of_the_server(
    described: schemathesis.BaseSchema, headers: dict[str, str], method: str, path: str
) -> None:
    @settings(
        max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=described[path][method].as_strategy(), known=st.booleans())
    def attempt(case: schemathesis.Case[Any], known: bool) -> None:
        if known and "store" in case.path_parameters:
            # Made-up ids would hardly ever be that of the store.
            case.path_parameters["store"] = STORE
        if isinstance(case.query, dict):
            case.query.pop("wait", None)  # it would wait, as it should
        response = case.call(headers=headers)
        if not (path == "/readyz" and response.status_code == 503):  # there is no broker here
            case.validate_response(response, checks=CHECKS)

    attempt()
