"""Made-up people who walk about a floor and keep clear of each other, as metres over time.

Forces are those of Helbing and Molnár, "Social force model for pedestrian dynamics", 1995, in their
simplest form: everybody is drawn towards a goal at their own pace and pushed away by those who are near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Random = np.random.Generator

PER_SECOND = 60
"""Steps of the simulation."""

HALL = (12.0, 9.0)
"""Width and depth of the floor that people cross, metres."""

RELAXATION_SECONDS = 0.5
PUSH = 2.0
"""Acceleration of two who touch, metres per second²."""
PUSH_METRES = 0.25
"""How fast it falls with distance."""
ROOM_METRES = 0.5
"""Distance of the middles of two who touch."""

TOGETHER_METRES = 0.65
"""Between neighbours of a group who walk abreast."""


@dataclass(frozen=True)
class Crowd:
    """Who comes, and how often.

    Attributes:
        parties_a_minute: singles, couples and groups that come in.
        standing: people who stand about all the time.
        sizes: shares of parties of one, two, three, four, five.
        turning: share of parties that turn round on their way.
        running: share of parties that run.
        seconds: how long.
    """

    parties_a_minute: float = 20.0
    standing: int = 2
    sizes: tuple[float, ...] = (0.5, 0.25, 0.15, 0.06, 0.04)
    turning: float = 0.12
    running: float = 0.05
    seconds: float = 60.0


class Walk(NamedTuple):
    """Where everybody was.

    Attributes:
        places: shape (moments, people, 2), metres; NaN while somebody is not there.
        statures: shape (people,), metres.
    """

    places: Floats
    statures: Floats


class _Plan(NamedTuple):
    """What one person wants to do."""

    comes_at: float
    begin: Floats
    goals: list[Floats]
    pace: float
    is_standing: bool = False


def walk(crowd: Crowd, random: Random) -> Walk:
    """Has a crowd walk for its time."""
    plans = [*_standing(crowd, random), *_coming(crowd, random)]
    moments = round(crowd.seconds * PER_SECOND)
    places = np.full((moments, len(plans), 2), np.nan)
    now, velocity = np.array([plan.begin for plan in plans]), np.zeros((len(plans), 2))
    stage, gone = np.zeros(len(plans), int), np.zeros(len(plans), bool)
    comes_at, pace = np.array([plan.comes_at for plan in plans]), np.array([plan.pace for plan in plans])
    for moment in range(moments):
        here = (comes_at <= moment / PER_SECOND) & ~gone
        goals = np.array([plan.goals[step] for plan, step in zip(plans, stage, strict=True)])
        velocity[here] += _forces(now[here], velocity[here], goals[here], pace[here]) / PER_SECOND
        now[here] += velocity[here] / PER_SECOND
        places[moment, here] = now[here]
        for one in np.flatnonzero(here & (np.hypot(*(goals - now).T) < 0.7)):
            if stage[one] + 1 < len(plans[one].goals):
                stage[one] += 1
            else:
                gone[one] = not plans[one].is_standing
    return Walk(places, np.clip(random.normal(1.7, 0.1, len(plans)), 1.4, 2.0))


def _forces(places: Floats, velocity: Floats, goals: Floats, pace: Floats) -> Floats:
    way = goals - places
    far = np.hypot(*way.T)[:, None]
    wanted = way / np.maximum(far, 1e-6) * np.minimum(pace[:, None], far / RELAXATION_SECONDS)
    between = places[:, None] - places[None]
    apart = np.hypot(between[..., 0], between[..., 1])
    np.fill_diagonal(apart, np.inf)
    push = PUSH * np.exp((ROOM_METRES - apart) / PUSH_METRES)
    # A little to the side, so that two who meet head-on get round each other.
    aside = np.stack([between[..., 1], -between[..., 0]], axis=-1)
    away = (between + 0.3 * aside) / np.maximum(apart, 1e-6)[..., None]
    return np.asarray((wanted - velocity) / RELAXATION_SECONDS + (push[..., None] * away).sum(axis=1))


def _standing(crowd: Crowd, random: Random) -> list[_Plan]:
    places = random.uniform((2.0, 1.5), (HALL[0] - 2.0, HALL[1] - 1.5), (crowd.standing, 2))
    return [_Plan(0.0, place, [place], 1.0, True) for place in places]


def _coming(crowd: Crowd, random: Random) -> list[_Plan]:
    parties = random.poisson(crowd.parties_a_minute * crowd.seconds / 60)
    plans: list[_Plan] = []
    for comes_at in random.uniform(0, crowd.seconds, parties):
        size = 1 + int(random.choice(len(crowd.sizes), p=crowd.sizes))
        plans += _party(comes_at, size, crowd, random)
    return plans


def _party(comes_at: float, size: int, crowd: Crowd, random: Random) -> list[_Plan]:
    """People who come together and walk abreast; those beyond three walk behind."""
    first, last = (_at_rim(side, random) for side in random.choice(4, 2, replace=False))
    goals = [last]
    if random.random() < crowd.turning:
        goals = [first + random.uniform(0.35, 0.7) * (last - first), first]
    pace = float(np.clip(random.normal(1.3, 0.25), 0.6, 2.0))
    if random.random() < crowd.running:
        pace = float(random.uniform(2.5, 3.5))
    ahead = (last - first) / np.hypot(*(last - first))
    beside = np.array([-ahead[1], ahead[0]])
    offs = [(one % 3 - 1) * TOGETHER_METRES * beside - one // 3 * 0.8 * ahead for one in range(size)]
    return [_Plan(comes_at, first + off, [goal + off for goal in goals], pace) for off in offs]


def _at_rim(side: int, random: Random) -> Floats:
    along = random.uniform(0.1, 0.9)
    wide, deep = HALL
    rims = (
        (-0.5, along * deep),
        (wide + 0.5, along * deep),
        (along * wide, -0.5),
        (along * wide, deep + 0.5),
    )
    return np.array(rims[side])
