"""Truths from files: our own format, lists of many clips with direction words, MOTChallenge labels."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.counting import Direction
from edge.errors import EdgeError
from edge.truth import mot
from edge.truth.format import (
    SCHEMA,
    ClipFacts,
    Counts,
    CrossingEvent,
    Pixels,
    TrueLine,
    TrueVisit,
    TrueZone,
    Truth,
)
from edge.truth.places import Places, arrow_across, true_line, true_zone

MOST_BYTES = 64 * 2**20

MOVES: dict[str, Pixels] = {
    "left_to_right": (1, 0),
    "right_to_left": (-1, 0),
    "downwards": (0, 1),
    "upwards": (0, -1),
}
"""Words that a direction's name may begin with, and where they lead in the picture."""


class TruthRefused(EdgeError):
    """A truth that cannot be used; `problems` names each place and what is wrong there."""

    exit_code = 4

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{path} cannot be used:\n{listed}", "docs/accuracy.md explains the formats")
        self.problems = tuple(problems)


class _ListedEvent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    video_frame0: float = Field(ge=0)
    dir: str


class _ListedLine(BaseModel):
    """A line of a list; its direction counts are further fields, named by a word of `MOVES`."""

    model_config = ConfigDict(frozen=True, extra="allow")
    line: tuple[float, float, float, float]
    anchor: str = "foot"
    events: tuple[_ListedEvent, ...] | None = None
    events_video_frame0: tuple[float, ...] | None = None
    uncertainty_frames: float = 0
    how: str = ""

    @property
    def directions(self) -> dict[str, int]:
        return {name: value for name, value in (self.model_extra or {}).items() if _move(name)}


class _ListedClip(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    size: tuple[int, int]
    fps: float = Field(gt=0)
    frames: int | None = None
    lines: tuple[_ListedLine, ...] = ()
    visits_video_frame0: tuple[tuple[float, float], ...] = ()
    uncertainty_frames: float = 0
    how: str = ""


class _List(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    sequences: dict[str, _ListedClip]


def read_truth(path: Path, clip: ClipFacts, given: Places) -> Truth:
    """The truth about a clip.

    Args:
        path: a file of any of the three formats.
        clip: the recording that it is about.
        given: lines and zones for labels, which hold none.

    Raises:
        TruthRefused: the file cannot be read, or says something that cannot be used; all mistakes at once.
    """
    text = _text(path)
    if path.suffix == ".txt":
        return _from_labels(path, text, clip, given)
    content = _json(path, text)
    if "sequences" in content:
        return _from_list(path, content, clip)
    try:
        truth = Truth.model_validate(content)
    except ValidationError as error:
        raise TruthRefused(path, list(_problems(error))) from error
    _check_clip(path, truth.clip, clip)
    return truth


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TruthRefused(path, [f"it is longer than {MOST_BYTES // 2**20} MiB"])
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise TruthRefused(path, [f"it cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise TruthRefused(path, [f"it is not UTF-8 text (byte {error.start})"]) from error


def _json(path: Path, text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise TruthRefused(path, [f"it is not JSON: {error}"]) from error
    if not isinstance(content, dict) or not {"schema", "sequences"} & content.keys():
        raise TruthRefused(path, [f'it has neither "schema": "{SCHEMA}" nor "sequences"'])
    return content


def _check_clip(path: Path, said: ClipFacts, clip: ClipFacts) -> None:
    if (said.width, said.height) != (clip.width, clip.height):
        raise TruthRefused(
            path,
            [
                f"clip: it is about pictures of {said.width}×{said.height}, "
                f"those of {clip.file} have {clip.width}×{clip.height}"
            ],
        )
    if said.sha256 and clip.sha256 and said.sha256 != clip.sha256:
        raise TruthRefused(path, [f"clip.sha256: it is about another file than {clip.file}"])


def _from_labels(path: Path, text: str, clip: ClipFacts, given: Places) -> Truth:
    if not given.lines and not given.zones:
        raise TruthRefused(path, ["labels hold no line and no zone; give --line, --zone or --config"])
    try:
        paths = mot.read_paths(text)
    except mot.MotProblem as error:
        raise TruthRefused(path, [str(error)]) from error
    if not paths:
        raise TruthRefused(path, ["it labels nobody"])
    return labelled(paths, clip, given)


def labelled(paths: mot.Paths, clip: ClipFacts, given: Places) -> Truth:
    """The truth of labelled people about given lines and zones."""
    last = max(foot.frame for path in paths.values() for foot in path)
    lines = [true_line(line, clip) for line in given.lines]
    zones = [true_zone(zone, clip) for zone in given.zones]
    return Truth.model_validate(
        {
            "schema": SCHEMA,
            "clip": clip,
            "watched": {"to_frame": last},
            "how": "bottom centre of labelled boxes",
            "lines": tuple(
                line.model_copy(update={"events": tuple(mot.crossings(paths, line.points, line.arrow[1]))})
                for line in lines
            ),
            "zones": tuple(
                zone.model_copy(
                    update={"visits": tuple(mot.visits(paths, zone.points or (), clip.fps, zone.gap_seconds))}
                )
                for zone in zones
            ),
        }
    )


def _from_list(path: Path, content: Mapping[str, Any], clip: ClipFacts) -> Truth:
    try:
        listed = _List.model_validate(content)
    except ValidationError as error:
        raise TruthRefused(path, list(_problems(error))) from error
    name, found = _about(path, listed, clip)
    said = ClipFacts(
        file=clip.file, width=found.size[0], height=found.size[1], fps=found.fps, frames=found.frames
    )
    _check_clip(path, said, clip)
    lines = _listed_lines(path, name, found, said)
    visits = tuple(TrueVisit(enter_frame=a, leave_frame=b) for a, b in found.visits_video_frame0)
    try:
        return Truth.model_validate(
            {
                "schema": SCHEMA,
                "clip": said,
                "how": found.how or "; ".join(line.how for line in found.lines if line.how),
                "uncertainty_frames": max(
                    [found.uncertainty_frames, *(x.uncertainty_frames for x in found.lines)]
                ),
                "lines": lines,
                "zones": (TrueZone(id="zone-1", visits=visits),) if visits else (),
            }
        )
    except ValidationError as error:
        raise TruthRefused(path, [f"sequences[{name}].{problem}" for problem in _problems(error)]) from error


def _about(path: Path, listed: _List, clip: ClipFacts) -> tuple[str, _ListedClip]:
    """The one clip of a list that is named like the recording."""
    names = [name for name in listed.sequences if Path(name).name == clip.file]
    if len(names) != 1:
        known = ", ".join(listed.sequences)
        raise TruthRefused(
            path, [f"sequences: {len(names)} of them are named {clip.file}; known are {known}"]
        )
    return names[0], listed.sequences[names[0]]


def _listed_lines(path: Path, name: str, found: _ListedClip, clip: ClipFacts) -> tuple[TrueLine, ...]:
    """The lines of a clip, or all that is wrong with them."""
    problems: list[str] = []
    lines = []
    for number, line in enumerate(found.lines):
        try:
            lines.append(_listed_line(line, f"line-{number + 1}", clip))
        except ValueError as error:
            what = "; ".join(_problems(error)) if isinstance(error, ValidationError) else str(error)
            problems.append(f"sequences[{name}].lines[{number}]: {what}")
    if problems:
        raise TruthRefused(path, problems)
    return tuple(lines)


def _listed_line(line: _ListedLine, name: str, clip: ClipFacts) -> TrueLine:
    """The direction that is named first is in."""
    x0, y0, x1, y1 = line.line
    words = list(line.directions)
    if not 1 <= len(words) <= 2:
        raise ValueError(f"one or two counts are needed, named by {', '.join(MOVES)}; there are {len(words)}")
    ways = dict(zip(words, Direction, strict=False))
    points = ((x0, y0), (x1, y1))
    count_in, count_out = (
        (line.directions[word] for word in words) if len(words) == 2 else (line.directions[words[0]], 0)
    )
    return TrueLine(
        id=name,
        points=points,
        arrow=arrow_across(points, _move(words[0]) or (0, 0), clip),
        anchor=line.anchor,
        words={direction: word for word, direction in ways.items()},
        counts=Counts.model_validate({"in": count_in, "out": count_out}),
        events=_listed_events(line, ways),
    )


def _listed_events(line: _ListedLine, ways: Mapping[str, Direction]) -> tuple[CrossingEvent, ...] | None:
    if line.events is not None:
        unknown = sorted({event.dir for event in line.events} - ways.keys())
        if unknown:
            raise ValueError(f"events: no count is named {unknown[0]!r}; there are {', '.join(ways)}")
        return tuple(CrossingEvent(direction=ways[e.dir], frame=e.video_frame0) for e in line.events)
    if line.events_video_frame0 is None:
        return None
    taken = [word for word, number in line.directions.items() if number]
    if len(taken) != 1:
        raise ValueError(
            "events_video_frame0: moments without direction need a line that is crossed one way only"
        )
    return tuple(CrossingEvent(direction=ways[taken[0]], frame=frame) for frame in line.events_video_frame0)


def _move(name: str) -> Pixels | None:
    return next((move for word, move in MOVES.items() if name.startswith(word)), None)


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        place = _place(problem["loc"]) or "the file"
        given = problem["input"]
        shown = f" (it says {given!r})" if isinstance(given, str | int | float) else ""
        message = "no such field" if problem["type"] == "extra_forbidden" else problem["msg"]
        message = message.removeprefix("Value error, ")
        yield f"{place}: {message[:1].lower()}{message[1:]}{shown}"


def _place(steps: Sequence[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
