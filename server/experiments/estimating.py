"""The difference of two ratios of sums, and how uncertain it is when blocks of time are not alike."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.experiments.student import half_width, two_sided_p

LEAST_GROUPS = 4
"""With fewer groups that were drawn independently nothing can be said of chance."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured of one block of time, or of one store, in one arm."""

    arm: str
    group: str
    """Outcomes of one group were drawn together."""
    numerator: float
    denominator: float
    chance: float = 1.0
    """With which its arm was drawn, where chances differ: then it counts for 1 / chance."""
    slot: int = 0
    """Of the day; blocks of one slot have the same shape."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Σ numerator / Σ denominator of what is tried less that of control."""

    control: float
    tried: float
    error: float
    """Standard error of the difference."""
    degrees: float
    """Of freedom, of Student's t."""
    groups: int
    before: float = 0.0
    """By how much the two were apart before; taken away where stores are compared."""

    @property
    def value(self) -> float:
        """Tried less control, less what was so before, in the unit of the measure."""
        return self.tried - self.control - self.before

    @property
    def p(self) -> float:
        """How often chance alone gives a difference at least as large, two-sided; for one look only."""
        return two_sided_p(self.value / self.error, self.degrees) if self.error else float(not self.value)

    def within(self, level: float) -> tuple[float, float]:
        """The interval that leaves out `level`, half of it on either side."""
        reach = half_width(level, self.degrees) * self.error
        return self.value - reach, self.value + reach


def difference(
    outcomes: Sequence[Outcome], control: str, tried: str, before: Sequence[Outcome] = ()
) -> Difference | None:
    """Compare two arms; None where one of them or enough groups are missing.

    Each arm's ratio is linearised: a block adds (numerator - ratio x denominator) / Σ denominator. Within a
    group these are added up, tried less control, so what both arms of a group share (hour of the week, the
    day's weather) cancels out; the squares of the groups' sums add up to the variance. That is right whatever
    the outcomes are, and however they hang together in time, because the groups were drawn independently.
    Each sum is first divided by 1 - the group's share, for a group pulls the ratios its own way; and t has as
    many degrees of freedom as groups of equal size would give the same precision, less the ratios estimated.

    `before` are the same stores' outcomes of an earlier time, in the arms that they have now: then it is the
    change since that is compared (difference in differences).

    Source: delta method, and the cluster-robust variance CR3 (the jackknife over groups) of R. M. Bell and
    D. F. McCaffrey, "Bias reduction in standard errors for linear regression with multi-stage samples",
    Survey Methodology 28 (2002), 169-181, with degrees of freedom in the manner of Satterthwaite.
    """
    theirs, ours = _Arm.of(outcomes, control), _Arm.of(outcomes, tried)
    names = sorted(ours.shares.keys() | theirs.shares.keys())
    if min(len(ours.shares), len(theirs.shares)) < 2 or len(names) < LEAST_GROUPS:
        return None
    earlier = (_Arm.of(before, control), _Arm.of(before, tried)) if before else (_NOTHING, _NOTHING)
    groups = [_Group.of((theirs, ours), earlier, name) for name in names]
    degrees = _degrees(groups)
    if degrees < 1:
        return None
    variance = sum((group.sum / (1 - min(group.leverage, 0.9))) ** 2 for group in groups)
    apart = earlier[1].ratio - earlier[0].ratio
    return Difference(theirs.ratio, ours.ratio, math.sqrt(variance), degrees, len(groups), apart)


@dataclass(frozen=True, slots=True)
class _Arm:
    ratio: float
    total: float
    shares: Mapping[str, float]
    """Of each group in the arm's denominator."""
    residuals: Mapping[str, float]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome], arm: str) -> _Arm:
        own = [one for one in outcomes if one.arm == arm and one.denominator > 0]
        total = sum(one.denominator / one.chance for one in own)
        if not total:
            return cls(0.0, 0.0, {}, {})
        ratio = sum(one.numerator / one.chance for one in own) / total
        shares: dict[str, float] = defaultdict(float)
        residuals: dict[str, float] = defaultdict(float)
        for one in own:
            shares[one.group] += one.denominator / one.chance / total
            residuals[one.group] += (one.numerator - ratio * one.denominator) / one.chance / total
        return cls(ratio, total, shares, residuals)


_NOTHING = _Arm(0.0, 0.0, {}, {})


@dataclass(frozen=True, slots=True)
class _Group:
    sum: float
    """What it adds to the difference."""
    leverage: float
    weight: float
    """Its part of the variance if each group were as uncertain as any other."""
    whole: bool
    """Whether both arms are in it."""

    @classmethod
    def of(cls, now: tuple[_Arm, _Arm], before: tuple[_Arm, _Arm], name: str) -> _Group:
        theirs, ours = now
        own, other = ours.shares.get(name, 0.0), theirs.shares.get(name, 0.0)
        whole = own > 0 and other > 0
        return cls(
            sum=_apart(now, name) - _apart(before, name),
            leverage=(own + other) / 2 if whole else own + other,
            weight=own**2 + other**2,
            whole=whole,
        )


def _apart(arms: tuple[_Arm, _Arm], name: str) -> float:
    theirs, ours = arms
    return ours.residuals.get(name, 0.0) - theirs.residuals.get(name, 0.0)


def _degrees(groups: Sequence[_Group]) -> float:
    total = sum(group.weight for group in groups)
    like_equal = total**2 / sum(group.weight**2 for group in groups)
    share_whole = sum(group.weight for group in groups if group.whole) / total
    return like_equal - 2 + share_whole


def ratio_of(outcomes: Sequence[Outcome], arm: str) -> tuple[float, float]:
    """An arm's ratio and its variance over groups; there must be two groups at least."""
    own = _Arm.of(outcomes, arm)
    squares = ((own.residuals[name] / (1 - min(share, 0.9))) ** 2 for name, share in own.shares.items())
    return own.ratio, sum(squares)


def without_shape(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Outcomes less what is usual in their slot of the day, so that rush hours do not look like chance.

    The usual ratio of a slot is that of all arms together; the mean level stays. It changes nothing on
    average, for arms are drawn whatever the slot. Where both arms of a group share their slots there is no
    need of it.
    """
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one in outcomes:
        sums[one.slot][0] += one.numerator / one.chance
        sums[one.slot][1] += one.denominator / one.chance
    below = sum(denominators for _, denominators in sums.values())
    if not below:
        return list(outcomes)
    level = sum(numerators for numerators, _ in sums.values()) / below
    above_level = {slot: (over / under if under else level) - level for slot, (over, under) in sums.items()}
    return [
        replace(one, numerator=one.numerator - above_level[one.slot] * one.denominator) for one in outcomes
    ]
