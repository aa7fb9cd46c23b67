"""What explains a store's sales, and its groups of customers: the one way for the API and the pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

from fastapi import Query
from fastapi.responses import Response

from server.access.rights import Action
from server.api.effect_shapes import (
    CustomersShape,
    DriversShape,
    EffectShape,
    RuleShape,
    SharesShape,
    effects_table,
    groups_table,
)
from server.api.offering import IN_OPENAPI as TABLES
from server.api.offering import Asked
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.errors import ServerError
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.flow.group_figures import LEAST_WEEKS, MOST_WEEKS, USUAL_WEEKS
from server.flow.outcome import Outcome
from server.storage.database import StorageError

if TYPE_CHECKING:
    from server.flow.customers import CustomerGroups
    from server.flow.explaining import Explained

Of = Annotated[Outcome, Query(description="what is explained")]
Weeks = Annotated[
    int, Query(ge=LEAST_WEEKS, le=MOST_WEEKS, description="weeks of the window and of the one before it")
]


def drivers(here: Here, store: str, form: Asked, of: Of = Outcome.TRANSACTIONS) -> Response:
    """What a store's sales go along with, day by day: effects, rules, and how well they hold on later days.

    As a table, a row is an effect. 422 where there are too few days with counts and tickets.
    """
    return form.answer(drivers_of(here, store, of), effects_table)


def customers(here: Here, store: str, form: Asked, weeks: Weeks = USUAL_WEEKS) -> Response:
    """A store's customers with a card in groups by how often and how much they bought. Nobody is named.

    As a table, a row is a group. 422 where too few customers are known.
    """
    return form.answer(customers_of(here, store, weeks), groups_table)


def drivers_of(here: Site, store: str, of: Outcome) -> DriversShape:
    """What a store's sales go along with.

    Raises:
        Problem: 422 too few days, 501 what computes it is not installed.
    """
    known = here.store(store)
    check_installed()
    from server.flow.explaining import explained_by
    from server.flow.reading_sales import sales_history

    with _in_words():
        with here.reading() as db:
            source = Source(db, store, terms_of(db, store, known))
            history = sales_history(source, of, here.clock(), known.holidays)
        return drivers_shape(store, explained_by(history, of))


def customers_of(here: Site, store: str, weeks: int) -> CustomersShape:
    """A store's groups of customers.

    Raises:
        Problem: 422 too few customers, 501 what computes it is not installed.
    """
    known = here.store(store)
    check_installed()
    from server.flow.customers import customer_groups

    with _in_words(), here.reading() as db:
        source = Source(db, store, terms_of(db, store, known))
        found = customer_groups(source, here.clock(), weeks, here.settings.suppress_below)
    return customers_shape(store, found)


def drivers_shape(store: str, found: Explained) -> DriversShape:
    """The answer to what explains sales."""
    effects = [EffectShape(**asdict(each), is_sure=each.is_sure) for each in found.effects]
    return DriversShape(
        store=store,
        of=found.of,
        first_day=found.first_day,
        last_day=found.last_day,
        days=found.days,
        usual_entries=found.usual_entries,
        usual_sales=found.usual_sales,
        looked_at=list(found.looked_at),
        effects=effects,
        rules=[RuleShape.model_validate(asdict(rule)) for rule in found.rules],
        shares=SharesShape.model_validate(asdict(found.shares)) if found.shares else None,
        sentences=list(found.sentences),
        notes=list(found.notes),
    )


def customers_shape(store: str, found: CustomerGroups) -> CustomersShape:
    """The answer to which groups of customers there are."""
    return CustomersShape.model_validate({"store": store, **asdict(found)})


def check_installed() -> None:
    """Refuse where what computes it is not installed.

    Raises:
        Problem: 501.
    """
    if not all(find_spec(name) for name in ("numpy", "scipy", "sklearn", "holidays")):
        raise Problem(
            501,
            "This needs NumPy, SciPy, scikit-learn and holidays on this server:"
            " pip install 'footfall[forecasting]'.",
        )


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (Problem, StorageError):
        raise
    except ServerError as error:
        raise Problem(422, f"{error}{f': {error.hint}' if error.hint else ''}.") from error


EXPLAINING_ROUTES = (
    Route(
        "GET",
        "/api/v1/stores/{store}/drivers",
        drivers,
        Action.SEE_FIGURES,
        answers=DriversShape,
        described=TABLES,
    ),
    Route(
        "GET",
        "/api/v1/stores/{store}/customers",
        customers,
        Action.SEE_LEARNING,
        answers=CustomersShape,
        described=TABLES,
    ),
)
