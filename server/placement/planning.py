"""From a request to the best placement beside the present one, in the words of the shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from server.errors import ServerError
from server.placement.comparing import compared, in_words
from server.placement.knowing import Knowing, ZoneSeen
from server.placement.placing import bindings, place
from server.placement.request import PlacementRequest, ProductAsked, ZoneAsked
from server.placement.terms import Apart, Exclusion, Limit, Offer, Place, Placed, Question, Range
from server.staffing.expecting import WEEKS


class NotKnown(ServerError):
    """Something is neither given nor known of the shop."""


@dataclass(frozen=True, slots=True)
class PlacedWorth:
    """A product in a zone, with the margin that is expected of it, in money."""

    sku: str
    zone: str
    margin: float


@dataclass(frozen=True)
class PlacementPlan:
    """The best placement, what it changes, what limits it, and what was taken for granted."""

    placed: tuple[PlacedWorth, ...]
    margin: float
    margin_now: float
    gain: float
    gap: float
    """By how much of its margin it may be worse than the best."""
    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Prepared:
    """A question with all that it needs, where things lie now, and what was taken for granted."""

    question: Question
    present: Placed
    notes: tuple[str, ...]


def plan_placement(prepared: Prepared, go_on: Callable[[], bool] = lambda: True) -> PlacementPlan:
    """The placement of the highest expected margin.

    Args:
        go_on: whether there is time to ask what one more limit costs.

    Raises:
        NothingFits: limits contradict each other.
        TookTooLong: nothing was found in time.
    """
    question, present, notes = prepared.question, prepared.present, list(prepared.notes)
    best = place(question)
    change = compared(best, present)
    found = bindings(best, go_on)
    if not go_on():
        notes.append("there was no time to ask of every limit what it costs")
    offers = {offer.sku: offer for offer in question.offers}
    places = {room.zone: room for room in question.places}
    worth = [PlacedWorth(s, z, question.worth(offers[s], places[z])) for s, z in best.placed]
    return PlacementPlan(
        tuple(sorted(worth, key=lambda each: (each.zone, -each.margin, each.sku))),
        best.margin,
        change.before,
        change.gain,
        best.gap,
        tuple(sorted(change.added)),
        tuple(sorted(change.removed)),
        tuple(in_words(each) for each in found),
        tuple(notes),
    )


def question_of(request: PlacementRequest, knowing: Knowing) -> Prepared:
    """The request with what it does not say filled in from what is known of the shop.

    Raises:
        NotKnown: a margin or a zone's visits are neither given nor known.
    """
    notes: list[str] = []
    offers = tuple(_offer(each, knowing) for each in request.products)
    places = _places(request, knowing, notes)
    present = _present(request, knowing, notes)
    given = {(each.sku, each.zone): each.per_visit for each in request.affinity}
    affinity = {**_affinity(offers, places, present, given, knowing, notes), **given}
    return Prepared(Question(offers, places, affinity, tuple(_limits(request))), present, tuple(notes))


def _offer(asked: ProductAsked, knowing: Knowing) -> Offer:
    known = knowing.product(asked.sku)
    margin = known.margin if asked.margin is None else asked.margin
    if margin is None:
        raise NotKnown(
            f"the margin of {asked.sku} is not given, and the catalogue has no price and cost of it",
            "give margin, or price and cost with: footfall-server import-catalogue",
        )
    return Offer(asked.sku, margin, asked.space, asked.category or known.category or "", asked.most_zones)


def _places(request: PlacementRequest, knowing: Knowing, notes: list[str]) -> tuple[Place, ...]:
    if all(each.visits is not None and each.stay is not None for each in request.zones):
        return tuple(_place(each, {}) for each in request.zones)
    notes.append(f"visits and stays that are not given are those of the last {WEEKS} weeks")
    seen = knowing.zones()
    return tuple(_place(each, seen) for each in request.zones)


def _place(asked: ZoneAsked, seen: Mapping[str, ZoneSeen]) -> Place:
    known = seen.get(asked.zone)
    if asked.visits is None and known is None:
        raise NotKnown(
            f"the visits of {asked.zone} are not given, and none were counted in the last {WEEKS} weeks",
            "give visits, or wait for counts",
        )
    visits = known.visits if asked.visits is None and known else asked.visits or 0.0
    stay = asked.stay if asked.stay is not None else known.stay if known else 1.0
    return Place(asked.zone, visits, asked.space, stay)


def _present(request: PlacementRequest, knowing: Knowing, notes: list[str]) -> Placed:
    skus, zones = {each.sku for each in request.products}, {each.zone for each in request.zones}
    if request.present is None:
        found = knowing.present(sorted(skus))
    else:
        found = frozenset((each.sku, each.zone) for each in request.present)
    kept = frozenset((sku, zone) for sku, zone in found if sku in skus and zone in zones)
    if found != kept:
        notes.append(f"{len(found - kept)} present places of products or zones not asked for are left out")
    return kept


def _affinity(
    offers: tuple[Offer, ...],
    places: tuple[Place, ...],
    present: Placed,
    given: Mapping[tuple[str, str], float],
    knowing: Knowing,
    notes: list[str],
) -> dict[tuple[str, str], float]:
    """Pieces sold for each visit of usual length to where a product lies now; the same in every zone."""
    open_ = [each for each in offers if any((each.sku, room.zone) not in given for room in places)]
    if not open_:
        return {}
    sold = knowing.sold()
    notes.append(
        f"a product is expected to sell in every zone as it did for each visit in the last {WEEKS} weeks, "
        "where no affinity is given"
    )
    if unsold := [each.sku for each in open_ if sold.get(each.sku, 0) <= 0]:
        notes.append(f"nothing is known to sell of {', '.join(unsold[:12])}{' …' if unsold[12:] else ''}")
    return {
        (offer.sku, room.zone): max(0.0, sold.get(offer.sku, 0.0)) / seen
        for offer in open_
        if (seen := _seen(offer, places, present)) > 0
        for room in places
    }


def _seen(offer: Offer, places: tuple[Place, ...], present: Placed) -> float:
    """Visits of usual length to the zones where a product lies; to all where it lies in none of them."""
    of = [room for room in places if (offer.sku, room.zone) in present] or list(places)
    return sum(room.visits * room.stay for room in of)


def _limits(request: PlacementRequest) -> Iterator[Limit]:
    for ban in request.exclusions:
        yield Exclusion(ban.zone, ban.sku or "", ban.category or "")
    for pair in request.apart:
        yield Apart(pair.first, pair.second)
    for least in request.ranges:
        yield Range(least.category or "", least.least, least.zone)
