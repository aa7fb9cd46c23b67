"""Sets of ids as the text that one column holds; NULL for all there are."""

from __future__ import annotations

import json
from collections.abc import Collection


def to_list(names: Collection[str] | None) -> str | None:
    """A JSON list, sorted; None stays None."""
    return None if names is None else json.dumps(sorted(names))


def from_list(text: str | None) -> frozenset[str] | None:
    """The names of a JSON list; None stays None."""
    return None if text is None else frozenset(json.loads(text))
