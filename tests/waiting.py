"""Tests wait for what they want to see, and never for a time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 90.0
"""Only a test that fails waits so long: a busy machine takes many times what an idle one does."""


def until(true: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something to become true."""
    ends_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_at, f"waited in vain until {what}"
        time.sleep(0.02)
