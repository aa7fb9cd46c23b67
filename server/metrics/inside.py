"""How many people were inside: changes over time, cut into pieces that add up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate, pairwise

from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.rows import InsideRow, LineRow


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How many were inside, without staff where told, by Σin − Σout since the business day began.

    Below zero where more people were counted out than in: shown as it is, a sign of miscounting.
    """

    at_end: int
    mean: float
    peak: int


@dataclass(frozen=True, slots=True)
class Changes:
    """By how much the number of people inside changed, and when, on one business day."""

    times: tuple[datetime, ...]
    levels: tuple[int, ...]
    """After the change of that time; the day begins with nobody."""
    watched: tuple[datetime, ...]
    """When the buckets begin that tell them, in order."""

    def within(self, piece: Interval, hours: Interval) -> InsideRow:
        """The piece's row: changes at its beginning belong to the piece before, those at its end to it."""
        first, last = bisect_right(self.times, piece.begin), bisect_right(self.times, piece.end)
        base = self.levels[first - 1] if first else 0
        levels = [0, *(level - base for level in self.levels[first:last])]
        edges = [piece.begin, *self.times[first:last], piece.end]
        person_seconds = sum(
            level * (after - at).total_seconds()
            for level, (at, after) in zip(levels, pairwise(edges), strict=True)
        )
        return InsideRow(
            begin=piece.begin,
            end=piece.end,
            change=levels[-1],
            person_seconds=person_seconds,
            seconds=piece.seconds,
            peak=max(levels),
            known=bisect_left(self.watched, piece.end) > bisect_left(self.watched, piece.begin),
            whole=piece == hours,
        )


_NOTHING = Changes((), (), ())


@dataclass(frozen=True, slots=True)
class OccupancyCurve:
    """The number of people inside over time, one curve per business day, each beginning at 0.

    What a bucket counted takes effect at the bucket's end, or at its day's end where it outlasts the day;
    what one that still runs has counted so far takes effect now.
    A day without counts has no curve: nothing is known about it.
    """

    calendar: Calendar
    days: Mapping[date, Changes]

    @classmethod
    def of(cls, rows: Iterable[LineRow], calendar: Calendar, now: datetime | None = None) -> OccupancyCurve:
        """The curve of some entrance rows, which reach back to the beginning of their first business day."""
        of_days: dict[date, list[LineRow]] = defaultdict(list)
        for row in rows:
            of_days[calendar.day_of(row.begin)].append(row)
        return cls(
            calendar, {day: _changes(told, calendar.business_day(day), now) for day, told in of_days.items()}
        )

    def over(self, interval: Interval) -> Occupancy | None:
        """Level at the end, time-weighted mean and peak within an interval; None where nothing is known.

        The mean is over those business days in the interval that have counts.
        """
        first = self.calendar.business_day(self.calendar.day_of(interval.begin))
        pieces = self.pieces([Interval(first.begin, interval.begin), interval])
        known = {day for day, changes in self.days.items() if changes.watched}
        return Inside.of(pieces, self.calendar, known).over(interval)

    def pieces(self, parts: Iterable[Interval]) -> list[InsideRow]:
        """A row of each part, or of each business day of it."""
        return [self._piece(piece) for part in parts for piece in split(part, Resolution.DAY, self.calendar)]

    def _piece(self, piece: Interval) -> InsideRow:
        day = self.calendar.day_of(piece.begin)
        return self.days.get(day, _NOTHING).within(piece, self.calendar.business_day(day))


def _changes(rows: Sequence[LineRow], hours: Interval, now: datetime | None) -> Changes:
    changes: Counter[datetime] = Counter()
    for row in rows:
        at = row.end if now is None else min(row.end, max(row.begin, now))
        changes[min(at, hours.end)] += _change(row)
    times = sorted(changes)
    levels = accumulate(changes[at] for at in times)
    return Changes(tuple(times), tuple(levels), tuple(sorted(row.begin for row in rows)))


def _change(row: LineRow) -> int:
    """How many more people, without staff, are inside after a row."""
    return row.count_in - (row.staff_in or 0) - (row.count_out - (row.staff_out or 0))


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece and how many were inside as it began."""

    row: InsideRow
    level: int


@dataclass(frozen=True, slots=True)
class Inside:
    """Pieces in order of time, each with the number of people inside as it began."""

    begins: tuple[datetime, ...]
    pieces: tuple[Placed, ...]

    @classmethod
    def of(cls, rows: Iterable[InsideRow], calendar: Calendar, known: Iterable[date] = ()) -> Inside:
        """The pieces of some rows; those of a day begin with its beginning, and leave nothing out.

        `known` are days that are known to have counts although none of the rows may say so.
        """
        ordered = sorted(rows, key=lambda row: row.begin)
        placed = tuple(_placed(ordered, calendar, frozenset(known)))
        return cls(tuple(piece.row.begin for piece in placed), placed)

    def over(self, interval: Interval) -> Occupancy | None:
        """Level at the end, time-weighted mean and peak of the pieces that begin within an interval."""
        first, last = (bisect_left(self.begins, at) for at in (interval.begin, interval.end))
        chosen = [piece for piece in self.pieces[first:last] if piece.row.seconds]
        if not chosen:
            return None
        person_seconds = sum(piece.row.person_seconds + piece.level * piece.row.seconds for piece in chosen)
        return Occupancy(
            at_end=chosen[-1].level + chosen[-1].row.change,
            mean=person_seconds / sum(piece.row.seconds for piece in chosen),
            peak=max(piece.level + piece.row.peak for piece in chosen),
        )


def _placed(rows: Sequence[InsideRow], calendar: Calendar, known: frozenset[date]) -> Iterator[Placed]:
    days: dict[date, list[InsideRow]] = defaultdict(list)
    for row in rows:
        days[calendar.day_of(row.begin)].append(row)
    for day, of_day in days.items():
        if day not in known and not any(row.known for row in of_day):
            continue
        level = 0
        for row in of_day:
            yield Placed(row, level)
            level += row.change


def together(rows: Sequence[InsideRow], whole: Interval) -> InsideRow:
    """One row over whole business days, from the rows of each of them."""
    told = [row for row in sorted(rows, key=lambda row: row.begin) if row.known]
    return InsideRow(
        begin=whole.begin,
        end=whole.end,
        change=told[-1].change if told else 0,
        person_seconds=sum(row.person_seconds for row in told),
        seconds=sum(row.seconds for row in told),
        peak=max((row.peak for row in told), default=0),
        known=bool(told),
        whole=True,
    )
