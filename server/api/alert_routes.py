"""Alerts and webhooks over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import Response

from server.access.rights import Action
from server.api.alert_shapes import (
    AlertsShape,
    DeliveriesShape,
    NewWebhookShape,
    TrialShape,
    WebhooksShape,
    WebhookWish,
    alert_shape,
    delivery_shape,
    webhook_shape,
)
from server.api.problems import Problem
from server.api.site import GONE, Here, Route, Site
from server.api.subscribing import NoSuchWebhook, TooManyWebhooks, subscribe, try_out
from server.config import ConfigError
from server.storage import webhooks
from server.storage.alerts import Alert, latest
from server.webhooks.addresses import WebhookRefused

_HIGHEST_NUMBER = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=500)]
Before = Annotated[int | None, Query(ge=1, le=_HIGHEST_NUMBER, description="only numbers below it")]
HookNumber = Annotated[int, Path(ge=1, le=_HIGHEST_NUMBER, description="number of a webhook")]


def alerts(here: Here, limit: Limit = 100, before: Before = None) -> AlertsShape:
    """What is or was wrong, newest first."""
    with here.reading() as db:
        found = latest(db, limit, before)
    seen = [alert for alert in found if is_seen(here, alert)]
    return AlertsShape(
        alerts=[alert_shape(alert) for alert in seen],
        next_before=found[-1].number if len(found) == limit else None,
    )


def is_seen(here: Site, alert: Alert) -> bool:
    """Whether an alert is of a store that is here and that whoever asks may see, or of the server itself."""
    store = alert.condition.store
    return here.sees_store(store) and store in {None, *here.settings.stores}


def hooks(here: Here) -> WebhooksShape:
    """Who is told of alerts; secrets are never told again."""
    with here.reading() as db:
        waiting = webhooks.waiting_by_webhook(db)
        known = webhooks.subscribed(db)
    return WebhooksShape(webhooks=[webhook_shape(hook, waiting.get(hook.number, 0)) for hook in known])


def add_hook(here: Here, wish: WebhookWish) -> NewWebhookShape:
    """Let an address be told of alerts. Keep the secret: it is told only in this answer."""
    with here.writing() as db:
        try:
            added = subscribe(db, here.settings, wish.url, wish.kinds, wish.stores, here.clock())
        except WebhookRefused as error:
            raise Problem(422, f"url: {error}.", "url") from error
        except ConfigError as error:
            raise Problem(422, f"stores: {error}.", "stores") from error
        except TooManyWebhooks as error:
            raise Problem(409, f"There can be no more: {error}.") from error
    return NewWebhookShape(webhook=webhook_shape(added, 0), secret=added.secret)


def remove_hook(here: Here, number: HookNumber) -> Response:
    """Tell an address no more, not even what waits."""
    with here.writing() as db:
        if not webhooks.remove(db, number):
            raise _none(number)
    return Response(status_code=204)


def deliveries(here: Here, number: HookNumber, limit: Limit = 100, before: Before = None) -> DeliveriesShape:
    """What was or is to be told to a webhook, newest first."""
    with here.reading() as db:
        if webhooks.get(db, number) is None:
            raise _none(number)
        found = webhooks.deliveries_of(db, number, limit, before)
    return DeliveriesShape(
        deliveries=[delivery_shape(delivery) for delivery in found],
        next_before=found[-1].number if len(found) == limit else None,
    )


def try_hook(here: Here, number: HookNumber) -> TrialShape:
    """Send a test event; `deliveries` says what became of it."""
    with here.writing() as db:
        try:
            return TrialShape(delivery=try_out(db, number, here.clock()))
        except NoSuchWebhook as error:
            raise _none(number) from error


def _none(number: int) -> Problem:
    return Problem(404, f"There is no webhook {number}.")


ALERT_ROUTES = (
    Route("GET", "/api/v1/alerts", alerts, Action.SEE_FIGURES),
    Route("GET", "/api/v1/webhooks", hooks, Action.MANAGE_WEBHOOKS),
    Route("POST", "/api/v1/webhooks", add_hook, Action.MANAGE_WEBHOOKS),
    Route("DELETE", "/api/v1/webhooks/{number}", remove_hook, Action.MANAGE_WEBHOOKS, described=GONE),
    Route("GET", "/api/v1/webhooks/{number}/deliveries", deliveries, Action.MANAGE_WEBHOOKS),
    Route("POST", "/api/v1/webhooks/{number}/test", try_hook, Action.MANAGE_WEBHOOKS),
)
"""What is known of alerts, and who is told."""
