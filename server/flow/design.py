"""Which predictors can be looked at together: enough days for each, and none that says what others say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from server.errors import ServerError
from server.flow.predictors import Contrast, Found, Predictor, Unusable, predictors_of
from server.flow.sales_days import History, Numbers, SalesDay

LEAST_DAYS = 28
DAYS_PER_COLUMN = 8
"""So many days are needed for each number that is learnt from them."""
_LEAST_OWN = 0.01
"""A column of which the others say all but this share of its variance says nothing of its own."""


class TooFewDays(ServerError):
    """Nothing can be said from so few days."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Design:
    """Days, and what is looked at of them."""

    days: tuple[SalesDay, ...]
    matrix: Numbers
    """Shape (days, columns); the first column is 1 throughout."""
    used: tuple[str, ...]
    contrasts: tuple[Contrast, ...]
    """Their weights have shape (columns,)."""
    notes: tuple[str, ...]
    """What was left out, and why."""
    lasting: Numbers
    """The columns of the matrix without those of growth and season."""

    @property
    def sales(self) -> Numbers:
        """What is explained, of each day."""
        return np.array([day.sales for day in self.days])


def design_of(history: History) -> Design:
    """What can be looked at of some days.

    Raises:
        TooFewDays: fewer than `LEAST_DAYS` can be used.
    """
    _check(history, len(history.days))
    found = predictors_of(history)
    kept, unusable = _enough_days(found, len(history.days))
    known = np.all([np.isfinite(each.columns).all(axis=1) for each in kept], axis=0)
    days = tuple(day for day, is_known in zip(history.days, known, strict=True) if is_known)
    _check(history, len(days))
    complete = [replace(each, columns=each.columns[known]) for each in kept]
    apart, alike = _told_apart(complete)
    notes = [
        *(f"left out: {each}" for each in history.left_out),
        *(f"{each.name} is left out: {each.reason}" for each in [*unusable, *alike]),
    ]
    if missing := len(history.days) - len(days):
        some = f"{missing} day" if missing == 1 else f"{missing} days"
        notes.append(f"left out: {some} of which weather or dwell is not known")
    return _design(days, apart, tuple(notes))


def _check(history: History, days: int) -> None:
    if days >= LEAST_DAYS:
        return
    why = f"; left out are {', '.join(history.left_out)}" if history.left_out else ""
    raise TooFewDays(
        f"what explains sales needs {LEAST_DAYS} days with counts and tickets; there are {days}{why}",
        "wait until there are more, or bring in the tickets that are missing",
    )


def _enough_days(found: Sequence[Found], days: int) -> tuple[list[Predictor], list[Unusable]]:
    """The predictors that so many days can carry: none after one that they cannot.

    For what is left out, what comes after it would speak as well.
    """
    kept: list[Predictor] = []
    unusable: list[Unusable] = []
    columns = 1
    full = False
    for each in found:
        if isinstance(each, Unusable):
            unusable.append(each)
            continue
        needed = (columns + each.columns.shape[1]) * DAYS_PER_COLUMN
        full = full or needed > days
        if full:
            unusable.append(Unusable(each.name, f"it needs {needed} days, and there are {days}"))
            continue
        columns += each.columns.shape[1]
        kept.append(each)
    return kept, unusable


def _told_apart(kept: Sequence[Predictor]) -> tuple[list[Predictor], list[Unusable]]:
    """Without predictors that do not vary, or that those before them say as well."""
    apart: list[Predictor] = []
    alike: list[Unusable] = []
    matrix = np.ones((len(kept[0].columns), 1))
    for each in kept:
        if np.ptp(each.columns, axis=0).min() == 0:
            alike.append(Unusable(each.name, "it is the same on all days"))
        elif _least_own_share(each.columns, matrix) < _LEAST_OWN:
            names = ", ".join(other.name for other in apart)
            alike.append(Unusable(each.name, f"it cannot be told apart from {names}"))
        else:
            apart.append(each)
            matrix = np.hstack([matrix, each.columns])
    return apart, alike


def _least_own_share(columns: Numbers, matrix: Numbers) -> float:
    """The least share of variance of any direction in some columns that others do not explain."""
    spread = columns - columns.mean(axis=0)
    left = columns - matrix @ np.linalg.lstsq(matrix, columns, rcond=None)[0]
    # Of all weightings of the columns, the one that is explained best.
    root = np.linalg.cholesky(spread.T @ spread + 1e-9 * np.eye(spread.shape[1]))
    own = np.linalg.solve(root, np.linalg.solve(root, left.T @ left).T)
    return float(np.linalg.eigvalsh((own + own.T) / 2)[0])


def _design(days: tuple[SalesDay, ...], kept: Sequence[Predictor], notes: tuple[str, ...]) -> Design:
    ones = np.ones((len(days), 1))
    matrix = np.hstack([ones, *(each.columns for each in kept)])
    lasting = np.hstack([ones, *(each.columns for each in kept if not each.is_of_time)])
    contrasts: list[Contrast] = []
    at = 1
    for each in kept:
        width = each.columns.shape[1]
        for contrast in each.contrasts:
            weights = np.zeros(matrix.shape[1])
            weights[at : at + width] = contrast.weights
            contrasts.append(replace(contrast, weights=weights))
        at += width
    return Design(days, matrix, tuple(each.name for each in kept), tuple(contrasts), notes, lasting)
