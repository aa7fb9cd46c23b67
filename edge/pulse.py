"""Whether a camera's process does its work: told by the pictures that it finishes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

STUCK_SECONDS = 40.0
"""No picture takes so long, and a camera that is silent so long was given up: a read waits ten seconds."""


class Work(Protocol):
    """What is looked at."""

    @property
    def frames_done(self) -> int:
        """Pictures that were finished."""
        ...

    @property
    def busy_since(self) -> float | None:
        """When the picture in work was begun, seconds of a steady clock; None between two."""
        ...


@dataclass(slots=True)
class Pulse:
    """Looks again and again at a process's work.

    Attributes:
        began_at: when the work began, seconds of the same steady clock as `Work.busy_since`.
    """

    began_at: float
    _done: int = 0
    _done_at: float | None = None

    def is_alive(self, work: Work, trouble: str, now: float) -> bool:
        """Whether the work goes on, or waits for a camera of which it is known that it is lost.

        Args:
            work: how it goes.
            trouble: what is wrong with the source; it is being opened again then, and a restart is no help.
            now: seconds of the steady clock.
        """
        if work.frames_done != self._done:
            self._done, self._done_at = work.frames_done, now
        busy_since = work.busy_since
        if busy_since is not None:
            return now - busy_since < STUCK_SECONDS
        last = self.began_at if self._done_at is None else self._done_at
        return bool(trouble) or now - last < STUCK_SECONDS
