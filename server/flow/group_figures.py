"""Figures of groups of customers, and what of them is shown to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

USUAL_WEEKS = 26
"""Weeks of a window unless somebody asks for others: two of them are within the year that hashes are kept."""
LEAST_WEEKS, MOST_WEEKS = 4, 104


class Group(StrEnum):
    """What a customer is to a shop, by the purchases of a window."""

    BEST = "best"
    REGULAR = "regular"
    OCCASIONAL = "occasional"
    SELDOM = "seldom"
    NEW = "new"
    SLIPPING = "slipping-away"
    GONE = "gone"
    """Bought in the window before, and not in this one."""


@dataclass(frozen=True, slots=True)
class FavouriteZone:
    """A zone of which many purchases of a group hold a product."""

    zone: str
    share: float


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group in the window; of those who are gone, in the window before. None where too few are in it."""

    group: Group
    meaning: str
    customers: int | None
    share_of_customers: float | None
    """Of those who bought in the window."""
    purchases: int | None
    net_sales: float | None
    share_of_sales: float | None
    """Of the net sales to customers with a card."""
    basket: float | None
    """Net sales / purchases."""
    zones: tuple[FavouriteZone, ...]
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """How many customers of a group of the window before are in which group now."""

    before: Group
    now: Group
    customers: int
    """To the nearest multiple of the least size of a group that is shown."""


def without_few(figures: Sequence[GroupFigures], least: int) -> list[GroupFigures]:
    """The groups, but nothing of those with fewer customers than `least`; marked there.

    Where only one would be left out, it would be all less the others, so the next smallest goes with it.
    """
    of_window = [each for each in figures if each.group is not Group.GONE and each.customers]
    few = {each.group for each in figures if 0 < (each.customers or 0) < least}
    hidden = few - {Group.GONE}
    others = [each for each in of_window if each.group not in hidden]
    if len(hidden) == 1 and others:
        few.add(min(others, key=lambda each: each.customers or 0).group)
    return [_blank(each) if each.group in few else each for each in figures]


def _blank(figures: GroupFigures) -> GroupFigures:
    return GroupFigures(
        group=figures.group,
        meaning=figures.meaning,
        customers=None,
        share_of_customers=None,
        purchases=None,
        net_sales=None,
        share_of_sales=None,
        basket=None,
        zones=(),
        suppressed=True,
    )
