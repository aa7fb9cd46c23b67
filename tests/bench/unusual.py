"""How well unusual hours and days are found, beside plain thresholds; by hand, with the data at hand.

    python -m tests.bench.unusual --data FOLDER [--json]

CalIt2 (UCI, CC BY 4.0): half-hourly counts of a door with labelled events. The labels teach nothing; they are
only compared. They are known to be incomplete, so what is found beside them need not be wrong. As in Ihler,
Hutchins and Smyth (KDD 2006) an event is found if time that is called unusual overlaps with it, and rules are
compared where they call equally many stretches unusual.

Auckland (Heart of the City Auckland, CC BY 4.0): how many public holidays are among the unusual days.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from scipy.stats import poisson

from server.flow.days import Days, Marks, Numbers
from server.flow.states import MORE
from server.flow.unusual import probability_beyond_luck, runs, unusual_days
from server.flow.usual import usual_of
from server.public_holidays import public_holidays

STRETCHES = (15, 20, 25, 30, 40, 50, 68, 98, 149)
"""So many are compared; the last three stand in the paper."""
RECALLS = (0.4, 0.6, 0.8, 0.9)
ALARMS = (10, 20, 50, 100)

Event = tuple[datetime, datetime]
Rule = Callable[[float], Marks]


@dataclass(frozen=True)
class Point:
    """What one threshold of one rule finds."""

    stretches: int
    found: int
    """Events that some stretch overlaps."""
    right: int
    """Stretches that overlap some event."""
    events: int

    @property
    def recall(self) -> float:
        """Of the labelled events, those that were found."""
        return self.found / self.events

    @property
    def precision(self) -> float:
        """Of the stretches, those that overlap a labelled event."""
        return self.right / max(1, self.stretches)


@dataclass(frozen=True)
class Found:
    """One rule at `STRETCHES` and at `RECALLS`; None where no threshold reaches one."""

    at: list[Point]
    reaching: list[Point | None]


def calit2(folder: Path) -> tuple[Days, list[Event]]:
    """The door's half hours, in, out and both, and the labelled events."""
    lines = list(csv.reader((folder / "counts/CalIt2.data").read_text("utf-8").splitlines()))
    first = _moment(lines[0][1], lines[0][2]).date()
    last = _moment(lines[-1][1], lines[-1][2]).date()
    values = np.full(((last - first).days + 1, 48, 3), np.nan)
    for flow, day, clock, count in lines:
        at = _moment(day, clock)
        values[(at.date() - first).days, at.hour * 2 + at.minute // 30, {"9": 0, "7": 1}[flow]] = float(count)
    values[:, :, 2] = values[:, :, 0] + values[:, :, 1]
    rows = csv.reader((folder / "counts/CalIt2.events").read_text("utf-8").splitlines())
    events = [(_moment(day, begin), _moment(day, end)) for day, begin, end, _ in rows]
    return Days(first, ("in", "out", "both"), values), events


def by_hours(days: Days) -> Days:
    """Half hours put together."""
    values = days.values.reshape(days.days, 24, 2, -1).sum(axis=2)
    return Days(days.first, days.names, values)


def scored(days: Days, marks: Marks, events: Sequence[Event]) -> Point:
    """What some marked parts of days find."""
    length = timedelta(hours=24) / days.parts
    stretches = [
        (start + first * length, start + after * length)
        for number in range(days.days)
        for start in [datetime.combine(days.day(number), days.begins)]
        for first, after in runs(marks[number])
    ]
    found = sum(any(_overlap(event, each) for each in stretches) for event in events)
    right = sum(any(_overlap(event, each) for event in events) for each in stretches)
    return Point(len(stretches), found, right, len(events))


def rules_of(days: Days, name: str) -> dict[str, tuple[Rule, Sequence[float]]]:
    """Each rule with its thresholds, from one that marks much to one that marks nothing."""
    counts, weekdays = days.of(name), days.weekdays
    likely = usual_of(counts, weekdays).likely[..., MORE]
    mean = np.stack([counts[weekdays == day].mean(axis=0) for day in range(7)])[weekdays]
    deviation = np.stack([counts[weekdays == day].std(axis=0, ddof=1) for day in range(7)])[weekdays]
    off: Numbers = (counts - mean) / np.maximum(deviation, 1e-9)
    tail: Numbers = -poisson.logsf(counts - 1, np.maximum(mean, 0.01))
    return {
        "this model": (lambda cut: likely > cut, list(np.geomspace(1e-4, 0.999, 300))),
        "mean + k deviations": (lambda k: off > k, list(np.linspace(0.5, 4, 300))),
        "Poisson's tail": (lambda cut: tail > cut, list(np.geomspace(1, 300, 300))),
    }


def compared(days: Days, name: str, events: Sequence[Event]) -> dict[str, Found]:
    """Each rule where it finds certain numbers of stretches, and where it first finds certain shares."""
    found: dict[str, Found] = {}
    for rule, (mark, thresholds) in rules_of(days, name).items():
        points = [scored(days, mark(threshold), events) for threshold in thresholds]
        found[rule] = Found(
            at=[min(points, key=lambda point, n=n: abs(point.stretches - n)) for n in STRETCHES],  # type: ignore[misc]
            reaching=[_most_precise([point for point in points if point.recall >= r]) for r in RECALLS],
        )
    return found


def by_alarms(days: Days, name: str, events: Sequence[Event]) -> dict[int, Point]:
    """What is found where an ordinary day is listed by luck once in so many days; busier hours only."""
    counts = days.of(name)
    usual = usual_of(counts, days.weekdays)
    known: Marks = np.asarray(~np.isnan(counts).all(axis=1))
    return {
        alarms: scored(days, usual.likely[..., MORE] > probability_beyond_luck(usual, known, alarms), events)
        for alarms in ALARMS
    }


def as_listed(days: Days, name: str, events: Sequence[Event]) -> dict[int, Point]:
    """Days as the page lists them, of which the whole or some hours had more: an event's day is found."""
    found = {}
    for alarms in ALARMS:
        listed = unusual_days(days, name, alarms).days
        more = {
            day.day
            for day in listed
            if day.way == "more" or any(each.way == "more" for each in day.stretches)
        }
        there = {begin.date() for begin, _ in events}
        found_events = sum(begin.date() in more for begin, _ in events)
        found[alarms] = Point(len(more), found_events, len(more & there), len(events))
    return found


def auckland(folder: Path, first: date, last: date) -> Days:
    """21 sensors over some days."""
    with gzip.open(folder / "counts/akl_hourly_counts.csv.gz", "rt", encoding="utf-8") as text:
        header, *rows = list(csv.reader(text))
    values = np.full(((last - first).days + 1, 24, len(header) - 3), np.nan)
    for row in rows:
        number = (date.fromisoformat(row[0]) - first).days
        if 0 <= number < len(values):
            hour = int(row[1].split(":")[0])
            values[number, hour] = [float(cell) if cell else np.nan for cell in row[3:]]
    return Days(first, tuple(header[3:]), values)


def holidays_found(folder: Path) -> dict[str, float]:
    """Over 2023 and 2024, of all sensors together."""
    days = auckland(folder, date(2023, 1, 1), date(2024, 12, 31))
    holidays = set(public_holidays("NZ-AUK", (2023, 2024)))
    told = {"known days": 0, "listed": 0, "as a whole": 0, "holidays": 0, "holidays listed": 0, "as whole": 0}
    begin = time.perf_counter()
    for name in days.names:
        found = unusual_days(days, name)
        listed, whole = ({day.day for day in found.days if day.way or not only} for only in (False, True))
        known: Marks = np.asarray(~np.isnan(days.of(name)).all(axis=1))
        there = {day for day in holidays if known[(day - days.first).days]}
        told["known days"] += int(known.sum())
        told["listed"] += len(listed)
        told["as a whole"] += len(whole)
        told["holidays"] += len(there)
        told["holidays listed"] += len(there & listed)
        told["as whole"] += len(there & whole)
    return {**told, "seconds a sensor": (time.perf_counter() - begin) / len(days.names)}


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    halves, events = calit2(asked.data)
    found = {
        f"{name}, by {unit}": (
            compared(days, name, events),
            by_alarms(days, name, events),
            as_listed(days, name, events),
        )
        for unit, days in (("half hours", halves), ("hours", by_hours(halves)))
        for name in days.names
    }
    streets = holidays_found(asked.data)
    if asked.json:
        told = {name: {rule: asdict(of) for rule, of in rules.items()} for name, (rules, *_) in found.items()}
        print(json.dumps({"CalIt2": told, "Auckland": streets}, indent=2))
        return
    for name, (rules, alarms, listed) in found.items():
        print(f"\nCalIt2, {name}, {len(events)} labelled events: recall/precision where so many are called")
        print(f"{'':20}", *(f"{n:>9}" for n in STRETCHES))
        for rule, of in rules.items():
            print(f"{rule:20}", *(f"{p.recall:4.2f}/{p.precision:4.2f}" for p in of.at))
        print("  best precision where so large a share is found:", RECALLS)
        for rule, of in rules.items():
            print(f"{rule:20}", *(_reached(point) for point in of.reaching))
        for kind, points in (("stretches", alarms), ("days, as listed", listed)):
            for days, point in points.items():
                print(
                    f"  once in {days} days by luck: {point.stretches} {kind}, recall {point.recall:.2f},"
                    f" precision {point.precision:.2f}"
                )
    print("\nAuckland, 21 sensors, 2023 and 2024:")
    print(*(f"  {name}: {value:.4g}" for name, value in streets.items()), sep="\n")


def _most_precise(points: Sequence[Point]) -> Point | None:
    return max(points, key=lambda point: point.precision, default=None)


def _reached(point: Point | None) -> str:
    return f"{point.precision:4.2f} ({point.stretches:3})" if point else "   never  "


def _overlap(one: Event, other: Event) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _moment(day: str, clock: str) -> datetime:
    month, number, year = day.split("/")
    return datetime.fromisoformat(f"20{year}-{month}-{number}T{clock}")


if __name__ == "__main__":
    main()
