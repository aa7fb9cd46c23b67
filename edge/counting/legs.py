"""Legs of paths as sums: by their two stops, as a message has them, and by where they began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from edge.counting.facts import Stop
from edge.wire import PathCount


def path_counts(numbers: Mapping[tuple[Stop, Stop], int]) -> tuple[PathCount, ...]:
    """Legs by their two stops, as a message has them."""
    return tuple(PathCount(origin=origin, to=to, n=n) for (origin, to), n in sorted(numbers.items()))


def numbers_of(paths: Iterable[PathCount]) -> Counter[tuple[Stop, Stop]]:
    """What a message says of paths, by their two stops."""
    return Counter({(path.origin, path.to): path.n for path in paths})


def by_origin(numbers: Mapping[tuple[Stop, Stop], int]) -> dict[Stop, dict[Stop, int]]:
    """People by the stop that they left and that to which they went, the most taken way first."""
    found: dict[Stop, dict[Stop, int]] = {}
    for (origin, to), people in sorted(numbers.items(), key=lambda path: (-path[1], path[0])):
        found.setdefault(origin, {})[to] = people
    return found
