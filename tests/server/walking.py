"""A day of a shop with two zones and a door, of which one camera tells where people went next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from edge.wire import Counts, PathCount
from tests.server.filling import counts, zone_count

Ways = dict[tuple[str, str], int]
"""People by the stop that they left and the one to which they came next."""

MORNING: Ways = {
    ("in:main", "tea"): 24,
    ("in:main", "gifts"): 6,
    ("tea", "gifts"): 12,
    ("tea", "out:main"): 9,
    ("tea", "tea"): 2,
    ("gifts", "out:main"): 10,
}
"""Of 40 who came in, 30 who left the tea, 18 who left the gifts and 31 who went out."""


def paths_of(ways: Ways) -> tuple[PathCount, ...]:
    """As a message has them."""
    return tuple(PathCount(origin=origin, to=to, n=n) for (origin, to), n in ways.items())


def walked(begin: datetime, ways: Ways | None = None, **changes: Any) -> Counts:
    """A minute in which people came and went as on that morning; ways None: it does not tell of paths."""
    visits = [zone_count("tea", [20.0] * 30), zone_count("gifts", [15.0] * 18)]
    told = None if ways is None else paths_of(ways)
    return counts(begin, 40, 31, visits, **{"paths": told, **changes})


def quiet(begin: datetime, **changes: Any) -> Counts:
    """A minute in which nobody was there, told by a camera that tells of paths."""
    zones = [zone_count("tea", []), zone_count("gifts", [])]
    return counts(begin, 0, 0, zones, **{"paths": (), **changes})


MINUTE = timedelta(minutes=1)
