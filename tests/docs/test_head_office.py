"""The document on the API names all of it, and its examples are answered."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from server.api.app import build_app
from server.api.comparison_shapes import ComparedShape
from server.api.heat_shapes import HeatMapShape
from server.api.parts import RateShape
from server.api.queue_shapes import QueueNowShape, QueueShape
from server.api.ranges import LONGEST_BY_DAY, LONGEST_RANGE, MOST_INTERVALS
from server.api.routes import ROUTES
from server.api.shapes import FiguresShape, GroupsShape, QuarantineShape, QuotientShape, ZoneShape
from server.metrics.intervals import Resolution
from tests.docs.reading import blocks, quoted, text_of
from tests.server.asking import asking
from tests.server.filling import berlin_store, settings_for

DOCUMENT = "docs/head-office.md"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def examples() -> list[str]:
    """Addresses of all curl commands, without the host."""
    lines = [line for block in blocks(DOCUMENT, "sh") for line in block.splitlines()]
    found = [urlsplit(line.split("'")[1]) for line in lines if "-X POST" not in line]
    return [f"{address.path}?{address.query}" for address in found]


def test_every_route_is_named(tmp_path: Path) -> None:
    described = build_app(settings_for(tmp_path)).openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert routes == {f"{route.method} {route.path}" for route in ROUTES}
    assert routes <= quoted(DOCUMENT)


@pytest.mark.parametrize("path", examples())
def test_every_example_is_answered(tmp_path: Path, path: str) -> None:
    settings = settings_for(tmp_path, **{"high-street": berlin_store()})
    answer = asking(settings, NOW).get(path)
    assert answer.status_code == 200, answer.text


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
    ],
)
def test_every_field_of_the_figures_is_named(shape: type[FiguresShape]) -> None:
    known_from_elsewhere = {"zone", "name", "end", "rows", "waiting"}
    words = set(re.findall(r"\w+", text_of(DOCUMENT)))
    assert set(shape.model_fields) - known_from_elsewhere <= words


def test_every_resolution_and_bound_is_named() -> None:
    assert {resolution.value for resolution in Resolution} <= quoted(DOCUMENT)
    assert f"At most {MOST_INTERVALS:,} intervals and {LONGEST_RANGE.days} days" in text_of(DOCUMENT)
    assert f"by `day` and coarser, {LONGEST_BY_DAY.days:,} days" in text_of(DOCUMENT)
