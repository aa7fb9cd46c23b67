"""What the listener's log says of storing: once when it breaks, once when it heals, refusals now and then."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from server.ingest.apply import BatchResult

REMIND_SECONDS = 60.0

_log = logging.getLogger("footfall.listen")


class Reports:
    """Remembers what was said."""

    def __init__(self) -> None:
        self._failing = False
        self._set_aside = 0
        self._refused = 0
        self._ignored = 0
        self._silent_until = 0.0

    def storing_fails(self, database: Path, error: Exception) -> None:
        """Nothing can be stored."""
        if not self._failing:
            _log.error(
                "nothing can be stored in %s: %s; trying again, the broker keeps what comes", database, error
            )
            self._failing = True

    def stored(self, result: BatchResult) -> None:
        """A batch is on disk."""
        if self._failing:
            _log.info("storing works again")
            self._failing = False
        self._set_aside += result.quarantined
        self._refused += result.refused
        self._ignored += result.ignored
        if (self._set_aside or self._refused or self._ignored) and time.monotonic() >= self._silent_until:
            self._tell_of_refusals()

    def _tell_of_refusals(self) -> None:
        if self._set_aside:
            _log.warning("%d messages set aside; see: footfall-server quarantine list", self._set_aside)
        if self._ignored:
            _log.warning(
                "%d messages of refused devices left out; see: footfall-server devices list", self._ignored
            )
        if self._refused:
            _log.error(
                "%d messages LOST: the quarantine is full; empty it with: footfall-server quarantine"
                " retry-all",
                self._refused,
            )
        self._set_aside = self._refused = self._ignored = 0
        self._silent_until = time.monotonic() + REMIND_SECONDS
