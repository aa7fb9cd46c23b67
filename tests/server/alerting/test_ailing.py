from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from edge.wire import Health, Machine, SourceState, ViewNow
from server.alerting.ailing import ailing_cameras
from server.config import AlertSettings, StoreSettings
from server.storage.alerts import AlertKind
from server.storage.devices import CameraState
from tests.server.filling import CAMERA, DEVICE, NOON, STORE, health, status

SHOP = StoreSettings(name="High Street", time_zone="Europe/Berlin")
WELL = health(NOON)


def told(said: Health | None, now: datetime = NOON, *, online: bool = True, **terms: Any) -> list[AlertKind]:
    state = CameraState(DEVICE, CAMERA, status(NOON, online=online), said, None, NOON)
    asked = AlertSettings.model_validate(terms)
    found = list(ailing_cameras(STORE, SHOP, [state], now, asked))
    subjects = {AlertKind.DEVICE_HOT: DEVICE}
    for one in found:
        assert one.subject == subjects.get(one.kind, f"{DEVICE}/{CAMERA}")
        assert SHOP.name in one.sentence
    return [one.kind for one in found]


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        pytest.param({}, [], id="all is well"),
        pytest.param({"view": ViewNow(known=True)}, [], id="the view is well"),
        pytest.param(
            {"source": SourceState(state="lost", reason="it is off")}, [AlertKind.CAMERA_LOST], id="lost"
        ),
        pytest.param({"source": SourceState(state="ended")}, [], id="a recording ended"),
        pytest.param({"view": ViewNow(known=True, blocked=True)}, [AlertKind.VIEW_BLOCKED], id="blocked"),
        pytest.param({"view": ViewNow(known=True, moved=True)}, [AlertKind.VIEW_MOVED], id="moved"),
        pytest.param({"view": ViewNow(known=False, dark=True)}, [AlertKind.VIEW_DARK], id="dark"),
        pytest.param({"view": ViewNow(known=True, unfocused=True)}, [AlertKind.VIEW_UNFOCUSED], id="blur"),
        pytest.param({"machine": Machine(disk_free_mb=500)}, [], id="disk just large enough"),
        pytest.param({"machine": Machine(disk_free_mb=499)}, [AlertKind.DEVICE_DISK_LOW], id="disk low"),
        pytest.param({"machine": Machine()}, [], id="a device that knows neither its disk nor its heat"),
        pytest.param({"machine": Machine(temperature_celsius=79.9)}, [], id="warm"),
        pytest.param({"machine": Machine(temperature_celsius=80)}, [AlertKind.DEVICE_HOT], id="hot"),
        pytest.param({"outbox_oldest_seconds": 1800.0}, [], id="waits, not too long"),
        pytest.param({"outbox_oldest_seconds": 1801.0}, [AlertKind.OUTBOX_GROWING], id="waits too long"),
        pytest.param({"outbox_trouble": "database or disk is full"}, [AlertKind.OUTBOX_TROUBLE], id="full"),
        pytest.param({"outbox_coarsened": 600}, [], id="hours out of minutes lose nobody"),
        pytest.param(
            {"source": SourceState(state="lost"), "view": ViewNow(known=True, moved=True)},
            [AlertKind.CAMERA_LOST],
            id="a lost camera's view is an old one",
        ),
    ],
)
def test_what_a_camera_says_of_itself_is_told(change: dict[str, object], kinds: list[AlertKind]) -> None:
    assert told(WELL.model_copy(update=change)) == kinds


LOST = WELL.model_copy(update={"source": SourceState(state="lost")})


def test_of_a_camera_that_is_not_heard_of_only_the_silence_is_told() -> None:
    assert told(LOST, NOON + timedelta(minutes=6)) == []
    assert told(LOST, online=False) == []
    assert told(None) == []


@pytest.mark.parametrize(
    ("hour", "lit", "kinds"),
    [
        pytest.param(3, {}, [AlertKind.VIEW_DARK], id="no hours are given"),
        pytest.param(3, {"lit_from": "08:00", "lit_until": "20:00"}, [], id="at night"),
        pytest.param(12, {"lit_from": "08:00", "lit_until": "20:00"}, [AlertKind.VIEW_DARK], id="by day"),
        pytest.param(1, {"lit_from": "18:00", "lit_until": "04:00"}, [AlertKind.VIEW_DARK], id="a bar"),
        pytest.param(12, {"lit_from": "18:00", "lit_until": "04:00"}, [], id="a bar at noon"),
    ],
)
def test_a_dark_view_is_told_while_the_shop_should_be_light(
    hour: int, lit: dict[str, Any], kinds: list[AlertKind]
) -> None:
    now = NOON.astimezone(SHOP.zone).replace(hour=hour)
    dark = health(now).model_copy(update={"view": ViewNow(known=True, dark=True)})
    assert told(dark, now, **lit) == kinds


def test_what_is_told_never_and_what_was_asked_not_to_be_is_not() -> None:
    ill = Machine(disk_free_mb=1, temperature_celsius=120)
    waiting = WELL.model_copy(update={"outbox_oldest_seconds": 1e6, "machine": ill})
    assert told(waiting, outbox_seconds=0, device_disk_megabytes=0, device_celsius=0) == []
