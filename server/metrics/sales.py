"""What the tills say: transactions, net sales, and which zone a basket came from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from edge.wire import SaleKind
from server.metrics.rows import PlanogramRow, TakingsRow, TicketRow

_SIGN = {SaleKind.SALE: 1, SaleKind.RETURN: -1, SaleKind.VOID: 0, SaleKind.PICKUP: 0}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217, None where nobody says which); two do not add up."""

    amount: Decimal
    currency: str | None

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return Money(self.amount + other.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Till:
    """In which currency a store's money is summed, and in which a ticket is that names none."""

    home: str | None
    unnamed: str | None

    @classmethod
    def of(cls, taken: Iterable[TakingsRow], configured: str | None) -> Till:
        """The configured currency; without one, that which most of the tickets name."""
        if configured:
            return cls(configured, configured)
        named: Counter[str] = Counter()
        for row in taken:
            if row.currency:
                named[row.currency] += row.tickets
        return cls(max(sorted(named), key=named.__getitem__, default=None), None)

    def takes(self, row: TakingsRow) -> bool:
        """Whether an amount is in the currency of the sum."""
        return (row.currency or self.unnamed) == self.home


@dataclass(frozen=True, slots=True)
class Sales:
    """What was sold. Returns lower amounts and units; voids and online pick-ups are in no figure.

    Money and its units count only tickets that have an amount, in one currency; how many were
    left out stands beside them. `net` is None where tickets exist but none of them has such an amount.
    """

    transactions: int
    """Tickets of the kind `sale`."""
    returns: int
    units: Decimal
    net: Money | None
    priced_transactions: int
    priced_units: Decimal
    without_amount: int
    in_other_currency: int


def sales(taken: Sequence[TakingsRow], till: Till) -> Sales:
    """The sum of some takings."""
    home = [row for row in taken if till.takes(row)]
    counted, home_counted, priced = _counted(taken), _counted(home), sum(row.priced for row in home)
    return Sales(
        transactions=sum(row.sales for row in taken),
        returns=sum(row.returns for row in taken),
        units=sum((row.units for row in taken), Decimal(0)),
        net=Money(sum((row.net for row in home), Decimal(0)), till.home) if priced or not counted else None,
        priced_transactions=sum(row.priced_sales for row in home),
        priced_units=sum((row.priced_units for row in home), Decimal(0)),
        without_amount=home_counted - priced,
        in_other_currency=counted - home_counted,
    )


def _counted(taken: Iterable[TakingsRow]) -> int:
    return sum(row.sales + row.returns for row in taken)


def is_sale(ticket: TicketRow) -> bool:
    """Whether a ticket counts for conversion."""
    return ticket.kind is SaleKind.SALE


def takings(ticket: TicketRow) -> TakingsRow:
    """One ticket as takings."""
    sign = _SIGN[ticket.kind]
    priced = bool(sign) and ticket.net is not None
    units, net = _signed(sign, ticket.units), _signed(sign, ticket.net or Decimal(0))
    return TakingsRow(
        begin=ticket.at,
        end=ticket.at,
        currency=ticket.currency,
        tickets=1,
        sales=int(sign > 0),
        returns=int(sign < 0),
        units=units,
        net=net,
        priced=int(priced),
        priced_sales=int(priced and sign > 0),
        priced_units=units if priced else Decimal(0),
    )


def _signed(sign: int, amount: Decimal) -> Decimal:
    # A sale keeps its till's signs (a basket may hold a returned piece). Some tills write a return's
    # amounts with a minus and some without: either way it lowers the sum.
    return amount * sign if sign >= 0 else -abs(amount)


@dataclass(frozen=True, slots=True)
class Planogram:
    """Which products lay in which zone, by business day."""

    places: Mapping[str, tuple[PlanogramRow, ...]]
    """By product."""
    shelves: Mapping[str, tuple[PlanogramRow, ...]]
    """By zone."""

    @classmethod
    def of(cls, rows: Iterable[PlanogramRow]) -> Planogram:
        """The planogram of some rows; a product may lie in several zones at once."""
        places: dict[str, list[PlanogramRow]] = defaultdict(list)
        shelves: dict[str, list[PlanogramRow]] = defaultdict(list)
        for row in rows:
            places[row.sku].append(row)
            shelves[row.zone].append(row)
        return cls(
            {sku: tuple(known) for sku, known in places.items()},
            {zone: tuple(known) for zone, known in shelves.items()},
        )

    def zones_of(self, skus: Iterable[str], day: date) -> frozenset[str]:
        """The zones in which at least one of some products lay on a day."""
        return frozenset(row.zone for sku in skus for row in self.places.get(sku, ()) if _holds(row, day))

    def fills(self, zone: str, day: date) -> bool:
        """Whether any product was mapped to a zone on a day."""
        return any(_holds(row, day) for row in self.shelves.get(zone, ()))


def _holds(row: PlanogramRow, day: date) -> bool:
    begun = row.valid_from is None or row.valid_from <= day
    return begun and (row.valid_until is None or day < row.valid_until)
