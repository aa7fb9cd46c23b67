"""What the page of a store shows, put together from the same answers that the API gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from server.api.present import store_now
from server.api.queue_shapes import QueueNowShape, QueueShape
from server.api.reports import StoreReport, calendar_of, day_report
from server.api.shapes import FiguresShape, MetricsShape, NowShape, ZoneShape, metrics_shape, now_shape
from server.api.suppressing import now_without_small, without_small
from server.config import StoreSettings
from server.dashboard.words import FULL_COVERAGE
from server.metrics.inside import Occupancy
from server.storage.counts import stored_days

LEFT_OUT = "Figures of fewer than {} people are not shown to head office; they read “no data”."
_ALWAYS_OF_ZONES = ("visits", "dwell", "visit_rate", "zone_transactions", "zone_conversion")
_OPTIONAL_OF_ZONES: dict[str, Callable[[ZoneShape], bool]] = {
    "raw_visits": lambda zone: zone.staff_visits is not None,
    "lost_share": lambda zone: bool(zone.lost_share and zone.lost_share.numerator),
}


@dataclass(frozen=True, slots=True)
class StorePage:
    """One business day of one store. `now` is None for a day that is not today's."""

    metrics: MetricsShape
    hours: tuple[FiguresShape, ...]
    now: NowShape | None
    zones_now: dict[str, int | None]
    notes: tuple[str, ...]
    day: date
    today: date
    first_day: date
    as_of: datetime

    @property
    def queues(self) -> tuple[QueueShape, ...]:
        """The queues of which anything is known."""
        live = {queue for queue, now in self.queues_now.items() if now.length is not None}
        return tuple(
            queue for queue in self.metrics.totals.queues if queue.length is not None or queue.queue in live
        )

    @property
    def queues_now(self) -> dict[str, QueueNowShape]:
        """Who waits at this moment, by queue; of those of which a camera says it."""
        return (
            {queue.queue: queue for queue in self.now.queues if queue.length is not None} if self.now else {}
        )

    @property
    def zone_terms(self) -> tuple[str, ...]:
        """The figures that the zones show and that have to be explained."""
        zones = self.metrics.totals.zones
        shown = {key: any(tells(zone) for zone in zones) for key, tells in _OPTIONAL_OF_ZONES.items()}
        return (*_ALWAYS_OF_ZONES, *(key for key, is_shown in shown.items() if is_shown))

    @property
    def is_today(self) -> bool:
        """Whether the day still runs."""
        return self.day == self.today

    @property
    def day_before(self) -> date | None:
        """The day to leaf back to."""
        return self.day - timedelta(days=1) if self.day > self.first_day else None

    @property
    def day_after(self) -> date | None:
        """The day to leaf on to."""
        return self.day + timedelta(days=1) if self.day < self.today else None


def store_page(
    db: Database, store_id: str, store: StoreSettings, day: date, now: datetime, least: int = 0
) -> StorePage:
    """The page of a store's business day, without figures of fewer people than `least`."""
    calendar = calendar_of(store)
    today = calendar.day_of(now)
    present = store_now(db, store_id, store, now) if day == today else None
    report = present.today if present else day_report(db, store_id, store, day, now)
    stored = stored_days(db, store_id)
    metrics = without_small(metrics_shape(report), least)
    shown = now_without_small(now_shape(present), least) if present else None
    return StorePage(
        metrics=metrics,
        hours=_busy(metrics.intervals),
        now=shown,
        zones_now={zone.zone: zone.inside for zone in shown.zones} if shown else {},
        notes=(*([LEFT_OUT.format(least)] if least > 1 else []), *notes_of(report)),
        day=day,
        today=today,
        first_day=min(calendar.day_of(stored[0]), day) if stored else day,
        as_of=now,
    )


def _busy(hours: Sequence[FiguresShape]) -> tuple[FiguresShape, ...]:
    """The hours from the first to the last in which anybody came, went or paid, or somebody is left out."""
    numbers = [
        number
        for number, hour in enumerate(hours)
        if hour.entries or hour.exits or hour.transactions or hour.suppressed
    ]
    return tuple(hours[numbers[0] : numbers[-1] + 1]) if numbers else ()


def notes_of(report: StoreReport) -> tuple[str, ...]:
    """What a reader should know before believing the figures."""
    totals = report.totals
    sold = totals.sales
    watched = totals.coverage if totals.open_coverage is None else totals.open_coverage
    notes = {
        "By its opening hours the shop is closed at this time.": totals.open_hours == 0,
        "The cameras watched only part of the time, so more people came than are counted here.": (
            watched is not None and watched < FULL_COVERAGE
        ),
        "Some counts came while a device did not know the time for certain: hours may be shifted.": (
            totals.clock_unsynced
        ),
        "Some counts come from a recording, not from a live camera.": totals.replayed,
        "More people were counted out than in, so the number inside is too low.": _is_below_zero(
            totals.occupancy
        ),
        "Staff are told apart by some of the cameras only, so some staff are among the entries.": bool(
            totals.crossings and totals.crossings.staff_partly
        ),
        "Groups are formed at some of the doors only, so there is no conversion by group.": bool(
            totals.groups and not totals.groups.complete
        ),
        "Some tickets have no amount; they count as transactions but not as money.": bool(
            sold and sold.without_amount
        ),
        "Some tickets are in another currency; they count as transactions but not as money.": bool(
            sold and sold.in_other_currency
        ),
    }
    return tuple(note for note, applies in notes.items() if applies)


def _is_below_zero(occupancy: Occupancy | None) -> bool:
    return occupancy is not None and occupancy.at_end < 0
