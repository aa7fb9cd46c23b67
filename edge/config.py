"""The device's one TOML file: what it may say, and every mistake in it with its place and a remedy."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from edge.errors import EdgeError
from edge.geometry import Point, area, crosses_itself, distance, line_crosses_itself, way_over
from edge.wire.topics import ID_PATTERN, checked_device

Share = Annotated[float, Field(ge=0, le=1)]
Place = tuple[Share, Share]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
Runtime = Literal["onnxruntime", "openvino"]

ULTRALYTICS = "ultralytics:"
"""Before a path, in detector.model: a model of Ultralytics, which is under AGPL-3.0."""

SHORTEST_LINE = 0.01
SMALLEST_ZONE = 0.0001


class ConfigError(EdgeError):
    """A configuration that cannot be used; `problems` names each place and what is wrong there."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{path} cannot be used:\n{listed}", "docs/technician.md explains every setting")
        self.problems = tuple(problems)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LineSettings(_Section):
    """A line across an entrance, and the arrow that says which way is in."""

    id: Id = Field(description="name of the line in all counts")
    points: Annotated[tuple[Place, ...], Field(min_length=2, max_length=16)] = Field(
        description="its ends, and the places in order where it bends between them, "
        "each [x, y] as shares of the picture's width and height from the top left"
    )
    arrow: tuple[Place, Place] = Field(
        description="from a place outside to a place inside; crossing along it counts as in"
    )
    recross_seconds: float = Field(
        1.0,
        ge=0,
        le=60,
        description="somebody who comes back over the line within so long has not crossed it",
    )
    late_counts: bool = Field(
        True, description="whether those count who are lost, or first seen, while they walk across the line"
    )

    @model_validator(mode="after")
    def _can_count(self) -> Self:
        line = tuple(Point(*place) for place in self.points)
        tail, head = (Point(*place) for place in self.arrow)
        if any(distance(first, second) < SHORTEST_LINE for first, second in pairwise(line)):
            raise ValueError("two points of the line are the same place; move one of them")
        if line_crosses_itself(line):
            raise ValueError(
                "the line crosses itself; give its points in the order in which one walks along it, "
                "or make two lines of it"
            )
        if way_over((tail, head), line) == 0:
            raise ValueError(
                "the arrow does not go from one side of the line to the other; "
                "let it begin outside the shop and end inside"
            )
        return self


class ZoneSettings(_Section):
    """A part of the floor in which stays are measured."""

    id: Id = Field(description="name of the zone in all counts")
    points: Annotated[tuple[Place, ...], Field(min_length=3, max_length=64)] = Field(
        description="its corners in order, each [x, y] as shares of the picture's width and height"
    )
    minimum_stay_seconds: float = Field(3.0, ge=0, le=3600, description="a shorter stay is no visit")
    gap_seconds: float = Field(2.0, ge=0, le=600, description="leaving for less does not end a visit")

    @model_validator(mode="after")
    def _is_an_area(self) -> Self:
        corners = tuple(Point(*place) for place in self.points)
        if crosses_itself(corners):
            raise ValueError("the sides of the zone cross each other; give its corners in order around it")
        if area(corners) < SMALLEST_ZONE:
            raise ValueError("the zone has no area; its corners lie on one line")
        return self


class CameraSettings(_Section):
    """One camera, with what is counted in its picture."""

    source: str = Field(
        min_length=1,
        description="rtsp://…, usb:0, or the path of a recording (relative to this file's folder)",
    )
    password_file: Path | None = Field(
        None, description="file that holds user:password for an rtsp source, so that neither stands here"
    )
    fps: float = Field(
        10.0, gt=0, le=60, description="most frames per second that are looked at (live sources)"
    )
    view: Literal["oblique", "overhead"] = Field(
        "oblique",
        description="overhead: the camera looks straight down, and people are found without a network",
    )
    person_size: float | None = Field(
        None,
        ge=0.06,
        le=0.3,
        description="how wide shoulders are in an overhead view, as a share of the picture's width; "
        "unset: learned from the first people",
    )
    person_height: float | None = Field(
        None,
        ge=0.02,
        le=1.5,
        description="how tall an upright grown-up is where people are counted, as a share of the picture's "
        "height; unset: learned from the first people",
    )
    lines: tuple[LineSettings, ...] = ()
    zones: tuple[ZoneSettings, ...] = ()

    @model_validator(mode="after")
    def _names_are_single(self) -> Self:
        if not self.lines and not self.zones:
            raise ValueError("nothing is counted: give at least one line or zone")
        if self.person_size is not None and self.view != "overhead":
            raise ValueError('person_size belongs to view = "overhead" only; leave one of them out')
        if self.person_height is not None and self.view != "oblique":
            raise ValueError('person_height belongs to view = "oblique" only; overhead has person_size')
        for what, names in (("line", [x.id for x in self.lines]), ("zone", [x.id for x in self.zones])):
            for name in {name for name in names if names.count(name) > 1}:
                raise ValueError(f"{what} {name!r} stands twice; give each its own id")
        return self


class BrokerSettings(_Section):
    """The MQTT broker that counts go to."""

    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(1883, ge=1, le=65535)
    username: str = ""
    password_file: Path | None = Field(None, description="file that holds the password")
    ca_file: Path | None = Field(None, description="certificate that signs the broker's; turns TLS on")


class StateSettings(_Section):
    """Where the device keeps what it has counted until the broker has it."""

    folder: Path = Field(Path("state"), description="relative to this file's folder")
    most_megabytes: int = Field(256, ge=1, description="bound of what is kept")


class DetectorSettings(_Section):
    """How people are found."""

    model: str = Field(
        "auto",
        description="a name of 'footfall-edge model list', auto: the best one here, or ultralytics:PATH",
    )
    runtime: Runtime = Field("onnxruntime", description="what computes RTMDet")
    threads: int = Field(2, ge=1, le=64, description="processor threads for one detection")
    width: int | None = Field(
        None,
        ge=128,
        le=1920,
        description="network input width in pixels for the whole picture; unset: chosen by people's height",
    )
    most_pixels: int = Field(
        400_000,
        ge=65_536,
        le=4_000_000,
        description="input pixels of the network that one picture may cost where people are small",
    )


class EdgeSettings(_Section):
    """The whole file."""

    store: Id = Field(description="name of the store")
    device: Annotated[Id, AfterValidator(checked_device)] = Field(description="name of this device")
    broker: BrokerSettings = BrokerSettings()
    state: StateSettings = StateSettings()
    detector: DetectorSettings = DetectorSettings()
    cameras: Annotated[dict[Id, CameraSettings], Field(min_length=1)]


def load_settings(path: Path) -> EdgeSettings:
    """The settings of a file, its relative paths made absolute.

    Raises:
        ConfigError: the file is missing, is no TOML, or says something that cannot be used; all
            mistakes at once.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(path, [f"it cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, [f"it is not UTF-8 text (byte {error.start})"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, [f"it is not TOML: {error}"]) from error
    try:
        settings = EdgeSettings.model_validate(content)
    except ValidationError as error:
        raise ConfigError(path, list(_problems(error))) from error
    return _with_absolute_paths(settings, path.resolve().parent)


def is_live(source: str) -> bool:
    """Whether a source is a camera rather than a recording."""
    return source.startswith(("rtsp://", "rtsps://", "http://", "https://", "usb:"))


def _with_absolute_paths(settings: EdgeSettings, folder: Path) -> EdgeSettings:
    def camera(one: CameraSettings) -> CameraSettings:
        source = one.source if is_live(one.source) else str(folder / one.source)
        return one.model_copy(update={"source": source, "password_file": under(one.password_file)})

    def under(path: Path | None) -> Path | None:
        return None if path is None else folder / path

    def model(name: str) -> str:
        path = name.removeprefix(ULTRALYTICS)
        return name if path == name else f"{ULTRALYTICS}{folder / path}"

    broker, detector = settings.broker, settings.detector
    return settings.model_copy(
        update={
            "detector": detector.model_copy(update={"model": model(detector.model)}),
            "state": settings.state.model_copy(update={"folder": folder / settings.state.folder}),
            "broker": broker.model_copy(
                update={"password_file": under(broker.password_file), "ca_file": under(broker.ca_file)}
            ),
            "cameras": {name: camera(one) for name, one in settings.cameras.items()},
        }
    )


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        place = tuple(step for step in problem["loc"] if step != "[key]")
        path = _path(place) or "the file"
        match problem["type"]:
            case "extra_forbidden":
                yield f"{path}: no such setting{_did_you_mean(place)}"
            case "missing":
                yield f"{path}: is missing"
            case "string_pattern_mismatch":
                yield f"{path}: {problem['input']!r} may hold only a-z, 0-9 and '-', 1 to 64 of them"
            case _:
                message = problem["msg"].removeprefix("Value error, ")
                given = problem["input"]
                shown = f" (it says {given!r})" if isinstance(given, str | int | float) else ""
                yield f"{path}: {message[:1].lower()}{message[1:]}{shown}"


def _path(place: Sequence[str | int]) -> str:
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".")


def _did_you_mean(place: Sequence[str | int]) -> str:
    known = list(_settings_at(EdgeSettings, place[:-1]))
    close = difflib.get_close_matches(str(place[-1]), known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}" if known else ""


def _settings_at(section: Any, place: Sequence[str | int]) -> Iterator[str]:
    """Names of the settings in the section that a place in the file belongs to."""
    if not place:
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from section.model_fields
        return
    step, rest = place[0], place[1:]
    if isinstance(section, type) and issubclass(section, BaseModel):
        field = section.model_fields.get(str(step))
        if field is not None:
            yield from _settings_at(field.annotation, rest)
        return
    for part in get_args(section):  # the value type of a dict or tuple
        if part not in (Ellipsis, Literal):
            yield from _settings_at(part, rest)
