"""What was counted, durable until the broker has it, and the device's own tally after that."""

from edge.outbox.store import Outbox, OutboxError, Progress, Waiting
from edge.outbox.totals import QueueTotals, Totals

__all__ = ["Outbox", "OutboxError", "Progress", "QueueTotals", "Totals", "Waiting"]
