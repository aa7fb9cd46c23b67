"""What can be wrong with the outbox."""

from __future__ import annotations

from edge.errors import EdgeError


class OutboxError(EdgeError):
    """The outbox cannot take something, or its file cannot be used."""

    exit_code = 3


class DiskTrouble(OutboxError):
    """The outbox's file cannot be opened or written: a full, read-only or broken disk. That may pass."""
