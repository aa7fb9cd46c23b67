"""What of a day's sales is explained; apart from what computes, so that it can be named without libraries."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What is explained."""

    TRANSACTIONS = "transactions"
    NET_SALES = "net-sales"

    @property
    def words(self) -> str:
        """As it stands in a sentence."""
        return self.value.replace("-", " ")
