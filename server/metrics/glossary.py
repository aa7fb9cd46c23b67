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
        "People who crossed an entrance line inwards, without staff where staff are told apart; someone who"
        " turns back on it is not counted.",
    ),
    Term(
        "exits",
        "Exits",
        "people",
        "People who crossed an entrance line outwards, without staff where staff are told apart.",
    ),
    Term(
        "balance",
        "In/out balance",
        "share",
        "1 − |in − out| / (in + out), staff too: over a whole business day close to 1, or a camera misses "
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
        "raw_entries",
        "Entries with staff",
        "people",
        "Everybody who crossed an entrance line inwards, staff too.",
    ),
    Term(
        "raw_exits",
        "Exits with staff",
        "people",
        "Everybody who crossed an entrance line outwards, staff too.",
    ),
    Term(
        "staff_entries",
        "Entries of staff",
        "people",
        "Entries that were told to be staff's; no data where no camera tells staff apart.",
    ),
    Term(
        "staff_exits",
        "Exits of staff",
        "people",
        "Exits that were told to be staff's; no data where no camera tells staff apart.",
    ),
    Term(
        "groups",
        "Groups",
        "groups",
        "People without staff who came in together, such as a couple or a family; who came alone is a group"
        " of one, and the mean size is people / groups.",
    ),
    Term(
        "group_conversion",
        "Group conversion",
        "share",
        "Transactions / groups that came in, with Wilson's 95 % interval; a figure beside conversion, for "
        "a family with one basket is one chance to sell, and no data where an entrance tells no groups.",
    ),
    Term(
        "passers_by",
        "Passers-by",
        "people",
        "People who walked past outside and whom the camera saw neither enter nor leave; a camera that sees"
        " only the pavement counts everybody who passes.",
    ),
    Term(
        "capture_rate",
        "Capture rate",
        "share",
        "Entries / (entries + passers-by), with Wilson's 95 % interval.",
    ),
    Term(
        "coverage",
        "Coverage",
        "share",
        "The share of the time in which the cameras really watched, as the mean over all cameras that"
        " sent counts on the business days in question.",
    ),
    Term(
        "open_hours",
        "Open hours",
        "hours",
        "Hours in which the shop is open by the opening hours and holidays of its catalogue; 0 where it is"
        " closed, no data where it has none.",
    ),
    Term(
        "open_coverage",
        "Coverage while open",
        "share",
        "The share of the open hours so far in which the cameras really watched, as the mean over all"
        " cameras; of whole business days up to 45 days together.",
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
        "Transactions / entries, without staff where staff are told apart, with Wilson's 95 % interval; "
        "above 1 where more tickets than entries were counted.",
    ),
    Term(
        "raw_conversion",
        "Conversion with staff",
        "share",
        "Transactions / everybody who entered, staff too, with Wilson's 95 % interval; what conversion would "
        "be if nobody told staff apart.",
    ),
    Term(
        "drift",
        "Left inside at closing",
        "people",
        "Entries minus exits over whole business days that are over: people whom the count leaves inside "
        "although the shop was empty, a sign of miscounting; each business day begins at nobody again.",
    ),
    Term(
        "labour_hours",
        "Labour hours",
        "hours",
        "People at work on the sales floor × hours, up to now, as shifts were given.",
    ),
    Term(
        "star",
        "Visitors per labour hour (STAR)",
        "people per hour",
        "Entries / labour hours on the sales floor; no data without shifts.",
    ),
    Term(
        "power_hours",
        "Power hours",
        "hours",
        "The fewest hours of a business day that together hold half of its entries.",
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
        "Times that someone stayed in the zone for at least its minimum time, counted when they left, "
        "without staff where staff are told apart; a short step outside does not split a visit.",
    ),
    Term(
        "dwell",
        "Dwell",
        "seconds",
        "How long visits lasted from entering to leaving the zone: mean, median, and the time that "
        "nine in ten visits do not exceed (p90); without staff where staff are told apart.",
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
    Term(
        "raw_visits",
        "Visits with staff",
        "visits",
        "Everybody's visits to the zone, staff's too.",
    ),
    Term(
        "raw_dwell",
        "Dwell with staff",
        "seconds",
        "How long everybody's visits lasted, staff's too: mean, median and p90.",
    ),
    Term(
        "staff_visits",
        "Visits of staff",
        "visits",
        "Visits that were told to be staff's; no data where no camera tells staff apart.",
    ),
    Term(
        "ended",
        "Why visits ended",
        "visits",
        "Everybody's visits by the reason for their end: left, lost from sight, end of the day, changed "
        "configuration, or counting stopped.",
    ),
    Term(
        "lost_share",
        "Lost from sight",
        "share",
        "Visits that ended because the person went out of sight / visits whose end is told, with Wilson's "
        "95 % interval; where it is high, visits are cut short and dwell is too low.",
    ),
    Term(
        "engagement",
        "Engagement",
        "share",
        "Visits that lasted at least the engagement threshold (15 s unless set) / visits, without staff "
        "where staff are told apart, with Wilson's 95 % interval; the threshold is met to 2 %.",
    ),
    Term(
        "bounce",
        "Bounce",
        "share",
        "Visits shorter than the engagement threshold / visits, with Wilson's 95 % interval.",
    ),
    Term(
        "queue_joined",
        "Joined the queue",
        "people",
        "People who began to wait in the interval.",
    ),
    Term(
        "queue_served",
        "Served",
        "people",
        "People whose turn came in the interval.",
    ),
    Term(
        "queue_abandoned",
        "Gave up",
        "people",
        "People who left the queue in the interval before their turn.",
    ),
    Term(
        "queue_lost",
        "Lost while waiting",
        "people",
        "People who went out of sight while they waited, so nobody knows whether they were served.",
    ),
    Term(
        "queue_length",
        "Queue length",
        "people",
        "Time spent waiting by all people together / time in which the queue was watched, and the most "
        "people waiting at once.",
    ),
    Term(
        "queue_wait",
        "Wait",
        "seconds",
        "Time from joining the queue to being served, of those who were served in the interval: mean, "
        "median, and the time that nine in ten do not exceed (p90).",
    ),
    Term(
        "queue_over_target",
        "Waits over target",
        "share",
        "Waits longer than the queue's target / all waits of those who were served, with Wilson's 95 % "
        "interval; the target is met to 2 %, for waits are kept as a histogram.",
    ),
    Term(
        "queue_abandonment",
        "Abandonment",
        "share",
        "People who gave up / people who joined the queue, with Wilson's 95 % interval; read it by the day, "
        "for within a minute some give up who joined before.",
    ),
    Term(
        "queue_abandoned_wait",
        "Wait before giving up",
        "seconds",
        "Time from joining the queue to leaving it, of those who gave up: mean, median and p90.",
    ),
    Term(
        "queue_now",
        "Waiting now",
        "people",
        "People who wait at this moment, and how long the first of them has waited, as the cameras last "
        "said within a minute.",
    ),
    Term(
        "heat",
        "Heatmap",
        "seconds",
        "Time that all people together, staff too, spent in each cell of a grid over the floor or over the "
        "camera's picture; maps of another grid or of another camera's picture are never added up.",
    ),
    Term(
        "path_people",
        "Went there next",
        "people",
        "People without staff who left one zone or crossed an entrance, and came to this zone or entrance "
        "next, soon enough (two minutes, unless the device is set otherwise), as one camera saw it; the same "
        "person counts once for each time.",
    ),
    Term(
        "path_share",
        "Share who went there",
        "share",
        "People who went there next / all people without staff who left the zone or crossed the entrance, "
        "with Wilson's 95 % interval; of two cameras, each knows only its own.",
    ),
    Term(
        "path_unseen",
        "Not seen again",
        "people",
        "People who left the zone or crossed the entrance, and whom the same camera saw at no other soon "
        "enough: they walked on, stood somewhere else, or were lost from sight.",
    ),
)

GLOSSARY: Mapping[str, Term] = MappingProxyType({term.key: term for term in _TERMS})
"""Every metric by its key."""
