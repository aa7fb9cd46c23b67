"""Planning, beginning, tending and ending experiments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from server.config import Settings
from server.experiments import keeping
from server.experiments.errors import NotNow, PlanRefused
from server.experiments.history import figures_of_day
from server.experiments.looking import Measured
from server.experiments.measuring import is_unseen, sums_of
from server.experiments.pairing import LEAST_STORES, places
from server.experiments.plans import OF_ZONES, Design, Plan
from server.experiments.tending import measure
from server.figures.reading import Source
from server.figures.terms import calendar_of, terms_of
from server.storage import experiments as held
from server.storage.catalogue import with_names
from server.storage.database import writing
from server.storage.experiments import MOST_EXPERIMENTS, PlaceRow
from server.storage.sales import shelves

BEFORE_DAYS = 28
"""So many days before the beginning say which stores are alike, and how they did."""


def propose(db: Database, settings: Settings, plan: Plan, now: datetime) -> None:
    """Keep a plan, in place of one of its name that has not begun. Belongs into a transaction.

    Raises:
        PlanRefused: a store or zone is not known, or too few stores are compared.
        NotNow: an experiment of that name has begun.
    """
    for store in plan.stores:
        _check_zones(db, settings, store, plan)
    if plan.design is Design.STORES and len(plan.stores) < LEAST_STORES:
        raise PlanRefused(
            f"stores: {len(plan.stores)} stores are too few to tell an effect from chance",
            f"compare {LEAST_STORES} or more, or use the design switchback within each store",
        )
    if held.get(db, plan.name) is None and held.count(db) >= MOST_EXPERIMENTS:
        raise NotNow(f"there are {MOST_EXPERIMENTS} experiments already", "forget some that never began")
    if not held.put_plan(db, plan.name, plan.model_dump_json(), now):
        raise NotNow(
            f"the experiment {plan.name} has begun, and its plan is not changed any more: "
            "who changes it after a look finds effects that are none",
            "plan another one under another name",
        )


def forget(db: Database, name: str) -> None:
    """Remove a plan that has not begun.

    Raises:
        NoSuchExperiment: there is none of that name.
        NotNow: it has begun; what was found is kept.
    """
    keeping.get(db, name)
    if not held.forget(db, name):
        raise NotNow(f"the experiment {name} has begun, so what it found is kept", "it can be stopped")


def _check_zones(db: Database, settings: Settings, store: str, plan: Plan) -> None:
    if store not in settings.stores:
        raise PlanRefused(
            f"stores: there is no store {store!r} here", f"there are: {', '.join(settings.stores)}"
        )
    known = {*with_names(db, store, settings.stores[store]).zones, *(row.zone for row in shelves(db, store))}
    if missing := sorted(set(plan.zones) - known):
        raise PlanRefused(
            f"zones: the store {store} has no zone {missing[0]!r}",
            f"it has: {', '.join(sorted(known)) or 'none'}; zones stand in [stores.{store}.zones]",
        )


def start(
    db: Database, settings: Settings, name: str, begins: date | None, key: bytes, now: datetime
) -> date:
    """Let an experiment begin; the business day of its beginning. From then on its plan is frozen.

    Args:
        db: the database.
        settings: with the stores.
        name: of a plan.
        begins: its first business day, tomorrow or later; None: tomorrow.
        key: 16 random bytes that decide every throw.
        now: this moment.

    Raises:
        NoSuchExperiment: nobody planned it.
        NotNow: it has begun already, the day is over, or another one is at work in the same zone.
        PlanRefused: a store or zone of it is gone.
    """
    one = keeping.get(db, name)
    if one.begins is not None:
        raise NotNow(f"the experiment {name} has begun already, on {one.begins}", "each begins once")
    for store in one.plan.stores:
        _check_zones(db, settings, store, one.plan)
    first = _first_day(settings, one.plan, begins, now)
    rows = list(_places(db, settings, one.plan, key, now))
    with writing(db):
        # Within the transaction, or two that begin at once would not see one another.
        _refuse_overlap(db, one.plan, first)
        if not held.begin(db, name, key, first, now):
            raise NotNow(f"the experiment {name} has just begun", "each begins once")
        held.put_places(db, name, rows)
    return first


def stop(db: Database, settings: Settings, name: str, why: str, now: datetime) -> None:
    """End an experiment before its time, with its last whole day measured.

    Raises:
        NoSuchExperiment: there is none of that name.
        NotNow: it has not begun, or is over.
    """
    one = keeping.get(db, name)
    if one.begins is not None and one.stopped_at is None:
        measure(db, settings, one, now)
    if not held.stop(db, name, why, now):
        state = "has not begun" if one.begins is None else "is over"
        raise NotNow(f"the experiment {name} {state}", "see: footfall-server experiment list")


def _first_day(settings: Settings, plan: Plan, begins: date | None, now: datetime) -> date:
    today = max(calendar_of(settings.stores[store]).day_of(now) for store in plan.stores)
    first = begins or today + timedelta(days=1)
    if first <= today:
        raise NotNow(
            f"{first} has begun already, and an experiment begins with a whole day",
            f"the next one is {today + timedelta(days=1)}",
        )
    return first


def _refuse_overlap(db: Database, plan: Plan, first: date) -> None:
    for row in held.begun(db):
        other = keeping.read(row)
        assert other.begins is not None
        until = other.begins + timedelta(days=other.plan.days)
        at_once = first < until and other.begins < first + timedelta(days=plan.days)
        shared = set(plan.zones) & set(other.plan.zones)
        if at_once and shared and set(plan.stores) & set(other.plan.stores):
            raise NotNow(
                f"the zone {min(shared)} is in the experiment {other.plan.name} from {other.begins} until "
                f"{until}: two at once could not be told apart",
                f"begin on {until} or later, or stop {other.plan.name}",
            )


def _places(db: Database, settings: Settings, plan: Plan, key: bytes, now: datetime) -> Iterable[PlaceRow]:
    if plan.design is not Design.STORES:
        return
    before = {store: past(db, settings, plan, store, BEFORE_DAYS, now) for store in plan.stores}
    levels = {store: level(plan, of) for store, of in before.items()}
    for store, place in places(levels, plan.arms, key).items():
        own = [in_place(one, place.arm, str(place.group)) for one in before[store]]
        yield PlaceRow(store, place.arm, place.group, keeping.to_json(own))


def past(
    db: Database, settings: Settings, plan: Plan, store: str, days: int, now: datetime
) -> list[Measured]:
    """A store's last business days as a plan would measure them, in no arm yet."""
    source = Source(db, store, terms_of(db, store, settings.stores[store]))
    today = source.terms.calendar.day_of(now)
    found: list[Measured] = []
    for back in range(days, 0, -1):
        day = today - timedelta(days=back)
        for window, figures in figures_of_day(source, plan, day, now):
            if is_unseen(figures):
                continue
            for zone in plan.zones if plan.measure in OF_ZONES else plan.zones[:1]:
                if sums := sums_of(plan, zone, figures):
                    found.append(Measured(store, zone, day, window.slot, "", 1.0, "", sums))
    return found


def level(plan: Plan, found: Sequence[Measured]) -> float | None:
    """The plan's measure over some blocks; None of nothing."""
    sums = [one.sums[plan.measure] for one in found if plan.measure in one.sums]
    below = sum(denominator for _, denominator in sums)
    return sum(numerator for numerator, _ in sums) / below if below else None


def in_place(one: Measured, arm: str, group: str) -> Measured:
    """What was measured, in an arm and group."""
    return Measured(one.store, one.zone, one.day, one.slot, arm, 1.0, group, one.sums)
