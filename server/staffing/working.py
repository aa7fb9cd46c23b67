"""How long to look for a plan: by the work that is done, so that a busy machine does not make a worse one."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds of a clock that never goes back."""


class Working:
    """A clock of the work that was done, which the wall clock pulls along where the machine has no time.

    Args:
        wall: seconds of a clock on the wall that never goes back.
        work: seconds that a processor has worked for whoever asks.
        slowest: so many seconds on the wall pass for one of this clock at most.
    """

    def __init__(self, wall: Clock, work: Clock, slowest: float = 2.0) -> None:
        self._wall, self._work, self._slowest = wall, work, slowest
        self._wall_begun, self._work_begun = wall(), work()

    def __call__(self) -> float:
        """Seconds since it was made."""
        return max(self._work() - self._work_begun, self._on_the_wall() / self._slowest)

    def on_the_wall(self, seconds: float) -> float:
        """How long so many seconds of this clock take on the wall, as it went so far."""
        here = self()
        return seconds * (min(self._slowest, max(1.0, self._on_the_wall() / here)) if here > 0 else 1.0)

    def _on_the_wall(self) -> float:
        return self._wall() - self._wall_begun
