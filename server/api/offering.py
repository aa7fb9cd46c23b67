"""One answer in the form that was asked for: JSON, or the same rows as CSV or Parquet."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header
from fastapi.responses import Response
from pydantic import BaseModel, TypeAdapter

from server.api.columns import Table
from server.api.csv_text import csv_text
from server.api.problems import Problem

Content = TypeVar("Content", bound=BaseModel | Sequence[BaseModel])


class Media(StrEnum):
    """The forms of an answer; the first one where nothing is asked for."""

    JSON = "application/json"
    CSV = "text/csv"
    PARQUET = "application/vnd.apache.parquet"


IN_OPENAPI: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            Media.CSV.value: {"schema": {"type": "string"}},
            Media.PARQUET.value: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}
"""What an address that offers tables gives besides JSON."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form that one request wants."""

    media: Media

    def answer(self, content: Content, as_table: Callable[[Content], Table]) -> Response:
        """The answer in this form.

        Raises:
            Problem: 406, Parquet is asked for and cannot be made here.
        """
        if self.media is Media.JSON:
            return Response(TypeAdapter(type(content)).dump_json(content), media_type=Media.JSON.value)
        rows = as_table(content)
        if self.media is Media.CSV:
            return Response(csv_text(rows), media_type=f"{Media.CSV.value}; charset=utf-8")
        if importlib.util.find_spec("pyarrow") is None:
            raise Problem(
                406,
                "Parquet needs pyarrow on this server: pip install 'footfall[parquet]'. Without it there are"
                f" {Media.JSON.value} and {Media.CSV.value}.",
            )
        from server.api.parquet import parquet_bytes

        return Response(parquet_bytes(rows), media_type=Media.PARQUET.value)


def form_asked(accept: Annotated[str | None, Header(max_length=1000)] = None) -> Form:
    """The best of our forms by the request's Accept header.

    Raises:
        Problem: 406, none of them is accepted.
    """
    if not accept or not accept.strip():
        return Form(Media.JSON)
    wanted = [_range(part) for part in accept.split(",")]
    weights = {media: _weight(media, wanted) for media in Media}
    # The first of those with the highest weight, so that */* gives JSON.
    best = max(weights, key=lambda media: weights[media])
    if weights[best] <= 0:
        raise Problem(406, f"This address gives {', '.join(media.value for media in Media)}.", "accept")
    return Form(best)


Asked = Annotated[Form, Depends(form_asked)]
"""What a handler asks for to answer in the right form."""


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    given = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        weight = float(given)
    except ValueError:
        weight = 0.0
    return name, weight if 0 <= weight <= 1 else 0.0


def _weight(media: Media, wanted: Sequence[tuple[str, float]]) -> float:
    """What the most specific range that fits says; 0 where none does."""
    for pattern in (media.value, f"{media.value.partition('/')[0]}/*", "*/*"):
        found = [weight for name, weight in wanted if name == pattern]
        if found:
            return max(found)
    return 0.0
