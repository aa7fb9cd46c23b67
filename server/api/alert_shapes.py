"""Alerts, webhooks and what was told to them, as JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from server.api.parts import Instant, Shape
from server.storage.alerts import Alert, AlertKind
from server.storage.webhooks import Delivery, State, Webhook
from server.webhooks.addresses import LONGEST_URL


class AlertShape(Shape):
    """Something that is or was wrong."""

    number: int
    store: str | None = Field(description="null: the server itself")
    kind: AlertKind
    subject: str = Field(description="the queue, the device, mostly with its camera, or what of the server")
    sentence: str
    began_at: Instant
    ended_at: Instant | None = Field(description="null: it is still so")


class AlertsShape(Shape):
    """Alerts, newest first."""

    alerts: list[AlertShape]
    next_before: int | None = Field(description="ask again with before= this for older ones; null at the end")


class WebhookWish(BaseModel):
    """An address that wants to be told of alerts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(min_length=1, max_length=LONGEST_URL, description="https:// and where to")
    kinds: list[AlertKind] = Field(
        default_factory=lambda: list(AlertKind), min_length=1, max_length=20, description="absent: all kinds"
    )
    stores: list[str] | None = Field(
        None, min_length=1, max_length=1000, description="absent: all stores, and the server itself"
    )


class WebhookShape(Shape):
    """An address that is told of alerts."""

    number: int
    url: str
    kinds: list[AlertKind]
    stores: list[str] | None
    created_at: Instant
    waiting: int = Field(description="deliveries that were not taken yet")


class NewWebhookShape(Shape):
    """A new webhook with the secret that its signatures are made with. The secret is told only here."""

    webhook: WebhookShape
    secret: str


class WebhooksShape(Shape):
    """All webhooks, oldest first."""

    webhooks: list[WebhookShape]


class DeliveryShape(Shape):
    """One event on its way to one webhook."""

    number: int
    event: str = Field(description="the same for all tries and receivers: take each once")
    made_at: Instant
    state: State
    tries: int
    next_try_at: Instant | None
    ended_at: Instant | None
    last_error: str | None


class DeliveriesShape(Shape):
    """What was or is to be told to a webhook, newest first."""

    deliveries: list[DeliveryShape]
    next_before: int | None = Field(description="ask again with before= this for older ones; null at the end")


class TrialShape(Shape):
    """A test event that is on its way."""

    delivery: int


def alert_shape(alert: Alert) -> AlertShape:
    """One alert."""
    of = alert.condition
    return AlertShape(
        number=alert.number,
        store=of.store,
        kind=of.kind,
        subject=of.subject,
        sentence=of.sentence,
        began_at=alert.began_at,
        ended_at=alert.ended_at,
    )


def webhook_shape(webhook: Webhook, waiting: int) -> WebhookShape:
    """One webhook, without its secret."""
    return WebhookShape(
        number=webhook.number,
        url=webhook.url,
        kinds=sorted(webhook.kinds),
        stores=None if webhook.stores is None else sorted(webhook.stores),
        created_at=webhook.created_at,
        waiting=waiting,
    )


def delivery_shape(delivery: Delivery) -> DeliveryShape:
    """One delivery, without its body."""
    return DeliveryShape(
        number=delivery.number,
        event=delivery.event,
        made_at=delivery.made_at,
        state=delivery.state,
        tries=delivery.tries,
        next_try_at=delivery.next_try_at if delivery.state == "waiting" else None,
        ended_at=delivery.ended_at,
        last_error=delivery.last_error,
    )
