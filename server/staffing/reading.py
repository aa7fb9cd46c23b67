"""Requests for rosters from files: TOML or JSON, and expected traffic from CSV."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from server.errors import ServerError
from server.staffing.request import RosterRequest, TrafficAsked

TRAFFIC_COLUMNS = ("begin", "entries", "transactions")


_MOST_TOLD = 20
_OF_A_TYPE = re.compile(r"\[key\]|date|datetime|function-.*|literal\[.*")
"""Steps that pydantic adds to a place and that stand in no file."""


class RequestUnreadable(ServerError):
    """A file of a request cannot be read or is wrong; the message lists everything that is wrong."""


def read_request(file: Path, traffic: Path | None = None) -> RosterRequest:
    """The request in a TOML or JSON file; `traffic` is a CSV file that goes before the request's own.

    Raises:
        RequestUnreadable: a file is missing, of another form, or wrong.
    """
    content = content_of(file)
    try:
        request = RosterRequest.model_validate(content)
        if traffic is None:
            return request
        rows = [row.model_dump() for row in read_traffic(traffic)]
        return RosterRequest.model_validate({**request.model_dump(), "traffic": rows})
    except ValidationError as error:
        raise RequestUnreadable(told(file, error)) from error


def parsed(text: str, *, is_json: bool) -> Any:
    """What a text in TOML or JSON holds.

    Raises:
        json.JSONDecodeError, tomllib.TOMLDecodeError: it is neither.
        RecursionError: it is nested without end.
    """
    return json.loads(text) if is_json else tomllib.loads(text)


def _is_json(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def told(file: Path, error: ValidationError) -> str:
    """What is wrong with a file, a line for each thing."""
    return "\n".join([f"{file} is wrong:", *(f"  {each}" for each in in_words(error))])


def content_of(file: Path) -> Any:
    """What a TOML or JSON file holds, not looked at.

    Raises:
        RequestUnreadable: it is missing, or neither.
    """
    form = "JSON" if _is_json(file) else "TOML"
    try:
        text = file.read_text(encoding="utf-8-sig")
        return parsed(text, is_json=_is_json(file))
    except FileNotFoundError as error:
        raise RequestUnreadable(f"there is no {file}", "docs/planning.md shows one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RequestUnreadable(f"{file} cannot be read: {error}") from error
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise RequestUnreadable(
            f"{file} is not {form}: {error}", "a name that ends in .json holds JSON, any other TOML"
        ) from error
    except RecursionError as error:
        raise RequestUnreadable(f"{file} is nested too deeply") from error


def in_words(error: ValidationError) -> Iterator[str]:
    """Each thing that is wrong with its place, lists numbered from 1; the first of very many."""
    every = error.errors(include_url=False)
    wrong = {problem["loc"][:depth] for problem in every for depth in range(len(problem["loc"]))}
    # A list of which an entry is wrong is too short for pydantic, and for nobody else.
    problems = [each for each in every if not (each["type"] == "too_short" and each["loc"] in wrong)]
    for problem in problems[:_MOST_TOLD]:
        yield f"{_place(problem['loc'])}: {problem['msg'].removeprefix('Value error, ')}"
    if len(problems) > _MOST_TOLD:
        yield f"and {len(problems) - _MOST_TOLD} more"


def _place(steps: tuple[int | str, ...]) -> str:
    """Where something is wrong, as `people no. 2, name`."""
    words: list[str] = []
    for step in steps:
        if isinstance(step, int):
            words[-1:] = [f"{words[-1] if words else 'entry'} no. {step + 1}"]
        elif not _OF_A_TYPE.fullmatch(step):
            words.append(step)
    return ", ".join(words) or "the request"


def read_traffic(file: Path) -> Iterator[TrafficAsked]:
    """Expected traffic by the hour from a CSV file.

    Raises:
        RequestUnreadable: it is missing, of another form, or wrong; with the line.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            lines = csv.DictReader(opened)
            if tuple(lines.fieldnames or ()) != TRAFFIC_COLUMNS:
                raise RequestUnreadable(f"{file} does not begin with the header {','.join(TRAFFIC_COLUMNS)}")
            for line in lines:
                yield _row(file, lines.line_num, line)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RequestUnreadable(f"{file} cannot be read: {error}", "it is a CSV file in UTF-8") from error


def _row(file: Path, number: int, line: dict[str | None, str | None]) -> TrafficAsked:
    if None in line or None in line.values():
        raise RequestUnreadable(f"{file}, line {number}: {len(TRAFFIC_COLUMNS)} cells are needed")
    try:
        return TrafficAsked.model_validate(
            {
                "begin": line["begin"],
                "entries": line["entries"] or 0,
                "transactions": line["transactions"] or 0,
            }
        )
    except ValidationError as error:
        wrong = "; ".join(in_words(error))
        raise RequestUnreadable(f"{file}, line {number}: {wrong}") from error
