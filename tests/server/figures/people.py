"""People in a shop one by one, as nobody ever stores them; and the minutes that a device tells of them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from edge.wire import Counts, DwellSketch, LineCount, QueueCount, ZoneCount

STORE, QUEUE = "grocer", "tills"
MINUTE = timedelta(minutes=1)

T = TypeVar("T")


@dataclass(frozen=True)
class Stay:
    """From when to when somebody was somewhere."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.begin).total_seconds()

    def seconds_within(self, begin: datetime, end: datetime) -> float:
        return max(0.0, (min(self.end, end) - max(self.begin, begin)).total_seconds())


@dataclass(frozen=True)
class Person:
    """Somebody. `party`: how many came with the first of a group; 0 for the others of it."""

    inside: Stay
    is_staff: bool
    party: int
    zones: tuple[tuple[str, Stay], ...]
    queue: Stay | None
    fate: str


@dataclass(frozen=True)
class Truth:
    """Everybody who was in the shop, and when people only walked past it."""

    people: tuple[Person, ...]
    passed: tuple[datetime, ...]


def people_of(begin: datetime, end: datetime, zones: Sequence[str], seed: int) -> Truth:
    """Some people at every time of the day, the same for the same seed."""
    chance, people, passed, at = random.Random(seed), [], [], begin
    while (at := at + timedelta(seconds=round(chance.expovariate(1 / 150), 3))) < end - timedelta(hours=2):
        passed.append(at + timedelta(seconds=chance.randrange(40)))
        party = chance.choice([1, 1, 1, 2, 3])
        people += [_person(at, party if number == 0 else 0, zones, chance) for number in range(party)]
    return Truth(tuple(people), tuple(passed))


def _person(at: datetime, party: int, zones: Sequence[str], chance: random.Random) -> Person:
    def after(seconds: float) -> timedelta:
        return timedelta(milliseconds=round(1000 * seconds))

    seen, stays = at, []
    for zone in chance.sample(list(zones), chance.randrange(len(zones) + 1)):
        begin = seen + after(chance.uniform(1, 60))
        seen = begin + after(min(1500.0, chance.lognormvariate(3.3, 1.0)) + 0.2)
        stays.append((zone, Stay(begin, seen)))
    queue, fate = None, ""
    if chance.random() < 0.7:
        queue = Stay(seen, seen + after(0.2 + min(1500.0, chance.expovariate(1 / 120))))
        fate, seen = chance.choice(["served"] * 8 + ["abandoned", "lost"]), queue.end
    return Person(
        Stay(at, seen + after(5)), party == 1 and chance.random() < 0.1, party, tuple(stays), queue, fate
    )


def minutes_of(truth: Truth, begin: datetime, end: datetime, zones: Sequence[str]) -> Iterator[Counts]:
    """One bucket a minute, whether anybody is there or not; every seventh was half watched."""
    came = _by_minute(truth.people, lambda one: [one.inside.begin])
    went = _by_minute(truth.people, lambda one: [one.inside.end])
    there = _by_minute(truth.people, lambda one: _minutes(one.inside))
    passed = _by_minute(truth.passed, lambda at: [at])
    number, at = 0, begin
    while at < end:
        yield Counts(
            store=STORE, device="edge-1", camera="door", bucket_start=at, bucket_end=at + MINUTE, revision=1,
            final=True, coverage=0.5 if number % 7 == 0 else 1.0,
            lines=(_door(came[at], went[at]), _pavement(len(passed[at]))),
            zones=tuple(_zone(zone, there[at], at) for zone in zones),
            queues=(_queue(there[at], at),),
        )  # fmt: skip
        number, at = number + 1, at + MINUTE


def _by_minute(
    things: Iterable[T], times: Callable[[T], Iterable[datetime]]
) -> defaultdict[datetime, list[T]]:
    found: defaultdict[datetime, list[T]] = defaultdict(list)
    for thing in things:
        for at in times(thing):
            found[at.replace(second=0, microsecond=0)].append(thing)
    return found


def _minutes(stay: Stay) -> Iterator[datetime]:
    at = stay.begin.replace(second=0, microsecond=0)
    while at <= stay.end:
        yield at
        at += MINUTE


def _door(came: Sequence[Person], went: Sequence[Person]) -> LineCount:
    sizes: dict[int, int] = {}
    for one in came:
        if one.party and not one.is_staff:
            sizes[one.party] = sizes.get(one.party, 0) + 1
    return LineCount(
        line="main", count_in=len(came), count_out=len(went), staff_in=sum(one.is_staff for one in came),
        staff_out=sum(one.is_staff for one in went), groups_in=sizes, groups_out={},
    )  # fmt: skip


def _pavement(people: int) -> LineCount:
    return LineCount(line="pavement", kind="passing", count_in=people, count_out=0, passed=people)


def most_at_once(stays: Iterable[Stay], begin: datetime, end: datetime) -> int:
    """The most who were there at one time within [begin, end)."""
    within = [stay for stay in stays if stay.begin < end and stay.end > begin]
    return max((sum(of.begin <= stay.begin < of.end for of in within) for stay in within), default=0)


def _zone(zone: str, there: Sequence[Person], at: datetime) -> ZoneCount:
    stays = [(one.is_staff, stay) for one in there for name, stay in one.zones if name == zone]
    ended = [(is_staff, stay.seconds) for is_staff, stay in stays if at <= stay.end < at + MINUTE]
    return ZoneCount(
        zone=zone, dwell=DwellSketch.of(seconds for _, seconds in ended),
        staff_dwell=DwellSketch.of(seconds for is_staff, seconds in ended if is_staff),
        occupancy_person_seconds=sum(stay.seconds_within(at, at + MINUTE) for _, stay in stays),
        observed_seconds=60, occupancy_peak=most_at_once([stay for _, stay in stays], at, at + MINUTE),
    )  # fmt: skip


def _queue(there: Sequence[Person], at: datetime) -> QueueCount:
    waiting = [(one.fate, one.queue) for one in there if one.queue]
    left = [(fate, stay.seconds) for fate, stay in waiting if at <= stay.end < at + MINUTE]
    fates = [fate for fate, _ in left]
    return QueueCount(
        queue=QUEUE, joined=sum(at <= stay.begin < at + MINUTE for _, stay in waiting),
        served=fates.count("served"), abandoned=fates.count("abandoned"), lost=fates.count("lost"),
        wait=DwellSketch.of(seconds for fate, seconds in left if fate == "served"),
        abandoned_wait=DwellSketch.of(seconds for fate, seconds in left if fate == "abandoned"),
        waiting_person_seconds=sum(stay.seconds_within(at, at + MINUTE) for _, stay in waiting),
        observed_seconds=60, length_peak=most_at_once([stay for _, stay in waiting], at, at + MINUTE),
    )  # fmt: skip
