"""How much sales differ with one thing, other things equal, with an interval and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.flow.design import Design
from server.flow.outcome import Outcome
from server.flow.poisson import Fit, fitted
from server.flow.predictors import Contrast
from server.flow.sales_days import elapsed


@dataclass(frozen=True, slots=True)
class Effect:
    """Sales that go along with one thing, as a share of what they are otherwise: 0.04 is 4 % more."""

    key: str
    words: str
    change: float
    low: float
    high: float
    """Ends of the 95 % interval."""
    days: int | None
    """How many days are of that kind, where it is a kind of day."""
    sentence: str

    @property
    def is_sure(self) -> bool:
        """Whether the interval is on one side of no difference."""
        return self.low > 0 or self.high < 0


def effects_of(design: Design, of: Outcome) -> tuple[Effect, ...]:
    """The effects of all that is looked at, in its order."""
    fit = fitted(design.matrix, design.sales, elapsed(design.days))
    return tuple(_effect(fit, contrast, of) for contrast in design.contrasts)


def percent(share: float, *, signed: bool = False) -> str:
    """4.2 %, 21 %, −9.0 %, with a sign where asked for."""
    decimals = 0 if abs(share) >= 0.0995 else 1
    return f"{share * 100:{'+' if signed else ''}.{decimals}f} %".replace("-", "−")


def _effect(fit: Fit, contrast: Contrast, of: Outcome) -> Effect:
    # Beyond a thousandfold nobody needs to know more, and exp would overflow.
    change, low, high = (float(np.expm1(min(end, 7.0))) for end in fit.interval(contrast.weights))
    found = Effect(contrast.key, contrast.words, change, low, high, contrast.days, "")
    return Effect(
        contrast.key, contrast.words, change, low, high, contrast.days, _sentence(found, contrast.verb, of)
    )


def _sentence(effect: Effect, verb: str, of: Outcome) -> str:
    less = "fewer" if of is Outcome.TRANSACTIONS else "less"
    more = "more" if effect.change >= 0 else less
    ends = f"{percent(effect.low, signed=True)} to {percent(effect.high, signed=True)}"
    days = "" if effect.days is None else f"; {effect.days} days"
    said = f"{effect.words} {verb} {percent(abs(effect.change))} {more} {of.words} (likely {ends}{days})"
    return f"{said}." if effect.is_sure else f"{said}: too unsure to say."
