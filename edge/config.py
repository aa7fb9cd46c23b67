"""The device's one TOML file: what it may say, and every mistake in it with its place and a remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator

from edge.addresses import doubt_of, doubt_of_host, is_live
from edge.errors import EdgeError
from edge.sections import (
    ClockTime,
    FloorSettings,
    GroupSettings,
    HeatmapSettings,
    Id,
    LineSettings,
    QueueSettings,
    Section,
    StaffSettings,
    TimeZone,
    ZoneSettings,
    in_sentences,
)
from edge.wire.topics import checked_device

Runtime = Literal["onnxruntime", "openvino"]

ULTRALYTICS = "ultralytics:"
"""Before a path, in detector.model: a model of Ultralytics, which is under AGPL-3.0."""

CELL_METRES = 0.5
CELL_WIDTH = 1 / 32
"""Of a heatmap's cell that nobody asked for: where the floor is known, and where it is not."""

CELL_BOUNDS_METRES = (0.1, 10.0)
CELL_BOUNDS_WIDTH = (0.01, 0.5)


class ConfigError(EdgeError):
    """A configuration that cannot be used; `problems` names each place and what is wrong there."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{path} cannot be used:\n{listed}", "docs/technician.md explains every setting")
        self.problems = tuple(problems)


def _known_source(source: str) -> str:
    if doubt := doubt_of(source):
        raise ValueError(doubt)
    return source


def _known_host(host: str) -> str:
    if "/" in host:
        raise ValueError("only the machine's name or address stands here, without mqtt:// and path")
    if host.count(":") == 1:
        raise ValueError("the port is a setting of its own, and does not stand behind the machine's name")
    if doubt := doubt_of_host(host):
        raise ValueError(doubt)
    return host


class CameraSettings(Section):
    """One camera, with what is counted in its picture."""

    source: Annotated[str, AfterValidator(_known_source)] = Field(
        min_length=1,
        description="rtsp://…, usb:0, or the path of a recording (relative to this file's folder)",
    )
    password_file: Path | None = Field(
        None,
        description="file that holds user:password for a network camera, so that neither stands here; "
        "unset: systemd's credential camera-NAME, if there is one",
    )
    transport: Literal["tcp", "udp"] = Field("tcp", description="what carries RTSP")
    frozen_seconds: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="one and the same picture for so long is a lost camera; 0: never (live sources)",
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
    queues: tuple[QueueSettings, ...] = ()
    paths_within_seconds: float = Field(
        120.0,
        ge=0,
        le=600,
        description="who comes to a zone or line so soon after another one has gone there from it; "
        "0: paths are not told",
    )
    groups: GroupSettings = GroupSettings()
    staff: StaffSettings | None = Field(None, description="how staff are known; unset: they are not")
    floor: FloorSettings | None = Field(None, description="the floor in metres; unset: it is not known")
    heatmap: HeatmapSettings | None = Field(None, description="present: where people spend time is gathered")

    @property
    def heat_cell(self) -> float:
        """Side of a heatmap's cell, in metres where the floor is known, else as a share of the width."""
        asked = self.heatmap.cell if self.heatmap else None
        return asked or (CELL_METRES if self.floor else CELL_WIDTH)

    @property
    def tells_paths(self) -> bool:
        """Whether it is told where people went next: there is a zone, and something else to go to."""
        entrances = sum(line.kind == "entrance" for line in self.lines)
        return self.paths_within_seconds > 0 and bool(self.zones) and len(self.zones) + entrances > 1

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        if not (self.lines or self.zones or self.queues or self.heatmap):
            raise ValueError("nothing is counted: give at least one line, zone, queue or heatmap")
        lowest, highest = CELL_BOUNDS_METRES if self.floor else CELL_BOUNDS_WIDTH
        if self.heatmap and not lowest <= self.heat_cell <= highest:
            unit = "metres on the floor" if self.floor else "shares of the picture's width, without a floor"
            raise ValueError(
                f"heatmap.cell is in {unit}, and {self.heat_cell:g} is none that makes a map; "
                f"give {lowest:g} to {highest:g}, or leave it out"
            )
        return self

    @model_validator(mode="after")
    def _names_are_single(self) -> Self:
        if self.person_size is not None and self.view != "overhead":
            raise ValueError('person_size belongs to view = "overhead" only; leave one of them out')
        if self.person_height is not None and self.view != "oblique":
            raise ValueError('person_height belongs to view = "oblique" only; overhead has person_size')
        for what, parts in (("line", self.lines), ("zone", self.zones), ("queue", self.queues)):
            names = [part.id for part in parts]
            for name in {name for name in names if names.count(name) > 1}:
                raise ValueError(f"{what} {name!r} stands twice; give each its own id")
        return self


class BrokerSettings(Section):
    """The MQTT broker that counts go to."""

    host: Annotated[str, AfterValidator(_known_host)] = Field("127.0.0.1", min_length=1)
    port: int = Field(1883, ge=1, le=65535)
    username: str = ""
    password_file: Path | None = Field(None, description="file that holds the password")
    ca_file: Path | None = Field(None, description="certificate that signs the broker's; turns TLS on")


class StateSettings(Section):
    """Where the device keeps what it has counted until the broker has it."""

    folder: Path = Field(Path("state"), description="relative to this file's folder")
    most_megabytes: int = Field(256, ge=1, description="bound of what is kept")


class DetectorSettings(Section):
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


class MetricsSettings(Section):
    """What Prometheus may ask the device for."""

    enabled: bool = Field(False, description="whether it may")
    host: Annotated[str, AfterValidator(_known_host)] = Field(
        "127.0.0.1", min_length=1, description="where it is answered; 0.0.0.0: everywhere"
    )
    port: int = Field(9464, ge=1, le=65_000, description="of the first camera; each further has the next")


class EdgeSettings(Section):
    """The whole file."""

    store: Id = Field(description="name of the store")
    device: Annotated[Id, AfterValidator(checked_device)] = Field(description="name of this device")
    time_zone: TimeZone = Field("UTC", description="IANA name of the zone of the shop's clocks")
    day_ends: ClockTime = Field(
        time(0, 0), description="local time at which visits and waits that are under way are closed"
    )
    clock: Literal["network", "trusted"] = Field(
        "network",
        description="network: counts wait apart until NTP has set the clock; trusted: it is always right",
    )
    broker: BrokerSettings = BrokerSettings()
    state: StateSettings = StateSettings()
    detector: DetectorSettings = DetectorSettings()
    metrics: MetricsSettings = MetricsSettings()
    cameras: Annotated[dict[Id, CameraSettings], Field(min_length=1)]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the shop's clocks."""
        return ZoneInfo(self.time_zone)


def load_settings(path: Path) -> EdgeSettings:
    """The settings of a file, its relative paths made absolute.

    Raises:
        ConfigError: the file is missing, is no TOML, or says something that cannot be used; all
            mistakes at once.
    """
    return settings_in(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a configuration.

    Raises:
        ConfigError: the file is missing, or holds no text.
    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ConfigError(path, [f"it cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, [f"it is not UTF-8 text (byte {error.start})"]) from error


def settings_in(text: str, path: Path) -> EdgeSettings:
    """The settings that a text says, with paths as they would be in the file `path`.

    Raises:
        ConfigError: it is no TOML, or says something that cannot be used; all mistakes at once.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, [f"it is not TOML: {error}"]) from error
    except RecursionError:  # a text from afar must not end the process that hears it, again and again
        raise ConfigError(path, ["its lists or tables stand too deep in one another"]) from None
    try:
        settings = EdgeSettings.model_validate(content)
    except ValidationError as error:
        raise ConfigError(path, list(in_sentences(error, EdgeSettings))) from error
    return _with_absolute_paths(settings, path.resolve().parent)


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
