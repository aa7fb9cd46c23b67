"""A configuration to start from: explained for a technician, or filled in for a known clip."""

from __future__ import annotations

import json
from collections.abc import Sequence

from edge.assets import ClipAsset, load_manifest, require
from edge.errors import EdgeError

HEAD = """\
# The device's configuration. 'footfall-edge check-config' says whether it can be used.
store = {store}
device = {device}

[broker]
host = {host}
port = {port}
# username = "door-1"
# password_file = "broker-password"  # a file beside this one that holds only the password
# ca_file = "ca.pem"                 # turns TLS on

[detector]
model = "auto"  # the best one on this machine; 'footfall-edge model list' shows all
threads = 2

[state]
folder = "state"      # what was counted is kept here until the broker has it
most_megabytes = 256
"""

CAMERA = """
[cameras.{camera}]
source = {source}
fps = 10  # a live camera's pictures are looked at this often
"""

LINE = """
# The line lies on the floor of the doorway; the arrow begins outside and ends inside.
# Places are [x, y] as shares of the picture's width and height, from the top left corner.
[[cameras.{camera}.lines]]
id = {id}
points = {points}
arrow = {arrow}
"""

ZONE = """
# The corners of a part of the floor, in order around it.
[[cameras.{camera}.zones]]
id = {id}
points = {points}
minimum_stay_seconds = 3  # a shorter stay is no visit
gap_seconds = 2           # leaving for less does not end a visit
"""


def starter_configuration(clip: str | None, *, store: str, device: str, host: str, port: int) -> str:
    """The text of a configuration that can be used as it is.

    Raises:
        EdgeError: no such clip, or it is not on this machine.
    """
    text = HEAD.format(store=_toml(store), device=_toml(device), host=_toml(host), port=port)
    if clip is None:
        text += CAMERA.format(camera="entrance", source=_toml("rtsp://192.0.2.10/stream1"))
        text += LINE.format(
            camera="entrance",
            id=_toml("main-door"),
            points=_places([(0.25, 0.6), (0.75, 0.6)]),
            arrow=_places([(0.5, 0.5), (0.5, 0.7)]),
        )
        return text + ZONE.format(
            camera="entrance",
            id=_toml("shelf"),
            points=_places([(0.1, 0.7), (0.4, 0.7), (0.4, 0.95), (0.1, 0.95)]),
        )
    asset = _known_clip(clip)
    text += CAMERA.format(camera="entrance", source=_toml(str(require(clip, asset).path.resolve())))
    for line in asset.lines:
        text += LINE.format(
            camera="entrance", id=_toml(line.id), points=_places(line.points), arrow=_places(line.arrow)
        )
    for zone in asset.zones:
        text += ZONE.format(camera="entrance", id=_toml(zone.id), points=_places(zone.points))
    return text


def _known_clip(name: str) -> ClipAsset:
    clips = load_manifest().clips
    if name not in clips:
        raise EdgeError(f"no clip is called {name!r}", f"known: {', '.join(clips)}")
    return clips[name]


def _toml(text: str) -> str:
    # A JSON string is a TOML basic string; only the escape of a slash differs, and json writes none.
    return json.dumps(text, ensure_ascii=False)


def _places(places: Sequence[tuple[float, float]]) -> str:
    return json.dumps([list(place) for place in places])
