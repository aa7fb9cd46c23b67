"""What somebody clicked beside what was counted. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from edge.counting import Crossing, Direction
from edge.setup.clicking import Clicks
from edge.truth.matching import match_moments
from edge.truth.scoring import Tally, added
from edge.wire import Audit, AuditedLine, AuditedWay

TOLERANCE_SECONDS = 2.0
"""Between a click and a crossing: whoever clicks beside a door is later than a clicker of clips."""

LATE_SECONDS = 5.0
"""After the end a crossing may still become certain."""


@dataclass(frozen=True, slots=True)
class Way:
    """One direction across one line, compared."""

    line: str
    direction: Direction
    tally: Tally


def compared(clicks: Clicks, crossings: Iterable[Crossing], until: float) -> tuple[Way, ...]:
    """Every line and direction: pairs of a click and a crossing at most `TOLERANCE_SECONDS` apart.

    Args:
        clicks: what somebody saw.
        crossings: what was counted, also shortly before and after.
        until: now, or the end; later crossings belong to nobody's click.
    """
    crossings = list(crossings)
    until = until if clicks.end is None else clicks.end
    return tuple(
        Way(line, direction, _tally(clicks, crossings, line, direction, until))
        for line in clicks.lines
        for direction in Direction
    )


def total(ways: Sequence[Way]) -> Tally:
    """All lines and directions together."""
    return added(way.tally for way in ways)


def message(
    clicks: Clicks, ways: Sequence[Way], *, store: str, device: str, camera: str, detector: str
) -> Audit:
    """What the server is told, for an audit that has ended."""
    assert clicks.end is not None
    of = {(way.line, way.direction): way.tally for way in ways}
    return Audit(
        store=store,
        device=device,
        camera=camera,
        begin=datetime.fromtimestamp(clicks.begin, UTC),
        end=datetime.fromtimestamp(clicks.end, UTC),
        tolerance_seconds=TOLERANCE_SECONDS,
        detector=detector,
        lines=tuple(
            AuditedLine(
                line=line, way_in=_told(of[line, Direction.IN]), way_out=_told(of[line, Direction.OUT])
            )
            for line in clicks.lines
        ),
    )


def _tally(
    clicks: Clicks, crossings: Sequence[Crossing], line: str, direction: Direction, until: float
) -> Tally:
    true = [one.at for one in clicks.clicks if one.line == line and one.direction is direction]
    counted = [one.at for one in crossings if one.line == line and one.direction is direction]
    counted = [at for at in counted if clicks.begin - TOLERANCE_SECONDS <= at <= until + TOLERANCE_SECONDS]
    pairs = match_moments(true, counted, TOLERANCE_SECONDS)
    taken = {pair.counted for pair in pairs}
    # At both ends of an audit a crossing counts only where somebody clicked it.
    extra = sum(number not in taken and clicks.begin <= at <= until for number, at in enumerate(counted))
    matched = len(pairs)
    return Tally(len(true), matched + extra, matched, len(true) - matched, extra)


def _told(tally: Tally) -> AuditedWay:
    return AuditedWay(clicked=tally.true, counted=tally.counted, matched=tally.matched or 0)
