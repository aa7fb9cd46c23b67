"""What somebody marks while looking at a clip: crossings and visits, with undo. Pure but for its file."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from edge.counting import Direction
from edge.errors import EdgeError
from edge.truth.format import SCHEMA, CrossingEvent, Span, TrueLine, TrueVisit, TrueZone, Truth

PlaceT = TypeVar("PlaceT", TrueLine, TrueZone)

MOST_UNDONE = 1000
MOST_MARKS = 100_000

WATCHED_STEP_SECONDS = 10.0
"""Whoever goes further ahead at once has not seen what lies between."""


class MarkRefused(EdgeError):
    """A mark that makes no sense; nothing was changed."""


class NotSaved(EdgeError):
    """The file could not be written; what was marked is still there."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame, and when it is shown."""

    frame: int
    seconds: float


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """Somebody who entered a zone and has not left it yet."""

    zone: str
    entered: Moment


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything marked so far."""

    lines: tuple[TrueLine, ...]
    zones: tuple[TrueZone, ...]
    inside: tuple[OpenVisit, ...] = ()

    def __len__(self) -> int:
        return sum(len(line.events or ()) for line in self.lines) + sum(len(z.visits) for z in self.zones)

    def crossed(self, line_id: str, direction: Direction, at: Moment) -> Marks:
        """With one more crossing."""
        line = _named(self.lines, line_id, "line")
        event = CrossingEvent(direction=direction, frame=at.frame, seconds=at.seconds)
        events = tuple(sorted((*(line.events or ()), event), key=lambda e: e.frame))
        new = line.model_copy(update={"events": events, "counts": None})
        return replace(self, lines=tuple(new if one is line else one for one in self.lines))

    def entered(self, zone_id: str, at: Moment) -> Marks:
        """With one more person inside a zone."""
        _named(self.zones, zone_id, "zone")
        return replace(self, inside=(*self.inside, OpenVisit(zone_id, at)))

    def left(self, zone_id: str, at: Moment) -> Marks:
        """With the visit ended that has lasted longest of those that are open."""
        zone = _named(self.zones, zone_id, "zone")
        waiting = sorted((v for v in self.inside if v.zone == zone_id), key=lambda v: v.entered.frame)
        if not waiting:
            raise MarkRefused(f"nobody is inside {zone_id}; mark first who enters")
        first = waiting[0]
        if at.frame < first.entered.frame:
            raise MarkRefused(f"this frame lies before frame {first.entered.frame}, in which the visit began")
        visit = TrueVisit(
            enter_frame=first.entered.frame,
            leave_frame=at.frame,
            enter_seconds=first.entered.seconds,
            leave_seconds=at.seconds,
        )
        new = zone.model_copy(
            update={"visits": tuple(sorted((*zone.visits, visit), key=lambda v: v.enter_frame))}
        )
        rest = list(self.inside)
        rest.remove(first)
        return replace(
            self, zones=tuple(new if one is zone else one for one in self.zones), inside=tuple(rest)
        )


class Marking:
    """Marks, what was before each of them, and the file that they go to.

    Args:
        truth: the clip and its lines and zones, with the events of before where it is gone on with.
        path: the file; it must not be there, unless `known` is its content.
        known: the file's content when it was read, or None for a new one.
    """

    def __init__(self, truth: Truth, path: Path, known: bytes | None) -> None:
        self._truth = truth
        self._path = path
        self._known = None if known is None else hashlib.sha256(known).digest()
        self._before: list[Marks] = []
        self._furthest = int(truth.watched.to_frame) if truth.watched else 0
        self._saved_furthest = self._furthest
        self.marks = Marks(truth.lines, truth.zones)
        self.saved = True

    @property
    def furthest(self) -> int:
        """The last frame that was watched."""
        return self._furthest

    def watched(self, at: Moment) -> None:
        """Notes that a frame was shown. A jump ahead is not watching."""
        if at.frame <= self._furthest + WATCHED_STEP_SECONDS * self._truth.clip.fps:
            self._furthest = max(self._furthest, at.frame)

    def take(self, marks: Marks, at: Moment) -> None:
        """Goes on with other marks, made at a moment; the ones before can be had again."""
        if len(marks) + len(marks.inside) > MOST_MARKS:
            raise MarkRefused(f"more than {MOST_MARKS} marks are too many for one file; begin another")
        self._before = [*self._before, self.marks][-MOST_UNDONE:]
        self.marks, self.saved = marks, False
        self._furthest = max(self._furthest, at.frame)

    def undo(self) -> bool:
        """Takes the last mark back; whether there was one."""
        if not self._before:
            return False
        self.marks, self.saved = self._before.pop(), False
        return True

    @property
    def worth_saving(self) -> bool:
        """Whether the file lacks something: marks, or how far was watched."""
        return not self.saved or (self._known is not None and self._furthest > self._saved_furthest)

    def truth(self) -> Truth:
        """What would be saved now; visits that are still open are not in it."""
        return self._truth.model_copy(
            update={
                "watched": Span(from_frame=0, to_frame=self._furthest),
                "lines": self.marks.lines,
                "zones": self.marks.zones,
            }
        )

    def save(self) -> None:
        """Writes the file at once and whole, or not at all.

        Raises:
            NotSaved: it has been changed by somebody else meanwhile, or cannot be written.
        """
        body = encoded(self.truth())
        try:
            _put(self._path, body, self._known)
        except OSError as error:
            raise NotSaved(f"{self._path} cannot be written: {error.strerror}") from error
        self._known, self.saved = hashlib.sha256(body).digest(), True
        self._saved_furthest = self._furthest


def encoded(truth: Truth) -> bytes:
    """A truth as its file holds it."""
    content: dict[str, Any] = {"schema": SCHEMA}
    content |= truth.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _put(path: Path, body: bytes, known: bytes | None) -> None:
    written = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with written.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        if known is None:
            _put_new(written, path)
        else:
            _put_over(written, path, known)
    finally:
        written.unlink(missing_ok=True)


def _put_new(written: Path, path: Path) -> None:
    try:
        path.open("xb").close()  # fails where a file is, and holds the name where none was
    except FileExistsError:
        raise NotSaved(f"{path} has come into being meanwhile", "move it away, then save again") from None
    written.replace(path)


def _put_over(written: Path, path: Path, known: bytes) -> None:
    if not path.exists() or hashlib.sha256(path.read_bytes()).digest() != known:
        raise NotSaved(
            f"{path} has been changed or taken away by somebody else meanwhile",
            "put it back as it was, then save again",
        )
    written.replace(path)


def _named(places: tuple[PlaceT, ...], name: str, what: str) -> PlaceT:
    for place in places:
        if place.id == name:
            return place
    raise MarkRefused(f"there is no {what} {name!r}")
