"""Figures of a zone as conditions see them, each with a sentence whose numbers can be counted again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from edge.wire import DwellSketch
from server.metrics import zones
from server.metrics.intervals import Interval
from server.trigger_settings import ConditionSettings, Figure, TriggerSettings
from server.triggering.facts import Facts
from server.triggering.hours import is_within
from server.triggering.signals import Reading
from server.triggering.usual import Usual, UsualBook, bought_from

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Look:
    """One rule looked at in one moment."""

    store: str
    facts: Facts
    rule: TriggerSettings
    usual: UsualBook
    now: datetime

    @property
    def window(self) -> Interval:
        """The last minutes that the rule looks at."""
        return Interval(self.now - self.rule.window_minutes * _MINUTE, self.now)

    @property
    def local(self) -> datetime:
        """This moment by the store's clock."""
        return self.now.astimezone(self.facts.terms.calendar.time_zone)


def read(look: Look, condition: ConditionSettings) -> Reading:
    """What is known of the figure that a condition looks at."""
    return _READERS[condition.figure](look, condition)


def _dwell(look: Look, condition: ConditionSettings) -> Reading:
    stays = _stays(look)
    if stays is None or stays.n < look.rule.least_visits:
        return Reading(missing=_too_few(look, stays))
    median = stays.quantile(0.5)
    told = f"The {stays.n} visits of {_lately(look)} lasted about {median:.0f} s in the median"
    if not _asks_usual(condition):
        return Reading(median, told=f"{told}.")
    usual = look.usual.dwell(look.store, look.facts, look.rule.zone, look.rule.usual_weeks, look.now)
    if usual.value is None:
        return Reading(missing=_too_little_history(look, usual))
    return Reading(
        median,
        usual.value,
        f"{told}; usual {_at_this_hour(look)} are about {usual.value:.0f} s"
        f" ({usual.count} visits in {usual.weeks} weeks).",
    )


def _stayed(look: Look, _condition: ConditionSettings) -> Reading:
    stays = _stays(look)
    if stays is None:
        return Reading(missing=_too_few(look, stays))
    threshold = look.facts.terms.engagement.threshold_of(look.rule.zone)
    long = stays.number_from(threshold)
    return Reading(
        long,
        told=f"{long} of the {stays.n} visits of {_lately(look)} lasted {threshold:.0f} s or longer.",
    )


def _visits(look: Look, _condition: ConditionSettings) -> Reading:
    visits = zones.visits(look.facts.visits(look.rule.zone, look.window))
    if visits is None:
        return Reading(missing=_too_few(look, None))
    return Reading(visits, told=f"There were {visits} visits in {_lately(look)}.")


def _conversion(look: Look, condition: ConditionSettings) -> Reading:
    calendar, lag = look.facts.terms.calendar, look.facts.terms.visit_to_till_lag
    window = Interval(look.window.begin - lag, look.window.end - lag)
    visits = zones.visits(look.facts.visits(look.rule.zone, window))
    if visits is None or visits < look.rule.least_visits:
        return Reading(missing=_few(visits or 0, look.rule, f"from {_clocks(look, window)}"))
    if not look.facts.has_products(look.rule.zone):
        return Reading(missing="No product is mapped to the zone, so nobody knows what is bought from it.")
    today = calendar.business_day(calendar.day_of(look.now))
    if not look.facts.till_told(Interval(today.begin, look.now)):
        return Reading(missing="No till has told of a ticket today, so nobody knows what was bought.")
    bought = bought_from(look.facts, look.rule.zone, window)
    share = bought / visits
    told = (
        f"Of the {visits} visits from {_clocks(look, window)}, {bought or 'none'} led to a purchase"
        f" from here ({share:.1%})"
    )
    if not _asks_usual(condition):
        return Reading(share, told=f"{told}.")
    usual = look.usual.conversion(look.store, look.facts, look.rule.zone, look.rule.usual_weeks, look.now)
    if not usual.value:
        return Reading(missing=_too_little_history(look, usual))
    return Reading(
        share,
        usual.value,
        f"{told}; usual {_at_this_hour(look)} are {usual.value:.1%}"
        f" ({usual.bought} of {usual.count} visits in {usual.weeks} weeks).",
    )


def _occupancy(look: Look, _condition: ConditionSettings) -> Reading:
    people = look.facts.people_in(look.rule.zone)
    if people is None:
        return Reading(missing="No camera says how many people are in the zone now.")
    return Reading(people, told=f"{people:g} people are in the zone now.")


def _queue(look: Look, condition: ConditionSettings) -> Reading:
    assert condition.queue is not None
    name = look.facts.store.queues[condition.queue].name
    waiting = look.facts.waiting_in(condition.queue)
    if waiting is None:
        return Reading(missing=f"No camera says how many wait in {name} now.")
    return Reading(waiting, told=f"{waiting:g} wait in {name} now.")


def _hour(look: Look, condition: ConditionSettings) -> Reading:
    begin, end = condition.from_time or time(0), condition.until_time or time(0)
    holds = is_within(look.local.time(), begin, end)
    return Reading(holds=holds, told=f"It is {'' if holds else 'not '}between {begin:%H:%M} and {end:%H:%M}.")


def _weekday(look: Look, condition: ConditionSettings) -> Reading:
    return Reading(holds=f"{look.local:%A}".lower() in condition.weekdays, told=f"It is {look.local:%A}.")


def _flag(look: Look, condition: ConditionSettings) -> Reading:
    assert condition.flag is not None
    until = look.facts.flag_until(condition.flag)
    if until is None:
        return Reading(holds=False, told=f"The flag {condition.flag} is not set.")
    zone = look.facts.terms.calendar.time_zone
    return Reading(holds=True, told=f"The flag {condition.flag} is set until {until.astimezone(zone):%H:%M}.")


_READERS: Mapping[Figure, Callable[[Look, ConditionSettings], Reading]] = {
    Figure.DWELL: _dwell,
    Figure.STAYED: _stayed,
    Figure.VISITS: _visits,
    Figure.CONVERSION: _conversion,
    Figure.OCCUPANCY: _occupancy,
    Figure.QUEUE: _queue,
    Figure.HOUR: _hour,
    Figure.WEEKDAY: _weekday,
    Figure.FLAG: _flag,
}


def _stays(look: Look) -> DwellSketch | None:
    return zones.stays(look.facts.visits(look.rule.zone, look.window))


def _asks_usual(condition: ConditionSettings) -> bool:
    return condition.bound is not None and condition.bound[0].endswith("usual")


def _too_few(look: Look, stays: DwellSketch | None) -> str:
    if stays is None:
        return f"Nothing was counted in the zone in {_lately(look)}."
    return _few(stays.n, look.rule, f"in {_lately(look)}")


def _lately(look: Look) -> str:
    return f"the last {look.rule.window_minutes} minutes"


def _few(visits: int, rule: TriggerSettings, when: str) -> str:
    return f"Too few visitors to say: {visits} visits {when}, {rule.least_visits} are needed."


def _too_little_history(look: Look, usual: Usual) -> str:
    least = max(1, look.facts.terms.least_visitors)
    if usual.bought == 0 and usual.count >= least:
        return f"Usual {_at_this_hour(look)} is that nobody buys from here, so less cannot be."
    return (
        f"Too little is known to say what is usual {_at_this_hour(look)}:"
        f" {usual.count} visits in {usual.weeks} of the last {look.rule.usual_weeks} weeks;"
        f" {least} visits in 2 weeks are needed."
    )


def _at_this_hour(look: Look) -> str:
    return f"on {look.local:%A}s from {look.local:%H}:00 to {(look.local.hour + 1) % 24:02}:00"


def _clocks(look: Look, span: Interval) -> str:
    zone = look.facts.terms.calendar.time_zone
    return f"{span.begin.astimezone(zone):%H:%M} to {span.end.astimezone(zone):%H:%M}"
