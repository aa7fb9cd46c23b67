"""What somebody clicked beside what was counted. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from edge.counting import Crossing, Direction
from edge.errors import EdgeError
from edge.truth.matching import match_moments
from edge.truth.scoring import Tally, added
from edge.wire import Audit, AuditedLine, AuditedWay

TOLERANCE_SECONDS = 2.0
"""Between a click and a crossing: whoever clicks beside a door is later than a clicker of clips."""

LEAD_SECONDS = 3.0
"""So long people are followed before the first counts."""

LATE_SECONDS = 5.0
"""After the end a crossing may still become certain."""

LONGEST_SECONDS = 4 * 3600.0
MOST_CLICKS = 5_000


class ClickRefused(EdgeError):
    """A click that makes no sense; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody was seen to cross a line; `at` in seconds since the epoch."""

    line: str
    direction: Direction
    at: float


@dataclass(frozen=True, slots=True)
class Clicks:
    """An audit under way, or ended.

    Attributes:
        lines: all that are watched.
        begin: when clicks begin to count, seconds since the epoch.
        end: when it was ended; None while it goes on.
    """

    lines: tuple[str, ...]
    begin: float
    clicks: tuple[Click, ...] = ()
    end: float | None = None

    def clicked(self, line: str, direction: Direction, at: float) -> Clicks:
        """With one more click.

        Raises:
            ClickRefused: there is no such line, it has not begun, or is over.
        """
        if line not in self.lines:
            raise ClickRefused(f"there is no line {line!r} in this audit")
        if at < self.begin:
            raise ClickRefused(f"it begins in {self.begin - at:.0f} s; people are being found until then")
        if self.end is not None or at - self.begin > LONGEST_SECONDS or len(self.clicks) >= MOST_CLICKS:
            raise ClickRefused("this audit is over; begin another")
        return replace(self, clicks=(*self.clicks, Click(line, direction, at)))

    def undone(self) -> Clicks:
        """Without the last click.

        Raises:
            ClickRefused: there is none.
        """
        if not self.clicks or self.end is not None:
            raise ClickRefused("there is nothing to undo")
        return replace(self, clicks=self.clicks[:-1])

    def ended(self, at: float) -> Clicks:
        """Ended at a moment.

        Raises:
            ClickRefused: it has not begun yet, or was ended before.
        """
        if at <= self.begin or self.end is not None:
            raise ClickRefused("it has not begun yet, or was ended before")
        return replace(self, end=min(at, self.begin + LONGEST_SECONDS))

    def number(self, line: str, direction: Direction) -> int:
        """How many were clicked of one kind."""
        return sum(one.line == line and one.direction is direction for one in self.clicks)


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
