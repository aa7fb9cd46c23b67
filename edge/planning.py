"""From a camera's settings to what its counters watch, in pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from edge.config import CameraSettings
from edge.counting import (
    CameraCounter,
    Grid,
    Groups,
    HeatGrid,
    Line,
    Plan,
    Queue,
    Staff,
    Watched,
    Zone,
)
from edge.errors import EdgeError
from edge.floor import Floor, FloorError
from edge.geometry import Point
from edge.sections import (
    FloorSettings,
    LineSettings,
    QueueSettings,
    StaffSettings,
    ZoneSettings,
)


class FloorRefused(EdgeError):
    """The places of the floor make none in a picture of this shape."""

    exit_code = 2


def counter_builder(camera: CameraSettings) -> Callable[[int, int], CameraCounter]:
    """What turns a camera's settings into counters, once the picture's width and height are known.

    Raises:
        FloorRefused: when called, see `plan_of`.
    """
    return lambda width, height: CameraCounter(plan_of(camera, width, height))


def plan_of(camera: CameraSettings, width: int, height: int) -> Plan:
    """What is counted in a picture of this size.

    Raises:
        FloorRefused: the floor's places are too close to a straight line in a picture of this shape.
    """
    picture, grid = _Picture(width, height), grid_of(camera)
    return Plan(
        lines=tuple(picture.line(line) for line in camera.lines),
        zones=tuple(picture.zone(zone) for zone in camera.zones),
        queues=tuple(picture.queue(queue) for queue in camera.queues),
        groups=Groups(camera.groups.seconds, camera.groups.metres, camera.groups.heights),
        staff=picture.staff(camera.staff) if camera.staff else None,
        heat=HeatGrid(grid.cell, grid.unit, float(width)) if grid else None,
        floor=picture.floor(camera.floor) if camera.floor else None,
        paths_within_seconds=camera.paths_within_seconds if camera.tells_paths else None,
    )


def watched_by(camera: CameraSettings) -> Watched:
    """What every minute of a camera tells of."""
    return Watched(
        lines=tuple(line.id for line in camera.lines),
        zones=tuple(zone.id for zone in camera.zones),
        queues=tuple(queue.id for queue in camera.queues),
        passing=frozenset(line.id for line in camera.lines if line.kind == "passing"),
        tells_staff=camera.staff is not None,
        grid=grid_of(camera),
        tells_paths=camera.tells_paths,
    )


def grid_of(camera: CameraSettings) -> Grid | None:
    """The heatmap's cells; None where it is not asked for."""
    return Grid("metres" if camera.floor else "width", camera.heat_cell) if camera.heatmap else None


class _Picture(NamedTuple):
    """Turns shares into pixels."""

    width: int
    height: int

    def place(self, share: tuple[float, float]) -> Point:
        return Point(share[0] * self.width, share[1] * self.height)

    def places(self, shares: Iterable[tuple[float, float]]) -> tuple[Point, ...]:
        return tuple(self.place(share) for share in shares)

    def line(self, line: LineSettings) -> Line:
        arrow = (self.place(line.arrow[0]), self.place(line.arrow[1]))
        return Line(
            line.id, self.places(line.points), arrow, line.recross_seconds, line.late_counts, line.kind
        )

    def zone(self, zone: ZoneSettings) -> Zone:
        size = Point(self.width, self.height)
        return Zone(zone.id, self.places(zone.points), zone.minimum_stay_seconds, zone.gap_seconds, size)

    def queue(self, queue: QueueSettings) -> Queue:
        return Queue(
            queue.id,
            self.places(queue.points),
            self.places(queue.service),
            queue.minimum_stay_seconds,
            queue.gap_seconds,
            queue.rejoin_seconds,
        )

    def staff(self, staff: StaffSettings) -> Staff:
        return Staff(
            tuple(self.places(origin) for origin in staff.origins),
            staff.long_stay_seconds,
            {reader: self.places(corners) for reader, corners in staff.readers.items()},
        )

    def floor(self, floor: FloorSettings) -> Floor:
        try:
            return floor.in_picture(self.width, self.height)
        except FloorError as error:
            raise FloorRefused(
                f"the camera's floor cannot be used in a picture of {self.width}×{self.height}: {error}",
                "choose places that lie further apart in the picture",
            ) from error
