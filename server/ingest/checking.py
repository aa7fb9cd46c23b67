"""What a bucket may not say although each of its fields could stand alone."""

from __future__ import annotations

from collections.abc import Iterator

from edge.wire import Counts, DwellSketch, LineCount, WireError, ZoneCount


def checked_counts(counts: Counts) -> Counts:
    """A bucket whose parts fit to its wholes.

    Raises:
        WireError: more staff is told than people, in a sentence that names the line or zone.
    """
    for contradiction in _contradictions(counts):
        raise WireError(contradiction)
    return counts


def _contradictions(counts: Counts) -> Iterator[str]:
    # Where staff are not told apart, there is nothing to look at.
    for line in counts.lines:
        if line.staff_in is not None or line.staff_out is not None:
            yield from _of_line(line)
    for zone in counts.zones:
        if zone.staff_dwell is not None:
            yield from _of_zone(zone, zone.staff_dwell)


def _of_line(line: LineCount) -> Iterator[str]:
    for direction, staff, everybody in (
        ("in", line.staff_in, line.count_in),
        ("out", line.staff_out, line.count_out),
    ):
        if staff is not None and staff > everybody:
            yield (
                f"line {line.line!r}: staff_{direction} is {staff} but {direction!r} is {everybody};"
                f" staff are part of {direction!r}"
            )


def _of_zone(zone: ZoneCount, staff: DwellSketch) -> Iterator[str]:
    try:
        zone.dwell.without(staff)
    except ValueError as error:
        yield f"zone {zone.zone!r}: staff_dwell is not a part of dwell: {error}"
