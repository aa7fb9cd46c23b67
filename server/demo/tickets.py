"""What the demo's till sells: real tickets of a bakery where they are at hand, else made up from a seed."""

from __future__ import annotations

import csv
import hashlib
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from edge.wire import Sale, SaleLine

MEAN_GAP_SECONDS = 11.0
"""Time between two tickets, on average: about one for every three or four people of the clips."""

BAKERY_FILE = "BreadBasket_DMS.csv"
BAKERY_SHA256 = "48577b16cd3672efa61fce4aae518232e7f08504b1026546016d1c42300b2706"
NOT_PRODUCTS = frozenset({"NONE", "Adjustment"})

ASSORTMENT = (
    ("bread-rye", "Rye bread", "3.90", 9),
    ("bread-white", "White loaf", "2.80", 12),
    ("croissant", "Croissant", "1.60", 14),
    ("coffee", "Coffee", "2.40", 20),
    ("tea", "Tea", "2.10", 7),
    ("juice-apple", "Apple juice", "2.60", 5),
    ("jam-plum", "Plum jam", "4.50", 3),
    ("honey", "Honey", "6.20", 2),
    ("cake-carrot", "Carrot cake", "3.30", 6),
    ("soup", "Soup of the day", "5.40", 4),
)
"""Number, name, net price and weight of what is sold when no real tickets are at hand."""

ON_DISPLAY = frozenset({"croissant", "coffee", "cake-carrot", "Coffee", "Pastry", "Cake"})
"""Products that lie in the clip's zone, of both assortments."""


@dataclass(frozen=True, slots=True)
class Basket:
    """What one customer bought, and how long after the customer before."""

    gap_seconds: float
    lines: tuple[SaleLine, ...]


def real_baskets(folder: Path | None) -> list[Basket]:
    """The busiest hour of the bakery's tickets from that folder; empty if they are not there unchanged."""
    if folder is None:
        return []
    for file in folder.rglob(BAKERY_FILE):
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() == BAKERY_SHA256:
            return _busiest_hour(content.decode())
    return []


def made_up_baskets(seed: int) -> Iterator[Basket]:
    """Baskets without end, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a shop window, no secret
    weights = [weight for *_, weight in ASSORTMENT]
    while True:
        chosen = chance.choices(ASSORTMENT, weights, k=chance.choice((1, 1, 2, 2, 3, 4)))
        lines = tuple(
            SaleLine(
                sku=sku,
                name=name,
                quantity=Decimal(chosen.count(entry)),
                net=_times(price, chosen.count(entry)),
            )
            for entry in dict.fromkeys(chosen)
            for sku, name, price, _ in (entry,)
        )
        yield Basket(chance.expovariate(1 / MEAN_GAP_SECONDS), lines)


def schedule(
    baskets: Iterator[Basket], begin: datetime, seconds: float, store: str, till: str, currency: str
) -> list[Sale]:
    """Tickets of a till between `begin` and `seconds` later, re-dated to then."""
    sales: list[Sale] = []
    at = begin
    for number, basket in enumerate(baskets, start=1):
        at += timedelta(seconds=basket.gap_seconds)
        if at >= begin + timedelta(seconds=seconds):
            break
        sales.append(
            Sale(
                store=store,
                till=till,
                ticket=f"{begin:%Y%m%d%H%M%S}-{number}",
                at=at,
                currency=currency,
                lines=basket.lines,
            )
        )
    return sales


def _times(price: str, pieces: int) -> Decimal:
    return Decimal(price) * pieces


def _busiest_hour(text: str) -> list[Basket]:
    """The tickets of the busiest hour, their gaps squeezed to the demo's mean."""
    hours: dict[str, dict[str, list[dict[str, str]]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        if row["Item"] not in NOT_PRODUCTS:
            hour = f"{row['Date']} {row['Time'][:2]}"
            hours.setdefault(hour, {}).setdefault(row["Transaction"], []).append(row)
    tickets = list(max(hours.values(), key=len).values())
    times = [datetime.fromisoformat(f"{rows[0]['Date']}T{rows[0]['Time']}") for rows in tickets]
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    squeeze = MEAN_GAP_SECONDS / (sum(gaps) / len(gaps))
    return [
        Basket(gap * squeeze, _bakery_lines(rows))
        for gap, rows in zip([gaps[0], *gaps], tickets, strict=True)
    ]


def _bakery_lines(rows: Sequence[dict[str, str]]) -> tuple[SaleLine, ...]:
    items = [row["Item"] for row in rows]
    return tuple(
        SaleLine(sku=item, name=item, quantity=Decimal(items.count(item))) for item in dict.fromkeys(items)
    )
