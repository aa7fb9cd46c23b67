"""What a line brought in without tax, from whatever a till says about it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

FOUR_DECIMALS = Decimal("0.0001")
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Told:
    """What a till says of one line, in its currency; None where it says nothing.

    `net` is after discounts and without tax, and wins. `gross` or quantity times `unit_price` hold the
    `tax`, or tax of `tax_percent`, if either is told. `discount` is not yet off them, whatever its sign.
    """

    net: Decimal | None = None
    gross: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    tax_percent: Decimal | None = None

    @property
    def has_price(self) -> bool:
        """Whether an amount is told from which tax may have to be taken."""
        return self.gross is not None or self.unit_price is not None


def net_amount(told: Told, quantity: Decimal) -> Decimal | None:
    """The line's amount after discounts and without tax; None where no amount is told.

    What is computed is rounded to four decimals, half to even; what is told as net is left alone.
    """
    if told.net is not None:
        return told.net
    price = _price(told, quantity)
    if price is None:
        return None
    return _without_tax(_lowered(price, told.discount), told).quantize(FOUR_DECIMALS, ROUND_HALF_EVEN)


def _price(told: Told, quantity: Decimal) -> Decimal | None:
    if told.gross is not None:
        return told.gross
    return None if told.unit_price is None else quantity * told.unit_price


def _without_tax(amount: Decimal, told: Told) -> Decimal:
    if told.tax is not None:
        return _lowered(amount, told.tax)
    if told.tax_percent is not None:
        return amount / (1 + told.tax_percent / _HUNDRED)
    return amount


def _lowered(amount: Decimal, by: Decimal | None) -> Decimal:
    # Towards 0 for a returned line, too; tills write discounts with a minus and without.
    if by is None:
        return amount
    return amount + abs(by) if amount < 0 else amount - abs(by)
