"""What was counted, durable until the broker has it, and the device's own tally after that."""

from edge.outbox.audits import Audits, WaitingAudit
from edge.outbox.store import Outbox, OutboxError, Progress, Waiting
from edge.outbox.totals import QueueTotals, Totals

__all__ = ["Audits", "Outbox", "OutboxError", "Progress", "QueueTotals", "Totals", "Waiting", "WaitingAudit"]
