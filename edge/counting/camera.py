"""Everything that one camera's picture is asked for, together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from copy import copy

from edge.counting.company import Company, Person
from edge.counting.facts import Crossing, Fact, Visit, VisitEnd
from edge.counting.groups import GroupCounter
from edge.counting.handover import Reach
from edge.counting.lines import LineCounter
from edge.counting.passing import PassingCounter
from edge.counting.paths import PathLedger
from edge.counting.plan import Plan
from edge.counting.queues import QueueCounter
from edge.counting.scene import Scene, cells_of
from edge.counting.staff import StaffLedger
from edge.counting.zones import ZoneCounter
from edge.people import Track


class CameraCounter:
    """Counts all that a plan asks for."""

    def __init__(self, plan: Plan) -> None:
        floor = plan.floor
        long_stay_seconds = plan.staff.long_stay_seconds if plan.staff else None
        self._plan = plan
        self._company = Company(Reach(floor=floor))
        self._staff = StaffLedger(plan.staff)
        self._lines = [LineCounter(line, floor) for line in plan.lines]
        self._groups = GroupCounter(plan.groups, plan.lines, floor)
        self._passing = PassingCounter(plan.lines)
        self._paths = PathLedger(plan)
        self._zones = {zone.id: ZoneCounter(zone, floor, long_stay_seconds) for zone in plan.zones}
        self._queues = {queue.id: QueueCounter(queue, floor) for queue in plan.queues}
        self._at = float("-inf")

    def __len__(self) -> int:
        parts: list[Sized] = [self._company, self._staff, self._groups, self._passing, self._paths]
        parts += [*self._lines, *self._zones.values(), *self._queues.values()]
        return sum(len(part) for part in parts)

    @property
    def occupancies(self) -> dict[str, int]:
        """People inside each zone now."""
        return {zone_id: zone.occupancy for zone_id, zone in self._zones.items()}

    def scene(self, at: float) -> Scene:
        """How things are at `at`, as of the last update."""
        places = (person.place for person in self._company.present)
        return Scene(
            self.occupancies,
            {queue_id: queue.waiting(at) for queue_id, queue in self._queues.items()},
            cells_of(places, self._plan.heat, self._plan.floor) if self._plan.heat else {},
        )

    def update(self, tracks: Sequence[Track], at: float) -> list[Fact]:
        """Facts that the tracks confirm by `at` (seconds since the epoch)."""
        self._at = at
        facts: list[Fact] = [*self._staff.look(self._company.update(tracks))]
        facts += self._told(crossing for line in self._lines for crossing in line.update(tracks, at))
        staff = self._company.staff
        for zone in self._zones.values():
            facts += self._left(zone.update(tracks, at, staff))
            self._note_under_way(zone)
        for queue in self._queues.values():
            facts += queue.update(tracks, at, staff)
        facts += self._groups.told(at)
        facts += self._forget(self._company.forget(at), at)
        return facts

    def badge_read(self, reader: str, at: float) -> list[Fact]:
        """Crossings that turn out to be staff's, once a staff badge was read at `at`.

        Whoever stood in the reader's polygon then is staff from now on. A reader that this camera does not
        have, a badge read more than three seconds ago, or nobody there: nothing.
        """
        return [*self._staff.badge_read(self._company.present, reader, at, self._at)]

    def end_day(self, at: float) -> list[Fact]:
        """Ends visits, paths and waits as the day ends at `at`; who is still inside begins anew then.

        Who waits is told as lost, so that each day's sums hold. Lines, groups and staff go on undisturbed.
        """
        facts: list[Fact] = []
        for zone in self._zones.values():
            facts += self._left(zone.end_day(at))
        facts += self._paths.close()
        facts += (fact for queue in self._queues.values() for fact in queue.end_day(at))
        return facts

    def close(self, end: VisitEnd) -> list[Fact]:
        """Ends all visits and waits, gives out what was held back, and forgets everybody.

        Who waits in a queue is told as lost, whatever the end.
        """
        facts = self._told(crossing for line in self._lines for crossing in line.close())
        for zone in self._zones.values():
            facts += self._left(zone.close(end))
        for queue in self._queues.values():
            facts += queue.close()
        facts += [*self._groups.close(), *self._forget(self._company.clear(), self._at)]
        return [*facts, *self._paths.close()]

    def if_closed(self, end: VisitEnd) -> list[Fact]:
        """What `close` would give now; nothing ends, and nobody is forgotten."""
        return self._twin().close(end)

    def _twin(self) -> CameraCounter:
        """A counter in the same state whose closing leaves this one alone."""
        twin = copy(self)
        twin._company, twin._staff = copy(self._company), self._staff.twin()
        twin._lines = [line.twin() for line in self._lines]
        twin._groups, twin._passing = self._groups.twin(), self._passing.twin()
        twin._paths = self._paths.twin()
        # Zones and queues let go of what they hold and change none of it.
        twin._zones = {zone_id: copy(zone) for zone_id, zone in self._zones.items()}
        twin._queues = {queue_id: copy(queue) for queue_id, queue in self._queues.items()}
        return twin

    def _told(self, crossings: Iterable[Crossing]) -> list[Fact]:
        """Crossings, what staff made of them beside them, and noted for groups and passers-by."""
        facts: list[Fact] = []
        for crossing in crossings:
            assert crossing.track_id is not None
            person = self._company[crossing.track_id]
            facts += [crossing, *self._staff.note(person, crossing)]
            self._paths.crossed(person, crossing)
            if not person.is_staff:
                self._groups.note(person, crossing)
                self._passing.note(person, crossing)
        return facts

    def _left(self, visits: list[Visit]) -> list[Visit]:
        """The visits, once noted for paths."""
        for visit in visits:
            person = None if visit.track_id is None else self._company.following(visit.track_id)
            self._paths.left(person, visit)
        return visits

    def _note_under_way(self, zone: ZoneCounter) -> None:
        if self._paths.asks:
            for visit in zone.under_way:
                self._paths.is_in(self._company[visit.track_id], visit)

    def _forget(self, gone: Sequence[Person], at: float) -> list[Fact]:
        facts: list[Fact] = [*self._passing.told(at, gone), *self._paths.told(at, gone)]
        self._staff.forget(gone)
        return facts
