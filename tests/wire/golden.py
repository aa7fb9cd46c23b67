"""The golden samples of schema version 1: read here, never written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "samples" / "v1"


@dataclass(frozen=True, slots=True)
class Sample:
    """One message as it goes over the wire."""

    name: str
    topic: str
    payload: dict[str, Any]

    @property
    def body(self) -> bytes:
        """The payload's bytes."""
        return json.dumps(self.payload).encode()


def sample(name: str) -> Sample:
    """The sample of that name."""
    content = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return Sample(name, content["topic"], content["payload"])


def samples() -> list[Sample]:
    """All of them, by name."""
    return [sample(path.stem) for path in sorted(FOLDER.glob("*.json"))]
