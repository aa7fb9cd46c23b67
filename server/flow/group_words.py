"""Groups of customers in words: what they mean, and what is to be seen in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.flow.group_figures import Group, GroupFigures, Move
from server.flow.groups import LEAST_SILENCE, SILENT_GAPS, Thresholds, Window


def meanings_of(thresholds: Thresholds, window: Window, currency: str | None) -> dict[Group, str]:
    """What it takes to be in each group, with the thresholds that were learnt."""
    often, seldom = f"{thresholds.often:,.0f}", f"{thresholds.seldom:,.0f}"
    much = f"{thresholds.much:,.0f} {currency or ''}".strip()
    silent = f"{SILENT_GAPS:g} times their usual gap, and for {LEAST_SILENCE.days} days"
    return {
        Group.BEST: f"more than {often} purchases and more than {much}",
        Group.REGULAR: f"more than {often} purchases and at most {much}",
        Group.OCCASIONAL: f"more than {seldom} and at most {often} purchases",
        Group.SELDOM: f"at most {seldom} purchases",
        Group.NEW: f"bought for the first time since {window.new_since:%Y-%m-%d}",
        Group.SLIPPING: f"more than {seldom} purchases, but none for more than {silent}",
        Group.GONE: "bought in the weeks before, and not since; figures of the weeks before",
    }


def sentences_of(
    customers: int, with_card: float, groups: Sequence[GroupFigures], moves: Sequence[Move]
) -> Iterator[str]:
    """What the groups say, from what is shown of them only."""
    yield f"{customers:,} customers are known by their card, with {with_card * 100:.0f} % of the sales."
    shown = {each.group: each for each in groups if not each.suppressed and each.customers}
    best = shown.get(Group.BEST)
    if best and best.share_of_customers and best.share_of_sales:
        yield (
            f"The best are {best.share_of_customers * 100:.0f} % of them and bring "
            f"{best.share_of_sales * 100:.0f} % of what they spend."
        )
    slipping = shown.get(Group.SLIPPING)
    if slipping:
        yield (
            f"{slipping.customers:,} are slipping away: they have not come for much longer than they used to "
            "stay away."
        )
    faithful = [move for move in moves if move.before in (Group.BEST, Group.REGULAR)]
    were = sum(move.customers for move in faithful)
    if were:
        stayed = sum(move.customers for move in faithful if move.now in (Group.BEST, Group.REGULAR))
        lost = sum(move.customers for move in faithful if move.now in (Group.SLIPPING, Group.GONE))
        yield (
            f"Of about {were:,} who were best or regular in the weeks before, {stayed:,} still are, "
            f"and {lost:,} are slipping away or gone."
        )
