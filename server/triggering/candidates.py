"""Which products a zone may show, and in which order without anything learnt. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from server.storage.baskets import Baskets, Together
from server.storage.catalogue import ProductRow
from server.trigger_settings import ShowingSettings

STOCK = "stock"
"""The product's attribute that says how many are left; `stock-STORE` goes before it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that a zone may show. Higher scores are better; `here`: it lies in the zone itself."""

    sku: str
    score: float
    here: bool
    reasons: tuple[str, ...]
    never_with: frozenset[str] = frozenset()
    """Products that the shop's rules never show beside it."""


def candidates(zone: str, here: Collection[str], baskets: Baskets, terms: ShowingSettings) -> list[Candidate]:
    """The zone's own products, and those that its buyers take along from elsewhere; best first.

    The score is the share of tickets with something of the zone that hold the product. One from elsewhere
    has to be bought with the zone's by enough tickets, and more often than chance: lift is that share over
    the product's share of all tickets.

    Args:
        zone: what people call it.
        here: products that lie in it today.
        baskets: tickets of the last days, against `here`.
    """
    own = [_own(zone, sku, baskets, terms) for sku in here]
    others = [
        _other(zone, sku, together, baskets, terms)
        for sku, together in baskets.by_sku.items()
        if sku not in here and _goes_with(together, baskets, terms)
    ]
    return sorted([*own, *others], key=lambda one: (-one.score, not one.here, one.sku))


def lift_of(together: Together, baskets: Baskets) -> float:
    """How many times as often as chance a product is in tickets with something of the zone."""
    if not (baskets.with_any and together.tickets):
        return 0.0
    return (together.together / baskets.with_any) / (together.tickets / baskets.tickets)


def _goes_with(together: Together, baskets: Baskets, terms: ShowingSettings) -> bool:
    return together.together >= terms.least_tickets and lift_of(together, baskets) >= terms.least_lift


def _share(together: Together | None, baskets: Baskets) -> float:
    return together.together / baskets.with_any if together and baskets.with_any else 0.0


def _own(zone: str, sku: str, baskets: Baskets, terms: ShowingSettings) -> Candidate:
    together = baskets.by_sku.get(sku)
    days = f"the last {terms.look_back_days} days"
    if not baskets.tickets:
        reason = f"It lies in {zone}; no tickets of {days} are known."
    elif together is None:
        reason = f"It lies in {zone}; none of the {baskets.tickets:,} tickets of {days} holds it."
    else:
        reason = (
            f"It lies in {zone}; {together.together:,} of the {baskets.with_any:,} tickets of {days}"
            " with something from there hold it."
        )
    return Candidate(sku, _share(together, baskets), here=True, reasons=(reason,))


def _other(zone: str, sku: str, together: Together, baskets: Baskets, terms: ShowingSettings) -> Candidate:
    reason = (
        f"Bought with something from {zone} {lift_of(together, baskets):.1f} times as often as chance:"
        f" in {together.together:,} of {baskets.with_any:,} such tickets, and in {together.tickets:,} of all"
        f" {baskets.tickets:,} of the last {terms.look_back_days} days."
    )
    return Candidate(sku, _share(together, baskets), here=False, reasons=(reason,))


def fit(
    found: Iterable[Candidate], products: Mapping[str, ProductRow], store: str, terms: ShowingSettings
) -> tuple[list[Candidate], Counter[str]]:
    """Those within the shop's limits, and why the others are not. What is not known limits nothing."""
    kept: list[Candidate] = []
    left_out: Counter[str] = Counter()
    for one in found:
        if why := _unfit(one.sku, products.get(one.sku), store, terms):
            left_out[why] += 1
        else:
            kept.append(one)
    return kept, left_out


def _unfit(sku: str, product: ProductRow | None, store: str, terms: ShowingSettings) -> str:
    if sku in terms.exclude:
        return "excluded"
    if product is None:
        return ""
    if product.category in terms.exclude_categories:
        return "of an excluded category"
    stock = stock_of(product, store)
    if stock is not None and stock < Decimal(str(terms.least_stock)):
        return "out of stock"
    margin = margin_of(product)
    if margin is not None and margin < terms.least_margin:
        return "below the margin"
    return "outside the prices" if _is_outside(product.price, terms) else ""


def _is_outside(price: Decimal | None, terms: ShowingSettings) -> bool:
    if price is None:
        return False
    too_cheap = terms.least_price is not None and price < Decimal(str(terms.least_price))
    return too_cheap or (terms.most_price is not None and price > Decimal(str(terms.most_price)))


def stock_of(product: ProductRow, store: str) -> Decimal | None:
    """How many are left in a store; None where nobody says, or not as a number."""
    text = product.attributes.get(f"{STOCK}-{store}", product.attributes.get(STOCK))
    try:
        number = None if text is None else Decimal(text)
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def margin_of(product: ProductRow) -> float | None:
    """(price − cost) / price; None where one of them is not known. Price with tax, so it is a bit high."""
    if product.price is None or product.cost is None or not product.price:
        return None
    return float((product.price - product.cost) / product.price)


def diverse(
    found: Sequence[Candidate], products: Mapping[str, ProductRow], most: int, diversity: float
) -> list[Candidate]:
    """At most so many, best first, each weighed against being like one that is taken already.

    Products that are never shown together are not: the better one is taken.

    Maximal marginal relevance: (1 − d) · score / highest score − d · highest likeness to one taken, where
    likeness is the share of features (category, brand, attributes) that two have in common.

    Source: J. Carbonell and J. Goldstein, "The use of MMR, diversity-based reranking for reordering documents
    and producing summaries", SIGIR 1998, 335-336.
    """
    highest = max((one.score for one in found), default=0.0) or 1.0
    features = {one.sku: _features(products.get(one.sku)) for one in found}
    left, taken = list(found), list[Candidate]()
    while left and len(taken) < most:

        def worth(one: Candidate) -> float:
            like = max((_likeness(features[one.sku], features[of.sku]) for of in taken), default=0.0)
            return (1 - diversity) * one.score / highest - diversity * like

        # max takes the first of equals, and they come best first.
        best = max(left, key=worth)
        taken.append(best)
        left = [one for one in left if one is not best and not _are_apart(one, best)]
    return taken


def _are_apart(one: Candidate, other: Candidate) -> bool:
    return one.sku in other.never_with or other.sku in one.never_with


def _features(product: ProductRow | None) -> frozenset[tuple[str, str]]:
    if product is None:
        return frozenset()
    named = {"category": product.category, "brand": product.brand}
    own = [(name, value) for name, value in named.items() if value]
    more = [(name, value) for name, value in product.attributes.items() if not name.startswith(STOCK)]
    return frozenset([*own, *more])


def _likeness(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> float:
    either = one | other
    return len(one & other) / len(either) if either else 0.0
