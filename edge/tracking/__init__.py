"""Following people from picture to picture. Pure: detections and their time in, tracks out."""

from edge.tracking.tracker import Tracker, TrackerSettings

__all__ = ["Tracker", "TrackerSettings"]
