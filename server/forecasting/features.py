"""What a learning model looks at: only what was known before the forecast's first hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.forecasting.grid import YEAR, Grid
from server.forecasting.outside import OUTSIDE, WEATHER
from server.forecasting.profile import mean_of, median_of
from server.forecasting.series import DAY, WEEK, Numbers

Rows = npt.NDArray[np.int64]

FEATURES = (
    "level of this hour",
    "eight weeks",
    "two weeks",
    "last week",
    "spread of eight weeks",
    "last year",
    "last year's day",
    "last year's week",
    "last year was a holiday",
    "hour",
    "weekday",
    "day of year",
    "holiday",
    "holiday tomorrow",
    "holiday yesterday",
    "holiday in two days",
    "holiday two days ago",
    "holidays of this series",
    "hours like this one",
    "days like this one",
    "days ahead",
    "week on week",
    "week on month",
    "day on week",
    "last hours",
    "series",
    *OUTSIDE,
)
LAST_YEAR = frozenset(number for number, name in enumerate(FEATURES) if name.startswith("last year"))
WEATHER_AT = [FEATURES.index(OUTSIDE[number]) for number in WEATHER]
CATEGORIES = (FEATURES.index("weekday"),)

UNLIKE, UNLIKE_LEVEL = 1.0, 0.7
"""A week of last year that had so many more or fewer than usual then, or a level then that differs so
much from that of now (logarithms: 2.7 times, twice), does not tell how this year goes: think of a lockdown.
"""

Features = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Design:
    """Features of some hours after an origin, and the level that they are told against."""

    features: Features
    """Shape (hours, series, features); NaN where nothing is known."""
    base: Numbers
    """The mean of this hour in the last weeks, shape (hours, series); NaN where it was never seen."""


def design(grid: Grid, origin: int, rows: Rows) -> Design:
    """Look at some rows from an origin, the first row that is not known; `rows` are not before it."""
    place = (rows - origin) % WEEK
    weeks = _log(grid.ordinary[origin - 8 * WEEK : origin].reshape(8, WEEK, -1))
    base = _base(grid, origin)
    found = np.full((len(rows), grid.series, len(FEATURES)), np.nan, dtype=np.float32)
    level = _log(base)
    found[..., 0] = level[place]
    found[..., 1] = (median_of(weeks, axis=0) - level)[place]
    found[..., 2] = (mean_of(weeks[6:], axis=0) - level)[place]
    found[..., 3] = (weeks[7] - level)[place]
    found[..., 4] = mean_of(np.abs(weeks - level), axis=0)[place]
    found[..., 5:9] = _last_year(grid, origin, rows)
    found[..., 9:17] = _of_the_day(grid, rows)[:, None]
    found[..., 17] = _on_holidays(grid, origin, rows)
    found[..., 18:20] = _on_twins(grid, origin, rows)
    found[..., 20] = ((rows - origin) // DAY)[:, None]
    found[..., 21:25] = _trends(grid, origin, base)[None]
    found[..., 25] = np.arange(grid.series)
    found[..., 26:] = grid.outside.of(origin, rows)[:, None]
    return Design(found, base[place])


def _base(grid: Grid, origin: int) -> Numbers:
    """The mean week before an origin, shape (168, series), from four weeks or, where they lack, eight."""
    weeks = grid.ordinary[origin - 8 * WEEK : origin].reshape(8, WEEK, -1)
    four, eight = mean_of(weeks[4:], axis=0), mean_of(weeks, axis=0)
    return np.where(np.isnan(four), eight, four)


def _last_year(grid: Grid, origin: int, rows: Rows) -> Features:
    """The same weekday last year, its day and its week, against the level of that hour then."""
    then, place = rows - YEAR, (rows - origin) % WEEK
    base = _base(grid, origin - YEAR)
    hour = _log(grid.values[then]) - _log(base[place])
    day = _around(grid, origin, then, base, DAY // 2)
    week = _around(grid, origin, then, base, WEEK // 2)
    unlike = (np.abs(week) > UNLIKE) | (np.abs(_against(_base(grid, origin), base)) > UNLIKE_LEVEL)
    hour, day, week = (np.where(unlike, np.nan, each) for each in (hour, day, week))
    was = np.broadcast_to(grid.holiday[then][:, None], hour.shape)
    return np.stack([hour, day, week, was], axis=-1).astype(np.float32)


def _around(grid: Grid, origin: int, then: Rows, base: Numbers, reach: int) -> Numbers:
    """How many more came around an hour of last year than was usual then, a logarithm; NaN if unknown."""
    first, last = int(then.min()) - reach, int(then.max()) + reach
    seen = grid.values[first:last]
    usual = base[(np.arange(first, last) - (origin - YEAR)) % WEEK]
    unknown = np.isnan(seen) | np.isnan(usual)
    sums = [_summed(np.where(unknown, 0.0, each)) for each in (seen, usual)]
    begin, end = then - reach - first, then + reach - first
    came, expected = (total[end] - total[begin] for total in sums)
    return np.where(expected > 0, _log(came) - _log(expected), np.nan)


def _summed(values: Numbers) -> Numbers:
    return np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])


def _of_the_day(grid: Grid, rows: Rows) -> Features:
    near = [grid.near_holiday(rows, days) for days in (0, 1, -1, 2, -2)]
    told = [grid.hour[rows], grid.weekday[rows], grid.day_of_year[rows], *near]
    return np.stack(told, axis=-1).astype(np.float32)


def _on_holidays(grid: Grid, origin: int, rows: Rows) -> Features:
    """What holidays of the last year did to this hour of a series; zero on other days, NaN if never seen."""
    past = np.arange(max(origin - YEAR - WEEK, 9 * WEEK), origin)
    past = past[grid.holiday[past]]
    effect = np.full((DAY, grid.series), np.nan)
    if len(past):
        weeks = np.stack([grid.ordinary[past - number * WEEK] for number in (1, 2, 3, 4)])
        change = _log(grid.values[past]) - _log(mean_of(weeks, axis=0))
        for hour in range(DAY):
            effect[hour] = mean_of(change[grid.hour[past] == hour], axis=0) if len(past) else np.nan
    found = np.where(grid.holiday[rows][:, None], effect[grid.hour[rows]], 0.0)
    return found.astype(np.float32)


def _on_twins(grid: Grid, origin: int, rows: Rows) -> Features:
    """What earlier holidays of the same name did, to the hour and to the whole day.

    Zero where no holiday with a name is near, NaN where none of its name was seen before the origin;
    shape (hours, series, 2).
    """
    found = np.zeros((len(rows), grid.series, 2), dtype=np.float32)
    near = grid.twins.near[grid.day[rows]]
    if not near.any():
        return found
    some = rows[near]
    twins = grid.twins.day[grid.day[some]]
    then = some[:, None] - (grid.day[some][:, None] - twins) * DAY
    seen = (twins >= 0) & (grid.day[origin - 1] > twins)
    hours = np.where(seen[..., None], grid.change[np.where(seen, then, 0)], np.nan)
    days = np.where(seen[..., None], grid.change_of_day[np.where(seen, twins, 0)], np.nan)
    found[near] = np.stack([mean_of(hours, axis=1), mean_of(days, axis=1)], axis=-1)
    return found


def _trends(grid: Grid, origin: int, base: Numbers) -> Features:
    """Where the level goes: weeks, days and hours before the origin, shape (series, 4)."""
    last, before = grid.ordinary[origin - WEEK : origin], grid.ordinary[origin - 2 * WEEK : origin - WEEK]
    day, hours = last[-DAY:], last[-3:]
    pairs = [(last, before), (last, base), (day, base[-DAY:]), (hours, base[-3:])]
    return np.stack([_against(now, usual) for now, usual in pairs], axis=-1).astype(np.float32)


def _against(now: Numbers, usual: Numbers) -> Numbers:
    """How many more there were than usual, in the hours known of both; NaN if there are none."""
    both = ~(np.isnan(now) | np.isnan(usual))
    more = _log(np.where(both, now, 0).sum(axis=0)) - _log(np.where(both, usual, 0).sum(axis=0))
    return np.where(both.any(axis=0), more, np.nan)


def _log(values: Numbers) -> Numbers:
    return np.log1p(values)
