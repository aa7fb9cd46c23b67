"""Which offers go where: an assignment within limits, by mixed-integer programming (HiGHS inside SciPy)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from server.errors import ServerError
from server.placement.terms import Apart, Exclusion, Limit, Offer, Place, Placed, Question, Range

T = TypeVar("T")


class NothingFits(ServerError):
    """No placement keeps all limits; the message names those that cannot be kept together."""

    exit_code = 4


class TookTooLong(ServerError):
    """No placement was found in time."""

    exit_code = 4


_SECONDS = 10.0
_TIME_IS_OUT = 1
"""What SciPy's milp calls a limit of time."""


@dataclass(frozen=True)
class Placement:
    """The best placement and what it is expected to earn, in money."""

    question: Question
    placed: Placed
    margin: float
    gap: float = 0.0
    """By how much of its margin it may be worse than the best, where time ran out."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that costs something: what one unit more of room, one fewer of a range or no ban would win."""

    limit: Limit | Place | Offer
    gain: float


def place(question: Question) -> Placement:
    """The placement with the highest expected margin.

    Raises:
        NothingFits: limits contradict each other.
    """
    found = _solve(question)
    if found is None:
        clashing = [_words(limit) for limit in _clashing(question)]
        raise NothingFits(
            f"no placement keeps all limits; together these cannot be kept: {'; '.join(clashing)}",
            "make room, lower a least number or lift a ban",
        )
    return found


def expected_margin(question: Question, placed: Placed) -> float:
    """What a placement is expected to earn, in money; of pairs that are not in the question nothing."""
    return sum(
        question.worth(offer, place)
        for offer in question.offers
        for place in question.places
        if (offer.sku, place.zone) in placed
    )


def bindings(best: Placement, go_on: Callable[[], bool] = lambda: True) -> list[Binding]:
    """Limits whose loosening by one unit would win something, the most costly first; each is solved anew.

    Args:
        go_on: asked before each; the rest is left out where there is no time.
    """
    found = [Binding(limit, _gain(best, looser)) for limit, looser in _looser(best.question) if go_on()]
    return sorted((each for each in found if each.gain > 1e-6), key=lambda each: -each.gain)


def _gain(best: Placement, looser: Question) -> float:
    again = _solve(looser)
    return 0.0 if again is None else again.margin - best.margin


def _looser(question: Question) -> Iterator[tuple[Limit | Place | Offer, Question]]:
    """The question with each limit loosened by itself."""
    unit = min((offer.space for offer in question.offers if offer.space > 0), default=1.0)
    for number, room in enumerate(question.places):
        wider = replace(room, space=room.space + unit)
        yield room, replace(question, places=_with(question.places, number, wider))
    for number, offer in enumerate(question.offers):
        if offer.most_zones < len(question.places):
            freer = replace(offer, most_zones=offer.most_zones + 1)
            yield offer, replace(question, offers=_with(question.offers, number, freer))
    for number, limit in enumerate(question.limits):
        rest = (*question.limits[:number], *question.limits[number + 1 :])
        if isinstance(limit, Range) and limit.least > 1:
            rest = _with(question.limits, number, replace(limit, least=limit.least - 1))
        yield limit, replace(question, limits=rest)


def _with(items: tuple[T, ...], number: int, item: T) -> tuple[T, ...]:
    return (*items[:number], item, *items[number + 1 :])


def _clashing(question: Question) -> list[Limit]:
    """A smallest set of limits that cannot be kept together, by leaving out one after another."""
    kept = list(question.limits)
    for limit in question.limits:
        without = [each for each in kept if each is not limit]
        if _solve(replace(question, limits=tuple(without))) is None:
            kept = without
    return kept


def _words(limit: Limit) -> str:
    if isinstance(limit, Range):
        where = f"in {limit.zone}" if limit.zone else "in the shop"
        return f"at least {limit.least} of {limit.category or 'any category'} {where}"
    if isinstance(limit, Apart):
        return f"{limit.first} and {limit.second} apart"
    return f"no {limit.sku or limit.category} in {limit.zone or 'any zone'}"


def _solve(question: Question) -> Placement | None:
    pairs = [
        (offer, place)
        for offer in question.offers
        for place in question.places
        if not any(isinstance(each, Exclusion) and each.forbids(offer, place) for each in question.limits)
    ]
    several = [offer for offer in question.offers if offer.most_zones > 1]
    rows = [*_rows_of_room(question, pairs), *_rows_of_limits(question, pairs, several)]
    if not pairs:
        return None if any(least > 0 for _, least, _ in rows) else Placement(question, frozenset(), 0.0)
    found = _chosen(pairs, question, rows, len(several))
    if found is None:
        return None
    chosen, gap = found
    placed = frozenset((offer.sku, place.zone) for offer, place in chosen)
    return Placement(question, placed, expected_margin(question, placed), gap)


_Pair = tuple[Offer, Place]
_Row = tuple[list[float], float, float]
"""Coefficients, least and most. Columns are pairs, then whether each offer that may lie in several zones lies
anywhere; those after the last coefficient do not count."""


def _rows_of_room(question: Question, pairs: Sequence[_Pair]) -> Iterator[_Row]:
    for place in question.places:
        yield [offer.space if each == place else 0.0 for offer, each in pairs], -np.inf, place.space
    for offer in question.offers:
        yield [float(each == offer) for each, _ in pairs], -np.inf, float(offer.most_zones)


def _rows_of_limits(question: Question, pairs: Sequence[_Pair], several: Sequence[Offer]) -> Iterator[_Row]:
    for number, offer in enumerate(several):
        lies = [float(number == other) for other in range(len(several))]
        yield [*(-float(each == offer) for each, _ in pairs), *lies], -np.inf, 0.0
    for limit in question.limits:
        if isinstance(limit, Apart):
            for place in question.places:
                both = (limit.first, limit.second)
                yield [float(each == place and offer.sku in both) for offer, each in pairs], -np.inf, 1.0
        elif isinstance(limit, Range):
            yield _coefficients_of(limit, pairs, several), float(limit.least), np.inf


def _coefficients_of(limit: Range, pairs: Sequence[_Pair], several: Sequence[Offer]) -> list[float]:
    """What counts for a range: in the whole shop a product once, in however many zones it lies."""

    def is_meant(offer: Offer) -> bool:
        return not limit.category or offer.category == limit.category

    if limit.zone:
        return [float(is_meant(offer) and place.zone == limit.zone) for offer, place in pairs]
    once = (float(is_meant(offer) and offer.most_zones == 1) for offer, _ in pairs)
    return [*once, *(float(is_meant(offer)) for offer in several)]


def _chosen(
    pairs: Sequence[_Pair], question: Question, rows: Sequence[_Row], several: int
) -> tuple[list[_Pair], float] | None:
    width = len(pairs) + several
    matrix = coo_array(np.array([[*row, *[0.0] * (width - len(row))] for row, _, _ in rows]))
    done = milp(
        [*(-question.worth(offer, place) for offer, place in pairs), *[0.0] * several],
        constraints=LinearConstraint(matrix, [least for _, least, _ in rows], [most for _, _, most in rows]),
        integrality=np.ones(width, dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"time_limit": _SECONDS},
    )
    if done.x is None and done.status == _TIME_IS_OUT:
        raise TookTooLong(
            f"no placement was found in {_SECONDS:.0f} seconds", "ask for fewer products or zones at once"
        )
    if done.x is None:
        return None
    chosen = [pair for pair, share in zip(pairs, done.x[: len(pairs)], strict=True) if share > 0.5]
    return chosen, float(done.mip_gap or 0.0)
