"""An experiment with what is known of it now, for page, API and command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from sqlite_utils import Database

from server.config import Settings
from server.experiments import keeping
from server.experiments.assigning import Experiment, assign
from server.experiments.conducting import BEFORE_DAYS, in_place, level, past
from server.experiments.keeping import Held
from server.experiments.looking import Look, Measured, looks
from server.experiments.measuring import windows
from server.experiments.pairing import places
from server.experiments.plans import Design, Plan
from server.experiments.sentences import (
    ended_before_a_look,
    headline,
    next_look,
    no_size_sentence,
    size_sentence,
    verdict,
)
from server.experiments.sizing import TRIALS, Size, size
from server.experiments.tending import days_over
from server.figures.terms import calendar_of
from server.metrics.intervals import Calendar
from server.storage import experiments as held


class State(StrEnum):
    """How far an experiment is."""

    PLANNED = "planned"
    WAITING = "waiting"
    """Begun, but its first day is still to come."""
    RUNNING = "running"
    DECIDED = "decided"
    """A look has shown more than chance; it may go on until its end or be stopped."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Result:
    """One experiment and what may be said of it."""

    plan: Plan
    state: State
    planned_at: datetime
    begins: date | None
    stopped_at: datetime | None
    stopped_why: str | None
    days: int
    """Whole days behind it."""
    blocks: int
    """Measured."""
    left_out: int
    """Blocks of which the cameras saw too little."""
    looks: tuple[Look, ...]
    sentences: tuple[str, ...]


def result(db: Database, settings: Settings, name: str, now: datetime) -> Result:
    """What is known of an experiment by what was measured up to the last night.

    Raises:
        NoSuchExperiment: there is none of that name.
    """
    one = keeping.get(db, name)
    rows = held.days(db, name)
    measured = [found for row in rows for found in keeping.from_json(row.outcomes)]
    days = min(days_over(settings, one, now), _days_measured(one, [row.day for row in rows]))
    seen: list[Look] = []
    if one.begins is not None:
        seen = looks(one.plan, one.begins, measured, days, keeping.measured_before(db, name))
    state = _state(settings, one, seen, now)
    return Result(
        plan=one.plan,
        state=state,
        planned_at=one.planned_at,
        begins=one.begins,
        stopped_at=one.stopped_at,
        stopped_why=one.stopped_why,
        days=days,
        blocks=len(measured),
        left_out=sum(row.left_out for row in rows),
        looks=tuple(seen),
        sentences=tuple(_sentences(settings, one, state, seen, measured, days)),
    )


def results(db: Database, settings: Settings, names: Sequence[str], now: datetime) -> list[Result]:
    """Several experiments."""
    return [result(db, settings, name, now) for name in names]


def _days_measured(one: Held, days: Sequence[date]) -> int:
    if one.begins is None or not days:
        return 0
    return (max(days) - one.begins).days + 1


def _state(settings: Settings, one: Held, seen: Sequence[Look], now: datetime) -> State:
    if one.begins is None:
        return State.PLANNED
    stores = [store for store in one.plan.stores if store in settings.stores]
    today = min((calendar_of(settings.stores[store]).day_of(now) for store in stores), default=one.begins)
    if one.stopped_at is not None or today >= one.begins + timedelta(days=one.plan.days):
        return State.OVER
    if today < one.begins:
        return State.WAITING
    return State.DECIDED if seen and seen[-1].decides else State.RUNNING


def _sentences(
    settings: Settings,
    one: Held,
    state: State,
    seen: Sequence[Look],
    measured: Sequence[Measured],
    days: int,
) -> list[str]:
    if one.begins is None:
        return ["It has not begun."]
    said: list[str] = []
    if one.stopped_why:
        said.append(f"Ended: {one.stopped_why}.")
    said += _of_looks(one.plan, seen, state is State.OVER)
    said += _missing(settings, one, measured, days)
    if not seen and state is State.OVER and one.stopped_at is not None:
        said.append(ended_before_a_look(one.plan, days))
    elif not seen and not said:
        said.append(_nothing_yet(one, days))
    if state in {State.RUNNING, State.WAITING} and (upcoming := next_look(one.plan, one.begins, days)):
        said.append(upcoming)
    return said


def _nothing_yet(one: Held, days: int) -> str:
    if not days:
        return f"Nothing has been measured yet: its first day is {one.begins}."
    return "Nothing is said between looks, for whoever looks often enough always sees something."


def _of_looks(plan: Plan, seen: Sequence[Look], is_over: bool) -> list[str]:
    if not seen:
        return []
    look = seen[-1]
    said = []
    for arm in look.arms:
        name = f"{arm.arm}: " if len(look.arms) > 1 else ""
        if arm.found is not None:
            text = headline(plan.measure, arm, look.days)
            said.append(f"{name}{text[0].upper()}{text[1:]}.")
        said.append(f"{name}{verdict(plan, look, arm, is_over=is_over)}")
    return said


def _missing(settings: Settings, one: Held, measured: Sequence[Measured], days: int) -> list[str]:
    """What should be there and is not: stores, zones, the measure itself."""
    said = [
        f"The store {store} is gone from the configuration; nothing more is measured there."
        for store in one.plan.stores
        if store not in settings.stores
    ]
    if not days:
        return said
    known = [found for found in measured if one.plan.measure in found.sums]
    if not known:
        return [*said, _why_nothing(one.plan)]
    recently = max(found.day for found in measured) - timedelta(days=2)
    lately = {found.zone for found in known if found.day >= recently}
    ever = {found.zone for found in known}
    for zone in sorted(ever - lately):
        last = max(found.day for found in known if found.zone == zone)
        said.append(f"Nothing was measured of the zone {zone} since {last}; was it removed or moved?")
    if one.plan.design is not Design.STORES:
        said += [
            f"Nothing was ever measured of the zone {zone}." for zone in one.plan.zones if zone not in ever
        ]
    return said


def _why_nothing(plan: Plan) -> str:
    return (
        f"There is no data: {plan.measure.value} was known in no block. It needs counts of the zone or the "
        "door and tickets, minute by minute; for zone-conversion products mapped to the zone, too."
    )


def sized(db: Database, settings: Settings, plan: Plan, now: datetime) -> tuple[Size | None, str]:
    """How much a plan can find, by the last weeks of its stores, and that in a sentence."""
    history = {store: past(db, settings, plan, store, BEFORE_DAYS, now) for store in plan.stores}
    days = len({one.day for found in history.values() for one in found if plan.measure in one.sums})
    schedules = [_schedule(settings, plan, history, number, now) for number in range(TRIALS)]
    found = size(plan, days, schedules)
    return found, size_sentence(plan, found) if found else no_size_sentence(plan, days, BEFORE_DAYS)


def _schedule(
    settings: Settings, plan: Plan, history: dict[str, list[Measured]], number: int, now: datetime
) -> Callable[[], tuple[Sequence[Measured], Sequence[Measured]]]:
    key = number.to_bytes(16, "big")
    if plan.design is Design.STORES:
        return lambda: _halves(plan, history, key)
    store = plan.stores[0]
    calendar = calendar_of(settings.stores[store])
    begins = calendar.day_of(now) - timedelta(days=BEFORE_DAYS)
    seen = Experiment(plan.model_copy(update={"days": BEFORE_DAYS}), key, store, calendar, begins)
    return lambda: ([_drawn(seen, one) for one in history[store]], ())


@lru_cache(maxsize=256)
def _begins(plan: Plan, calendar: Calendar, day: date) -> dict[int, datetime]:
    return {window.slot: window.interval.begin for window in windows(plan, calendar, day)}


def _drawn(seen: Experiment, one: Measured) -> Measured:
    given = assign(seen, one.zone, _begins(seen.plan, seen.calendar, one.day)[one.slot])
    assert given is not None
    return replace(one, arm=given.arm, group=given.group)


def _halves(
    plan: Plan, history: dict[str, list[Measured]], key: bytes
) -> tuple[Sequence[Measured], Sequence[Measured]]:
    """The past cut in two: the first half as the time before."""
    days = sorted({one.day for found in history.values() for one in found})
    middle = days[len(days) // 2] if days else date.min
    standing = places({store: level(plan, found) for store, found in history.items()}, plan.arms, key)
    placed = [
        in_place(one, standing[store].arm, str(standing[store].group))
        for store, found in history.items()
        for one in found
    ]
    return [one for one in placed if one.day >= middle], [one for one in placed if one.day < middle]
