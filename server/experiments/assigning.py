"""Which arm a zone is in at a moment: the same answer whoever asks, however often, on any machine."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

from server.experiments.plans import CYCLE_DAYS, DAY_MINUTES, Design, Plan
from server.metrics.intervals import Calendar

_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store stands in a comparison of stores: its arm, and the group of stores that it is like."""

    arm: str
    group: int


@dataclass(frozen=True, slots=True)
class Odds:
    """The chance of each arm from a business day on; they add up to 1."""

    since: date
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Experiment:
    """A started experiment as one of its stores sees it."""

    plan: Plan
    key: bytes
    """Drawn when it began; from it follows every arm of every block."""
    store: str
    calendar: Calendar
    begins: date
    """Its first business day."""
    stopped_at: datetime | None = None
    """From then on every zone is as if there were no experiment."""
    place: Place | None = None
    """Set in a comparison of stores."""
    odds: tuple[Odds, ...] = ()
    """In order of time; before the first of them all arms are as likely. Only of the design thompson."""

    @property
    def ends(self) -> date:
        """The business day after its last."""
        return self.begins + timedelta(days=self.plan.days)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a zone is to do at a moment."""

    arm: str
    """`control`: show nothing; else one of the plan's other arms."""
    block: str
    """Names the block of time, such as `2026-11-22T09:00`, by the store's clock; or the business day."""
    washing_out: bool
    """What the block before left behind may still be at work: act by `arm`, but this is not measured."""
    chance: float
    """With which the arm was drawn."""
    group: str
    """Blocks or stores of one group were drawn together, so only groups are independent of one another."""


def assign(experiment: Experiment, zone: str, at: datetime) -> Assignment | None:
    """The arm of a zone at an instant; None where the experiment has nothing to say.

    That is before its first and after its last day, once it was stopped, and of zones that are not in it.
    """
    day = experiment.calendar.day_of(at)
    if zone not in experiment.plan.zones or not experiment.begins <= day < experiment.ends:
        return None
    if experiment.stopped_at is not None and at >= experiment.stopped_at:
        return None
    if experiment.plan.design is Design.STORES:
        return _of_store(experiment, day)
    return _of_block(experiment, zone, day, at)


def _of_block(experiment: Experiment, zone: str, day: date, at: datetime) -> Assignment:
    plan, calendar = experiment.plan, experiment.calendar
    begins = edges(plan.block_minutes, calendar, day)
    number = bisect_right(begins, at) - 1
    arm, chance, group = _drawn(experiment, zone, day, number)
    by_clock = datetime.combine(day, calendar.day_begins) + timedelta(minutes=number * plan.block_minutes)
    washing_out = at < begins[number] + timedelta(minutes=plan.washout_minutes)
    return Assignment(arm, by_clock.isoformat(timespec="minutes"), washing_out, chance, group)


def _of_store(experiment: Experiment, day: date) -> Assignment | None:
    place = experiment.place
    if place is None:
        return None
    return Assignment(place.arm, day.isoformat(), False, 0.5, str(place.group))


@lru_cache(maxsize=512)
def edges(block_minutes: int, calendar: Calendar, day: date) -> tuple[datetime, ...]:
    """When each block of a business day begins, and last when the day ends; they never fall.

    By the wall clock, so that a block is the same time of the day all year. A block that the clocks skip in
    spring begins when the next one does; what comes twice in autumn belongs to the block before its end.
    """
    whole = calendar.business_day(day)
    found = [whole.end]
    for number in range(DAY_MINUTES // block_minutes - 1, 0, -1):
        local = datetime.combine(day, calendar.day_begins) + timedelta(minutes=number * block_minutes)
        found.append(min(local.replace(tzinfo=calendar.time_zone).astimezone(UTC), found[-1]))
    return (whole.begin, *(max(at, whole.begin) for at in reversed(found)))


def _drawn(experiment: Experiment, zone: str, day: date, slot: int) -> tuple[str, float, str]:
    if experiment.plan.design is Design.THOMPSON:
        return _by_odds(experiment, zone, day, slot)
    return _in_turn(experiment, zone, day, slot)


def _in_turn(experiment: Experiment, zone: str, day: date, slot: int) -> tuple[str, float, str]:
    """Two neighbouring blocks and the same two a week later: each has an arm once in either direction.

    Which way round is one throw for the four. So after two weeks every hour of the week was in both arms, and
    nobody can guess an arm from the blocks of other days.
    """
    cycle, day_of_cycle = divmod((day - experiment.begins).days, CYCLE_DAYS)
    week, weekday = divmod(day_of_cycle, _WEEK_DAYS)
    group = f"{zone}/{cycle}/{weekday}/{slot // 2}"
    heads = _uniform(experiment.key, group) < 0.5
    return experiment.plan.arms[int(heads) ^ (slot & 1) ^ (week & 1)], 0.5, group


def _by_odds(experiment: Experiment, zone: str, day: date, slot: int) -> tuple[str, float, str]:
    shares = shares_on(experiment, day)
    group = f"{zone}/{day.isoformat()}/{slot}"
    left = _uniform(experiment.key, group)
    for arm, share in shares.items():
        if left < share:
            return arm, share, group
        left -= share
    # Only rounding leads here.
    return experiment.plan.arms[0], shares[experiment.plan.arms[0]], group


def shares_on(experiment: Experiment, day: date) -> Mapping[str, float]:
    """The chances of all arms on a business day, in the plan's order."""
    number = bisect_right(experiment.odds, day, key=lambda odds: odds.since) - 1
    arms = experiment.plan.arms
    if number >= 0:
        known = experiment.odds[number].shares
        return {arm: known[arm] for arm in arms}
    return {arm: 1 / len(arms) for arm in arms}


def _uniform(key: bytes, text: str) -> float:
    """A number from 0 up to 1 that follows from a secret key and a text."""
    digest = blake2b(text.encode(), key=key, digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
