"""From tracks to counts. Pure: values in, values out, time as an argument."""

from edge.counting.camera import CameraCounter
from edge.counting.facts import Crossing, Direction, Visit, VisitEnd
from edge.counting.line import Line
from edge.counting.lines import LineCounter
from edge.counting.tally import CountedBy, Tally
from edge.counting.zones import Zone, ZoneCounter

__all__ = [
    "CameraCounter",
    "CountedBy",
    "Crossing",
    "Direction",
    "Line",
    "LineCounter",
    "Tally",
    "Visit",
    "VisitEnd",
    "Zone",
    "ZoneCounter",
]
