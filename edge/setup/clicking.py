"""What somebody clicks while people cross. Pure: values in, values out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.counting import Direction
from edge.errors import EdgeError

LEAD_SECONDS = 3.0
"""So long people are followed before the first counts."""

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
