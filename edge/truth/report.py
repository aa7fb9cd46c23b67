"""A score as others can read it: JSON with a version. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge.truth.intervals import Estimate
from edge.truth.scoring import LineScore, Score, Tally, ZoneScore

SCHEMA = "footfall-score/1"

METHODS = {
    "matching": "one to one by line and direction, within tolerance_seconds: most pairs, then least sum",
    "recall": "matched / true, Wilson 95 %",
    "precision": "matched / counted, Wilson 95 %",
    "count_ratio": "counted / true, MOVER 95 % of Wilson (matched) and Poisson score (extra)",
    "visits": "one to one, so that pairs share the most time",
}


def report(score: Score) -> dict[str, Any]:
    """The whole score; seconds and shares are rounded to what means something."""
    return {
        "schema": SCHEMA,
        "tolerance_seconds": score.tolerance_seconds,
        "methods": METHODS,
        "total": tally_report(score.total),
        "lines": [line_report(line) for line in score.lines],
        "zones": [zone_report(zone) for zone in score.zones],
    }


def line_report(line: LineScore) -> dict[str, Any]:
    """One direction across one line."""
    return {
        "line": line.line,
        "direction": line.direction.value,
        "words": line.words,
        **tally_report(line.tally),
        "timing_error_seconds": {"median": rounded(line.median_error), "p95": rounded(line.p95_error)},
        "missed_at_seconds": _moments(line.missed_at),
        "extra_at_seconds": _moments(line.extra_at),
    }


def zone_report(zone: ZoneScore) -> dict[str, Any]:
    """One zone."""
    return {
        "zone": zone.zone,
        **tally_report(zone.tally),
        "dwell_error_seconds": {
            "mean_absolute": rounded(zone.mean_absolute_error),
            "bias": rounded(zone.bias),
        },
        "missed_at_seconds": _moments(zone.missed_at),
        "extra_at_seconds": _moments(zone.extra_at),
    }


def tally_report(tally: Tally) -> dict[str, Any]:
    """Counts with what follows from them."""
    return {
        "true": tally.true,
        "counted": tally.counted,
        "matched": tally.matched,
        "missed": tally.missed,
        "extra": tally.extra,
        "recall": _estimate(tally.recall),
        "precision": _estimate(tally.precision),
        "count_ratio": _estimate(tally.ratio),
    }


def in_words(estimate: Estimate) -> str:
    """A figure with its interval, such as `96.3 % (81.7–99.3)`."""
    if estimate.value is None:
        return "–"
    text = f"{100 * estimate.value:.1f} %"
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({100 * estimate.low:.1f}–{100 * estimate.high:.1f})"


def rounded(value: float | None, digits: int = 3) -> float | None:
    """Rounded, where there is something."""
    return None if value is None else round(value, digits)


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    return {
        "value": rounded(estimate.value, 4),
        "low": rounded(estimate.low, 4),
        "high": rounded(estimate.high, 4),
    }


def _moments(moments: Sequence[float]) -> list[float]:
    return [round(at, 2) for at in moments]
