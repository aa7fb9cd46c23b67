"""What zones show, what became of it, how rules stand, and flags, over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, TypeVar

from fastapi import Path, Query
from fastapi.responses import Response
from pydantic import ValidationError
from sqlite_utils import Database

from edge.wire import ZoneEvent
from edge.wire.topics import ID_PATTERN
from server.access.rights import Action
from server.api.problems import Problem
from server.api.ranges import asked_range
from server.api.reports import calendar_of, zone_name
from server.api.site import GONE, Here, Route, Site
from server.api.taking import Body
from server.api.zone_shapes import (
    FlagShape,
    FlagsShape,
    FlagWish,
    RecommendationShape,
    RecommendationsShape,
    TriggersShape,
    ZoneEventShape,
    ZoneEventWish,
    ZoneNowShape,
    flag_shape,
    recommendation_shape,
    triggers_shape,
)
from server.config import StoreSettings
from server.storage import decisions, flags
from server.storage.database import writing
from server.storage.decisions import Decision
from server.storage.flags import Flag
from server.triggering.standing import standings

MOST_RECOMMENDATIONS = 1000
"""More are not given at once."""

ZoneId = Annotated[str, Path(pattern=ID_PATTERN)]
FlagName = Annotated[str, Path(pattern=ID_PATTERN)]
_Wish = TypeVar("_Wish", ZoneEventWish, FlagWish)

When = Annotated[str | None, Query(max_length=40)]


def zone_now(here: Here, store: str, zone: ZoneId) -> ZoneNowShape:
    """What a zone shows at this moment."""
    known, now = of_zone(here, store, zone), here.clock()
    with here.reading() as db:
        shown = with_events(db, decisions.showing(db, store, now, zone)[:1])
    shape = without_figures(here, shown[0]) if shown else None
    return ZoneNowShape(at=now, zone=zone, name=zone_name(known, zone), recommendation=shape)


def of_zone(here: Site, store: str, zone: str) -> StoreSettings:
    """The settings of a store of which whoever asks may see what a zone shows.

    Raises:
        Problem: 404, not this one's store or zone, or not there: that is not told apart.
    """
    known = here.store(store)
    if not here.sees_zone(store, zone):
        raise Problem(404, f"There is no zone {zone!r} here.")
    return known


def with_events(db: Database, found: list[Decision]) -> list[RecommendationShape]:
    """Decisions with what became of them."""
    events = decisions.events_of(db, [decision.id for decision in found])
    return [recommendation_shape(decision, events.get(decision.id, {})) for decision in found]


def without_figures(here: Site, shape: RecommendationShape) -> RecommendationShape:
    """Reasons tell figures: they are for those who may see figures, and not for passing on small ones."""
    if here.visit.may(Action.SEE_FIGURES) and not here.settings.suppress_below:
        return shape
    products = [product.model_copy(update={"reasons": []}) for product in shape.products]
    return shape.model_copy(update={"reasons": [], "products": products})


def tell_event(here: Here, store: str, zone: ZoneId, body: Body) -> ZoneEventShape:
    """Tell that a recommendation was shown, acknowledged or dismissed. Twice is once.

    The body has `event`, `recommendation`, `kind` and, if known, `at` and `by`.
    """
    of_zone(here, store, zone)
    wish = _read(ZoneEventWish, body)
    if wish.kind != "shown" and not here.visit.may(Action.ANSWER_NOTICES):
        raise Problem(403, "A sign may only tell what it has shown; people acknowledge and dismiss.")
    return ZoneEventShape(stored=keep_event(here, store, zone, wish))


def keep_event(here: Site, store: str, zone: str, wish: ZoneEventWish) -> bool:
    """Store what became of a recommendation; False if that is known already.

    Raises:
        Problem: 404, the zone has no such recommendation; 422, it cannot be so.
    """
    try:
        event = ZoneEvent(
            store=store,
            zone=zone,
            event=wish.event,
            recommendation=wish.recommendation,
            kind=wish.kind,
            at=wish.at or here.clock(),
            by=wish.by,
        )
    except ValueError as error:
        raise Problem(422, "recommendation, at or by is not as it has to be.") from error
    try:
        with here.writing() as db, writing(db):
            return decisions.keep_event(db, event, here.clock())
    except decisions.NoSuchDecision as error:
        raise Problem(404, f"There is no recommendation {wish.recommendation!r} here.") from error


def recommendations(
    here: Here,
    store: str,
    begin: When = None,
    end: When = None,
    zone: Annotated[str | None, Query(pattern=ID_PATTERN, description="only of this zone")] = None,
) -> RecommendationsShape:
    """What rules asked for in a half-open range, by default today's business day; controls, too."""
    known = here.store(store)
    whole = asked_range(begin, end, calendar_of(known), here.clock())
    with here.reading() as db:
        found = decisions.between(db, store, whole.begin, whole.end, MOST_RECOMMENDATIONS + 1, zone)
        shapes = [without_figures(here, shape) for shape in with_events(db, found[:MOST_RECOMMENDATIONS])]
    return RecommendationsShape(recommendations=shapes, complete=len(found) <= MOST_RECOMMENDATIONS)


def triggers(here: Here, store: str) -> TriggersShape:
    """How all rules of a store stand at this moment, condition by condition."""
    known, now = here.store(store), here.clock()
    with here.reading() as db:
        shape = triggers_shape(now, standings(db, store, known, now))
    return shape.without_sentences() if here.settings.suppress_below else shape


def set_flags(here: Here, store: str) -> FlagsShape:
    """The flags that are set at this moment."""
    here.store(store)
    with here.reading() as db:
        return FlagsShape(flags=[flag_shape(flag) for flag in flags.flags(db, store, here.clock())])


def set_flag(here: Here, store: str, flag: FlagName, body: Body) -> FlagShape:
    """Set a flag, such as rain or a campaign, for some `minutes`; or set it anew."""
    here.store(store)
    wish = _read(FlagWish, body)
    now = here.clock()
    wanted = Flag(flag, now + timedelta(minutes=wish.minutes), now)
    with here.writing() as db, writing(db):
        if not flags.put(db, store, wanted):
            raise Problem(409, f"There can be no more than {flags.MOST_FLAGS} flags at a time.")
    return flag_shape(wanted)


def take_flag_down(here: Here, store: str, flag: FlagName) -> Response:
    """Take a flag down before its time; one that is not set stays so."""
    here.store(store)
    with here.writing() as db, writing(db):
        flags.remove(db, store, flag)
    return Response(status_code=204)


def _read(wish: type[_Wish], body: bytes) -> _Wish:
    """What a body asks for. Read here, not before: whoever may not see a store learns nothing of the rest."""
    try:
        return wish.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"]) or "body"
        raise Problem(422, f"{field}: {first['msg']}.", field) from error


_STORE = "/api/v1/stores/{store}"
_ZONE = f"{_STORE}/zones/{{zone}}"

ZONE_ROUTES = (
    Route("GET", f"{_ZONE}/recommendation", zone_now, Action.SEE_DISPLAY),
    Route("POST", f"{_ZONE}/events", tell_event, Action.SEE_DISPLAY),
    Route("GET", f"{_STORE}/recommendations", recommendations, Action.SEE_FIGURES),
    Route("GET", f"{_STORE}/triggers", triggers, Action.SEE_FIGURES),
    Route("GET", f"{_STORE}/flags", set_flags, Action.SEE_FIGURES),
    Route("PUT", f"{_STORE}/flags/{{flag}}", set_flag, Action.SET_FLAGS),
    Route("DELETE", f"{_STORE}/flags/{{flag}}", take_flag_down, Action.SET_FLAGS, described=GONE),
)
