"""Durations as a histogram that merges: the only form in which dwell leaves a device.

Averages of percentiles are meaningless, so a bucket carries counts per logarithmic bin. Bins of two
buckets, cameras or stores add up, and any percentile of the sum is right to about 2 %.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt, model_validator

GAMMA = 1.04
"""Width of a bin: each one ends 4 % later than the one before, so its middle is within 2 % of all in it."""

SHORTEST_SECONDS = 0.1
LONGEST_SECONDS = 7 * 86400.0
LOWEST_BIN = math.ceil(math.log(SHORTEST_SECONDS) / math.log(GAMMA))
HIGHEST_BIN = math.ceil(math.log(LONGEST_SECONDS) / math.log(GAMMA))


def bin_of(seconds: float) -> int:
    """The bin that holds a duration: bin i holds (GAMMA^(i-1), GAMMA^i] seconds.

    Source: Masson, Rim and Lee, "DDSketch", VLDB 2019, section 2.1. Durations outside
    0.1 s to 7 days count in the outermost bin, which bounds the sketch to 400 bins.
    """
    clamped = min(max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)
    return math.ceil(math.log(clamped) / math.log(GAMMA))


def middle_of(number: int) -> float:
    """The duration in seconds that stands for a bin, 2·GAMMA^i / (GAMMA + 1)."""
    return 2 * GAMMA**number / (GAMMA + 1)


Bins = dict[Annotated[int, Field(ge=LOWEST_BIN, le=HIGHEST_BIN)], PositiveInt]
"""Bin number to count; an empty bin is left out."""


class DwellSketch(BaseModel):
    """How long visits lasted: exact number and sum, and a bin count from which percentiles follow."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    n: int = Field(0, ge=0, description="number of durations")
    sum_seconds: NonNegativeFloat = Field(0.0, description="their exact sum in seconds")
    bins: Bins = Field(
        default_factory=dict,
        description="bin number to count; bin i holds durations in (1.04^(i-1), 1.04^i] seconds",
    )

    @model_validator(mode="after")
    def _bins_hold_all(self) -> Self:
        held = sum(self.bins.values())
        if held != self.n:
            raise ValueError(f"n is {self.n} but the bins hold {held}")
        return self

    @classmethod
    def of(cls, durations: Iterable[float]) -> DwellSketch:
        """The sketch of some durations in seconds."""
        values = list(durations)
        return cls(
            n=len(values),
            sum_seconds=math.fsum(values),
            bins=dict(sorted(Counter(map(bin_of, values)).items())),
        )

    @classmethod
    def merged(cls, sketches: Iterable[DwellSketch]) -> DwellSketch:
        """One sketch that holds all durations of several."""
        several = list(sketches)
        if len(several) == 1:
            return several[0]
        n = 0
        sums: list[float] = []
        bins: Counter[int] = Counter()
        for sketch in several:
            n += sketch.n
            sums.append(sketch.sum_seconds)
            bins.update(sketch.bins)
        # Not checked again: what was put together from right ones is right.
        return cls.model_construct(n=n, sum_seconds=math.fsum(sums), bins=dict(bins))

    def without(self, some: DwellSketch) -> DwellSketch:
        """What is left of these durations when some of them are taken away.

        The sum is limited to 0 and above, for the two sums were rounded on their way.

        Raises:
            ValueError: some of them are not among these.
        """
        left = Counter(self.bins)
        left.subtract(some.bins)
        if missing := [number for number, count in left.items() if count < 0]:
            raise ValueError(
                f"bin {missing[0]} holds {some.bins[missing[0]]} of the part but only"
                f" {self.bins.get(missing[0], 0)} of the whole"
            )
        n = self.n - some.n
        return DwellSketch(
            n=n,
            sum_seconds=max(0.0, self.sum_seconds - some.sum_seconds) if n else 0.0,
            bins={number: count for number, count in left.items() if count},
        )

    @property
    def mean_seconds(self) -> float | None:
        """Exact mean in seconds; None of nothing."""
        return self.sum_seconds / self.n if self.n else None

    def quantile(self, share: float) -> float | None:
        """The duration in seconds below which `share` (0..1) of the visits lie; None of nothing.

        Nearest rank, right to half a bin (2 %).
        """
        if not self.n:
            return None
        rank = max(1, math.ceil(share * self.n))
        return middle_of(_bin_at_rank(self.bins, rank))

    def number_above(self, seconds: float) -> int:
        """How many durations are longer than `seconds`: exact for some limit within 2 % of it.

        Each duration counts as the middle of its bin. So the limit that is really drawn is the nearer end
        of the bin that holds `seconds`; beyond 0.1 s to 7 days it is that end of the range.
        """
        return sum(count for number, count in self.bins.items() if middle_of(number) > seconds)

    def number_from(self, seconds: float) -> int:
        """How many durations are `seconds` or longer: exact for some limit within 2 % of it."""
        first = _first_bin_from(seconds)
        return sum(count for number, count in self.bins.items() if number >= first)

    def share_above(self, seconds: float) -> float | None:
        """The share (0..1) of the durations that are longer than `seconds`, as exact; None of nothing."""
        return self.number_above(seconds) / self.n if self.n else None


def _first_bin_from(seconds: float) -> int:
    """The lowest bin whose middle is at `seconds` or above."""
    number = bin_of(seconds)
    while middle_of(number - 1) >= seconds:
        number -= 1
    while middle_of(number) < seconds and number <= HIGHEST_BIN:
        number += 1
    return number


def _bin_at_rank(bins: Mapping[int, int], rank: int) -> int:
    passed = 0
    for number in sorted(bins):
        passed += bins[number]
        if passed >= rank:
            return number
    return max(bins)
