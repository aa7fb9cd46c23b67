"""The catalogue over the API: read with its revision as ETag, written only over what was read."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Header, Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import Field, TypeAdapter, ValidationError

from server.access.rights import Action
from server.api.parts import Shape
from server.api.problems import Problem
from server.api.site import Here, Route
from server.api.taking import Body
from server.catalogue import editing
from server.catalogue.items import (
    DisplayName,
    Event,
    Holiday,
    Item,
    OpeningHours,
    PartName,
    PlaceOfProduct,
    Product,
    Weather,
    doubled,
)
from server.catalogue.tables import in_words
from server.storage import catalogue as held

IfMatch = Annotated[str | None, Header(max_length=100, description="ETag of what was read")]
SkuPath = Annotated[str, Path(min_length=1, max_length=100)]


class ProductShape(Product):
    """One product with its revision."""

    revision: int


class ProductsShape(Shape):
    """Products by their number."""

    count: int
    products: list[dict[str, Any]] = Field(description="each with its revision")
    next_after: str | None


class PartShape(Shape):
    """One part of a store's catalogue."""

    revision: int
    rows: list[dict[str, Any]]


def products(
    here: Here,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str, Query(max_length=100)] = "",
) -> ProductsShape:
    """The products of this server, by number."""
    with here.reading() as db:
        rows = held.products(db, limit, after)
        count = held.product_count(db)
    found = [{**editing.as_product(row).model_dump(mode="json"), "revision": row.revision} for row in rows]
    return ProductsShape(count=count, products=found, next_after=rows[-1].sku if len(rows) == limit else None)


def product(here: Here, sku: SkuPath) -> Response:
    """One product."""
    with here.reading() as db:
        row = held.product(db, sku)
    if row is None:
        raise Problem(404, f"There is no product {sku!r}.")
    content = {**editing.as_product(row).model_dump(mode="json"), "revision": row.revision}
    return _tagged(content, row.revision)


def put_product(here: Here, sku: SkuPath, body: Body, if_match: IfMatch = None) -> Response:
    """Store a product. If-Match "0" stores it only if it is new."""
    try:
        given = Product.model_validate_json(body)
    except ValidationError as error:
        raise Problem(422, f"The product was not stored. {in_words(error)}.") from error
    if given.sku != sku:
        raise Problem(422, f"The address names {sku!r} and the product {given.sku!r}.", "sku")
    try:
        with here.taking() as db:
            revision = editing.put_product(db, given, _revision(if_match))
    except editing.ChangedMeanwhile as error:
        raise _precondition(error) from error
    return _tagged({**given.model_dump(mode="json"), "revision": revision}, revision)


def delete_product(here: Here, sku: SkuPath, if_match: IfMatch = None) -> Response:
    """Remove a product; tickets and planogram keep its number."""
    try:
        with here.writing() as db:
            if not editing.remove_product(db, sku, _revision(if_match)):
                raise Problem(404, f"There is no product {sku!r}.")
    except editing.ChangedMeanwhile as error:
        raise _precondition(error) from error
    return Response(status_code=204)


def part(here: Here, store: str, part: PartName) -> Response:
    """Names, opening hours, holidays, events, weather or planogram of a store."""
    here.store(store)
    with here.reading() as db:
        items, revision = editing.part(db, store, part)
    return _tagged({"revision": revision, "rows": [item.model_dump(mode="json") for item in items]}, revision)


def put_part(here: Here, store: str, part: PartName, body: Body, if_match: IfMatch = None) -> Response:
    """Store a list of entries in place of all that were there."""
    known, items = here.store(store), _items(part, body)
    try:
        with here.taking() as db:
            revision = editing.replace(db, store, known, part, items, _revision(if_match))
    except editing.ChangedMeanwhile as error:
        raise _precondition(error) from error
    except editing.Unfit as error:
        raise Problem(422, f"Nothing was stored: {error}.") from error
    return _tagged({"revision": revision, "rows": [item.model_dump(mode="json") for item in items]}, revision)


_LISTS: dict[str, TypeAdapter[Any]] = {
    "names": TypeAdapter(list[DisplayName]),
    "hours": TypeAdapter(list[OpeningHours]),
    "holidays": TypeAdapter(list[Holiday]),
    "events": TypeAdapter(list[Event]),
    "weather": TypeAdapter(list[Weather]),
    "planogram": TypeAdapter(list[PlaceOfProduct]),
}


def _items(part: str, body: bytes) -> list[Item]:
    try:
        items: list[Item] = _LISTS[part].validate_json(body)
    except ValidationError as error:
        raise Problem(422, f"Nothing was stored. {in_words(error)[:2000]}.") from error
    for place, before in doubled(items):
        raise Problem(422, f"Nothing was stored: entry {place} says the same as entry {before}.")
    return items


def _tagged(content: object, revision: int) -> Response:
    return JSONResponse(content, headers={"ETag": f'"{revision}"'})


def _revision(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    if not (found := re.fullmatch(r'"?(\d{1,15})"?', if_match.strip())):
        raise Problem(422, "If-Match is not an ETag of this server.", "If-Match")
    return int(found[1])


def _precondition(error: editing.ChangedMeanwhile) -> Problem:
    return Problem(412, f"Nothing was stored: {error}. Read it again and repeat the change.")


# A number may hold a slash, as in "A/12".
_PRODUCT = "/api/v1/catalogue/products/{sku:path}"
_PART = "/api/v1/catalogue/stores/{store}/{part}"

CATALOGUE_ROUTES = (
    Route("GET", "/api/v1/catalogue/products", products, Action.SEE_CATALOGUE),
    Route("GET", _PRODUCT, product, Action.SEE_CATALOGUE, answers=ProductShape),
    Route("PUT", _PRODUCT, put_product, Action.EDIT_PRODUCTS, answers=ProductShape),
    Route("DELETE", _PRODUCT, delete_product, Action.EDIT_PRODUCTS),
    Route("GET", _PART, part, Action.SEE_CATALOGUE, answers=PartShape),
    Route("PUT", _PART, put_part, Action.EDIT_CATALOGUE, answers=PartShape),
)
