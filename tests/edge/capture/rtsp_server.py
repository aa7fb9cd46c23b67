"""A camera made of GStreamer: a clip, again and again, as an RTSP stream. For the system's Python.

Usage: rtsp_server.py PORT FILE [USER:PASSWORD [basic|digest]]

The clip is at /door; at /sound there is a stream without video. With a user, both ask for the password.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

FRIEND = "friend"


def main(port: str, file: str, login: str = "", how: str = "basic") -> None:
    """Serves until it is killed."""
    gi = importlib.import_module("gi")
    for name in ("Gst", "GstRtsp", "GstRtspServer"):
        gi.require_version(name, "1.0")
    gst, protocol, rtsp, glib = (
        importlib.import_module(f"gi.repository.{name}")
        for name in ("Gst", "GstRtsp", "GstRtspServer", "GLib")
    )
    gst.init(None)
    server = rtsp.RTSPServer()
    server.set_service(port)
    server.set_address("127.0.0.1")
    if login:
        server.set_auth(_doorkeeper(rtsp, protocol, login, how))
    clip = f'multifilesrc location="{file}" loop=true ! qtdemux ! h264parse'
    streams = {
        "/door": f"{clip} ! rtph264pay name=pay0 pt=96",
        "/sound": "audiotestsrc is-live=true ! rtpL16pay name=pay0 pt=96",
    }
    for path, launch in streams.items():
        factory = rtsp.RTSPMediaFactory()
        factory.set_launch(f"( {launch} )")
        factory.set_shared(True)
        if login:
            _let_in(factory, gst)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print("ready", flush=True)
    glib.MainLoop().run()


def _doorkeeper(rtsp: Any, protocol: Any, login: str, how: str) -> Any:
    user, _, password = login.partition(":")
    auth, token = rtsp.RTSPAuth(), rtsp.RTSPToken()
    token.set_string("media.factory.role", FRIEND)
    if how == "digest":
        auth.set_supported_methods(protocol.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(auth.make_basic(user, password), token)
    return auth


def _let_in(factory: Any, gst: Any) -> None:
    rights = gst.Structure.new_empty(FRIEND)
    for name in ("media.factory.access", "media.factory.construct"):
        rights.set_value(name, True)
    factory.add_role_from_structure(rights)


if __name__ == "__main__":
    main(*sys.argv[1:])
