"""What was counted, durable until the broker has it, and the device's own tally after that."""

from edge.outbox.audits import Audits, WaitingAudit
from edge.outbox.errors import DiskTrouble, OutboxError
from edge.outbox.store import Outbox, OutboxState, Progress, Waiting
from edge.outbox.totals import QueueTotals, Totals

__all__ = [
    "Audits",
    "DiskTrouble",
    "Outbox",
    "OutboxError",
    "OutboxState",
    "Progress",
    "QueueTotals",
    "Totals",
    "Waiting",
    "WaitingAudit",
]
