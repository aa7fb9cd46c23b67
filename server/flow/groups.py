"""Customers in groups by how often they buy, how much, and whether they still come at their own pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from server.flow.group_figures import Group
from server.storage.customers import Buyer

SILENT_GAPS = 3.0
"""Who has not come for so many of their own usual gaps is slipping away."""
LEAST_SILENCE = timedelta(days=14)
"""Nobody is slipping away sooner."""
LEAST_PACE = 3
"""A pace of one's own can be seen from so many purchases on."""
OFTEN, MUCH, SELDOM = 0.6, 0.8, 0.2
"""Often: more purchases than this share of the customers; much, the same of net sales; seldom: not more."""
NEW_PART = 0.25
"""New: the first known purchase lies in this last part of the window."""


@dataclass(frozen=True, slots=True)
class Window:
    """Whole business days in which purchases are looked at."""

    begin: datetime
    end: datetime

    @property
    def new_since(self) -> datetime:
        """Who came first after this is new."""
        return self.end - (self.end - self.begin) * NEW_PART


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the groups part, learnt from the customers of a window."""

    often: float
    """More purchases than this."""
    seldom: float
    """At most so many purchases."""
    much: float
    """More net sales than this, in the store's currency."""

    @classmethod
    def of(cls, buyers: Sequence[Buyer]) -> Thresholds:
        """Those of some customers, of whom there is at least one."""
        purchases = np.array([buyer.purchases for buyer in buyers], dtype=np.float64)
        net = np.array([buyer.net for buyer in buyers], dtype=np.float64)
        # Of whole purchases: an end between two of them would be told as a broken number.
        often, seldom = (float(np.floor(np.quantile(purchases, share))) for share in (OFTEN, SELDOM))
        return cls(often, seldom, float(np.quantile(net, MUCH)))


def groups_of(buyers: Sequence[Buyer], window: Window, thresholds: Thresholds) -> dict[str, Group]:
    """The group of each customer at the end of a window; the first that fits, in the order of `_group`."""
    return {buyer.customer: _group(buyer, window, thresholds) for buyer in buyers}


def moves_between(earlier: Mapping[str, Group], later: Mapping[str, Group]) -> dict[tuple[Group, Group], int]:
    """How many customers of a group of the window before are in which group now."""
    moves: dict[tuple[Group, Group], int] = {}
    for customer, group in earlier.items():
        pair = (group, later.get(customer, Group.GONE))
        moves[pair] = moves.get(pair, 0) + 1
    return moves


def _group(buyer: Buyer, window: Window, thresholds: Thresholds) -> Group:
    silent = is_silent(buyer, window.end)
    if buyer.first_ever >= window.new_since and not silent:
        return Group.NEW
    if buyer.purchases <= thresholds.seldom:
        return Group.SELDOM
    if silent:
        return Group.SLIPPING
    if buyer.purchases <= thresholds.often:
        return Group.OCCASIONAL
    return Group.BEST if buyer.net > thresholds.much else Group.REGULAR


def is_silent(buyer: Buyer, end: datetime) -> bool:
    """Whether a customer has not come for much longer than they used to stay away."""
    if buyer.purchases < LEAST_PACE:
        return False
    usual_gap = (buyer.last - buyer.first) / (buyer.purchases - 1)
    return end - buyer.last > max(SILENT_GAPS * usual_gap, LEAST_SILENCE)
