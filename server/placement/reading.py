"""Requests for placements from files: TOML or JSON."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from server.placement.request import PlacementRequest
from server.staffing.reading import RequestUnreadable, content_of, told


def read_placement(file: Path) -> PlacementRequest:
    """The request in a file.

    Raises:
        RequestUnreadable: it is missing, of another form, or wrong.
    """
    try:
        return PlacementRequest.model_validate(content_of(file))
    except ValidationError as error:
        raise RequestUnreadable(told(file, error)) from error
