"""The pages on which people see and edit the catalogue: forms that need no scripts."""

from __future__ import annotations

import io
from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from server.access.rights import Action
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.catalogue import editing
from server.catalogue.items import PARTS, PartName, Product
from server.catalogue.tables import in_words, read_lines, written
from server.dashboard.rendering import render
from server.pos.errors import FileRefused
from server.storage import catalogue as held

PRODUCTS_SHOWN = 200
MOST_TEXT = 500_000

Field = Annotated[str, Form(max_length=200)]
Revision = Annotated[int, Form(ge=0, le=10**15)]


def front(here: Here, after: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Products, and the parts of each store's catalogue."""
    with here.reading() as db:
        products = held.products(db, PRODUCTS_SHOWN, after)
        count = held.product_count(db)
    stores = [(store, of.name) for store, of in here.settings.stores.items()]
    more = products[-1].sku if len(products) == PRODUCTS_SHOWN else None
    return _page(
        here, "catalogue.html", products=products, count=count, stores=stores, parts=list(PARTS), more=more
    )


def product(here: Here, sku: Annotated[str, Query(max_length=100)] = "") -> Response:
    """One product's form; an empty one without a number."""
    with here.reading() as db:
        row = held.product(db, sku) if sku else None
    if sku and row is None:
        raise Problem(404, f"There is no product {sku!r}.")
    values = editing.as_product(row).model_dump(mode="json") if row else dict.fromkeys(Product.model_fields)
    attributes = "\n".join(f"{key}: {value}" for key, value in (values.pop("attributes") or {}).items())
    revision = row.revision if row else 0
    return _page(here, "product.html", values=values, attributes=attributes, revision=revision, problem="")


def save_product(
    here: Here,
    sku: Field = "",
    name: Field = "",
    category: Field = "",
    brand: Field = "",
    price: Field = "",
    cost: Field = "",
    currency: Field = "",
    attributes: Annotated[str, Form(max_length=20_000)] = "",
    revision: Revision = 0,
) -> Response:
    """Store what the form says, unless somebody else changed the product meanwhile."""
    values = {"sku": sku, "name": name, "category": category, "brand": brand}
    values |= {"price": price, "cost": cost, "currency": currency}
    try:
        given = {field: text.strip() for field, text in values.items() if text.strip()}
        read = Product.model_validate({**given, "attributes": _attributes(attributes)})
        with here.writing() as db:
            editing.put_product(db, read, revision)
    except (ValidationError, ValueError) as error:
        problem = in_words(error) if isinstance(error, ValidationError) else str(error)
        shown = {"values": values, "attributes": attributes, "revision": revision, "problem": problem}
        return _page(here, "product.html", 422, **shown)
    return RedirectResponse("/catalogue", 303)


def part(here: Here, store: str, part: PartName) -> Response:
    """A part of a store's catalogue, as a table of text."""
    known = here.store(store)
    with here.reading() as db:
        items, revision = editing.part(db, store, part)
    return _part(here, store, known.name, part, written(PARTS[part], items), revision)


def save_part(
    here: Here,
    store: str,
    part: PartName,
    text: Annotated[str, Form(max_length=MOST_TEXT)] = "",
    revision: Revision = 0,
) -> Response:
    """Store what the form says, unless somebody else changed the part meanwhile."""
    known = here.store(store)
    try:
        items = read_lines(PARTS[part], io.StringIO(text, newline=""), "the table")
        with here.writing() as db:
            editing.replace(db, store, known, part, items, revision)
    except (FileRefused, editing.ChangedMeanwhile, editing.Unfit) as error:
        hint = getattr(error, "hint", "")
        return _part(here, store, known.name, part, text, revision, f"{error}\n{hint}".strip())
    return RedirectResponse(f"/catalogue/stores/{store}/{part}", 303)


def _part(
    here: Site, store: str, name: str, part: str, text: str, revision: int, problem: str = ""
) -> Response:
    values = {"store": store, "name": name, "part": part, "text": text, "revision": revision}
    return _page(here, "catalogue_part.html", 422 if problem else 200, problem=problem, **values)


def _attributes(text: str) -> dict[str, str]:
    pairs = [line.partition(":") for line in text.splitlines() if line.strip()]
    if wrong := next((name for name, colon, _ in pairs if not colon), None):
        raise ValueError(f"the attribute {wrong!r} needs a colon between its name and its value")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _page(here: Site, template: str, status: int = 200, **values: object) -> Response:
    return HTMLResponse(render(template, here, **values), status)


CATALOGUE_PAGES = (
    Route("GET", "/catalogue", front, Action.SEE_CATALOGUE),
    Route("GET", "/catalogue/product", product, Action.SEE_CATALOGUE),
    Route("POST", "/catalogue/product", save_product, Action.EDIT_PRODUCTS),
    Route("GET", "/catalogue/stores/{store}/{part}", part, Action.SEE_CATALOGUE),
    Route("POST", "/catalogue/stores/{store}/{part}", save_part, Action.EDIT_CATALOGUE),
)
