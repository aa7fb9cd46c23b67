"""The device's own tally: what the kept minutes add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from edge.counting import by_origin
from edge.wire import Counts, DwellSketch, LineCount, QueueCount


@dataclass(frozen=True, slots=True)
class QueueTotals:
    """What became of those who joined a queue, and how long those waited who were served."""

    joined: int = 0
    served: int = 0
    abandoned: int = 0
    lost: int = 0
    median_wait_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What all kept buckets add up to.

    Attributes:
        buckets, waiting, dropped: minutes that are kept, that the broker does not have, that were given up.
        lines: in and out of each line, staff too.
        visits: visits to each zone, staff's too.
        staff: staff in and out, of lines at which staff are told apart.
        groups: groups in and out, of entrances; who comes alone is one.
        passed: who walked past, of passing lines.
        queues: of each queue.
        paths: of each stop, how many people went to which next, where that is told.
    """

    buckets: int
    waiting: int
    dropped: int
    lines: dict[str, tuple[int, int]]
    visits: dict[str, int]
    staff: dict[str, tuple[int, int]]
    groups: dict[str, tuple[int, int]]
    passed: dict[str, int]
    queues: dict[str, QueueTotals]
    paths: dict[str, dict[str, int]]


def totals_of(messages: Iterable[Counts], waiting: int, dropped: int) -> Totals:
    """The sums of some buckets; `waiting` and `dropped` as the outbox knows them."""
    gathered = _Gathered()
    for message in messages:
        gathered.add(message)
    return Totals(
        buckets=gathered.buckets,
        waiting=waiting,
        dropped=dropped,
        lines=gathered.lines,
        visits=dict(gathered.visits),
        staff=gathered.staff,
        groups=gathered.groups,
        passed=dict(gathered.passed),
        queues={queue: _queue(counts, gathered.waits[queue]) for queue, counts in gathered.queues.items()},
        paths=by_origin(gathered.paths),
    )


class _Gathered:
    def __init__(self) -> None:
        self.buckets = 0
        self.lines: dict[str, tuple[int, int]] = {}
        self.staff: dict[str, tuple[int, int]] = {}
        self.groups: dict[str, tuple[int, int]] = {}
        self.visits: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()
        self.queues: dict[str, Counter[str]] = {}
        self.waits: dict[str, DwellSketch] = {}
        self.paths: Counter[tuple[str, str]] = Counter()

    def add(self, message: Counts) -> None:
        self.buckets += 1
        for line in message.lines:
            self._add_line(line)
        for zone in message.zones:
            self.visits[zone.zone] += zone.visits
        for queue in message.queues:
            self._add_queue(queue)
        for path in message.paths or ():
            self.paths[path.origin, path.to] += path.n

    def _add_line(self, line: LineCount) -> None:
        _add_pair(self.lines, line.line, line.count_in, line.count_out)
        if line.staff_in is not None or line.staff_out is not None:
            _add_pair(self.staff, line.line, line.staff_in or 0, line.staff_out or 0)
        if line.groups_in is not None or line.groups_out is not None:
            groups = (sum(sizes.values()) for sizes in (line.groups_in or {}, line.groups_out or {}))
            _add_pair(self.groups, line.line, *groups)
        if line.passed is not None:
            self.passed[line.line] += line.passed

    def _add_queue(self, queue: QueueCount) -> None:
        self.queues.setdefault(queue.queue, Counter()).update(
            joined=queue.joined or 0,
            served=queue.served or 0,
            abandoned=queue.abandoned or 0,
            lost=queue.lost or 0,
        )
        before = self.waits.get(queue.queue, DwellSketch())
        self.waits[queue.queue] = DwellSketch.merged([before, queue.wait or DwellSketch()])


def _add_pair(sums: dict[str, tuple[int, int]], name: str, first: int, second: int) -> None:
    before = sums.get(name, (0, 0))
    sums[name] = (before[0] + first, before[1] + second)


def _queue(counts: Counter[str], waits: DwellSketch) -> QueueTotals:
    median = waits.quantile(0.5)
    return QueueTotals(
        joined=counts["joined"],
        served=counts["served"],
        abandoned=counts["abandoned"],
        lost=counts["lost"],
        median_wait_seconds=None if median is None else round(median, 1),
    )
