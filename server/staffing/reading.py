"""Requests for rosters from files: TOML or JSON, and expected traffic from CSV."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from server.errors import ServerError
from server.staffing.request import RosterRequest, TrafficAsked

TRAFFIC_COLUMNS = ("begin", "entries", "transactions")


class RequestUnreadable(ServerError):
    """A file of a request cannot be read or is wrong; the message lists everything that is wrong."""


def read_request(file: Path, traffic: Path | None = None) -> RosterRequest:
    """The request in a TOML or JSON file; `traffic` is a CSV file that goes before the request's own.

    Raises:
        RequestUnreadable: a file is missing, of another form, or wrong.
    """
    content = _content(file)
    try:
        request = RosterRequest.model_validate(content)
        if traffic is None:
            return request
        rows = [row.model_dump() for row in _traffic(traffic)]
        return RosterRequest.model_validate({**request.model_dump(), "traffic": rows})
    except ValidationError as error:
        raise RequestUnreadable("\n".join([f"{file} is wrong:", *_in_words(error)])) from error


def _content(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8-sig")
        return json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except FileNotFoundError as error:
        raise RequestUnreadable(f"there is no {file}", "docs/planning.md shows one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RequestUnreadable(f"{file} cannot be read: {error}") from error
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise RequestUnreadable(f"{file} is neither TOML nor JSON: {error}") from error


def _in_words(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        place = ".".join(str(step) for step in problem["loc"] if step not in ("date", "datetime", "[key]"))
        yield f"  {place or 'request'}: {problem['msg'].removeprefix('Value error, ')}"


def _traffic(file: Path) -> Iterator[TrafficAsked]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            lines = csv.DictReader(opened)
            if tuple(lines.fieldnames or ()) != TRAFFIC_COLUMNS:
                raise RequestUnreadable(f"{file} does not begin with the header {','.join(TRAFFIC_COLUMNS)}")
            for line in lines:
                yield _row(file, lines.line_num, line)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RequestUnreadable(f"{file} cannot be read: {error}", "it is a CSV file in UTF-8") from error


def _row(file: Path, number: int, line: dict[str, str]) -> TrafficAsked:
    try:
        return TrafficAsked.model_validate(
            {
                "begin": line["begin"],
                "entries": line["entries"] or 0,
                "transactions": line["transactions"] or 0,
            }
        )
    except ValidationError as error:
        wrong = "; ".join(each.strip() for each in _in_words(error))
        raise RequestUnreadable(f"{file}, line {number}: {wrong}") from error
