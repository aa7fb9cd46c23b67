"""A camera made of GStreamer: a clip, again and again, as an RTSP stream. For the system's Python.

Usage: rtsp_server.py PORT FILE
"""

from __future__ import annotations

import importlib
import sys


def main(port: str, file: str) -> None:
    """Serves until it is killed."""
    gi = importlib.import_module("gi")
    for name in ("Gst", "GstRtspServer"):
        gi.require_version(name, "1.0")
    gst, rtsp, glib = (
        importlib.import_module(f"gi.repository.{name}") for name in ("Gst", "GstRtspServer", "GLib")
    )
    gst.init(None)
    server, factory = rtsp.RTSPServer(), rtsp.RTSPMediaFactory()
    server.set_service(port)
    server.set_address("127.0.0.1")
    factory.set_launch(
        f'( multifilesrc location="{file}" loop=true ! qtdemux ! h264parse ! rtph264pay name=pay0 pt=96 )'
    )
    factory.set_shared(True)
    server.get_mount_points().add_factory("/door", factory)
    server.attach(None)
    print("ready", flush=True)
    glib.MainLoop().run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
