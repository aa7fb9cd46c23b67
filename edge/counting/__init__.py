"""From tracks to counts. Pure: values in, values out, time as an argument."""

from edge.counting.beside import began_at
from edge.counting.bucket import CountedBy, Watched
from edge.counting.camera import CameraCounter
from edge.counting.facts import (
    Crossing,
    Direction,
    Fact,
    Group,
    Leg,
    Passed,
    QueueEnd,
    QueueJoined,
    QueueLeft,
    StaffCrossing,
    Stop,
    Visit,
    VisitEnd,
)
from edge.counting.heat import Grid
from edge.counting.legs import by_origin
from edge.counting.line import Line
from edge.counting.lines import LineCounter
from edge.counting.plan import Groups, HeatGrid, Plan, Polygon, Queue, Staff, Zone
from edge.counting.queues import QueueCounter, Waiting
from edge.counting.scene import Scene
from edge.counting.sums import LineSums, QueueSums, RunSums, ZoneSums
from edge.counting.tally import Tally
from edge.counting.zones import ZoneCounter

__all__ = [
    "CameraCounter",
    "CountedBy",
    "Crossing",
    "Direction",
    "Fact",
    "Grid",
    "Group",
    "Groups",
    "HeatGrid",
    "Leg",
    "Line",
    "LineCounter",
    "LineSums",
    "Passed",
    "Plan",
    "Polygon",
    "Queue",
    "QueueCounter",
    "QueueEnd",
    "QueueJoined",
    "QueueLeft",
    "QueueSums",
    "RunSums",
    "Scene",
    "Staff",
    "StaffCrossing",
    "Stop",
    "Tally",
    "Visit",
    "VisitEnd",
    "Waiting",
    "Watched",
    "Zone",
    "ZoneCounter",
    "ZoneSums",
    "began_at",
    "by_origin",
]
