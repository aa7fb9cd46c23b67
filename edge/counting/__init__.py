"""From tracks to counts. Pure: values in, values out, time as an argument."""

from edge.counting.camera import CameraCounter
from edge.counting.facts import (
    Crossing,
    Direction,
    Fact,
    Group,
    Passed,
    QueueEnd,
    QueueJoined,
    QueueLeft,
    StaffCrossing,
    Visit,
    VisitEnd,
)
from edge.counting.line import Line
from edge.counting.lines import LineCounter
from edge.counting.plan import Groups, HeatGrid, Plan, Polygon, Queue, Staff, Zone
from edge.counting.queues import QueueCounter, Waiting
from edge.counting.scene import Scene
from edge.counting.tally import CountedBy, Tally
from edge.counting.zones import ZoneCounter

__all__ = [
    "CameraCounter",
    "CountedBy",
    "Crossing",
    "Direction",
    "Fact",
    "Group",
    "Groups",
    "HeatGrid",
    "Line",
    "LineCounter",
    "Passed",
    "Plan",
    "Polygon",
    "Queue",
    "QueueCounter",
    "QueueEnd",
    "QueueJoined",
    "QueueLeft",
    "Scene",
    "Staff",
    "StaffCrossing",
    "Tally",
    "Visit",
    "VisitEnd",
    "Waiting",
    "Zone",
    "ZoneCounter",
]
