"""The page of where people went next, from the same answer that the API gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from fastapi.responses import HTMLResponse, Response
from sqlite_utils import Database

from server.access.rights import Action
from server.api.path_shapes import CameraPathsShape, LeavingShape, PathsShape, paths_shape
from server.api.path_words import OTHER_CAMERAS, with_sentences
from server.api.paths import store_paths
from server.api.ranges import asked_day
from server.api.reports import calendar_of
from server.api.shapes import store_shape
from server.api.site import Here, Route
from server.api.suppressing import paths_without_small
from server.config import StoreSettings
from server.dashboard.path_picture import PathPicture, label, path_picture
from server.dashboard.period_page import title_of
from server.dashboard.rendering import render
from server.dashboard.store_page import LEFT_OUT
from server.dashboard.words import FULL_COVERAGE, percent
from server.metrics.periods import Period, PeriodKind, period_of


@dataclass(frozen=True, slots=True)
class CameraSeen:
    """What one camera saw, as answer and as picture."""

    paths: CameraPathsShape
    picture: PathPicture | None

    @property
    def leaving(self) -> list[LeavingShape]:
        """Where people went from each stop; nobody asks where those went who left for good."""
        return [one for one in self.paths.leaving if one.ways or one.stop.kind != "out"]


@dataclass(frozen=True, slots=True)
class PathsPage:
    """One period of one store."""

    period: Period
    paths: PathsShape
    cameras: tuple[CameraSeen, ...]
    notes: tuple[str, ...]
    today: date

    @property
    def title(self) -> str:
        """The period's name, by its first and last day."""
        return title_of(self.period)

    @property
    def before(self) -> date:
        """A day of the period before."""
        return self.period.neighbours[0]

    @property
    def after(self) -> date | None:
        """A day of the period after; None where it has not come yet."""
        return self.period.after if self.period.after <= self.today else None


def paths_page(
    db: Database,
    store_id: str,
    store: StoreSettings,
    day: date,
    kind: PeriodKind,
    now: datetime,
    least: int = 0,
) -> PathsPage:
    """The page of the period to which a business day belongs, without ways of fewer people than `least`."""
    calendar = calendar_of(store)
    period = period_of(day, kind, store.retail_year)
    found = store_paths(db, store_id, store, period.interval(calendar))
    paths = with_sentences(paths_without_small(paths_shape(found), least))
    return PathsPage(
        period=period,
        paths=paths,
        cameras=tuple(CameraSeen(camera, path_picture(camera)) for camera in paths.cameras),
        notes=tuple(_notes(paths, least)),
        today=calendar.day_of(now),
    )


def _notes(paths: PathsShape, least: int) -> list[str]:
    notes = [LEFT_OUT.format(least)] if least > 1 else []
    if len(paths.cameras) > 1:
        notes.append(OTHER_CAMERAS)
    notes += [
        f"{camera.camera} on {camera.device} told of paths in {percent(camera.told_share)} of the time in"
        " which it watched; all figures here are of that time."
        for camera in paths.cameras
        if camera.told_share is not None and camera.told_share < FULL_COVERAGE
    ]
    return notes


def paths(
    here: Here,
    store: str,
    kind: PeriodKind = "week",
    day: Annotated[str | None, Query(max_length=20, description="business day")] = None,
) -> Response:
    """Where people went next in a day, week, month or retail month."""
    known, now = here.store(store), here.clock()
    asked = asked_day(day, calendar_of(known), now)
    with here.reading() as db:
        page = paths_page(db, store, known, asked, kind, now, here.least_on_pages)
    shape = store_shape(store, known)
    return HTMLResponse(render("paths.html", here, store=shape, page=page, label=label))


PATH_PAGES = (Route("GET", "/stores/{store}/paths", paths, Action.SEE_FIGURES),)
