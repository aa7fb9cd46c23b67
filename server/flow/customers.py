"""A store's customers in groups, by command, API and page: sizes, shares, moves; never who they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from server.errors import ServerError
from server.figures.reading import Source
from server.flow.groups import (
    LEAST_SILENCE,
    SILENT_GAPS,
    Group,
    Thresholds,
    Window,
    groups_of,
    moves_between,
)
from server.metrics.rows import PlanogramRow
from server.storage.customers import (
    Buyer,
    ZonePlace,
    buyers_between,
    card_share,
    first_with_customer,
    purchases_by_zone,
    usual_currency,
)
from server.storage.sales import planogram_rows

WEEKS = 26
"""Weeks of a window unless somebody asks for others: two of them are within the year that hashes are kept."""
MOST_WEEKS = 104
LEAST_CUSTOMERS = 50
LEAST_GROUP = 5
"""Figures of fewer customers are shown to nobody: they would be those of single people."""
_MOST_ZONES = 2


class TooFewCustomers(ServerError):
    """Groups of so few would be single people."""

    exit_code = 4


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


@dataclass(frozen=True, slots=True)
class CustomerGroups:
    """All groups of a store at the end of a window."""

    first_day: date
    last_day: date
    customers: int
    with_card: float
    """Share of the sales that say whose they are."""
    currency: str | None
    groups: tuple[GroupFigures, ...]
    moves: tuple[Move, ...]
    rounded_to: int
    sentences: tuple[str, ...]
    notes: tuple[str, ...]


def customer_groups(source: Source, now: datetime, weeks: int = WEEKS, least: int = 0) -> CustomerGroups:
    """The groups of the customers who bought in the whole weeks that ended last night, and in those before.

    Raises:
        TooFewCustomers: fewer than `LEAST_CUSTOMERS` tickets' customers are known.
    """
    calendar = source.terms.calendar
    today = calendar.day_of(now)
    window = Window(
        calendar.business_day(today - timedelta(weeks=weeks)).begin, calendar.business_day(today).begin
    )
    earlier = replace(window.before, begin=calendar.business_day(today - timedelta(weeks=2 * weeks)).begin)
    currency = source.terms.currency or usual_currency(source.db, source.store, earlier.begin, window.end)
    buyers, before = (_buyers(source, each, currency) for each in (window, earlier))
    if len(buyers) < LEAST_CUSTOMERS:
        raise TooFewCustomers(
            f"groups need {LEAST_CUSTOMERS} customers who bought in the last {weeks} weeks; there are "
            f"{len(buyers)} tickets' customers known of {source.store}",
            "bring in customers' numbers with the tickets (customer_column), or ask for more weeks",
        )
    thresholds = Thresholds.of(buyers)
    now_in, then_in = groups_of(buyers, window, thresholds), groups_of(before, earlier, thresholds)
    gone = {customer: Group.GONE for customer in then_in if customer not in now_in}
    smallest = max(LEAST_GROUP, least)
    meanings = _meanings(thresholds, window, currency)
    figures = _figures(buyers, now_in, _zones(source, window), meanings)
    figures.append(_of_gone(before, gone, _zones(source, earlier), meanings[Group.GONE]))
    moves = [
        Move(was, becomes, smallest * round(number / smallest))
        for (was, becomes), number in sorted(moves_between(then_in, now_in).items())
    ]
    shown = without_few(figures, smallest)
    tickets = card_share(source.db, source.store, window.begin, window.end)
    return CustomerGroups(
        first_day=today - timedelta(weeks=weeks),
        last_day=today - timedelta(days=1),
        customers=len(buyers),
        with_card=tickets.with_customer / tickets.tickets,
        currency=currency,
        groups=tuple(shown),
        moves=tuple(move for move in moves if move.customers),
        rounded_to=smallest,
        sentences=tuple(_sentences(len(buyers), tickets.with_customer / tickets.tickets, shown, moves)),
        notes=tuple(_notes(source, earlier, smallest, shown)),
    )


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
    return GroupFigures(figures.group, figures.meaning, *[None] * 6, zones=(), suppressed=True)


def _buyers(source: Source, window: Window, currency: str | None) -> list[Buyer]:
    unnamed = source.terms.currency is not None
    return buyers_between(source.db, source.store, window.begin, window.end, currency, unnamed=unnamed)


def _zones(source: Source, window: Window) -> dict[str, Counter[str]]:
    """Purchases with something of each zone, by customer."""
    places = [_place(source, row) for row in planogram_rows(source.db, source.store)]
    found: dict[str, Counter[str]] = defaultdict(Counter)
    if places:
        for customer, zone, sales in purchases_by_zone(
            source.db, source.store, window.begin, window.end, places
        ):
            found[customer][zone] += sales
    return found


def _place(source: Source, row: PlanogramRow) -> ZonePlace:
    ends = (
        None if day is None else source.terms.calendar.business_day(day).begin
        for day in (row.valid_from, row.valid_until)
    )
    return ZonePlace(row.sku, row.zone, *ends)


def _figures(
    buyers: Sequence[Buyer],
    groups: Mapping[str, Group],
    zones: Mapping[str, Counter[str]],
    meanings: Mapping[Group, str],
) -> list[GroupFigures]:
    whole = sum(buyer.net for buyer in buyers)
    found = []
    for group in Group:
        if group is not Group.GONE:
            of_it = [buyer for buyer in buyers if groups[buyer.customer] is group]
            figures = _one(group, meanings[group], of_it, zones)
            net = figures.net_sales or 0.0
            shares = len(of_it) / len(buyers), net / whole if whole > 0 else None
            found.append(replace(figures, share_of_customers=shares[0], share_of_sales=shares[1]))
    return found


def _of_gone(
    before: Sequence[Buyer], gone: Mapping[str, Group], zones: Mapping[str, Counter[str]], meaning: str
) -> GroupFigures:
    return _one(Group.GONE, meaning, [buyer for buyer in before if buyer.customer in gone], zones)


def _one(
    group: Group, meaning: str, buyers: Sequence[Buyer], zones: Mapping[str, Counter[str]]
) -> GroupFigures:
    purchases, net = sum(buyer.purchases for buyer in buyers), sum(buyer.net for buyer in buyers)
    in_zones = sum((zones.get(buyer.customer, Counter()) for buyer in buyers), Counter[str]())
    favourites = sorted(in_zones.items(), key=lambda item: (-item[1], item[0]))[:_MOST_ZONES]
    return GroupFigures(
        group=group,
        meaning=meaning,
        customers=len(buyers),
        share_of_customers=None,
        purchases=purchases,
        net_sales=round(net, 2),
        share_of_sales=None,
        basket=round(net / purchases, 2) if purchases else None,
        zones=tuple(FavouriteZone(zone, sales / purchases) for zone, sales in favourites),
    )


def _meanings(thresholds: Thresholds, window: Window, currency: str | None) -> dict[Group, str]:
    often, seldom = f"{thresholds.often:,.0f}", f"{thresholds.seldom:,.0f}"
    much = f"{thresholds.much:,.2f} {currency or ''}".strip()
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


def _sentences(
    customers: int, with_card: float, groups: Sequence[GroupFigures], moves: Sequence[Move]
) -> Iterable[str]:
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


def _notes(source: Source, earlier: Window, least: int, groups: Sequence[GroupFigures]) -> Iterable[str]:
    first = first_with_customer(source.db, source.store)
    day = None if first is None else source.terms.calendar.day_of(first)
    if first is not None and first >= earlier.begin + timedelta(days=7):
        yield (
            f"Customers are known from {day} on only, so whoever came before may be taken for new, "
            "and the weeks before say little."
        )
    if any(each.suppressed for each in groups):
        yield f"Groups of fewer than {least} customers are not shown."
    yield f"Moves are rounded to multiples of {least}, so that nobody can be told from them."
