"""Whether two figures say the same, but for the last digits of sums of times."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two values differ; floats may do so by a billionth, for their sums come in another order."""
    if is_dataclass(one) and type(one) is type(other):
        return [
            difference
            for field in fields(one)
            for difference in differences(
                getattr(one, field.name), getattr(other, field.name), f"{path}.{field.name}"
            )
        ]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [found for at, (a, b) in pairs for found in differences(a, b, f"{path}[{at}]")]
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        return [found for key in one for found in differences(one[key], other[key], f"{path}[{key}]")]
    if isinstance(one, float) and isinstance(other, float):
        near = math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
        return [] if near else [f"{path}: {one!r} is not {other!r}"]
    return [] if one == other else [f"{path}: {one!r} is not {other!r}"]
