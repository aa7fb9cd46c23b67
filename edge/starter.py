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
# time_zone = "Europe/Berlin"  # of the shop's clocks; UTC unless said
# day_ends = "00:00"           # local time at which visits and waits that are under way are closed
# clock = "network"            # "trusted": right without NTP, as by a clock with a battery

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
fps = 10                    # a live camera's pictures are looked at this often
paths_within_seconds = 120  # who comes from one zone or line to the next so soon has gone there; 0: not told
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

MORE = """
# More that can be counted; take away the '# ' before what you want. docs/technician.md explains all of it.

# A line on the pavement: who crosses it and does not come in has passed by.
# [[cameras.{camera}.lines]]
# id = "pavement"
# kind = "passing"
# points = [[0.5, 0.2], [0.5, 0.4]]
# arrow = [[0.4, 0.3], [0.6, 0.3]]

# Where people wait, and where the one stands who is being served. Not where the cashier stands.
# [[cameras.{camera}.queues]]
# id = "till"
# points = [[0.6, 0.7], [0.7, 0.7], [0.7, 0.95], [0.6, 0.95]]
# service = [[0.6, 0.6], [0.7, 0.6], [0.7, 0.7], [0.6, 0.7]]
# minimum_stay_seconds = 3  # a shorter stay is no waiting
# gap_seconds = 5           # stepping out for less does not lose the place
# rejoin_seconds = 60       # who was served does not join again within so long

# People who cross an entrance so soon after, and so near to, one another are a group.
# [cameras.{camera}.groups]
# seconds = 3
# metres = 1.5   # where the floor is known
# heights = 0.9  # in body heights, where it is not

# Three ways to know staff; each may be left out.
# [cameras.{camera}.staff]
# origins = [[[0.8, 0.1], [0.9, 0.1], [0.9, 0.3], [0.8, 0.3]]]  # only staff come from here
# long_stay_seconds = 3600                                      # who is in view for so long
# badges = ["7000-7999"]                                        # whose badge is read at a reader
# [cameras.{camera}.staff.readers]
# till-1 = [[0.75, 0.6], [0.85, 0.6], [0.85, 0.7], [0.75, 0.7]]

# Four places on the floor, measured with a tape: then distances are known in metres.
# [cameras.{camera}.floor]
# points = [[0.2, 0.5], [0.8, 0.5], [0.95, 0.95], [0.05, 0.95]]
# metres = [[0, 0], [4, 0], [4, 3], [0, 3]]

# Where people spend time. In an empty shop that is one person's way: see docs/technician.md.
# [cameras.{camera}.heatmap]
"""


def starter_configuration(
    clip: str | None, *, store: str, device: str, host: str, port: int, source: str | None = None
) -> str:
    """The text of a configuration that can be used as it is; `source`: the camera, an example unless given.

    Raises:
        EdgeError: no such clip, or it is not on this machine.
    """
    text = HEAD.format(store=_toml(store), device=_toml(device), host=_toml(host), port=port)
    if clip is None:
        text += CAMERA.format(camera="entrance", source=_toml(source or "rtsp://192.0.2.10/stream1"))
        text += LINE.format(
            camera="entrance",
            id=_toml("main-door"),
            points=_places([(0.25, 0.6), (0.75, 0.6)]),
            arrow=_places([(0.5, 0.5), (0.5, 0.7)]),
        )
        text += ZONE.format(
            camera="entrance",
            id=_toml("shelf"),
            points=_places([(0.1, 0.7), (0.4, 0.7), (0.4, 0.95), (0.1, 0.95)]),
        )
        return text + MORE.format(camera="entrance")
    asset = _known_clip(clip)
    shown = source or str(require(clip, asset).path.resolve())
    text += CAMERA.format(camera="entrance", source=_toml(shown))
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
