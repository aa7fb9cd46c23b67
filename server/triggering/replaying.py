"""What rules would have done on days that are over: when each would have begun, and why else it did not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from server.config import StoreSettings
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.metrics.intervals import Calendar, Interval
from server.trigger_settings import Figure, TriggerSettings
from server.triggering.choosing import Choice, Ranking, Situation, by_tickets, choose
from server.triggering.hours import Opening
from server.triggering.judging import Verdict, machine_rules, verdicts
from server.triggering.machine import Shown, Step, Why, ZoneState, given_up, step
from server.triggering.past import FactsThen, Loaded
from server.triggering.signals import Signal
from server.triggering.usual import UsualBook
from server.triggering.watching import opening_in

MOST_DAYS = 31
_MINUTE = timedelta(minutes=1)
_LONGEST_WINDOW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that would have begun to show something; `nothing` says why it could not."""

    at: datetime
    reasons: tuple[str, ...]
    products: tuple[str, ...]
    nothing: str = ""
    ended_at: datetime | None = None
    why: str | None = None


@dataclass(slots=True)
class Hindrance:
    """Minutes in which a rule did not begin for one reason, and an example of it."""

    minutes: int = 0
    example: str = ""


@dataclass(slots=True)
class Trial:
    """What one rule would have done."""

    rule: str
    zone: str
    firings: list[Firing] = field(default_factory=list)
    hindrances: dict[str, Hindrance] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trying:
    """What is tried: a store as it is configured now, and the flags that are taken to be set."""

    db: Database
    store_id: str
    store: StoreSettings
    flags: Collection[str] = ()
    ranking: Ranking = by_tickets

    @property
    def source(self) -> Source:
        """Its rows."""
        return Source(self.db, self.store_id, terms_of(self.db, self.store_id, self.store))


def tried(trying: Trying, first: date, last: date) -> list[Trial]:
    """What the rules of a store would have done from a business day to another, both included.

    Looked at once a minute, with nothing shown before and without an experiment. Stock, prices and the
    planogram's rows are those of today.
    """
    opening, usual = opening_in(trying.db, trying.store_id), UsualBook()
    trials: list[Trial] = []
    for zone in sorted({rule.zone for rule in trying.store.triggers.values()}):
        rules = {name: rule for name, rule in trying.store.triggers.items() if rule.zone == zone}
        made = _Replay(trying, zone, rules, opening, usual)
        for day in _days(trying.source.terms.calendar, first, last):
            made.over(day)
        trials += made.trials.values()
    return sorted(trials, key=lambda trial: trial.rule)


def _days(calendar: Calendar, first: date, last: date) -> Iterator[Interval]:
    day = first
    while day <= last:
        yield calendar.business_day(day)
        day += timedelta(days=1)


class _Replay:
    """One zone, minute after minute."""

    def __init__(
        self,
        trying: Trying,
        zone: str,
        rules: Mapping[str, TriggerSettings],
        opening: Opening,
        usual: UsualBook,
    ) -> None:
        self.trials = {name: Trial(name, zone) for name in rules}
        self._trying = trying
        self._zone = zone
        self._rules = rules
        self._opening = opening
        self._usual = usual
        self._state = ZoneState()

    def over(self, day: Interval) -> None:
        """Go on over one business day."""
        loaded = Loaded.of(self._trying.source, Interval(day.begin - _LONGEST_WINDOW, day.end))
        at = day.begin + _MINUTE
        while at <= day.end:
            self._look(loaded, at)
            at += _MINUTE

    def _look(self, loaded: Loaded, at: datetime) -> None:
        trying = self._trying
        facts = FactsThen(trying.source, trying.store, loaded, at, trying.flags)
        seen = verdicts(trying.store_id, facts, self._rules, self._opening, self._usual, at)
        judged = {name: verdict.seen for name, verdict in seen.items()}
        made = step(self._state, machine_rules(self._rules), judged, at)
        if made.ended:
            self._end(*made.ended, at)
        if made.began:
            made = self._begin(made, made.began, seen[made.began.rule], at)
        self._state = made.state
        self._note(made, seen)

    def _begin(self, made: Step, began: Shown, verdict: Verdict, at: datetime) -> Step:
        choice = self._chosen(verdict, at)
        products = tuple(one.name or one.sku for one in choice.products)
        firing = Firing(at, verdict.reasons, products, choice.why_nothing)
        self.trials[began.rule].firings.append(firing)
        return made if choice.products else given_up(made)

    def _chosen(self, verdict: Verdict, at: datetime) -> Choice:
        situation = Situation(
            self._trying.store_id,
            self._zone,
            at,
            dwell_seconds=verdict.values.get(Figure.DWELL),
            occupancy=verdict.values.get(Figure.OCCUPANCY),
        )
        return choose(self._trying.db, self._trying.store, situation, self._trying.ranking)

    def _end(self, shown: Shown, why: Why, at: datetime) -> None:
        firings = self.trials[shown.rule].firings
        last = firings[-1]
        firings[-1] = Firing(last.at, last.reasons, last.products, last.nothing, at, why.value)

    def _note(self, made: Step, seen: Mapping[str, Verdict]) -> None:
        for name, verdict in seen.items():
            if made.began and made.began.rule == name:
                continue
            for what, example in _hindrances(name, verdict, made, self._rules[name]):
                known = self.trials[name].hindrances.setdefault(what, Hindrance())
                known.minutes += 1
                known.example = known.example or example


def _hindrances(name: str, verdict: Verdict, made: Step, rule: TriggerSettings) -> Iterator[tuple[str, str]]:
    """Why a rule did not begin at a moment: every condition that did not hold, else what blocked it."""
    if verdict.seen.signal is Signal.HOLDS:
        if name in made.blocked:
            yield made.blocked[name].value, ""
        return
    for condition, part in zip(rule.conditions, verdict.parts, strict=True):
        if part.signal is not Signal.HOLDS:
            yield f"{condition.figure.value} {part.signal.name.lower()}", part.sentence
