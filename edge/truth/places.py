"""Lines and zones as a user gives them: in the configuration's shares, in pixels, on the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from edge.config import CameraSettings
from edge.errors import EdgeError
from edge.sections import LineSettings, ZoneSettings
from edge.truth.format import ClipFacts, Pixels, TrueLine, TrueZone, Truth

WAYS: dict[str, Pixels] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}

ARROW_SHARE = 0.06
"""Half an arrow's length, as a share of the picture's width."""

MOVED_SHARE = 0.005
"""Further than this share of the picture's width, a line or zone is no longer where it was."""

_LINE = re.compile(r"^([a-z0-9-]{1,64})=([\d.,]+):(left|right|up|down)$")
_ZONE = re.compile(r"^([a-z0-9-]{1,64})=([\d.,]+)$")


@dataclass(frozen=True, slots=True)
class Places:
    """Lines and zones, in shares of the picture."""

    lines: tuple[LineSettings, ...] = ()
    zones: tuple[ZoneSettings, ...] = ()


def given_places(lines: Sequence[str], zones: Sequence[str], clip: ClipFacts) -> Places:
    """Places from options such as `door=330,180,330,360:left` and `shelf=10,10,90,10,90,90`, in pixels.

    Raises:
        EdgeError: an option that is none.
    """
    return Places(
        tuple(_line_option(text, clip) for text in lines), tuple(_zone_option(text, clip) for text in zones)
    )


def arrow_across(points: tuple[Pixels, Pixels], way: Pixels, clip: ClipFacts) -> tuple[Pixels, Pixels]:
    """An arrow through the middle of a line, at right angles to it, on the side that `way` points to.

    Raises:
        ValueError: the line runs along that way.
    """
    (x0, y0), (x1, y1) = points
    along = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    if not along:
        raise ValueError("the two ends of the line are the same place")
    across = ((y0 - y1) / along, (x1 - x0) / along)
    towards = across[0] * way[0] + across[1] * way[1]
    if abs(towards) < 0.01:
        raise ValueError("the line runs along that direction, so nobody can cross it so")
    reach = ARROW_SHARE * clip.width * (1 if towards > 0 else -1)
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    tail = (middle[0] - reach * across[0], middle[1] - reach * across[1])
    head = (middle[0] + reach * across[0], middle[1] + reach * across[1])
    return _within(tail, clip), _within(head, clip)


def true_line(line: LineSettings, clip: ClipFacts) -> TrueLine:
    """A configured line as a truth holds it, with nobody crossing yet."""
    first, second = (_pixels(place, clip) for place in line.points)
    tail, head = (_pixels(place, clip) for place in line.arrow)
    return TrueLine(id=line.id, points=(first, second), arrow=(tail, head), events=())


def true_zone(zone: ZoneSettings, clip: ClipFacts) -> TrueZone:
    """A configured zone as a truth holds it, without visits."""
    return TrueZone(
        id=zone.id,
        points=tuple(_pixels(place, clip) for place in zone.points),
        minimum_stay_seconds=zone.minimum_stay_seconds,
        gap_seconds=zone.gap_seconds,
    )


def placed(truth: Truth, given: Places) -> tuple[Truth, list[str]]:
    """The truth with lines and zones where the device has them, and a sentence for each that has moved."""
    notes: list[str] = []
    lines = {line.id: true_line(line, truth.clip) for line in given.lines}
    zones = {zone.id: true_zone(zone, truth.clip) for zone in given.zones}

    def line_of(old: TrueLine) -> TrueLine:
        new = lines.get(old.id, old)
        if _moved(old.points, new.points, truth.clip):
            notes.append(
                f"line {old.id} lies elsewhere than in the truth; it is counted where the device has it"
            )
        return old.model_copy(update={"points": new.points, "arrow": new.arrow})

    def zone_of(old: TrueZone) -> TrueZone | None:
        new = zones.get(old.id) or (next(iter(zones.values())) if _fits_any(old, zones) else old)
        if new.points is None:
            notes.append(f"visits to {old.id} are left out: no zone is given (--zone, or --config)")
            return None
        if old.points and _moved(old.points, new.points, truth.clip):
            notes.append(
                f"zone {old.id} lies elsewhere than in the truth; it is counted where the device has it"
            )
        return new.model_copy(update={"visits": old.visits})

    placed_zones = tuple(zone for zone in map(zone_of, truth.zones) if zone)
    update = {"lines": tuple(map(line_of, truth.lines)), "zones": placed_zones}
    return truth.model_copy(update=update), notes


def camera_of(truth: Truth, source: str) -> CameraSettings:
    """What a device has to be told to count a truth's lines and zones.

    Raises:
        EdgeError: one of them does not lie within the picture.
    """
    clip = truth.clip
    try:
        return CameraSettings(
            source=source,
            lines=tuple(
                LineSettings(id=line.id, points=_pair(line.points, clip), arrow=_pair(line.arrow, clip))
                for line in truth.lines
            ),
            zones=tuple(
                ZoneSettings(
                    id=zone.id,
                    points=tuple(_share(place, clip) for place in zone.points or ()),
                    minimum_stay_seconds=zone.minimum_stay_seconds,
                    gap_seconds=zone.gap_seconds,
                )
                for zone in truth.zones
            ),
        )
    except ValidationError as error:
        raise EdgeError(
            f"what the truth looks at cannot be counted: {error.errors()[0]['msg']}",
            f"places are pixels of a {clip.width}×{clip.height} picture",
        ) from error


def _line_option(text: str, clip: ClipFacts) -> LineSettings:
    found = _LINE.match(text)
    numbers = _numbers(found[2]) if found else []
    if not found or len(numbers) != 4:
        raise EdgeError(
            f"--line {text!r} is no line",
            "write NAME=X0,Y0,X1,Y1:WAY in pixels, WAY in being left, right, up or down",
        )
    points = ((numbers[0], numbers[1]), (numbers[2], numbers[3]))
    try:
        arrow = arrow_across(points, WAYS[found[3]], clip)
        return LineSettings(id=found[1], points=_pair(points, clip), arrow=_pair(arrow, clip))
    except ValueError as error:
        raise EdgeError(f"--line {text!r}: {_said(error)}", _size(clip)) from error


def _zone_option(text: str, clip: ClipFacts) -> ZoneSettings:
    found = _ZONE.match(text)
    numbers = _numbers(found[2]) if found else []
    if not found or len(numbers) < 6 or len(numbers) % 2:
        raise EdgeError(
            f"--zone {text!r} is no zone", "write NAME=X0,Y0,X1,Y1,X2,Y2,… in pixels, in order around it"
        )
    corners = zip(numbers[::2], numbers[1::2], strict=True)
    try:
        return ZoneSettings(id=found[1], points=tuple(_share(corner, clip) for corner in corners))
    except ValueError as error:
        raise EdgeError(f"--zone {text!r}: {_said(error)}", _size(clip)) from error


def _numbers(text: str) -> list[float]:
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        return []


def _said(error: ValueError) -> str:
    message = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
    return message.removeprefix("Value error, ")


def _size(clip: ClipFacts) -> str:
    return f"places are pixels of a {clip.width}×{clip.height} picture"


def _fits_any(zone: TrueZone, zones: dict[str, TrueZone]) -> bool:
    return zone.points is None and len(zones) == 1


def _moved(old: Sequence[Pixels], new: Sequence[Pixels], clip: ClipFacts) -> bool:
    if len(old) != len(new):
        return True
    most = MOVED_SHARE * clip.width
    return any(abs(a[0] - b[0]) > most or abs(a[1] - b[1]) > most for a, b in zip(old, new, strict=True))


def _within(place: Pixels, clip: ClipFacts) -> Pixels:
    return min(max(place[0], 0.0), float(clip.width)), min(max(place[1], 0.0), float(clip.height))


def _pixels(place: Pixels, clip: ClipFacts) -> Pixels:
    return round(place[0] * clip.width, 2), round(place[1] * clip.height, 2)


def _share(place: Pixels, clip: ClipFacts) -> Pixels:
    return place[0] / clip.width, place[1] / clip.height


def _pair(points: tuple[Pixels, Pixels], clip: ClipFacts) -> tuple[Pixels, Pixels]:
    return _share(points[0], clip), _share(points[1], clip)
