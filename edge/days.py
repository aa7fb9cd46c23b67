"""When a shop's day ends: a local time of day, as moments that a device can compare."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_day_end(after: float, zone: ZoneInfo, ends: time) -> float:
    """The first end of a day later than `after`; both in seconds since the epoch.

    Every local day ends once. A time that the clocks leave out in spring falls as far after the change as it
    lies after the hour that is missing; of a time that comes twice in autumn the first one counts.
    """
    day = datetime.fromtimestamp(after, zone).date()
    near = (datetime.combine(day + timedelta(days), ends, zone).timestamp() for days in range(-1, 4))
    return min(moment for moment in near if moment > after)
