"""A shop whose truth is known: hours and weekdays with a shape, luck that lasts, effects that linger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from server.metrics.intervals import Calendar

Floats = NDArray[np.float64]

CALENDAR = Calendar(ZoneInfo("Europe/Berlin"))
FIRST = date(2026, 2, 23)
OPENS = 9
HOURS = 10

_TRAFFIC_OF_HOUR = np.array([0.5, 0.7, 1.0, 1.3, 1.2, 0.9, 0.9, 1.2, 1.5, 0.8])
_TRAFFIC_OF_WEEKDAY = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.6, 0.7])
_BUYING_OF_HOUR = np.array([1.3, 1.2, 1.0, 0.9, 0.8, 0.8, 0.9, 1.1, 1.2, 1.0])
_BUYING_OF_WEEKDAY = np.array([1.0, 1.05, 1.0, 0.95, 0.9, 0.85, 1.2])


@dataclass(frozen=True)
class World:
    """How a made-up shop behaves. Standard deviations are those of logarithms."""

    visits_per_minute: float = 2.0
    conversion: float = 0.036
    uplift: float = 0.0
    """Share by which showing something raises conversion, at once and for good."""
    over_dispersion: float = 3.0
    """Negative binomial: variance = mean + mean² / this."""
    day_deviation: float = 0.2
    day_memory: float = 0.6
    """Correlation of a day with the next."""
    hour_deviation: float = 0.25
    hour_memory: float = 0.7
    lingering_minutes: float = 4.0
    """Time constant with which an effect builds up and dies away."""


@dataclass(frozen=True)
class Days:
    """What happens in a shop minute by minute, (days, hours, 60), before anybody decides what is shown."""

    visits: NDArray[np.int64]
    chance: Floats
    """That a visitor buys when nothing is shown."""
    world: World


def days_of(world: World, days: int, random: np.random.Generator) -> Days:
    """Some days of a shop."""
    weekday = np.arange(days) % 7
    traffic = _TRAFFIC_OF_WEEKDAY[weekday][:, None] * _TRAFFIC_OF_HOUR * _luck(world, days, random)
    buying = _BUYING_OF_WEEKDAY[weekday][:, None] * _BUYING_OF_HOUR * _luck(world, days, random)
    mean = np.repeat((traffic * world.visits_per_minute)[:, :, None], 60, axis=2)
    n = world.over_dispersion
    visits = random.negative_binomial(n, n / (n + mean))
    return Days(visits, np.repeat((buying * world.conversion)[:, :, None], 60, axis=2), world)


def bought(
    days: Days, shown: NDArray[np.bool_], random: np.random.Generator
) -> tuple[NDArray[np.int64], Floats]:
    """Purchases of each minute, and by how much the chance of each was really raised."""
    exposure = _lingering(shown, days.world.lingering_minutes)
    raised = days.chance * days.world.uplift
    chance = np.clip(days.chance + raised * exposure, 0, 0.95)
    return random.binomial(days.visits, chance), raised


def instant(day: int, hour: int, minute: int = 0) -> datetime:
    """A minute of the made-up shop."""
    local = datetime.combine(FIRST + timedelta(days=day), time(OPENS + hour, minute), CALENDAR.time_zone)
    return local.astimezone(UTC)


def shown_when(days: int, is_shown: Callable[[datetime], bool], step: int) -> NDArray[np.bool_]:
    """Whether something is shown in each minute, asked once every `step` minutes."""
    shown = np.zeros((days, HOURS, 60), dtype=np.bool_)
    for day in range(days):
        for hour in range(HOURS):
            for minute in range(0, 60, step):
                shown[day, hour, minute : minute + step] = is_shown(instant(day, hour, minute))
    return shown


def _luck(world: World, days: int, random: np.random.Generator) -> Floats:
    of_days = _remembered(world.day_deviation, world.day_memory, days, random)
    of_hours = _remembered(world.hour_deviation, world.hour_memory, days * HOURS, random)
    return np.asarray(np.exp(of_days[:, None] + of_hours.reshape(days, HOURS)))


def _remembered(deviation: float, memory: float, n: int, random: np.random.Generator) -> Floats:
    """An AR(1) process in its steady state, with mean 1 after exp."""
    noise = random.normal(0, deviation, n)
    values = np.empty(n)
    values[0] = noise[0]
    for number in range(1, n):
        values[number] = memory * values[number - 1] + np.sqrt(1 - memory**2) * noise[number]
    return values - deviation**2 / 2


def _lingering(shown: NDArray[np.bool_], minutes: float) -> Floats:
    """How far an effect has built up in each minute: it follows what is shown with a time constant."""
    flat = shown.reshape(len(shown), -1).astype(np.float64)
    exposure = np.empty_like(flat)
    kept = np.exp(-1 / minutes) if minutes else 0.0
    level = np.zeros(len(flat))
    for minute in range(flat.shape[1]):
        level = kept * level + (1 - kept) * flat[:, minute]
        exposure[:, minute] = level
    return exposure.reshape(shown.shape)


def shares(found: Sequence[bool]) -> float:
    """How often something was so."""
    return sum(found) / len(found)
