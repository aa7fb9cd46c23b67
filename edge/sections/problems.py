"""What is wrong with a configuration, as sentences that name the place and say how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


def in_sentences(error: ValidationError, whole: type[BaseModel]) -> Iterator[str]:
    """Every mistake that pydantic found in a file, whose settings are those of `whole`."""
    for problem in error.errors(include_url=False):
        place = tuple(step for step in problem["loc"] if step != "[key]")
        yield f"{_path(place) or 'the file'}: {_sentence(problem, place, whole)}"


def _sentence(problem: ErrorDetails, place: tuple[str | int, ...], whole: type[BaseModel]) -> str:
    given, bounds = problem["input"], problem.get("ctx", {})
    match problem["type"]:
        case "extra_forbidden":
            return f"no such setting{_did_you_mean(place, whole)}"
        case "missing":
            return "is missing"
        case "string_pattern_mismatch":
            return f"{given!r} may hold only a-z, 0-9 and '-', 1 to 64 of them"
        case "too_short":
            return f"needs at least {bounds['min_length']} of them, and has {bounds['actual_length']}"
        case "too_long":
            return f"may have at most {bounds['max_length']} of them, and has more; leave some out"
    message = problem["msg"].removeprefix("Value error, ")
    # An address may hold a password, written rightly or not.
    shown = f" (it says {given!r})" if isinstance(given, str | int | float) and place[-1] != "source" else ""
    return f"{message[:1].lower()}{message[1:]}{shown}"


def _path(place: Sequence[str | int]) -> str:
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".")


def _did_you_mean(place: Sequence[str | int], whole: type[BaseModel]) -> str:
    known = list(_settings_at(whole, place[:-1]))
    close = difflib.get_close_matches(str(place[-1]), known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}" if known else ""


def _settings_at(section: Any, place: Sequence[str | int]) -> Iterator[str]:
    """Names of the settings in the section that a place in the file belongs to."""
    if isinstance(section, type) and issubclass(section, BaseModel):
        if not place:
            yield from section.model_fields
        elif field := section.model_fields.get(str(place[0])):
            yield from _settings_at(field.annotation, place[1:])
        return
    # A section that may be left out stands at the same place; a value of a dict or tuple one step further.
    inner = place if get_origin(section) in (Union, UnionType) else place[1:]
    for part in get_args(section):
        yield from _settings_at(part, inner)
