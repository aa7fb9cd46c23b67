"""How a store's counts hang together, over the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Query
from fastapi.responses import Response

from server.access.rights import Action
from server.api import flow_shapes, flow_tables
from server.api.offering import IN_OPENAPI as TABLES
from server.api.offering import Asked as AskedForm
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.flow.errors import FlowRefused
from server.public_holidays import CountryUnknown

if TYPE_CHECKING:
    from server.flow.asking import Flow

T = TypeVar("T")

What = Annotated[str, Query(max_length=80, description="entries, transactions or visits:ZONE")]
Weeks = Annotated[int, Query(ge=1, le=104, description="so many weeks back from today")]
Holidays = Annotated[
    str,
    Query(
        pattern=r"^([A-Za-z]{2}(-[A-Za-z0-9]{1,3})?)?$",
        description="country whose public holidays are known, as DE or DE-BY; if empty, as configured",
    ),
]
FalseAlarms = Annotated[
    int,
    Query(ge=10, le=1000, description="once in so many days an ordinary one may be listed by mistake"),
]


def typical_day(
    here: Here, store: str, form: AskedForm, what: What = "entries", weeks: Weeks = 26
) -> Response:
    """The typical day of each weekday: mean, variance, median and the band of four days in five, by hour.

    As a table, a row is an hour of a weekday, or a whole weekday.
    """
    with reading_flow(here, store, what, weeks) as flow:
        shape = flow_shapes.typical_shape(
            store, what, flow.label, flow.typical(), here.settings.suppress_below
        )
    return form.answer(shape, flow_tables.typical_table)


def unusual_days(
    here: Here,
    store: str,
    form: AskedForm,
    what: What = "entries",
    weeks: Weeks = 26,
    holidays: Holidays = "",
    false_alarm_days: FalseAlarms = 50,
) -> Response:
    """Days that were unlike others, as a whole or for some hours, with what is known of them.

    As a table, a row is a day.
    """
    with reading_flow(here, store, what, weeks, holidays, false_alarm_days) as flow:
        shape = flow_shapes.unusual_shape(
            store, what, flow.label, flow.unusual(), here.settings.suppress_below
        )
    return form.answer(shape, flow_tables.unusual_table)


def together(here: Here, store: str, form: AskedForm, what: What = "entries", weeks: Weeks = 26) -> Response:
    """Covariance and correlation of entries, transactions, visits and stays, by hours and by days.

    As a table, a row is a pair. `what` is the series of which halves of days, and days in a row, are told.
    """
    with reading_flow(here, store, what, weeks) as flow:
        shape = flow_shapes.together_shape(store, what, flow.label, flow.together())
    return form.answer(shape, flow_tables.together_table)


@contextmanager
def reading_flow(
    here: Site, store: str, what: str, weeks: int, holidays: str = "", false_alarm_days: int = 50
) -> Iterator[Flow]:
    """A store's past days, read and open to be looked at.

    Raises:
        Problem: 422 nothing is known of that, 501 what reckons is not installed.
    """
    known = here.store(store)
    check_installed()
    from server.flow.asking import Asked, flow_of

    with here.reading() as db:
        source = Source(db, store, terms_of(db, store, known))
        asked = Asked(what, weeks, holidays or known.holidays, false_alarm_days)
        zones = {zone: of.name for zone, of in known.zones.items()}
        try:
            yield flow_of(source, asked, zones, here.clock())
        except (FlowRefused, CountryUnknown) as error:
            raise Problem(422, f"{error}; {error.hint}." if error.hint else f"{error}.") from error


def check_installed() -> None:
    """Refuse to look where what reckons is not installed.

    Raises:
        Problem: 501.
    """
    if not all(find_spec(name) for name in ("numpy", "scipy", "holidays")):
        raise Problem(
            501,
            "The analysis of flow needs NumPy, SciPy and holidays on this server:"
            " pip install 'footfall[forecasting]'.",
        )


def _route(path: str, handler: Callable[..., Response], answers: type[T]) -> Route:
    whole = f"/api/v1/stores/{{store}}/flow/{path}"
    return Route("GET", whole, handler, Action.SEE_FIGURES, answers=answers, described=TABLES)


FLOW_ROUTES = (
    _route("typical-day", typical_day, flow_shapes.TypicalShape),
    _route("unusual-days", unusual_days, flow_shapes.UnusualShape),
    _route("together", together, flow_shapes.TogetherShape),
)
