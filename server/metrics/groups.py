"""People who came in together, and those who walked past outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.metrics.rows import LineRow

PASSING = "passing"


@dataclass(frozen=True, slots=True)
class Groups:
    """People without staff who came in together. `sizes`: size to number of such groups, adds up."""

    sizes: Mapping[int, int]
    complete: bool
    """Whether every entrance line that was watched told its groups."""

    @property
    def n(self) -> int:
        """Number of groups; who came alone is one of size 1."""
        return sum(self.sizes.values())

    @property
    def people(self) -> int:
        """People in all of them together."""
        return sum(size * number for size, number in self.sizes.items())

    @property
    def mean_size(self) -> float | None:
        """People / groups; None of nothing."""
        return self.people / self.n if self.n else None


def groups_in(rows: Sequence[LineRow]) -> Groups | None:
    """Groups that came in over some entrance lines; None where no line tells them."""
    told = [row.groups_in for row in rows if row.groups_in is not None]
    if not told:
        return None
    sizes: Counter[int] = Counter()
    for some in told:
        sizes.update(some)
    return Groups(dict(sorted(sizes.items())), complete=len(told) == len(rows))


def passing_rows(rows: Iterable[LineRow]) -> list[LineRow]:
    """The rows of lines outside, whose crossings are neither entries nor exits."""
    return [row for row in rows if row.kind == PASSING]


def passers_by(rows: Iterable[LineRow]) -> int | None:
    """People who walked past over some passing lines; None where no line tells them."""
    told = [row.passed for row in rows if row.passed is not None]
    return sum(told) if told else None
