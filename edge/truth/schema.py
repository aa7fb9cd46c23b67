"""The format of a truth for others: `python -m edge.truth.schema > edge/truth/truth-v1.schema.json`."""

from __future__ import annotations

import json
import sys
from typing import Any

from edge.truth.format import Truth


def json_schema() -> dict[str, Any]:
    """The format as JSON Schema."""
    return {"$id": "urn:footfall:truth:1", **Truth.model_json_schema(by_alias=True)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
