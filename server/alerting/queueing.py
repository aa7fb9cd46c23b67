"""How likely a queue comes to wait too long soon: a birth-and-death chain, followed minute by minute; pure.

While people wait, all who serve are busy, so that the line grows at the rate of arrivals and shrinks at one
steady rate: the line of M/M/c is that of M/M/1 (L. Kleinrock, "Queueing Systems", volume 1, 1975, chapter
3). The first who joins behind more than can be served within the target will wait too long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_STEPS = 12
"""In a minute, so that hardly ever two things happen within one."""
_LONGEST = 200
"""People; a longer line is not followed."""


def too_long(served_per_minute: float, target_minutes: float) -> int:
    """The shortest line whose last will wait longer than the target, in five of six cases or so.

    So many are served within the target on average, give or take the root of it by chance.
    """
    within = served_per_minute * target_minutes
    return math.ceil(within + math.sqrt(within)) + 1


def chance_of_passing(
    length: int, joining_per_minute: Sequence[float], served_per_minute: float, target_minutes: float
) -> float:
    """The chance that the line comes to be too long within as many minutes as there are rates.

    Args:
        length: people who wait now.
        joining_per_minute: expected for each minute to come.
        served_per_minute: people who leave the line in a minute while there is one.
    """
    end = too_long(served_per_minute, target_minutes)
    if length >= end or not 0 < end <= _LONGEST:
        return 1.0 if length >= end else 0.0
    chances = [0.0] * (end + 1)
    chances[length] = 1.0
    for joining in joining_per_minute:
        steps = max(_STEPS, math.ceil(2 * (joining + served_per_minute)))
        up, down = joining / steps, served_per_minute / steps
        for _ in range(steps):
            chances = _after(chances, up, down)
    return chances[end]


def _after(chances: Sequence[float], up: float, down: float) -> list[float]:
    """One small step on; who came to the end stays there."""
    end = len(chances) - 1
    stay = 1.0 - up - down
    after = [
        below * up + here * stay + above * down
        for below, here, above in zip((0.0, *chances), chances, (*chances[1:end], 0.0, 0.0), strict=False)
    ]
    after[0] += chances[0] * down
    after[end] = chances[end] + chances[end - 1] * up
    return after


def chance_with_doubt(
    length: int,
    joining_per_minute: Sequence[float],
    served_per_minute: float,
    target_minutes: float,
    doubt: float,
) -> float:
    """The same where the rate of arrivals is known only up to a factor, whose logarithm has this deviation.

    Three points stand for its distribution (Gauss and Hermite).
    """
    factors = (
        (math.exp(-math.sqrt(3) * doubt), 1 / 6),
        (1.0, 2 / 3),
        (math.exp(math.sqrt(3) * doubt), 1 / 6),
    )
    return sum(
        weight
        * chance_of_passing(
            length, [rate * factor for rate in joining_per_minute], served_per_minute, target_minutes
        )
        for factor, weight in factors
    )
