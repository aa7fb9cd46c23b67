"""A store's customers in groups, by command, API and page: sizes, shares, moves; never who they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from server.errors import ServerError
from server.figures.reading import Source
from server.flow.group_figures import USUAL_WEEKS, FavouriteZone, Group, GroupFigures, Move, without_few
from server.flow.group_words import meanings_of, sentences_of
from server.flow.groups import Thresholds, Window, groups_of, moves_between
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

LEAST_CUSTOMERS = 50
LEAST_GROUP = 5
"""Figures of fewer customers are shown to nobody: they would be those of single people."""
_MOST_ZONES = 2


class TooFewCustomers(ServerError):
    """Groups of so few would be single people."""

    exit_code = 4


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


def customer_groups(
    source: Source, now: datetime, weeks: int = USUAL_WEEKS, least: int = 0
) -> CustomerGroups:
    """The groups of the customers who bought in the whole weeks that ended last night, and in those before.

    Raises:
        TooFewCustomers: fewer than `LEAST_CUSTOMERS` tickets' customers are known.
    """
    window, earlier = _windows(source, now, weeks)
    currency = source.terms.currency or usual_currency(source.db, source.store, earlier.begin, window.end)
    buyers, before = (_buyers(source, each, currency) for each in (window, earlier))
    smallest = max(LEAST_GROUP, least)
    _check(source, len(buyers), max(LEAST_CUSTOMERS, smallest), weeks)
    thresholds = Thresholds.of(buyers)
    now_in, then_in = groups_of(buyers, window, thresholds), groups_of(before, earlier, thresholds)
    meanings = meanings_of(thresholds, window, currency)
    figures = _figures(buyers, now_in, _zones(source, window), meanings)
    gone = [buyer for buyer in before if buyer.customer not in now_in]
    figures.append(_one(Group.GONE, meanings[Group.GONE], gone, _zones(source, earlier)))
    shown, moves = without_few(figures, smallest), _moves(then_in, now_in, smallest)
    tickets = card_share(source.db, source.store, window.begin, window.end)
    with_card = tickets.with_customer / tickets.tickets
    return CustomerGroups(
        first_day=source.terms.calendar.day_of(window.begin),
        last_day=source.terms.calendar.day_of(window.end) - timedelta(days=1),
        customers=len(buyers),
        with_card=with_card,
        currency=currency,
        groups=tuple(shown),
        moves=moves,
        rounded_to=smallest,
        sentences=tuple(sentences_of(len(buyers), with_card, shown, moves)),
        notes=tuple(_notes(source, earlier, smallest, shown)),
    )


def _windows(source: Source, now: datetime, weeks: int) -> tuple[Window, Window]:
    """The whole weeks that ended last night, and as many before them."""
    calendar = source.terms.calendar
    today = calendar.day_of(now)
    edges = [calendar.business_day(today - timedelta(weeks=ago)).begin for ago in (2 * weeks, weeks, 0)]
    return Window(edges[1], edges[2]), Window(edges[0], edges[1])


def _check(source: Source, customers: int, least: int, weeks: int) -> None:
    if customers < least:
        raise TooFewCustomers(
            f"groups need {least} customers who bought in the last {weeks} weeks; {customers} are known of "
            f"{source.store} by their tickets",
            "bring in the customers' numbers with the tickets, or ask for more weeks",
        )


def _moves(before: Mapping[str, Group], now: Mapping[str, Group], smallest: int) -> tuple[Move, ...]:
    found = sorted(moves_between(before, now).items())
    rounded = [Move(was, becomes, smallest * round(number / smallest)) for (was, becomes), number in found]
    return tuple(move for move in rounded if move.customers)


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


def _one(
    group: Group, meaning: str, buyers: Sequence[Buyer], zones: Mapping[str, Counter[str]]
) -> GroupFigures:
    purchases, net = sum(buyer.purchases for buyer in buyers), sum(buyer.net for buyer in buyers)
    in_zones: Counter[str] = Counter()
    for buyer in buyers:
        in_zones.update(zones.get(buyer.customer, {}))
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
