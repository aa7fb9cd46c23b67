"""Looks whether all is well, and notes what is not: once when it begins, once when it ends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlite_utils import Database

from server.alerting import conditions
from server.alerting.ailing import ailing_cameras
from server.api.alert_shapes import alert_shape
from server.api.present import store_now
from server.config import AlertSettings, Settings
from server.storage import alerts, changes, quarantine, webhooks
from server.storage.alerts import Alert, Condition
from server.storage.database import writing
from server.storage.devices import camera_states

_HOUR = timedelta(hours=1)


def wrong_now(db: Database, settings: Settings, now: datetime, free_bytes: int) -> list[Condition]:
    """All that is wrong at this moment."""
    return list(_wrong_now(db, settings, now, free_bytes))


def _wrong_now(db: Database, settings: Settings, now: datetime, free_bytes: int) -> Iterator[Condition]:
    silent_after = timedelta(seconds=settings.alerts.silent_seconds)
    told = {alert.condition.key for alert in alerts.open_alerts(db)}
    for store_id, store in settings.stores.items():
        states = camera_states(db, store_id)
        yield from conditions.silent_cameras(store_id, store, states, now, silent_after)
        yield from ailing_cameras(store_id, store, states, now, settings.alerts, told)
        if any(state.live is not None and state.live.queues for state in states):
            queues = store_now(db, store_id, store, now).queues
            yield from conditions.long_queues(store_id, store, queues)
    yield from conditions.low_disk(free_bytes, settings.alerts.disk_free_megabytes)
    set_aside = quarantine.waiting_since(db, now - _HOUR)
    yield from conditions.growing_quarantine(set_aside, settings.alerts.quarantine_per_hour)


def note(db: Database, found: Iterable[Condition], terms: AlertSettings, now: datetime) -> list[Alert]:
    """Begin and end alerts by what is wrong now, with what is to be told of it; those that changed.

    Safe in several processes at once: only who changed an alert tells of it.
    """
    wrong = {condition.key: condition for condition in found}
    with writing(db):
        known = {alert.condition.key: alert for alert in alerts.open_alerts(db)}
        begun = [alerts.begin(db, wrong[key], now) for key in wrong.keys() - known.keys()]
        ended = [
            over
            for key, alert in known.items()
            if (over := _calmed(db, alert, still_wrong=key in wrong, terms=terms, now=now))
        ]
        changed = [*filter(None, begun), *ended]
        _tell(db, changed, now)
    return changed


def _calmed(
    db: Database, alert: Alert, *, still_wrong: bool, terms: AlertSettings, now: datetime
) -> Alert | None:
    """The alert if it is over by this look."""
    if still_wrong:
        if alert.calm_since is not None:
            alerts.calm(db, alert.number, None)
        return None
    since = alert.calm_since or now
    if alert.calm_since is None:
        alerts.calm(db, alert.number, since)
    if (now - since).total_seconds() < terms.calm_seconds or not alerts.end(db, alert.number, now):
        return None
    return Alert(alert.number, alert.condition, alert.began_at, since, now)


def _tell(db: Database, changed: Iterable[Alert], now: datetime) -> None:
    feed_id, known = changes.feed(db).id, webhooks.subscribed(db)
    for alert in changed:
        what = "ended" if alert.ended_at else "began"
        body = json.dumps(
            {
                "type": f"alert.{what}",
                "timestamp": now.isoformat(),
                "data": alert_shape(alert).model_dump(mode="json"),
            },
            ensure_ascii=False,
        )
        for webhook in known:
            if webhook.wants(alert.condition.kind, alert.condition.store):
                webhooks.put(db, webhook.number, f"{feed_id}-{alert.number}-{what}", body, now)
