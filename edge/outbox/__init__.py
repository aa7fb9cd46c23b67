"""What was counted, durable until the broker has it, and the device's own tally after that."""

from edge.outbox.store import Outbox, OutboxError, Progress, Totals, Waiting

__all__ = ["Outbox", "OutboxError", "Progress", "Totals", "Waiting"]
