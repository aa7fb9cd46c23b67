"""What is usual in a zone: the same weekday and hour of the weeks before. Never an average of averages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.metrics import zones
from server.metrics.adding import sketch_of_told
from server.metrics.intervals import Interval
from server.triggering.facts import Facts
from server.triggering.hours import usual_hours

LEAST_WEEKS = 2
"""Of fewer weeks with counts nobody can say what is usual."""

_MOST_HOURS = 512


@dataclass(frozen=True, slots=True)
class Usual:
    """What some hours of the weeks before add up to. `value` None where it is too little to say."""

    value: float | None
    count: int
    """Visits it rests on."""
    weeks: int
    bought: int | None = None


def usual_dwell(facts: Facts, zone: str, hours: Sequence[Interval]) -> Usual:
    """The median stay in seconds of all visits of those hours."""
    told = [stays for hour in hours if (stays := zones.stays(facts.visits(zone, hour)))]
    merged = sketch_of_told(told)
    if merged is None or not _enough(facts, merged.n, len(told)):
        return Usual(None, merged.n if merged else 0, len(told))
    return Usual(merged.quantile(0.5), merged.n, len(told))


def usual_conversion(facts: Facts, zone: str, hours: Sequence[Interval]) -> Usual:
    """Sales with something of the zone / visits over those hours, of days on which tills told of tickets."""
    calendar = facts.terms.calendar
    told = [hour for hour in hours if facts.till_told(calendar.business_day(calendar.day_of(hour.begin)))]
    visits = [(hour, n) for hour in told if (n := zones.visits(facts.visits(zone, hour))) is not None]
    n = sum(visits_of for _, visits_of in visits)
    bought = sum(bought_from(facts, zone, hour) for hour, _ in visits)
    if not _enough(facts, n, len(visits)):
        return Usual(None, n, len(visits), bought)
    return Usual(bought / n, n, len(visits), bought)


def bought_from(facts: Facts, zone: str, span: Interval) -> int:
    """Sales with something of a zone, by the visits of a span."""
    return sum(row.zones.get(zone, 0) for row in facts.bought(span))


def _enough(facts: Facts, n: int, weeks: int) -> bool:
    return weeks >= LEAST_WEEKS and n >= max(1, facts.terms.least_visitors)


@dataclass(slots=True)
class UsualBook:
    """Remembers what is usual for the hour that runs, for it takes long to add up. Bounded."""

    _known: dict[tuple[str, str, str, datetime, int], Usual] = field(default_factory=dict)

    def dwell(self, store: str, facts: Facts, zone: str, weeks: int, now: datetime) -> Usual:
        """The usual dwell of a zone."""
        return self._of("dwell", usual_dwell, store, facts, zone, weeks, now)

    def conversion(self, store: str, facts: Facts, zone: str, weeks: int, now: datetime) -> Usual:
        """The usual conversion of a zone."""
        return self._of("conversion", usual_conversion, store, facts, zone, weeks, now)

    def _of(
        self,
        what: str,
        compute: Callable[[Facts, str, Sequence[Interval]], Usual],
        store: str,
        facts: Facts,
        zone: str,
        weeks: int,
        now: datetime,
    ) -> Usual:
        hours = usual_hours(now, weeks, facts.terms.calendar.time_zone)
        if not hours:
            return Usual(None, 0, 0)
        key = (what, store, zone, hours[0].begin, weeks)
        if key not in self._known:
            if len(self._known) >= _MOST_HOURS:
                self._known.clear()
            self._known[key] = compute(facts, zone, hours)
        return self._known[key]
