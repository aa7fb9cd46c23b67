"""Pictures with their time, from a recording or a live camera."""

from edge.capture.frame import CameraLost, Frame, FrameSource, SourceRefused
from edge.capture.live import LiveCamera, Opened
from edge.capture.opening import open_live, without_credentials
from edge.capture.recording import Recording
from edge.capture.thinned import Thinned

__all__ = [
    "CameraLost",
    "Frame",
    "FrameSource",
    "LiveCamera",
    "Opened",
    "Recording",
    "SourceRefused",
    "Thinned",
    "open_live",
    "without_credentials",
]
