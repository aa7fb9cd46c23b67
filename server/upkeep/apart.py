"""Heavy nightly work in a process of its own: what it needs of memory goes back when it ends."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from datetime import datetime

from server.config import Settings

LONGEST_SECONDS = 3600.0
_NICENESS = 10

Work = Callable[[Settings, str, datetime], object]
"""What is done for one store."""


def work_apart(work: Work, settings: Settings, store: str, now: datetime, called: str) -> str | None:
    """Do some work for a store in another process; a sentence where it failed, None where it did not."""
    process = multiprocessing.get_context("spawn").Process(target=_nicely, args=(work, settings, store, now))
    process.start()
    process.join(LONGEST_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        return f"{called} took more than {LONGEST_SECONDS / 60:.0f} minutes and was ended"
    if process.exitcode:
        return f"{called} failed with exit code {process.exitcode}; what was made before stays"
    return None


def _nicely(work: Work, settings: Settings, store: str, now: datetime) -> None:
    os.nice(_NICENESS)
    work(settings, store, now)
