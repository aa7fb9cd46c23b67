"""What each figure means, in one sentence: printed beside it on every page and in the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TOO_FEW = "too few visitors to say"
"""What is shown in place of a rate whose denominator is below the store's least number."""

NO_DATA = "no data"
"""What is shown where nothing is known; never 0."""


@dataclass(frozen=True, slots=True)
class Term:
    """One metric: its key in the API, its name for people, its unit and its definition."""

    key: str
    name: str
    unit: str
    definition: str


_TERMS = (
    Term(
        "entries",
        "Entries",
        "people",
        "People who crossed an entrance line inwards; someone who turns back on it is not counted.",
    ),
    Term(
        "exits",
        "Exits",
        "people",
        "People who crossed an entrance line outwards.",
    ),
    Term(
        "balance",
        "In/out balance",
        "share",
        "1 − |in − out| / (in + out): over a whole business day close to 1, or a camera misses "
        "people; a health check, not the accuracy of the count.",
    ),
    Term(
        "occupancy",
        "Inside",
        "people",
        "Entries minus exits since the business day began: at the end of the interval, on average "
        "over its time, and at most; below zero where more exits than entries were counted.",
    ),
    Term(
        "coverage",
        "Coverage",
        "share",
        "The share of the time in which the cameras really watched, as the mean over all cameras that"
        " sent counts on the business days in question.",
    ),
    Term(
        "transactions",
        "Transactions",
        "tickets",
        "Sales tickets of the tills; refunds, voids and online pick-ups are not sales.",
    ),
    Term(
        "conversion",
        "Conversion",
        "share",
        "Transactions / entries, with Wilson's 95 % interval; above 1 where more tickets than entries"
        " were counted.",
    ),
    Term(
        "net_sales",
        "Net sales",
        "money",
        "Amounts after discounts and without tax, in the store's currency; returns lower them, voids "
        "and online pick-ups are left out.",
    ),
    Term(
        "units",
        "Units",
        "pieces",
        "Pieces (or kilograms) sold, less those returned.",
    ),
    Term(
        "average_transaction_value",
        "Average ticket (ATV)",
        "money per ticket",
        "Net sales / transactions, among the tickets that have an amount.",
    ),
    Term(
        "units_per_transaction",
        "Units per ticket (UPT)",
        "pieces per ticket",
        "Units / transactions.",
    ),
    Term(
        "average_unit_retail",
        "Average unit price (AUR)",
        "money per piece",
        "Net sales / units, among the tickets that have an amount.",
    ),
    Term(
        "sales_per_visitor",
        "Sales per visitor",
        "money per person",
        "Net sales / entries, which is conversion × average ticket.",
    ),
    Term(
        "visits",
        "Visits",
        "visits",
        "Times that someone stayed in the zone for at least its minimum time, counted when they left;"
        " a short step outside does not split a visit.",
    ),
    Term(
        "dwell",
        "Dwell",
        "seconds",
        "How long visits lasted from entering to leaving the zone: mean, median, and the time that "
        "nine in ten visits do not exceed (p90).",
    ),
    Term(
        "zone_occupancy",
        "People in the zone",
        "people",
        "Time spent in the zone by all people together / time in which it was watched, and the most "
        "people at once.",
    ),
    Term(
        "visit_rate",
        "Visit rate",
        "share",
        "Zone visits / store entries, with Wilson's 95 % interval; above 1 where people come back to "
        "the zone.",
    ),
    Term(
        "zone_transactions",
        "Tickets from the zone",
        "tickets",
        "Sales tickets with at least one product that lay in the zone on that business day, in a "
        "window that is later by the store's usual time from visit to till.",
    ),
    Term(
        "zone_conversion",
        "Zone conversion",
        "share",
        "Tickets from the zone / zone visits on days when products lay there, with Wilson's 95 % "
        "interval; read it by the day, for within an hour visit and payment may fall apart.",
    ),
)

GLOSSARY: Mapping[str, Term] = MappingProxyType({term.key: term for term in _TERMS})
"""Every metric by its key."""
