"""The names of series: entries, transactions, visits of a zone, pieces of a product. Needs no library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.forecasting.errors import SeriesUnknown

Kind = Literal["entries", "transactions", "visits", "product"]

_PARTED: tuple[Kind, ...] = ("visits", "product")
_WHOLE: tuple[Kind, ...] = ("entries", "transactions")

UNITS: dict[Kind, str] = {
    "entries": "people",
    "transactions": "tickets",
    "visits": "visits",
    "product": "pieces",
}
"""What is counted, an hour or a day."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is forecast; `part` is the zone's id or the product's number, empty for the whole store."""

    kind: Kind
    part: str = ""

    @property
    def what(self) -> str:
        """Its name, such as `visits:tea`."""
        return f"{self.kind}:{self.part}" if self.part else self.kind

    @property
    def unit(self) -> str:
        """What is counted."""
        return UNITS[self.kind]


def series_of(what: str) -> Series:
    """The series of a name; whether there is such a zone or product is not looked at.

    Raises:
        SeriesUnknown: no series is called so.
    """
    for whole in _WHOLE:
        if what == whole:
            return Series(whole)
    kind, _, part = what.partition(":")
    for parted in _PARTED:
        if kind == parted and part:
            return Series(parted, part)
    raise SeriesUnknown(
        f"{what!r} cannot be forecast", "known are: entries, transactions, visits:ZONE, product:SKU"
    )
