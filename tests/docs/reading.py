"""Documents as the tests read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

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


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a configuration, as `broker.host`; NAME stands for what people choose."""

    path: str
    default: str


def settings_of(section: type[BaseModel], path: str = "") -> Iterator[Setting]:
    """Every setting of a configuration, with its default as the documents write it."""
    for name, field in section.model_fields.items():
        here = f"{path}.{name}" if path else name
        inner = _model_in(field.annotation)
        if inner is None:
            yield Setting(here, _default(field))
        else:
            is_table = get_origin(_bare(field.annotation)) is dict
            yield from settings_of(inner, f"{here}.NAME" if is_table else here)


def rows_of(path: str) -> dict[str, str]:
    """The tables of a document whose first column is a setting: setting to default."""
    found = re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", text_of(path), flags=re.MULTILINE)
    return {name: default.strip("` ") for name, default in found}


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    match field.get_default(call_default_factory=True):
        case None:
            return "unset"
        case Path() as path:
            return json.dumps(str(path))
        case time() as clock:
            return json.dumps(f"{clock:%H:%M}")
        case frozenset() | tuple() as values:
            return json.dumps(list(values))
        case value:
            return json.dumps(value)


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def _model_in(annotation: Any) -> type[BaseModel] | None:
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = map(_model_in, get_args(annotation))
    return next((model for model in found if model is not None), None)
