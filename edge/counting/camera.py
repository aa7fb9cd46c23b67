"""All lines and zones of one camera together."""

from __future__ import annotations

from collections.abc import Sequence

from edge.counting.facts import Crossing, Visit, VisitEnd
from edge.counting.lines import LineCounter
from edge.counting.zones import ZoneCounter
from edge.people import Track


class CameraCounter:
    """Counts everything that one camera's picture is asked for."""

    def __init__(self, lines: Sequence[LineCounter], zones: dict[str, ZoneCounter]) -> None:
        self._lines = lines
        self._zones = zones

    @property
    def occupancies(self) -> dict[str, int]:
        """People inside each zone now."""
        return {zone_id: zone.occupancy for zone_id, zone in self._zones.items()}

    def update(self, tracks: Sequence[Track], at: float) -> list[Crossing | Visit]:
        """Facts that the tracks confirm by `at` (seconds since the epoch)."""
        facts: list[Crossing | Visit] = []
        for line in self._lines:
            facts += line.update(tracks, at)
        for zone in self._zones.values():
            facts += zone.update(tracks, at)
        return facts

    def close(self, end: VisitEnd) -> list[Crossing | Visit]:
        """Ends all visits, gives out the crossings that were held back, and forgets everybody."""
        facts: list[Crossing | Visit] = []
        for line in self._lines:
            facts += line.close()
        for zone in self._zones.values():
            facts += zone.close(end)
        return facts
