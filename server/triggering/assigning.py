"""Whether a zone may show what its rules ask for, or is a measured control at that time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Arm:
    """What an experiment decided for a zone and a time. Only where it `shows` is anything shown."""

    experiment: str
    arm: str
    assignment: str
    """Names the block of time or the store that was drawn."""
    shows: bool
    washing_out: bool = False

    @property
    def key(self) -> str:
        """What tells one assignment from the next."""
        return f"{self.experiment}/{self.arm}/{self.assignment}"


Assigning = Callable[[Database, str, str, datetime], Arm | None]
"""The arm of a store's zone at an instant, by the experiment that runs there; None where none does."""
