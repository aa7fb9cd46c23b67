"""Alerts: raised once when something begins to be wrong, once when it is well again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.wire import Machine
from server.alerting.watching import note, wrong_now
from server.config import AlertSettings, Settings
from server.ingest.apply import Received
from server.storage import alerts, webhooks
from server.storage.alerts import Alert, AlertKind, Condition
from server.storage.database import open_database, writing
from tests.server.filling import (
    CAMERA,
    DEVICE,
    NOON,
    STORE,
    berlin_store,
    fill,
    health,
    receive,
    settings_for,
)
from tests.server.filling import status as status_of
from tests.server.shop_with_everything import live_queues

TERMS = AlertSettings()
PLENTY = 2**40
MINUTE = timedelta(minutes=1)
WRONG = Condition(STORE, AlertKind.DEVICE_SILENT, "edge-1/door", "It is silent.")


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    queues = {"tills": {"name": "Tills", "target_seconds": 120}}
    return settings_for(tmp_path, **{STORE: berlin_store(queues=queues)})


def found(settings: Settings, now: datetime, free_bytes: int = PLENTY) -> list[Condition]:
    with open_database(settings.database, read_only=True) as db:
        return wrong_now(db, settings, now, free_bytes)


def noted(settings: Settings, wrong: list[Condition], now: datetime) -> list[Alert]:
    with open_database(settings.database) as db:
        return note(db, wrong, TERMS, now)


def test_all_is_well_in_an_empty_shop(shop: Settings) -> None:
    assert found(shop, NOON) == []


@pytest.mark.parametrize(
    ("longest", "wrong"),
    [
        pytest.param(119.0, False, id="within the target"),
        pytest.param(120.0, False, id="at the target"),
        pytest.param(121.0, True, id="over the target"),
        pytest.param(None, False, id="nobody waits, or nobody knows"),
    ],
)
def test_a_queue_is_told_when_its_first_waits_too_long(
    shop: Settings, longest: float | None, wrong: bool
) -> None:
    fill(shop, [status_of(NOON), health(NOON), live_queues(4, longest)], NOON)
    kinds = [(of.kind, of.subject) for of in found(shop, NOON)]
    assert kinds == ([(AlertKind.QUEUE_OVER_TARGET, "tills")] if wrong else [])


def test_a_queue_of_which_nothing_is_heard_any_more_is_not_told(shop: Settings) -> None:
    fill(shop, [status_of(NOON), health(NOON), live_queues(4, 500.0)], NOON)
    assert found(shop, NOON + 2 * MINUTE) == []


@pytest.mark.parametrize(
    ("minutes", "says_goodbye", "wrong"),
    [
        pytest.param(5, False, False, id="not long enough"),
        pytest.param(6, False, True, id="silent"),
        pytest.param(6, True, True, id="gone with a last will"),
    ],
)
def test_a_camera_is_told_when_it_is_not_heard_of(
    shop: Settings, minutes: int, says_goodbye: bool, wrong: bool
) -> None:
    fill(shop, [status_of(NOON)], NOON)
    if says_goodbye:
        fill(shop, [status_of(NOON + MINUTE, online=False)], NOON + MINUTE)
    told = found(shop, NOON + minutes * MINUTE)
    assert [(of.kind, of.subject) for of in told] == (
        [(AlertKind.DEVICE_SILENT, f"{DEVICE}/{CAMERA}")] if wrong else []
    )


@pytest.mark.parametrize(("free_megabytes", "wrong"), [(1000, False), (999, True), (0, True)])
def test_a_full_disk_is_told(shop: Settings, free_megabytes: int, wrong: bool) -> None:
    told = found(shop, NOON, free_megabytes * 2**20)
    assert [(of.store, of.kind) for of in told] == ([(None, AlertKind.DISK_LOW)] if wrong else [])


def test_a_growing_quarantine_is_told_and_a_standing_one_is_not(shop: Settings) -> None:
    junk = [Received(f"footfall/v1/{STORE}/{DEVICE}/counts", f"junk {n}".encode()) for n in range(101)]
    receive(shop, junk[:100], NOON)
    assert found(shop, NOON) == []
    receive(shop, junk, NOON)
    assert [of.kind for of in found(shop, NOON)] == [AlertKind.QUARANTINE_GROWING]
    assert found(shop, NOON + 61 * MINUTE) == []


def test_an_alert_is_raised_once_and_ends_once(shop: Settings) -> None:
    (begun,) = noted(shop, [WRONG], NOON)
    assert (begun.condition, begun.ended_at) == (WRONG, None)
    assert noted(shop, [WRONG], NOON + MINUTE) == []
    assert noted(shop, [], NOON + 2 * MINUTE) == []
    (ended,) = noted(shop, [], NOON + 3 * MINUTE)
    assert (ended.number, ended.ended_at) == (begun.number, NOON + 3 * MINUTE)
    assert noted(shop, [], NOON + 4 * MINUTE) == []


def test_what_comes_and_goes_is_one_alert(shop: Settings) -> None:
    told = []
    for second in range(0, 600, 30):
        told += noted(shop, [WRONG] if second % 60 == 0 else [], NOON + timedelta(seconds=second))
    assert len(told) == 1


def test_what_is_wrong_again_later_is_a_new_alert(shop: Settings) -> None:
    for minute, wrong in ((0, [WRONG]), (1, []), (3, []), (5, [WRONG])):
        noted(shop, list(wrong), NOON + minute * MINUTE)
    with open_database(shop.database, read_only=True) as db:
        assert [alert.ended_at is None for alert in alerts.latest(db, 10)] == [True, False]


def test_two_watchers_raise_one_alert(shop: Settings) -> None:
    with open_database(shop.database) as db, writing(db):
        assert alerts.begin(db, WRONG, NOON) is not None
        assert alerts.begin(db, WRONG, NOON) is None
        (held,) = alerts.open_alerts(db)
        assert alerts.end(db, held.number, NOON)
        assert not alerts.end(db, held.number, NOON)


@pytest.mark.parametrize(
    ("kinds", "stores", "told"),
    [
        pytest.param(list(AlertKind), None, True, id="everything"),
        pytest.param([AlertKind.DEVICE_SILENT], [STORE], True, id="this kind of this store"),
        pytest.param([AlertKind.DISK_LOW], None, False, id="another kind"),
        pytest.param(list(AlertKind), ["annex"], False, id="another store"),
    ],
)
def test_a_webhook_is_told_of_what_it_wants(
    shop: Settings, kinds: list[AlertKind], stores: list[str] | None, told: bool
) -> None:
    with open_database(shop.database) as db:
        of_stores = frozenset(stores) if stores else None
        hook = webhooks.add(db, "https://example.com/", "whsec_", frozenset(kinds), of_stores, NOON)
        assert hook
    noted(shop, [WRONG], NOON)
    noted(shop, [], NOON + MINUTE)
    noted(shop, [], NOON + 2 * MINUTE)
    with open_database(shop.database, read_only=True) as db:
        events = [delivery.event for delivery in webhooks.deliveries_of(db, hook.number, 10)]
    assert [event.rpartition("-")[2] for event in events] == (["ended", "began"] if told else [])


def test_the_servers_own_alerts_are_for_those_who_hear_of_all_stores(shop: Settings) -> None:
    with open_database(shop.database) as db:
        for stores in (None, frozenset({STORE})):
            webhooks.add(db, "https://example.com/", "whsec_", frozenset(AlertKind), stores, NOON)
        note(db, [Condition(None, AlertKind.DISK_LOW, "database", "Full.")], TERMS, NOON)
        assert webhooks.waiting_by_webhook(db) == {1: 1}


def test_alerts_that_are_over_are_bounded(shop: Settings) -> None:
    with open_database(shop.database) as db, writing(db):
        for n in range(alerts.MOST_ENDED + 50):
            alerts.begin(db, Condition(STORE, AlertKind.DEVICE_SILENT, str(n), "Silent."), NOON)
            if n != 3:
                alerts.end(db, n + 1, NOON)
        assert db.execute("SELECT count(*) FROM alerts").fetchone()[0] <= alerts.MOST_ENDED + 2
        assert [alert.number for alert in alerts.open_alerts(db)] == [4]


WELL = health(NOON)
AILING = {"clock_known": False, "outbox_trouble": "database or disk is full", "outbox_dropped": 60}


def test_a_device_with_a_full_disk_and_without_the_time_is_told_once_and_once_more_when_it_is_well(
    shop: Settings,
) -> None:
    now, changed = NOON, []
    says = [(number, WELL.model_copy(update=AILING)) for number in range(40)]
    says += [(number, WELL.model_copy(update={"clock_known": True})) for number in range(40, 110)]
    for number, said in says:
        now = NOON + number * MINUTE
        fill(shop, [status_of(now), said.model_copy(update={"at": now})], now)
        changed += noted(shop, found(shop, now), now)

    def minutes(alert: Alert) -> tuple[int, int]:
        assert alert.ended_at
        return (alert.began_at - NOON) // MINUTE, (alert.ended_at - NOON) // MINUTE

    assert len([alert for alert in changed if not alert.ended_at]) == 3
    ended = {alert.condition.kind: minutes(alert) for alert in changed if alert.ended_at}
    assert ended == {
        AlertKind.OUTBOX_TROUBLE: (0, 41),
        AlertKind.COUNTS_DROPPED: (0, 62),  # an hour after it was heard last
        AlertKind.CLOCK_UNKNOWN: (31, 41),  # clock_seconds is half an hour
    }


def test_a_board_that_slows_down_and_gets_hot_again_is_told_once_for_all_its_cameras(shop: Settings) -> None:
    changed = []
    for number, celsius in enumerate([79.9, 82, 76, 81, 75.1, 80, 77, 79, 74.9, 74, 79]):
        now = NOON + number * MINUTE
        machine = Machine(temperature_celsius=celsius)
        for camera in (CAMERA, "yard"):
            said = WELL.model_copy(update={"camera": camera, "at": now, "machine": machine})
            fill(shop, [status_of(now).model_copy(update={"camera": camera}), said], now)
        changed += [(number, alert) for alert in noted(shop, found(shop, now), now)]

    assert [(number, alert.condition.kind, alert.ended_at is None) for number, alert in changed] == [
        (1, AlertKind.DEVICE_HOT, True),
        (9, AlertKind.DEVICE_HOT, False),  # well since minute 8, and calm_seconds is one
    ]
    assert changed[0][1].condition.subject == DEVICE
    assert "has 82 °C" in changed[0][1].condition.sentence


def test_a_clock_that_is_soon_known_and_one_of_an_old_device_are_no_matter(shop: Settings) -> None:
    for number, known in enumerate([False] * 20 + [True] + [False] * 20 + [None] * 30):
        now = NOON + number * MINUTE
        said = WELL.model_copy(update={"clock_known": known, "at": now})
        fill(shop, [status_of(now), said], now)
        assert found(shop, now) == []
