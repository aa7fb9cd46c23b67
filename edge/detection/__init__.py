"""Finding people in a picture: one small protocol, one file per kind of network."""

from edge.detection.detector import Detector
from edge.detection.opening import open_detector

__all__ = ["Detector", "open_detector"]
