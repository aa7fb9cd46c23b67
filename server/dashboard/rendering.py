"""Templates to text; the static files."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from server.dashboard import words
from server.metrics.glossary import GLOSSARY, NO_DATA, TOO_FEW

_HERE = Path(__file__).parent


def render(template: str, **values: Any) -> str:
    """A page or a part of one, as text; everything in `values` is escaped."""
    return _environment().get_template(template).render(values)


def problem_page(title: str, detail: str) -> str:
    """A page that says what is wrong."""
    return render("problem.html", title=title, detail=detail)


def static_files() -> StaticFiles:
    """Scripts, styles and what others wrote (`vendor/`)."""
    return StaticFiles(directory=_HERE / "static")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(words.FILTERS)
    environment.globals.update(
        terms=GLOSSARY, no_data=NO_DATA, too_few=TOO_FEW, full_coverage=words.FULL_COVERAGE
    )
    return environment
