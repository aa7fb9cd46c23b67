"""Parts of a store's figures: only some zones, or only intervals of which something is known."""

from __future__ import annotations

from collections.abc import Collection

from server.api.problems import Problem
from server.api.shapes import FiguresShape, MetricsShape


def chosen_zones(shape: MetricsShape, zones: Collection[str] | None) -> MetricsShape:
    """The figures with some zones only; all of them without a choice.

    Raises:
        Problem: 422, there is no such zone.
    """
    if not zones:
        return shape
    known = [zone.zone for zone in shape.totals.zones]
    for zone in zones:
        if zone not in known:
            there_are = ", ".join(known) or "none"
            raise Problem(422, f"zone: there is no zone {zone!r} here; there are: {there_are}.", "zone")
    return shape.model_copy(
        update={
            "totals": _with_zones(shape.totals, zones),
            "intervals": [_with_zones(part, zones) for part in shape.intervals],
        }
    )


def without_empty(shape: MetricsShape) -> MetricsShape:
    """The figures without intervals in which nothing was watched and nothing was sold."""
    return shape.model_copy(update={"intervals": [part for part in shape.intervals if not is_empty(part)]})


def is_empty(part: FiguresShape) -> bool:
    """Whether nothing is known of an interval but, at most, that nothing was sold."""
    watched = bool(part.coverage) or part.raw_entries is not None or part.passers_by is not None
    seen = any(zone.raw_visits is not None for zone in part.zones)
    waited = any(queue.length is not None for queue in part.queues)
    return not (watched or seen or waited or part.transactions or part.returns)


def _with_zones(part: FiguresShape, zones: Collection[str]) -> FiguresShape:
    return part.model_copy(update={"zones": [zone for zone in part.zones if zone.zone in zones]})
