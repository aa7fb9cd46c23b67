"""What a counter told, into buckets: told twice is stored once, told anew replaces."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from edge.wire import Counts, LineCount
from edge.wire.messages import LONGEST_BUCKET
from server.config import Settings
from server.counter_settings import NAMELESS_LINE, CounterLineSettings, CounterSettings
from server.counters.differences import Difference, Ways, Why, difference
from server.counters.told import CountsRefused, Span, Sum, Told
from server.storage import counter_sums, counts
from server.storage.counter_sums import HeldSum
from server.storage.counts import HeldBucket

CLOCKS_DIFFER_AT_MOST = timedelta(minutes=5)
"""What lies further in the future comes from a clock that is wrong."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """One counter of one store, and how it is to be understood."""

    store: str
    name: str
    settings: CounterSettings
    zone: ZoneInfo

    @classmethod
    def of(cls, settings: Settings, store: str, counter: str) -> Place:
        """The counter of that name.

        Raises:
            ConfigError: there is no such store, or no such counter in it.
        """
        known = settings.counter(store, counter)
        return cls(store, counter, known, ZoneInfo(known.time_zone or settings.store(store).time_zone))

    def ways(self, one: Sum) -> Ways:
        """How a sum of it is to be read."""
        gap = timedelta(minutes=self.settings.longest_gap_minutes)
        axis = self.settings.make == "axis"
        return Ways(self.zone, gap, daily=axis, at_events=not axis and not one.polled)

    def line(self, name: str) -> CounterLineSettings | None:
        """Which of our lines a name means; None if it is not to be counted.

        Raises:
            CountsRefused: nobody said so.
        """
        if name in self.settings.ignore_lines:
            return None
        if name in self.settings.lines:
            return self.settings.lines[name]
        if not name:
            return CounterLineSettings(line=NAMELESS_LINE)
        raise CountsRefused(
            f"the line {name[:100]!r} is neither in stores.{self.store}.counters.{self.name}.lines nor in its"
            " ignore_lines"
        )


@dataclass(frozen=True, slots=True)
class Crossed:
    """Who crossed one of our lines in a bucket; None for a direction of which nothing is told."""

    line: str
    kind: Literal["entrance", "passing"]
    count_in: int | None
    count_out: int | None


def keep_told(db: Database, place: Place, told: Told, now: datetime) -> Counter[str]:
    """Store everything that a counter told; what became of its buckets and sums. Belongs into a transaction.

    Raises:
        CountsRefused: another counter's serial, a line that nobody knows, or times that cannot be.
    """
    refuse_stranger(place, told)
    outcomes: Counter[str] = Counter()
    for planned in planned_spans(db, place, told.spans, now):
        outcomes[planned.outcome] += 1
        if planned.counts is not None:
            counts.keep(db, planned.counts, now)
    for one in sorted(told.sums, key=lambda each: each.at):
        outcomes.update(_keep_sum(db, place, one, now))
    return outcomes


def refuse_stranger(place: Place, told: Told) -> None:
    """Let pass what this counter may have sent.

    Raises:
        CountsRefused: it names another serial number than the configuration.
    """
    expected = place.settings.serial
    if expected is not None and told.serial is not None and told.serial != expected:
        raise CountsRefused(f"it comes from the serial number {told.serial[:100]!r}, not from {expected!r}")


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to become of one bucket: `new`, `changed` or `unchanged`, and the bucket to store if any."""

    outcome: str
    counts: Counts | None


def planned_spans(db: Database, place: Place, spans: Sequence[Span], now: datetime) -> list[Planned]:
    """What the spans of a message or file make of the buckets that are held; writes nothing.

    Raises:
        CountsRefused: a line that nobody knows, times that cannot be, or other bounds than those held.
    """
    by_time: defaultdict[tuple[datetime, datetime], list[Crossed]] = defaultdict(list)
    for span in spans:
        _refuse_times(span, now)
        if (known := place.line(span.name)) is not None:
            by_time[span.begin, span.end].append(_crossed(place, known, span.count_in, span.count_out))
    _refuse_overlap(sorted(by_time))
    return [_planned(db, place, begin, end, by_time[begin, end], now) for begin, end in sorted(by_time)]


def _refuse_times(span: Span, now: datetime) -> None:
    if not timedelta(0) < span.end - span.begin <= LONGEST_BUCKET:
        raise CountsRefused(
            f"from {span.begin.isoformat()} to {span.end.isoformat()} is no span of up to a day"
        )
    if span.begin > now + CLOCKS_DIFFER_AT_MOST:
        raise CountsRefused(f"{span.begin.isoformat()} lies in the future: is the counter's clock right?")


def _refuse_overlap(times: Sequence[tuple[datetime, datetime]]) -> None:
    for (begin, end), (following, _) in pairwise(times):
        if following < end:
            raise CountsRefused(
                f"what it tells from {following.isoformat()} on overlaps with what begins at"
                f" {begin.isoformat()}"
            )


def _crossed(
    place: Place, known: CounterLineSettings, count_in: int | None, count_out: int | None
) -> Crossed:
    if place.settings.swapped:
        count_in, count_out = count_out, count_in
    return Crossed(
        line=known.line,
        kind=known.kind,
        count_in=None if known.direction == "out" else count_in,
        count_out=None if known.direction == "in" else count_out,
    )


def _planned(
    db: Database, place: Place, begin: datetime, end: datetime, crossed: Sequence[Crossed], now: datetime
) -> Planned:
    held = _held(db, place, begin, end)
    lines = _told_anew({line.line: line for line in held.lines} if held else {}, crossed)
    final = end <= now
    if held is not None and (lines, final) == (held.lines, held.final):
        return Planned("unchanged", None)
    bucket = _bucket(place, begin, end, lines, revision=1 if held is None else held.revision + 1, final=final)
    return Planned("new" if held is None else "changed", bucket)


def _held(db: Database, place: Place, begin: datetime, end: datetime) -> HeldBucket | None:
    found = counts.held_buckets(db, place.store, place.settings.device, place.name, begin, end)
    for bucket in found:
        if (bucket.begin, bucket.end) != (begin, end):
            raise CountsRefused(
                f"{begin.isoformat()} to {end.isoformat()} overlaps with {bucket.begin.isoformat()} to"
                f" {bucket.end.isoformat()}, which is held already: counted twice, it would double"
            )
    return found[0] if found else None


def _told_anew(held: Mapping[str, LineCount], crossed: Iterable[Crossed]) -> tuple[LineCount, ...]:
    lines = dict(held)
    for one in crossed:
        before = lines.get(one.line)
        lines[one.line] = LineCount(
            line=one.line,
            kind=one.kind,
            count_in=one.count_in if one.count_in is not None else before.count_in if before else 0,
            count_out=one.count_out if one.count_out is not None else before.count_out if before else 0,
        )
    return tuple(lines[line] for line in sorted(lines))


def _bucket(
    place: Place,
    begin: datetime,
    end: datetime,
    lines: tuple[LineCount, ...],
    *,
    revision: int,
    final: bool,
) -> Counts:
    return Counts(
        store=place.store,
        device=place.settings.device,
        camera=place.name,
        bucket_start=begin,
        bucket_end=end,
        revision=revision,
        final=final,
        coverage=1.0,
        lines=lines,
    )


def _keep_sum(db: Database, place: Place, one: Sum, now: datetime) -> Counter[str]:
    if one.at > now + CLOCKS_DIFFER_AT_MOST:
        raise CountsRefused(f"{one.at.isoformat()} lies in the future: is the counter's clock right?")
    if (known := place.line(one.name)) is None:
        return Counter()
    held = HeldSum(one.at, one.count_in, one.count_out)
    before = counter_sums.last_sum(db, place.store, place.name, one.name)
    step = difference(before, held, place.ways(one), one.since)
    if step.why is not Why.OLD:
        counter_sums.keep_sum(db, place.store, place.name, one.name, held)
    outcomes = Counter({f"sum: {step.why.value}": 1})
    for minute in step.minutes:
        outcomes[_add(db, place, known, one, step, minute, now)] += 1
    return outcomes


def _add(
    db: Database,
    place: Place,
    known: CounterLineSettings,
    one: Sum,
    step: Difference,
    minute: datetime,
    now: datetime,
) -> str:
    last = minute == step.minutes[-1]
    crossed = _crossed(
        place,
        known,
        None if one.count_in is None else step.count_in * last,
        None if one.count_out is None else step.count_out * last,
    )
    held = _held(db, place, minute, minute + _MINUTE)
    lines = _added({line.line: line for line in held.lines} if held else {}, crossed)
    if held is not None and lines == held.lines and held.final:
        return "unchanged"
    revision, final = (1 if held is None else held.revision + 1), minute + _MINUTE <= now
    counts.keep(db, _bucket(place, minute, minute + _MINUTE, lines, revision=revision, final=final), now)
    return "new" if held is None else "changed"


def _added(held: Mapping[str, LineCount], crossed: Crossed) -> tuple[LineCount, ...]:
    before = held.get(crossed.line)
    added = LineCount(
        line=crossed.line,
        kind=crossed.kind,
        count_in=(before.count_in if before else 0) + (crossed.count_in or 0),
        count_out=(before.count_out if before else 0) + (crossed.count_out or 0),
    )
    lines = {**held, crossed.line: added}
    return tuple(lines[line] for line in sorted(lines))
