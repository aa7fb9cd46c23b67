"""How good a ranking or a set of chances is. Pure; formulas are checked against scikit-learn."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from server.recommending.baskets import Floats, Ints


def ndcg(ranked: Sequence[str], bought: Collection[str], k: int) -> float:
    """Normalised discounted cumulative gain of the first `k`: 1 where the best places are all bought.

    DCG = Σ over hits of 1 / log₂(place + 1), over that of the best order possible
    (Järvelin and Kekäläinen, 2002).
    """
    places = [place for place, sku in enumerate(ranked[:k], start=1) if sku in bought]
    best = sum(1 / np.log2(place + 1) for place in range(1, min(k, len(bought)) + 1))
    return float(sum(1 / np.log2(place + 1) for place in places) / best) if best else 0.0


def recall(ranked: Sequence[str], bought: Collection[str], k: int) -> float:
    """The share of what was bought that stands among the first `k`."""
    return len(set(ranked[:k]) & set(bought)) / len(bought) if bought else 0.0


def hit(ranked: Sequence[str], bought: Collection[str], k: int) -> float:
    """1 where anything that was bought stands among the first `k`, else 0."""
    return float(any(sku in bought for sku in ranked[:k]))


def log_loss(chances: Floats, happened: Ints) -> float:
    """Mean of -ln of the chance that was given to what happened; lower is better."""
    if not len(happened):
        return 0.0
    given = chances[np.arange(len(happened)), happened]
    return float(-np.log(np.clip(given, 1e-7, 1.0)).mean())


def accuracy(chances: Floats, happened: Ints) -> float:
    """How often the likeliest happened."""
    return float((chances.argmax(axis=1) == happened).mean()) if len(happened) else 0.0


def calibration_error(chances: Floats, happened: Ints, bins: int = 10) -> float:
    """By how much the chance of the likeliest is off, on average over bins of equal width.

    Expected calibration error: Σ (n_b / n) |share that happened - mean chance| (Naeini and others, 2015).
    """
    if not len(happened):
        return 0.0
    likeliest = chances.max(axis=1)
    right = chances.argmax(axis=1) == happened
    of = np.minimum((likeliest * bins).astype(int), bins - 1)
    gaps = [abs(right[of == one].mean() - likeliest[of == one].mean()) * (of == one).sum() for one in set(of)]
    return float(sum(gaps) / len(happened))
