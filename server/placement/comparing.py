"""Before and after: what a placement would change, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from server.placement.placing import Binding, Placement, expected_margin
from server.placement.terms import Apart, Exclusion, Offer, Place, Placed, Range


@dataclass(frozen=True)
class Comparison:
    """What moves and what that is expected to win, in money."""

    before: float
    after: float
    added: Placed
    removed: Placed

    @property
    def gain(self) -> float:
        """More expected margin."""
        return self.after - self.before


def compared(best: Placement, now: Placed) -> Comparison:
    """The best placement beside the present one, both told by the same expectation."""
    before = expected_margin(best.question, now)
    return Comparison(before, best.margin, best.placed - now, now - best.placed)


def in_words(binding: Binding) -> str:
    """A limit that costs something, with what loosening it by one unit would win."""
    limit, gain = binding.limit, f"{binding.gain:,.2f}"
    match limit:
        case Place():
            return f"{limit.zone} is full: room for one more would win {gain}"
        case Offer():
            return f"{limit.sku} may lie in {limit.most_zones} zone(s) only: one more would win {gain}"
        case Range():
            what = f"{limit.least} of {limit.category or 'any kind'} in {limit.zone or 'the shop'}"
            return f"at least {what}: one fewer would win {gain}"
        case Apart():
            return f"{limit.first} and {limit.second} are kept apart: together they would win {gain}"
        case Exclusion():
            return (
                f"no {limit.sku or limit.category} in {limit.zone or 'any zone'}: without this, {gain} more"
            )
