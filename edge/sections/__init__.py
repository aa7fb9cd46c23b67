"""Parts of the configuration, each checked with sentences that say how to mend it."""

from edge.sections.drawn import LineSettings, QueueSettings, ZoneSettings
from edge.sections.floor import NOMINAL_HEIGHT, NOMINAL_WIDTH, FloorSettings, HeatmapSettings
from edge.sections.people import GroupSettings, StaffSettings
from edge.sections.places import Corners, Id, Place, Section
from edge.sections.problems import in_sentences
from edge.sections.times import ClockTime, TimeZone

__all__ = [
    "NOMINAL_HEIGHT",
    "NOMINAL_WIDTH",
    "ClockTime",
    "Corners",
    "FloorSettings",
    "GroupSettings",
    "HeatmapSettings",
    "Id",
    "LineSettings",
    "Place",
    "QueueSettings",
    "Section",
    "StaffSettings",
    "TimeZone",
    "ZoneSettings",
    "in_sentences",
]
