"""Telling webhooks: until it is taken, ever more seldom, and not for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.alerting.delivering import FIRST_PAUSE, LONGEST_PAUSE, deliver_due, pause_after
from server.api.subscribing import NoSuchWebhook, TooManyWebhooks, subscribe, try_out
from server.config import ConfigError, Settings, WebhookSettings
from server.storage import webhooks
from server.storage.alerts import AlertKind
from server.storage.database import open_database, writing
from server.storage.webhooks import Delivery
from server.webhooks.addresses import Target, WebhookRefused
from server.webhooks.posting import post
from server.webhooks.signing import signature
from tests.server.filling import NOON, settings_for
from tests.server.webhooks.receiver import receiver

URL = "https://example.com/hook"


@dataclass
class FakeWorld:
    """Takes what is sent, or says why not; and what time it is."""

    now: datetime = NOON
    errors: list[str] = field(default_factory=list)
    sent: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def post(
        self, target: Target, body: bytes, headers: Mapping[str, str], *, allow_private: bool
    ) -> str | None:
        self.sent.append((target.host, body, headers))
        return self.errors.pop(0) if self.errors else None

    def clock(self) -> datetime:
        return self.now


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    settings = settings_for(tmp_path)
    with open_database(settings.database) as db:
        subscribe(db, settings, URL, list(AlertKind), None, NOON)
        try_out(db, 1, NOON)
    return settings


def deliver(settings: Settings, world: FakeWorld, terms: WebhookSettings | None = None) -> int:
    with open_database(settings.database) as db:
        return deliver_due(db, terms or settings.webhooks, world.post, world.clock, lambda: 1.0)


def only_delivery(settings: Settings) -> Delivery:
    with open_database(settings.database, read_only=True) as db:
        (delivery,) = webhooks.deliveries_of(db, 1, 10)
    return delivery


def test_what_is_taken_is_told_once(shop: Settings) -> None:
    world = FakeWorld()
    assert [deliver(shop, world), deliver(shop, world)] == [1, 0]
    assert only_delivery(shop).state == "delivered"
    ((host, body, headers),) = world.sent
    assert (host, json.loads(body)["type"]) == ("example.com", "test")
    with open_database(shop.database, read_only=True) as db:
        secret = webhooks.subscribed(db)[0].secret
    event, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    assert headers["webhook-signature"] == signature(secret, event, timestamp, body)


def test_what_is_not_taken_is_tried_again_later_with_the_same_id(shop: Settings) -> None:
    world = FakeWorld(errors=["status 500", "status 500"])
    waits = []
    while only_delivery(shop).state == "waiting":
        before = only_delivery(shop).next_try_at
        world.now = before
        assert deliver(shop, world) == 1
        assert deliver(shop, world) == 0
        waits.append(only_delivery(shop).next_try_at - before)
    assert waits == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert len({headers["webhook-id"] for _, _, headers in world.sent}) == 1
    assert len({headers["webhook-timestamp"] for _, _, headers in world.sent}) == 3
    done = only_delivery(shop)
    assert (done.state, done.tries, done.last_error) == ("delivered", 3, None)


def test_what_nobody_takes_is_given_up_with_the_last_reason(shop: Settings) -> None:
    world = FakeWorld(errors=["status 500"] * 1000)
    while only_delivery(shop).state == "waiting":
        world.now = only_delivery(shop).next_try_at
        deliver(shop, world)
    done = only_delivery(shop)
    assert (done.state, done.last_error) == ("given-up", "status 500")
    assert done.ended_at is not None
    assert timedelta(hours=72) < done.ended_at - done.made_at < timedelta(hours=72) + LONGEST_PAUSE
    assert 10 < done.tries < 40


def test_a_crash_while_sending_is_no_reason_to_send_at_once_again(shop: Settings) -> None:
    def crashing(target: Target, body: bytes, headers: Mapping[str, str], *, allow_private: bool) -> None:
        raise KeyboardInterrupt

    with open_database(shop.database) as db, pytest.raises(KeyboardInterrupt):
        deliver_due(db, shop.webhooks, crashing, lambda: NOON, lambda: 0.0)
    world = FakeWorld()
    assert deliver(shop, world) == 0
    world.now += FIRST_PAUSE
    assert deliver(shop, world) == 1


def test_of_two_deliverers_one_sends(shop: Settings) -> None:
    with open_database(shop.database) as db:
        (due,) = webhooks.due(db, NOON, 10)
        assert webhooks.claim(db, due, NOON + FIRST_PAUSE)
        assert not webhooks.claim(db, due, NOON + FIRST_PAUSE)


def test_an_address_that_is_not_allowed_any_more_is_not_called(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    open_minded = settings.model_copy(update={"webhooks": WebhookSettings(allow_private=True)})
    with receiver() as there, open_database(settings.database) as db:
        subscribe(db, open_minded, there.url, list(AlertKind), None, NOON)
        try_out(db, 1, NOON)
        deliver_due(db, settings.webhooks, post, lambda: NOON, lambda: 0.0)
        assert there.requests == []
        assert "https" in str(only_delivery(settings).last_error)
        later = NOON + LONGEST_PAUSE
        deliver_due(db, open_minded.webhooks, post, lambda: later, lambda: 0.0)
        assert len(there.requests) == 1
    assert only_delivery(settings).state == "delivered"


def test_one_receiver_that_is_down_does_not_keep_the_others_waiting(shop: Settings) -> None:
    with open_database(shop.database) as db:
        subscribe(db, shop, "https://example.org/", list(AlertKind), None, NOON)
        try_out(db, 2, NOON)
    world = FakeWorld(errors=["status 500"])
    assert deliver(shop, world) == 2
    with open_database(shop.database, read_only=True) as db:
        assert webhooks.numbers_by_state(db) == {"waiting": 1, "delivered": 1, "given-up": 0}


def test_removing_a_webhook_removes_what_waits(shop: Settings) -> None:
    with open_database(shop.database) as db:
        assert webhooks.remove(db, 1)
        assert not webhooks.remove(db, 1)
        assert webhooks.numbers_by_state(db)["waiting"] == 0
        with pytest.raises(NoSuchWebhook):
            try_out(db, 1, NOON)


def test_what_is_kept_is_bounded(shop: Settings) -> None:
    with open_database(shop.database) as db, writing(db):
        for n in range(70):
            number = webhooks.put(db, 1, f"done {n}", "{}", NOON, most_done=50)
            webhooks.delivered(db, number, NOON)
        assert webhooks.numbers_by_state(db)["delivered"] == 50
        for n in range(70):
            webhooks.put(db, 1, f"waiting {n}", "{}", NOON, most_waiting=30)
        assert webhooks.numbers_by_state(db)["waiting"] == 30
        newest = webhooks.deliveries_of(db, 1, 31)
    assert [delivery.event for delivery in newest[:30]] == [f"waiting {n}" for n in reversed(range(40, 70))]
    assert (newest[30].state, newest[30].last_error) == ("given-up", "too many wait")


@pytest.mark.parametrize(
    ("url", "stores", "error"),
    [
        pytest.param("https://127.0.0.1/", None, WebhookRefused, id="this machine"),
        pytest.param(URL, ["nowhere"], ConfigError, id="unknown store"),
    ],
)
def test_what_cannot_be_told_is_not_subscribed(
    shop: Settings, url: str, stores: list[str] | None, error: type[Exception]
) -> None:
    with open_database(shop.database) as db, pytest.raises(error):
        subscribe(db, shop, url, list(AlertKind), stores, NOON)


def test_there_are_not_more_webhooks_than_can_be_told(shop: Settings) -> None:
    with open_database(shop.database) as db:
        for _ in range(webhooks.MOST_WEBHOOKS - 1):
            subscribe(db, shop, URL, list(AlertKind), None, NOON)
        with pytest.raises(TooManyWebhooks):
            subscribe(db, shop, URL, list(AlertKind), None, NOON)


@given(tries=st.integers(0, 10_000), jitter=st.floats(0, 1))
def test_pauses_grow_and_are_bounded(tries: int, jitter: float) -> None:
    assert FIRST_PAUSE / 2 <= pause_after(tries, jitter) <= LONGEST_PAUSE
    assert pause_after(tries, jitter) <= pause_after(tries + 1, jitter)
    assert pause_after(tries, 0.0) * 2 == pause_after(tries, 1.0)
