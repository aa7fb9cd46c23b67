"""Finding people in a picture: one small protocol, one file per kind of network."""

from edge.detection.detector import Detector
from edge.detection.opening import open_detector
from edge.detection.overhead import OverheadBackground

__all__ = ["Detector", "OverheadBackground", "open_detector"]
