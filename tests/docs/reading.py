"""Documents as the tests read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

ROOT = Path(__file__).parents[2]


def text_of(path: str) -> str:
    """A document's text."""
    return (ROOT / path).read_text("utf-8")


def prose_of(path: str) -> str:
    """A document's text without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)


def quoted(path: str) -> set[str]:
    """What stands between backquotes outside of blocks."""
    return set(re.findall(r"`([^`\n]+)`", prose_of(path)))


def blocks(path: str, language: str) -> list[str]:
    """Blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(path), flags=re.DOTALL | re.MULTILINE)


def settings_of(section: Any, path: str = "") -> Iterator[str]:
    """Every setting of a configuration, as `broker.host`; `*` stands for a name that people choose."""
    if isinstance(section, type) and issubclass(section, BaseModel):
        for name, field in section.model_fields.items():
            yield from settings_of(field.annotation, f"{path}.{name}" if path else name)
        return
    origin = get_origin(section)
    if origin is dict:
        yield from settings_of(get_args(section)[1], f"{path}.*")
    elif origin is tuple and _is_model(get_args(section)[0]):
        yield from settings_of(get_args(section)[0], path)
    elif origin in (Union, UnionType) and any(map(_is_model, get_args(section))):
        yield from settings_of(next(filter(_is_model, get_args(section))), path)
    elif str(origin) == "typing.Annotated":
        yield from settings_of(get_args(section)[0], path)
    else:
        yield path


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
