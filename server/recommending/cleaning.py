"""Lines of tickets as tills tell them, into baskets fit to learn from; and what was left out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import numpy as np

from server.recommending.baskets import NOBODY, Baskets, Gathering, Line, day_number
from server.recommending.catalogue import Catalogue
from server.storage.learning import CountedHour, SoldLine

MOST_PRODUCTS = 200
"""A ticket with more different products is a stock-taking or a delivery, not a visit."""

MOST_TICKETS_A_DAY = 8.0
"""A customer with more tickets on a usual day of theirs is the till's own card."""

_OUTLIER_SHARE = 99.9


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning did, line by line."""

    lines: int
    kept: int
    without_product: int
    returns: int
    not_positive: int
    repeated: int
    of_bulk_tickets: int
    capped_quantities: int
    quantity_cap: float
    shared_cards: int
    without_customer: int
    unknown_to_catalogue: int

    def sentences(self) -> tuple[str, ...]:
        """What was done, for people; what did not occur is left out."""
        told = (
            (self.without_product, "lines without a product were left out"),
            (self.returns, "lines of returned goods were left out"),
            (self.not_positive, "lines of no or a negative quantity were left out"),
            (self.repeated, "lines name a product that their ticket names already; they count as one"),
            (self.of_bulk_tickets, f"lines of tickets with more than {MOST_PRODUCTS} products were left out"),
            (self.capped_quantities, f"quantities above {self.quantity_cap:g} were taken as that"),
            (
                self.shared_cards,
                "cards are on so many tickets that they are nobody's; they count as no customer",
            ),
            (self.without_customer, "tickets do not say whose they are"),
            (self.unknown_to_catalogue, "products are not in the catalogue; nothing is known of their kind"),
        )
        return tuple(f"{count} {text}" for count, text in told if count)


@dataclass
class _Counting:
    counts: Counter[str] = field(default_factory=Counter)

    def fit(self, lines: Iterable[SoldLine]) -> Iterator[SoldLine]:
        for line in lines:
            self.counts["lines"] += 1
            reason = _refused(line)
            if reason:
                self.counts[reason] += 1
            else:
                yield line


def _refused(line: SoldLine) -> str:
    if not line.sku.strip():
        return "without_product"
    if line.kind != "sale":
        return "returns"
    return "" if line.quantity > 0 else "not_positive"


def clean(
    store: str,
    lines: Iterable[SoldLine],
    zone: ZoneInfo,
    catalogue: Catalogue,
    told: Callable[[], None] = lambda: None,
) -> tuple[Baskets, Cleaned]:
    """Baskets by the store's clocks, and what was done to get them. `told` is called for each line."""
    counting, gathering = _Counting(), Gathering()
    gathering.add(_lines(store, counting.fit(lines), zone, told))
    baskets = gathering.baskets()
    counts = counting.counts
    good = counts["lines"] - counts["without_product"] - counts["returns"] - counts["not_positive"]
    repeated = good - len(baskets.line_product)
    baskets, bulk = _without_bulk(baskets)
    baskets, cap, capped = _capped(baskets)
    baskets, shared = _without_shared_cards(baskets)
    known = catalogue.products.keys()
    return baskets, Cleaned(
        lines=counts["lines"],
        kept=len(baskets.line_product),
        without_product=counts["without_product"],
        returns=counts["returns"],
        not_positive=counts["not_positive"],
        repeated=repeated,
        of_bulk_tickets=bulk,
        capped_quantities=capped,
        quantity_cap=cap,
        shared_cards=shared,
        without_customer=int((baskets.basket_customer == NOBODY).sum()),
        unknown_to_catalogue=sum(sku not in known for sku in baskets.products)
        if known
        else len(baskets.products),
    )


def _lines(store: str, lines: Iterable[SoldLine], zone: ZoneInfo, told: Callable[[], None]) -> Iterator[Line]:
    for line in lines:
        told()
        local = line.at.astimezone(zone)
        yield Line(
            store, line.ticket, local.date(), local.hour, line.customer or None, line.sku, line.quantity
        )


def _without_bulk(baskets: Baskets) -> tuple[Baskets, int]:
    size = np.bincount(baskets.line_basket, minlength=baskets.basket_count)
    bulk = size > MOST_PRODUCTS
    return (baskets.where(~bulk), int(size[bulk].sum())) if bulk.any() else (baskets, 0)


def _capped(baskets: Baskets) -> tuple[Baskets, float, int]:
    if not len(baskets.line_strength):
        return baskets, 0.0, 0
    cap = max(float(np.percentile(baskets.line_strength, _OUTLIER_SHARE)), 1.0)
    above = int((baskets.line_strength > cap).sum())
    strength = np.minimum(baskets.line_strength, np.float32(cap))
    return replace(baskets, line_strength=strength), cap, above


def _without_shared_cards(baskets: Baskets) -> tuple[Baskets, int]:
    named = baskets.basket_customer != NOBODY
    if not named.any():
        return baskets, 0
    customer, day = baskets.basket_customer[named], baskets.basket_day[named]
    count = len(baskets.customers)
    days = np.unique(np.stack([customer, day]), axis=1)[0]
    tickets = np.bincount(customer, minlength=count)
    shared = tickets > MOST_TICKETS_A_DAY * np.maximum(np.bincount(days, minlength=count), 1)
    nobody = named & shared[baskets.basket_customer]
    found = replace(
        baskets, basket_customer=np.where(nobody, NOBODY, baskets.basket_customer).astype(np.int32)
    )
    return found, int(shared.sum())


def with_counts(baskets: Baskets, hours: Iterable[CountedHour], zone: ZoneInfo) -> Baskets:
    """Baskets with what was counted in their hour."""
    known = {(day_number((local := hour.begin.astimezone(zone)).date()), local.hour): hour for hour in hours}
    if not known:
        return baskets
    dwell = np.full(baskets.basket_count, np.nan, dtype=np.float32)
    occupancy = dwell.copy()
    for basket, (day, hour) in enumerate(zip(baskets.basket_day, baskets.basket_hour, strict=True)):
        found = known.get((int(day), int(hour)))
        if found:
            occupancy[basket] = found.occupancy
            dwell[basket] = np.nan if found.dwell_seconds is None else found.dwell_seconds
    return replace(baskets, dwell_seconds=dwell, occupancy=occupancy)
