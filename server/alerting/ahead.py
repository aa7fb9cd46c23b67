"""What stored forecasts say will go wrong, or has gone otherwise; looked up once a minute."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlite_utils import Database

from server.alerting.queue_ahead import (
    AHEAD,
    BACK,
    chance,
    is_told,
    joining_ahead,
    measured,
    queue_sentence,
)
from server.alerting.understaffed import TooFewPeople, understaffed
from server.alerting.unexpected import DaySoFar, is_far_for_long, so_far
from server.api.reports import calendar_of, day_report, queue_name
from server.config import Settings, StoreSettings
from server.figures.live import live_views, queues_now
from server.metrics.intervals import Interval
from server.storage.alerts import AlertKind, Condition, open_alerts
from server.storage.devices import camera_states
from server.storage.forecasts import ForecastHour, newest_forecast
from server.storage.known_days import events_between
from server.storage.labour import labour_rows
from server.storage.queues import queue_rows

PAUSE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_WATCHED = 0.9
"""An hour of which less was watched says nothing of how many came."""
_PLANS_BEFORE = timedelta(days=14)
"""Who has entered no shifts for so long does not enter any."""


@dataclass
class Ahead:
    """Looks at the forecasts once a minute, and says the same until the next time."""

    looked_at: datetime | None = None
    found: list[Condition] = field(default_factory=list)

    def conditions(self, db: Database, settings: Settings, now: datetime) -> list[Condition]:
        """What was wrong by the forecasts when it was last looked, a minute ago at most."""
        if self.looked_at is None or not timedelta(0) <= now - self.looked_at < PAUSE:
            self.found, self.looked_at = list(foreseen(db, settings, now)), now
        return self.found


def foreseen(db: Database, settings: Settings, now: datetime) -> Iterator[Condition]:
    """All that the stored forecasts say at this moment."""
    open_ = {alert.condition.key for alert in open_alerts(db)}
    for store_id, store in settings.stores.items():
        shop = _Shop(db, store_id, store, now, open_)
        if settings.alerts.queue_ahead_chance:
            yield from shop.queues(settings.alerts.queue_ahead_chance)
        if store.floor_entries_per_hour is not None:
            yield from shop.too_few_people(store.floor_entries_per_hour, settings.alerts.understaffed_from)
        if settings.alerts.unexpected_traffic:
            yield from shop.other_traffic()


@dataclass(frozen=True)
class _Shop:
    """One store at a moment; `open` are the alerts that are not over."""

    db: Database
    id: str
    store: StoreSettings
    now: datetime
    open: Collection[tuple[str | None, AlertKind, str]]

    def queues(self, least: float) -> Iterator[Condition]:
        """Queues that are expected to pass their target, and do not do so yet."""
        views = live_views(camera_states(self.db, self.id), self.now)
        waiting = {queue: of for queue, of in queues_now((), views).items() if of is not None}
        if not waiting or not (forecast := self._customers()):
            return
        rows = queue_rows(self.db, self.id, self.now - BACK, self.now)
        for name, present in waiting.items():
            target = self.store.queue_targets.get(name, self.store.queue_target_seconds)
            queue = measured(rows, name, present.length, self.now)
            ahead = joining_ahead(queue, forecast, self.now) if queue else None
            told = self._is_open(AlertKind.QUEUE_EXPECTED_OVER_TARGET, name)
            is_over = (present.longest_wait_seconds or 0.0) > target
            # Once it has come as it was told, it goes on; where it was not told, it is no forecast any more.
            if not queue or not ahead or (is_over and not told):
                continue
            of = chance(queue, ahead, target)
            if is_over or is_told(of, told_already=told, least=least):
                shown = f"{queue_name(self.store, name)} in {self.store.name}"
                sentence = queue_sentence(shown, queue, ahead, target, of)
                yield Condition(self.id, AlertKind.QUEUE_EXPECTED_OVER_TARGET, name, sentence)

    def _customers(self) -> tuple[ForecastHour, ...]:
        """Tickets an hour about now, or entries where no till is forecast."""
        begin, end = self.now - AHEAD - _HOUR, self.now + AHEAD
        tickets = newest_forecast(self.db, self.id, "transactions", begin, end)
        return tickets or newest_forecast(self.db, self.id, "entries", begin, end)

    def too_few_people(self, entries_per_person: float, told_from: time) -> Iterator[Condition]:
        """Tomorrow, from a time of day on, and today as long as it was told."""
        calendar = calendar_of(self.store)
        today = calendar.day_of(self.now)
        is_time = self.now.astimezone(self.store.zone).time() >= told_from
        for day in (today, today + timedelta(days=1)):
            told = self._is_open(AlertKind.UNDERSTAFFED, day.isoformat())
            if told or (day > today and is_time):
                yield from self._too_few_on(day, calendar.business_day(day), entries_per_person)

    def _too_few_on(self, day: date, span: Interval, entries_per_person: float) -> Iterator[Condition]:
        begin = max(span.begin, self.now)
        shifts = labour_rows(self.db, self.id, span)
        if not shifts and not labour_rows(self.db, self.id, Interval(self.now - _PLANS_BEFORE, self.now)):
            return
        forecast = newest_forecast(self.db, self.id, "entries", begin, span.end)
        if found := list(understaffed(forecast, shifts, entries_per_person)):
            sentence = self._people_sentence(day, found, has_shifts=bool(shifts))
            yield Condition(self.id, AlertKind.UNDERSTAFFED, day.isoformat(), sentence)

    def _people_sentence(self, day: date, found: list[TooFewPeople], *, has_shifts: bool) -> str:
        hours = ", ".join(
            f"{self._clock(each.begin)} ({each.entries:.0f} entries, {each.people:g} of {each.needed} people)"
            for each in found
        )
        what = "too few people for what is forecast" if has_shifts else "no shifts on record"
        return f"{self.store.name} has {what} on {day:%a %d %b}: {hours}."

    def other_traffic(self) -> Iterator[Condition]:
        """Today, where it is far from what was forecast."""
        calendar = calendar_of(self.store)
        day = calendar.day_of(self.now)
        begin = calendar.business_day(day).begin
        forecast = {
            hour.begin: hour for hour in newest_forecast(self.db, self.id, "entries", begin, self.now)
        }
        if not forecast:
            return
        came = [
            (float(part.entries), forecast[part.interval.begin])
            for part in day_report(self.db, self.id, self.store, day, self.now).parts
            if part.entries is not None
            and (part.coverage or 0.0) >= _WATCHED
            and part.interval.begin in forecast
            and part.interval.end <= self.now
        ]
        busy = [(number, hour) for number, hour in came if number or hour.median >= 1]
        told = self._is_open(AlertKind.TRAFFIC_UNEXPECTED, day.isoformat())
        if is_far_for_long(busy, told_already=told):
            sentence = self._traffic_sentence(day, so_far(busy))
            yield Condition(self.id, AlertKind.TRAFFIC_UNEXPECTED, day.isoformat(), sentence)

    def _traffic_sentence(self, day: date, found: DaySoFar) -> str:
        more = "more" if found.came > found.expected else "fewer"
        events = ", ".join(event.name for event in events_between(self.db, self.id, day, day))
        why = f" It is a day of: {events}." if events else " No event of this day is known."
        return (
            f"{self.store.name} has far {more} entries today than forecast: {found.came:.0f} in"
            f" {found.hours} hours, where {found.expected:.0f} were expected.{why}"
        )

    def _is_open(self, kind: AlertKind, subject: str) -> bool:
        return (self.id, kind, subject) in self.open

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(self.store.zone):%H:%M}"
