"""Pictures with their time, from a recording or a live camera."""

from edge.addresses import without_credentials
from edge.capture.frame import CameraLost, Fault, Frame, FrameSource, SourceRefused
from edge.capture.live import LiveCamera, Opened, Waits
from edge.capture.opening import open_live
from edge.capture.recording import Recording
from edge.capture.thinned import Thinned

__all__ = [
    "CameraLost",
    "Fault",
    "Frame",
    "FrameSource",
    "LiveCamera",
    "Opened",
    "Recording",
    "SourceRefused",
    "Thinned",
    "Waits",
    "open_live",
    "without_credentials",
]
