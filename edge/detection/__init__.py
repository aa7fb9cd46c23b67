"""Finding people in a picture: one small protocol, one file per kind of network."""

from edge.detection.detector import Detector
from edge.detection.framed import Framed
from edge.detection.opening import open_detector
from edge.detection.overhead import OverheadBackground
from edge.detection.sight import Scalable, Sight

__all__ = ["Detector", "Framed", "OverheadBackground", "Scalable", "Sight", "open_detector"]
