"""A small decision tree of sales: which kinds of day sell how much, as rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeRegressor

from server.flow.outcome import Outcome
from server.flow.sales_days import Numbers, SalesDay, column, marked, weekdays

MOST_QUESTIONS = 3
"""So many questions lead to a rule at most."""
LEAST_LEAF_DAYS = 7
LEAST_LEAF_SHARE = 0.05
"""A rule is of at least so many days, and of at least this share of all."""
_PARTS = 5
_MOST_SIZES = 12
_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MARKS = {"holiday": "a holiday", "campaign": "a day of a campaign", "event": "an event's day"}
_NUMBERS = {
    "entries": ("entries", "more than {:,.0f} people", "at most {:,.0f} people", "{:,.0f} to {:,.0f} people"),
    "dwell": (
        "dwell_seconds",
        "visits longer than {:,.0f} s",
        "visits of at most {:,.0f} s",
        "visits of {:,.0f} to {:,.0f} s",
    ),
    "temperature": ("temperature_c", "warmer than {:.0f} °C", "at most {:.0f} °C", "{:.0f} to {:.0f} °C"),
    "rain": (
        "rain_mm",
        "more than {:.1f} mm of rain",
        "at most {:.1f} mm of rain",
        "{:.1f} to {:.1f} mm of rain",
    ),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of day, and what sells on such a day."""

    conditions: tuple[str, ...]
    days: int
    mean: float
    low: float
    high: float
    """Between these lie four of five of its days."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree that can be asked: what it looks at, and how weekdays stand in order."""

    names: tuple[str, ...]
    order: tuple[int, ...]
    """Weekdays by what is sold on them, least first."""
    model: Any

    def expect(self, days: Sequence[SalesDay]) -> Numbers:
        """What it expects of some days; shape (days,)."""
        expected: Numbers = self.model.predict(_matrix(days, self.names, self.order))
        return expected


def grown(days: Sequence[SalesDay], used: Sequence[str]) -> Grown:
    """The tree of some days, cut back to what holds on other days as well.

    `used` are names of predictors of which something is known on all of the days. Weekdays are put in the
    order of their sales, by which the best division of them is found (Breiman et al. 1984, chapter 4).
    """
    names = tuple(name for name in used if name in (*_NUMBERS, *_MARKS, "weekday"))
    sales, order = column(days, "sales"), _order(days)
    model = _model(len(days), _best_size(days, names))
    return Grown(names, order, model.fit(_matrix(days, names, order), sales))


def rules_of(tree: Grown, days: Sequence[SalesDay], of: Outcome) -> tuple[Rule, ...]:
    """The rules of a tree, best sales first; one without conditions where no question helps."""
    leaves = tree.model.apply(_matrix(days, tree.names, tree.order))
    sales = column(days, "sales")
    found = [
        _rule(_conditions(tree, bounds), sales[leaves == leaf], of)
        for leaf, bounds in _bounds_of_leaves(tree).items()
    ]
    return tuple(sorted(found, key=lambda rule: -rule.mean))


def _model(days: int, cut: float) -> DecisionTreeRegressor:
    least = max(LEAST_LEAF_DAYS, int(np.ceil(days * LEAST_LEAF_SHARE)))
    return DecisionTreeRegressor(
        max_depth=MOST_QUESTIONS, min_samples_leaf=least, ccp_alpha=cut, random_state=0
    )


def _best_size(days: Sequence[SalesDay], names: Sequence[str]) -> float:
    """How far to cut back: the smallest tree that is no worse than the best by more than its chance error.

    Each fifth of the time is tried on a tree of the others.
    """
    whole = _matrix(days, names, _order(days))
    path = _model(len(days), 0.0).cost_complexity_pruning_path(whole, column(days, "sales"))
    cuts = np.unique(np.maximum(path.ccp_alphas, 0.0))
    cuts = np.append(np.sqrt(cuts[:-1] * cuts[1:]), cuts[-1] * 1.01)[-_MOST_SIZES:]
    part_of_day = np.arange(len(days)) * _PARTS // len(days)
    errors = np.array([_errors(days, names, cuts, part_of_day == part) for part in range(_PARTS)])
    means = errors.mean(axis=0)
    chance = errors.std(axis=0, ddof=1) / np.sqrt(_PARTS)
    best = int(means.argmin())
    return float(cuts[np.flatnonzero(means <= means[best] + chance[best])[-1]])


def _errors(days: Sequence[SalesDay], names: Sequence[str], cuts: Numbers, is_tried: Any) -> list[float]:
    """The mean squared error of each size on some days, learnt from the others."""
    others = [day for day, tried in zip(days, is_tried, strict=True) if not tried]
    these = [day for day, tried in zip(days, is_tried, strict=True) if tried]
    order = _order(others)
    matrix, sales = _matrix(others, names, order), column(others, "sales")
    asked, actual = _matrix(these, names, order), column(these, "sales")
    models = (_model(len(days), cut).fit(matrix, sales) for cut in cuts)
    return [float(np.mean((model.predict(asked) - actual) ** 2)) for model in models]


def _order(days: Sequence[SalesDay]) -> tuple[int, ...]:
    sales, found = column(days, "sales"), weekdays(days)
    means = [float(sales[found == number].mean()) if (found == number).any() else 0.0 for number in range(7)]
    return tuple(int(number) for number in np.argsort(means, kind="stable"))


def _matrix(days: Sequence[SalesDay], names: Sequence[str], order: Sequence[int]) -> Numbers:
    columns = [_feature(days, name, order) for name in names]
    return np.stack(columns, axis=1)


def _feature(days: Sequence[SalesDay], name: str, order: Sequence[int]) -> Numbers:
    if name == "weekday":
        rank = np.argsort(order).astype(np.float64)
        return rank[weekdays(days)]
    return marked(days, name) if name in _MARKS else column(days, _NUMBERS[name][0])


Bounds = Mapping[str, tuple[float, float]]
"""By name, above what and up to what a value lies."""


def _bounds_of_leaves(tree: Grown) -> dict[int, Bounds]:
    inner = tree.model.tree_
    found: dict[int, Bounds] = {}
    waiting: list[tuple[int, Bounds]] = [(0, {})]
    while waiting:
        node, bounds = waiting.pop()
        if inner.children_left[node] < 0:
            found[node] = bounds
            continue
        name, edge = tree.names[inner.feature[node]], float(inner.threshold[node])
        low, high = bounds.get(name, (-np.inf, np.inf))
        waiting.append((inner.children_left[node], {**bounds, name: (low, min(high, edge))}))
        waiting.append((inner.children_right[node], {**bounds, name: (max(low, edge), high)}))
    return found


def _conditions(tree: Grown, bounds: Bounds) -> tuple[str, ...]:
    return tuple(_condition(tree, name, *ends) for name, ends in bounds.items())


def _condition(tree: Grown, name: str, low: float, high: float) -> str:
    if name == "weekday":
        chosen = {number for rank, number in enumerate(tree.order) if low < rank <= high}
        return _of_week(chosen) if len(chosen) <= 4 else f"not {_of_week(set(range(7)) - chosen)}"
    if name in _MARKS:
        return _MARKS[name] if low > 0 else f"not {_MARKS[name]}"
    _, above, below, between = _NUMBERS[name]
    if np.isfinite(low) and np.isfinite(high):
        return between.format(low, high)
    return above.format(low) if np.isfinite(low) else below.format(high)


def _of_week(weekdays_of_it: set[int]) -> str:
    return ", ".join(_SHORT[number] for number in sorted(weekdays_of_it))


def _rule(conditions: tuple[str, ...], sales: Numbers, of: Outcome) -> Rule:
    mean, (low, high) = float(sales.mean()), map(float, np.quantile(sales, (0.1, 0.9)))
    when = f"Days with: {'; '.join(conditions)}" if conditions else "All days alike"
    range_of = f"{len(sales)} days, four in five {low:,.0f} to {high:,.0f}"
    sentence = f"{when}: {mean:,.0f} {of.words} on average ({range_of})."
    return Rule(conditions, len(sales), mean, low, high, sentence)
