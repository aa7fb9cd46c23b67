"""Counts of other makes' counters over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from server.access.rights import Action
from server.api.parts import Shape
from server.api.problems import Problem
from server.api.site import Here, Route
from server.api.taking import Body
from server.config import ConfigError
from server.counter_settings import Make
from server.counters.keeping import Place
from server.counters.taking import take_message
from server.counters.told import CountsRefused

Name = Annotated[str, Query(max_length=64)]


class CountsTakenShape(Shape):
    """What became of a counter's message."""

    outcomes: dict[str, int] = Field(description="buckets new, changed, unchanged; sums by what they were")
    passed_over: list[str] = Field(description="what in the message counts no crossings of lines")


def take_counts(here: Here, body: Body, make: Make, store: Name, counter: Name) -> CountsTakenShape:
    """Take what a counter of another make sends. What cannot be used waits in quarantine."""
    here.store(store)
    try:
        place = Place.of(here.settings, store, counter)
    except ConfigError as error:
        raise Problem(404, f"There is no counter {counter!r} in store {store!r}.", "counter") from error
    if place.settings.make != make:
        raise Problem(422, f"The counter {counter!r} is of {place.settings.make}, not of {make}.", "make")
    try:
        with here.taking() as db:
            taken = take_message(db, place, body, here.clock())
    except CountsRefused as error:
        raise Problem(422, f"This cannot be used and waits in quarantine: {error}.") from error
    return CountsTakenShape(outcomes=taken.outcomes, passed_over=list(taken.passed_over))


COUNTING_ROUTES = (Route("POST", "/api/v1/counts/{make}", take_counts, Action.SEND_COUNTS),)
