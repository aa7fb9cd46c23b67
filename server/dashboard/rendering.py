"""Templates to text; the static files."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.staticfiles import StaticFiles

from server.access.callers import STRANGER, Visit
from server.api.forms import FIELD
from server.api.site import Site
from server.dashboard import words
from server.experiments import sentences
from server.metrics.glossary import GLOSSARY, NO_DATA, TOO_FEW

_HERE = Path(__file__).parent


def render(template: str, here: Site | None = None, **values: Any) -> str:
    """A page or a part of one, as text; everything in `values` is escaped.

    With `here` it knows who looks at it: the menu shows what they may do, and forms can be sent. A form that
    changes something begins with `{{ visit | form_field }}`.
    """
    visit = here.visit if here else STRANGER
    return _environment().get_template(template).render({"visit": visit, **values})


def form_field(visit: Visit) -> Markup:
    """The hidden field that shows that a form is ours; nothing for programs, which need none.

    Raises:
        ValueError: the page was made without saying for whom, so nobody could send the form.
    """
    if visit.caller is not None and visit.caller.kind == "token":
        return Markup("")
    if not visit.form_token:
        raise ValueError("a form needs to know who looks at it: render(template, here, ...)")
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, visit.form_token)


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
    environment.filters.update(
        words.FILTERS,
        form_field=form_field,
        measured=lambda value, measure: sentences.amount(measure, value),
        changed=lambda value, measure: sentences.change(measure, value),
    )
    environment.globals.update(
        terms=GLOSSARY, no_data=NO_DATA, too_few=TOO_FEW, full_coverage=words.FULL_COVERAGE
    )
    return environment
