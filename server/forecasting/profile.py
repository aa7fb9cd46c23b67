"""The mean week: what the same hour of the week had in the last weeks, whatever is missing there."""

from __future__ import annotations

import warnings
from datetime import timedelta

import numpy as np

from server.forecasting.series import DAY, WEEK, Known, Numbers, Panel, flags_of


def weeks_before(panel: Panel, known: Known, weeks: int) -> Numbers:
    """The last weeks before a panel's end, shape (weeks, 168, series), oldest first.

    The first of the 168 hours has the weekday and hour at which a forecast begins. NaN where nothing is
    known, and on days that say nothing about ordinary ones.
    """
    wanted = weeks * WEEK
    values = panel.values[-wanted:].copy()
    begin = panel.end - timedelta(hours=len(values))
    flags = flags_of(known, begin.date(), (len(values) + begin.hour) // DAY + 2)
    day = (np.arange(len(values)) + begin.hour) // DAY
    values[flags.unusual[day]] = np.nan
    short = np.full((wanted - len(values), values.shape[1]), np.nan)
    return np.concatenate([short, values]).reshape(weeks, WEEK, -1)


def mean_week(weeks: Numbers) -> Numbers:
    """The mean of each hour of the week, shape (168, series).

    An hour that was never seen is taken from the same hour of other days, then from all hours; a series of
    which nothing is known has zeros.
    """
    found = mean_of(weeks, axis=0)
    by_hour = mean_of(found.reshape(7, DAY, -1), axis=0)
    found = np.where(np.isnan(found), np.tile(by_hour, (7, 1)), found)
    return np.nan_to_num(np.where(np.isnan(found), mean_of(found, axis=0), found))


def mean_of(values: Numbers, axis: int) -> Numbers:
    """The mean of what is known; NaN where nothing is, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(values, axis=axis), dtype=np.float64)


def median_of(values: Numbers, axis: int) -> Numbers:
    """The median of what is known; NaN where nothing is, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(values, axis=axis), dtype=np.float64)


def repeated(week: Numbers, hours: int) -> Numbers:
    """A week again and again, for so many hours."""
    return week[np.arange(hours) % WEEK]
