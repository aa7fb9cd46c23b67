"""What the change feed tells: facts that add up, and tickets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from edge.wire import DwellSketch
from server.api.parts import Instant, Shape, means
from server.api.shapes import Exact
from server.metrics.adding import sketch_of_told, sum_of_told
from server.metrics.footfall import crossings, entrance_rows
from server.metrics.groups import groups_in, passers_by, passing_rows
from server.metrics.rows import BucketRow, LineRow, QueueRow, ZoneRow
from server.storage.sales import StoredTicket


class SketchShape(Shape):
    """How long something lasted, as a histogram that adds up bin by bin (see the wire's README)."""

    n: int
    sum_seconds: float
    bins: dict[int, int]


class ZoneFactsShape(Shape):
    """What one camera saw of one zone."""

    device: str
    camera: str
    zone: str
    dwell: SketchShape = Field(description="of all visits that ended, staff's too")
    staff_dwell: SketchShape | None = Field(description="of those that were staff's; null: not told apart")
    person_seconds: float
    observed_seconds: float
    peak: int


class QueueFactsShape(Shape):
    """What one camera saw of one queue; null: not told."""

    device: str
    camera: str
    queue: str
    joined: int | None = means("queue_joined")
    served: int | None = means("queue_served")
    abandoned: int | None = means("queue_abandoned")
    lost: int | None = means("queue_lost")
    wait: SketchShape | None
    abandoned_wait: SketchShape | None
    person_seconds: float | None
    observed_seconds: float | None
    peak: int


class CameraFactsShape(Shape):
    """How long one camera watched."""

    device: str
    camera: str
    watched_seconds: float = Field(description="time in which pictures were looked at")
    final: bool = Field(description="nothing more is expected, though it may come")
    clock_synced: bool
    replayed: bool


class CountsFactsShape(Shape):
    """What was counted in buckets that begin within a quarter-hour; null: nothing is known."""

    entries: int | None = means("entries")
    exits: int | None = means("exits")
    raw_entries: int | None = means("raw_entries")
    raw_exits: int | None = means("raw_exits")
    staff_entries: int | None = means("staff_entries")
    staff_exits: int | None = means("staff_exits")
    passers_by: int | None = means("passers_by")
    group_sizes: dict[int, int] | None = Field(description="groups that came in, by their size")
    zones: list[ZoneFactsShape]
    queues: list[QueueFactsShape]
    cameras: list[CameraFactsShape]


class LineShape(Shape):
    """One line of a ticket."""

    sku: str
    name: str | None
    quantity: Exact
    net: Exact | None


class TicketShape(Shape):
    """One ticket at its newest revision."""

    till: str
    at: Instant
    kind: str
    currency: str | None
    revision: int
    lines: list[LineShape]


class ChangeShape(Shape):
    """One thing that is other than before: it takes the place of what was told of it before.

    `counts` and `ticket` are both null where nothing is left of it: then forget it.
    """

    number: int = Field(description="goes up with every change of this feed")
    store: str
    kind: Literal["counts", "ticket"]
    begin: Instant | None = Field(description="of the quarter-hour; null for a ticket")
    ticket_number: str | None = Field(description="of the ticket; null for counts")
    gone: bool
    counts: CountsFactsShape | None
    ticket: TicketShape | None


class ChangesShape(Shape):
    """A page of what changed, oldest change first."""

    changes: list[ChangeShape]
    next_cursor: str = Field(description="give it as cursor= next time, also where nothing changed")
    more: bool = Field(description="there is more at once; else ask again later, or with wait=")


def counts_facts(
    buckets: Sequence[BucketRow],
    lines: Sequence[LineRow],
    zones: Sequence[ZoneRow],
    queues: Sequence[QueueRow],
) -> CountsFactsShape | None:
    """The facts of one quarter-hour; None without a bucket."""
    if not buckets:
        return None
    crossed, groups = crossings(entrance_rows(lines)), groups_in(entrance_rows(lines))
    return CountsFactsShape(
        entries=crossed.entries if crossed else None,
        exits=crossed.exits if crossed else None,
        raw_entries=crossed.raw_entries if crossed else None,
        raw_exits=crossed.raw_exits if crossed else None,
        staff_entries=crossed.staff_entries if crossed else None,
        staff_exits=crossed.staff_exits if crossed else None,
        passers_by=passers_by(passing_rows(lines)),
        group_sizes=dict(groups.sizes) if groups else None,
        zones=_zones(zones),
        queues=_queues(queues),
        cameras=_cameras(buckets),
    )


def ticket_shape(stored: StoredTicket | None) -> TicketShape | None:
    """A ticket; None where there is none."""
    if stored is None:
        return None
    ticket = stored.ticket
    return TicketShape(
        till=ticket.till,
        at=ticket.at,
        kind=ticket.kind.value,
        currency=ticket.currency,
        revision=stored.revision,
        lines=[
            LineShape(sku=line.sku, name=line.name, quantity=line.quantity, net=line.net)
            for line in ticket.lines
        ],
    )


def _zones(rows: Sequence[ZoneRow]) -> list[ZoneFactsShape]:
    by_place: dict[tuple[str, str, str], list[ZoneRow]] = {}
    for row in rows:
        by_place.setdefault((row.device, row.camera, row.zone), []).append(row)
    return [
        ZoneFactsShape(
            device=device,
            camera=camera,
            zone=zone,
            dwell=_sketch(DwellSketch.merged(row.dwell for row in of_one)),
            staff_dwell=_sketch_of_told(row.staff_dwell for row in of_one),
            person_seconds=sum(row.person_seconds for row in of_one),
            observed_seconds=sum(row.observed_seconds for row in of_one),
            peak=max(row.peak for row in of_one),
        )
        for (device, camera, zone), of_one in sorted(by_place.items())
    ]


def _queues(rows: Sequence[QueueRow]) -> list[QueueFactsShape]:
    by_place: dict[tuple[str, str, str], list[QueueRow]] = {}
    for row in rows:
        by_place.setdefault((row.device, row.camera, row.queue), []).append(row)
    return [
        QueueFactsShape(
            device=device,
            camera=camera,
            queue=queue,
            joined=sum_of_told(row.joined for row in of_one),
            served=sum_of_told(row.served for row in of_one),
            abandoned=sum_of_told(row.abandoned for row in of_one),
            lost=sum_of_told(row.lost for row in of_one),
            wait=_sketch_of_told(row.wait for row in of_one),
            abandoned_wait=_sketch_of_told(row.abandoned_wait for row in of_one),
            person_seconds=sum_of_told(row.person_seconds for row in of_one),
            observed_seconds=sum_of_told(row.observed_seconds for row in of_one),
            peak=max(row.peak for row in of_one),
        )
        for (device, camera, queue), of_one in sorted(by_place.items())
    ]


def _cameras(rows: Sequence[BucketRow]) -> list[CameraFactsShape]:
    by_camera: dict[tuple[str, str], list[BucketRow]] = {}
    for row in rows:
        by_camera.setdefault((row.device, row.camera), []).append(row)
    return [
        CameraFactsShape(
            device=device,
            camera=camera,
            watched_seconds=sum((row.end - row.begin).total_seconds() * row.coverage for row in of_one),
            final=all(row.final for row in of_one),
            clock_synced=all(row.clock_synced for row in of_one),
            replayed=any(row.replayed for row in of_one),
        )
        for (device, camera), of_one in sorted(by_camera.items())
    ]


def _sketch(sketch: DwellSketch) -> SketchShape:
    return SketchShape(n=sketch.n, sum_seconds=sketch.sum_seconds, bins=dict(sketch.bins))


def _sketch_of_told(sketches: Iterable[DwellSketch | None]) -> SketchShape | None:
    merged = sketch_of_told(sketches)
    return _sketch(merged) if merged else None
