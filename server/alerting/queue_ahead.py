"""Queues that are expected to pass their target within the next half hour."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.alerting.queueing import chance_with_doubt
from server.metrics.rows import QueueRow
from server.storage.forecasts import ForecastHour

AHEAD = timedelta(minutes=30)
"""So far is looked ahead, and so far back for who joined."""
BACK = timedelta(minutes=60)
"""So far back it is measured how fast people are served."""

_LATEST = timedelta(minutes=1)
"""A minute's counts come only when it is over."""
_MINUTE = timedelta(minutes=1)
_FEWEST_JOINED = 5
_FEWEST_BUSY = 5
"""Minutes with a line, without which nobody knows how fast people are served."""
_NEWEST_BUSY = 20
"""Of the busy minutes only the newest count: tills open and close."""
_FORECAST_DOUBT = 0.15
"""Deviation of the logarithm of what half an hour brings against what was forecast, once corrected."""
_USUAL_LOAD = 0.8
"""People who join for each who can be served, in times with a line: shops open tills to keep up."""
_LOADS_DIFFER = 0.2
"""Deviation of its logarithm from one such time to another."""


@dataclass(frozen=True, slots=True)
class QueueNowAndHow:
    """A queue as it stands, and how fast people joined and left it lately, in people a minute.

    `joined` and `left` are the numbers of people that this was measured from.
    """

    length: int
    joined: int
    left: int
    joining: float
    leaving: float


def measured(rows: Iterable[QueueRow], queue: str, length: int, now: datetime) -> QueueNowAndHow | None:
    """How a queue fares by its minutes of the last hour; None where too little is known.

    Whoever leaves the line makes room, served or not. How fast they leave is seen in the minutes after one
    with a line: a minute's own line is long where few were served in it, so that it would tell too little.
    """
    minutes = _by_minute(row for row in rows if row.queue == queue)
    lately = [at for at in minutes if now - AHEAD - _LATEST <= at < now]
    joined = sum(minutes[at].joined for at in lately)
    began_with_a_line = (at for at in minutes if minutes.get(at - _MINUTE, _Minute()).waiting >= 1.0)
    busy = sorted(began_with_a_line)[-_NEWEST_BUSY:]
    left = sum(minutes[at].left for at in busy)
    if (
        len(lately) < AHEAD / _MINUTE * 2 / 3
        or joined < _FEWEST_JOINED
        or len(busy) < _FEWEST_BUSY
        or not left
    ):
        return None
    return QueueNowAndHow(length, joined, left, joined / len(lately), left / len(busy))


@dataclass
class _Minute:
    joined: int = 0
    left: int = 0
    waiting: float = 0.0


def _by_minute(rows: Iterable[QueueRow]) -> dict[datetime, _Minute]:
    """Minutes of one queue, its cameras put together; those that do not tell are left out."""
    found: dict[datetime, _Minute] = defaultdict(_Minute)
    for row in rows:
        if row.joined is None or row.served is None or row.end - row.begin != _MINUTE:
            continue
        minute = found[row.begin]
        minute.joined += row.joined
        minute.left += row.served + (row.abandoned or 0) + (row.lost or 0)
        if row.person_seconds and row.observed_seconds:
            minute.waiting += row.person_seconds / row.observed_seconds
    return dict(found)


def joining_ahead(
    queue: QueueNowAndHow, forecast: Sequence[ForecastHour], now: datetime
) -> list[float] | None:
    """People who join in each minute to come: as lately, changed as the forecast changes.

    None where the forecast does not reach, or expects nobody.
    """
    rate = _rates(forecast)
    back = int(AHEAD / _MINUTE)
    before = [rate(now - number * _MINUTE) for number in range(1, back + 1)]
    after = [rate(now + number * _MINUTE) for number in range(back)]
    known = [each for each in before if each is not None]
    if not known or not sum(known) or None in after:
        return None
    usual = sum(known) / len(known)
    return [queue.joining * (each or 0.0) / usual for each in after]


def _rates(forecast: Sequence[ForecastHour]) -> Callable[[datetime], float | None]:
    by_hour: Mapping[datetime, float] = {hour.begin: hour.median for hour in forecast}

    def rate(at: datetime) -> float | None:
        return next(
            (median for begin, median in by_hour.items() if begin <= at < begin + timedelta(hours=1)), None
        )

    return rate


def chance(queue: QueueNowAndHow, ahead: Sequence[float], target_seconds: float) -> float:
    """That somebody has waited longer than the target within the time ahead.

    Who joins later than the target before its end cannot have. What was measured from few people is drawn to
    the load that is usual (the mean of two normal distributions, weighed by how sure each is).
    """
    target = target_seconds / 60
    joining = ahead[: max(1, math.floor(len(ahead) - target))]
    doubt = math.hypot(_FORECAST_DOUBT, 1 / math.sqrt(queue.joined), 1 / math.sqrt(queue.left))
    weight = _LOADS_DIFFER**2 / (_LOADS_DIFFER**2 + doubt**2)
    load = sum(joining) / len(joining) / queue.leaving
    drawn = (_USUAL_LOAD / load) ** (1 - weight) if load > 0 else 1.0
    return chance_with_doubt(
        queue.length, [each * drawn for each in joining], queue.leaving, target, doubt * math.sqrt(weight)
    )


def is_told(of: float, *, told_already: bool, least: float) -> bool:
    """Whether a chance is enough to be told; what was told stays until it is half as likely."""
    return of >= (least / 2 if told_already else least)


def queue_sentence(name: str, queue: QueueNowAndHow, ahead: Sequence[float], target: float, of: float) -> str:
    """What is expected, and what from."""
    return (
        f"{name} is expected to pass its target of {target:.0f} s within half an hour ({of:.0%} likely):"
        f" {queue.length} wait, {queue.leaving:.1f} leave the line in a minute,"
        f" and {sum(ahead) / len(ahead):.1f} are expected to join it."
    )
