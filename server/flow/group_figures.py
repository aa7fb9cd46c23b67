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

    What is left out follows from the whole and the others, so the next smallest go with it until it is of
    several groups and of enough customers.
    """
    of_window = sorted((each.customers or 0, each.group) for each in figures if each.group is not Group.GONE)
    hidden = [(number, group) for number, group in of_window if 0 < number < least]
    others = [(number, group) for number, group in of_window if number >= least]
    while others and hidden and (len(hidden) == 1 or sum(number for number, _ in hidden) < least):
        hidden.append(others.pop(0))
    left_out = {group for _, group in hidden}
    return [_blank(each) if each.group in left_out or _is_few(each, least) else each for each in figures]


def _is_few(figures: GroupFigures, least: int) -> bool:
    return 0 < (figures.customers or 0) < least


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
