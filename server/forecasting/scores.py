"""How wrong a forecast was, in the usual four figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.forecasting.profile import mean_of
from server.forecasting.series import WEEK, Forecast, Numbers


@dataclass(frozen=True, slots=True)
class Scores:
    """Of each series, shape (series,); NaN where no hour of it is known."""

    mae: Numbers
    """Mean absolute error of the median, in people (or what else is counted) per hour."""
    mase: Numbers
    """The same against what last week's hour missed within the history (Hyndman and Koehler, 2006)."""
    pinball: Numbers
    """Mean pinball loss of the quantiles 0.1, 0.5 and 0.9 (Koenker and Bassett, 1978)."""
    coverage: Numbers
    """Share of hours within the interval; 0.8 is meant."""


def scored(forecast: Forecast, actual: Numbers, scale: Numbers) -> Scores:
    """Compare a forecast with what came, shape (hours, series); hours that are not known are left out."""
    known = ~np.isnan(actual)
    inside = np.where(known, (actual >= forecast.low) & (actual <= forecast.high), np.nan)
    mae = mean_of(np.abs(actual - forecast.median), axis=0)
    quantiles = ((0.1, forecast.low), (0.5, forecast.median), (0.9, forecast.high))
    pinball = sum((_pinball(actual, values, share) for share, values in quantiles), np.zeros(len(mae)))
    return Scores(mae, mae / scale, pinball / len(quantiles), mean_of(inside, axis=0))


def naive_scale(history: Numbers) -> Numbers:
    """The mean difference between an hour and the same hour a week before, shape (series,): MASE's unit."""
    return mean_of(np.abs(history[WEEK:] - history[:-WEEK]), axis=0)


def _pinball(actual: Numbers, expected: Numbers, share: float) -> Numbers:
    missed = actual - expected
    return mean_of(np.maximum(share * missed, (share - 1) * missed), axis=0)
