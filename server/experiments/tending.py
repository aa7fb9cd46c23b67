"""What is done for running experiments every night: measure days, shift chances, watch guards, end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b

from sqlite_utils import Database

from server.config import Settings
from server.experiments import keeping
from server.experiments.assigning import Experiment
from server.experiments.history import figures_of_day
from server.experiments.keeping import Held
from server.experiments.looking import harms, outcomes_of
from server.experiments.measuring import measured_of
from server.experiments.plans import Design
from server.experiments.sentences import harm_sentence
from server.experiments.shifting import shares_from
from server.figures.reading import Source
from server.figures.terms import calendar_of, terms_of
from server.storage import experiments as held
from server.storage.database import writing
from server.storage.experiments import DayRow

SETTLED_AFTER = timedelta(days=3)
"""Until then a day is measured anew each night, for counts and tickets come late."""

PLANNED_END = "it lasted as long as it was planned to"


@dataclass(frozen=True, slots=True)
class Tended:
    """What one round did."""

    days_measured: int
    ended: tuple[str, ...]
    """Names of experiments that ended, by their plan or by a guard."""


def tend(db: Database, settings: Settings, now: datetime) -> Tended:
    """Bring all running experiments up to date. Doing it twice changes nothing."""
    done = 0
    ended: list[str] = []
    for row in held.begun(db):
        one = keeping.read(row)
        done += measure(db, settings, one, now)
        if one.plan.design is Design.THOMPSON:
            _shift(db, settings, one, now)
        if why := _reason_to_end(db, settings, one, now):
            with writing(db):
                if held.stop(db, one.plan.name, why, now):
                    ended.append(one.plan.name)
    return Tended(done, tuple(ended))


def measure(db: Database, settings: Settings, one: Held, now: datetime) -> int:
    """Measure the days of an experiment that are over and not yet settled; how many."""
    known = {(row.store, row.day): row.measured_at for row in held.days(db, one.plan.name)}
    done = 0
    for store in one.plan.stores:
        if store not in settings.stores:
            continue
        seen = keeping.seen_by(db, settings, one, store)
        for day in _days_over(seen, now):
            at, end = known.get((store, day)), seen.calendar.business_day(day).end
            if at is None or at < end + SETTLED_AFTER:
                _measure_day(db, settings, seen, day, now)
                done += 1
    return done


def days_over(settings: Settings, one: Held, now: datetime) -> int:
    """How many whole days an experiment has behind it, in all of its stores that are still here."""
    stores = [store for store in one.plan.stores if store in settings.stores]
    if one.begins is None or not stores:
        return 0
    today = min(calendar_of(settings.stores[store]).day_of(one.stopped_at or now) for store in stores)
    return max(0, min((today - one.begins).days, one.plan.days))


def _days_over(seen: Experiment, now: datetime) -> list[date]:
    today = seen.calendar.day_of(now)
    return [
        seen.begins + timedelta(days=after)
        for after in range(seen.plan.days)
        if seen.begins + timedelta(days=after) < today
    ]


def _measure_day(db: Database, settings: Settings, seen: Experiment, day: date, now: datetime) -> None:
    source = Source(db, seen.store, terms_of(db, seen.store, settings.stores[seen.store]))
    found, left_out = measured_of(seen, day, figures_of_day(source, seen.plan, day, now))
    with writing(db):
        held.put_day(db, seen.plan.name, DayRow(seen.store, day, now, keeping.to_json(found), left_out))


def _shift(db: Database, settings: Settings, one: Held, now: datetime) -> None:
    """Set tomorrow's chances; today's are at work already and never change."""
    store = one.plan.stores[0]
    if store not in settings.stores or one.begins is None:
        return
    since = calendar_of(settings.stores[store]).day_of(now) + timedelta(days=1)
    if not one.begins < since < one.begins + timedelta(days=one.plan.days):
        return
    outcomes = outcomes_of(one.plan, keeping.measured(db, one.plan.name), one.plan.measure)
    key = blake2b(since.isoformat().encode(), key=one.key, digest_size=16).digest()
    with writing(db):
        held.put_odds(db, one.plan.name, since, json.dumps(dict(shares_from(one.plan, outcomes, key))))


def _reason_to_end(db: Database, settings: Settings, one: Held, now: datetime) -> str | None:
    days = days_over(settings, one, now)
    name = one.plan.name
    assert one.begins is not None
    found = harms(one.plan, one.begins, keeping.measured(db, name), days, keeping.measured_before(db, name))
    if found:
        return harm_sentence(found[0])
    over = one.begins + timedelta(days=one.plan.days)
    last = [calendar_of(settings.stores[store]) for store in one.plan.stores if store in settings.stores]
    if last and all(now >= calendar.business_day(over).begin + SETTLED_AFTER for calendar in last):
        return PLANNED_END
    return None
