"""Webhooks and alerts over the API and by command, and a whole server that tells one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.access.rights import Role
from server.alerting.parts import AlertWatch, Deliverer
from server.commands import app
from server.config import Settings, WebhookSettings
from server.storage import webhooks
from server.storage.database import migrate, open_database
from server.webhooks.posting import post
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, berlin_store, fill, health, settings_for, status
from tests.server.shop_with_everything import live_queues
from tests.server.webhooks.receiver import receiver

HOOKS = "/api/v1/webhooks"
URL = "https://example.com/hook"


@pytest.fixture
def ask(settings: Settings) -> Asking:
    """Webhooks are the owner's."""
    return asking(settings, NOON, Role.OWNER)


def test_a_webhook_is_made_listed_and_removed(ask: Asking) -> None:
    made = ask.post(HOOKS, json={"url": URL, "kinds": ["disk-low"], "stores": [STORE]}).json()
    assert made["secret"].startswith("whsec_")
    hook = made["webhook"]
    assert (hook["number"], hook["url"], hook["kinds"], hook["stores"]) == (1, URL, ["disk-low"], [STORE])
    listed = ask.get(HOOKS)
    assert listed.json() == {"webhooks": [hook]}
    assert made["secret"] not in listed.text
    gone = ask.request("DELETE", f"{HOOKS}/1")
    assert (gone.status_code, gone.content) == (204, b"")
    assert ask.request("DELETE", f"{HOOKS}/1").status_code == 404
    assert ask.get(HOOKS).json() == {"webhooks": []}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        pytest.param({"url": "https://127.0.0.1/"}, "url", id="this machine"),
        pytest.param({"url": "https://[::ffff:10.0.0.1]/"}, "url", id="private inside IPv6"),
        pytest.param({"url": "http://example.com/"}, "url", id="not encrypted"),
        pytest.param({"url": URL, "stores": ["nowhere"]}, "stores", id="unknown store"),
        pytest.param({"url": URL, "stores": []}, "stores", id="no store"),
        pytest.param({"url": URL, "kinds": []}, "kinds", id="no kind"),
        pytest.param({"url": URL, "kinds": ["rain"]}, "0", id="unknown kind"),
        pytest.param({"url": URL, "sceret": "x"}, "sceret", id="unknown field"),
        pytest.param({}, "url", id="nothing"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_in_a_sentence(
    ask: Asking, wish: dict[str, object], field: str
) -> None:
    answer = ask.post(HOOKS, json=wish)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert ask.get(HOOKS).json() == {"webhooks": []}


def test_there_is_a_bound_on_webhooks(ask: Asking) -> None:
    answers = [ask.post(HOOKS, json={"url": URL}).status_code for _ in range(webhooks.MOST_WEBHOOKS + 1)]
    assert answers == [200] * webhooks.MOST_WEBHOOKS + [409]


def test_a_test_event_is_on_its_way_and_seen(ask: Asking) -> None:
    ask.post(HOOKS, json={"url": URL})
    delivery = ask.post(f"{HOOKS}/1/test").json()["delivery"]
    (seen,) = ask.get(f"{HOOKS}/1/deliveries").json()["deliveries"]
    assert (seen["number"], seen["state"], seen["tries"]) == (delivery, "waiting", 0)
    assert ask.get(HOOKS).json()["webhooks"][0]["waiting"] == 1
    assert ask.post(f"{HOOKS}/9/test").status_code == 404
    assert ask.get(f"{HOOKS}/9/deliveries").status_code == 404


def test_deliveries_and_alerts_come_in_pages(ask: Asking) -> None:
    ask.post(HOOKS, json={"url": URL})
    for _ in range(3):
        ask.post(f"{HOOKS}/1/test")
    first = ask.get(f"{HOOKS}/1/deliveries", params={"limit": 2}).json()
    rest = ask.get(f"{HOOKS}/1/deliveries", params={"limit": 2, "before": first["next_before"]}).json()
    assert [of["number"] for of in (*first["deliveries"], *rest["deliveries"])] == [3, 2, 1]
    assert rest["next_before"] is None


def test_a_long_queue_reaches_the_receiver_once_with_a_signature_that_holds(tmp_path: Path) -> None:
    """From the counter's message to the other machine, through every part of it."""
    settings = settings_for(
        tmp_path, **{STORE: berlin_store(queues={"tills": {"name": "Tills", "target_seconds": 120}})}
    ).model_copy(update={"webhooks": WebhookSettings(allow_private=True)})
    with receiver(500) as there:
        secret = asking(settings, NOON, Role.OWNER).post(HOOKS, json={"url": there.url}).json()["secret"]
        fill(settings, [status(NOON), health(NOON), live_queues(4, 200.0)], NOON)
        watch = AlertWatch(settings, lambda: NOON, lambda: 2**40)
        watch.look()
        watch.look()
        Deliverer(settings, lambda: NOON, post).tell()
        later = _next_try(settings)
        Deliverer(settings, lambda: later, post).tell()
        Deliverer(settings, lambda: later, post).tell()
        first, second = there.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    content = f"{second.headers['webhook-id']}.{second.headers['webhook-timestamp']}.".encode() + second.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert second.headers["webhook-signature"] == f"v1,{mac}"
    told = json.loads(second.body)
    assert (told["type"], told["data"]["kind"], told["data"]["store"]) == (
        "alert.began",
        "queue-over-target",
        STORE,
    )
    (alert,) = asking(settings, NOON, Role.OWNER).get("/api/v1/alerts").json()["alerts"]
    assert alert == told["data"]


def _next_try(settings: Settings) -> datetime:
    with open_database(settings.database, read_only=True) as db:
        return webhooks.deliveries_of(db, 1, 1)[0].next_try_at


def test_alerts_of_a_store_that_is_not_here_any_more_are_not_shown(tmp_path: Path) -> None:
    both = settings_for(tmp_path, corner=berlin_store(), annex=berlin_store())
    fill(both, [status(NOON)], NOON)
    later = NOON.replace(hour=13)
    AlertWatch(both, lambda: later, lambda: 2**40).look()
    one = both.model_copy(update={"stores": {"annex": both.stores["annex"]}})
    assert len(asking(both, later).get("/api/v1/alerts").json()["alerts"]) == 1
    assert asking(one, later).get("/api/v1/alerts").json()["alerts"] == []


CONFIG = """
database = "shop.db"
[stores.demo]
name = "Demo shop"
time_zone = "Europe/Berlin"
"""


def test_the_commands_make_list_try_and_remove(tmp_path: Path) -> None:
    (tmp_path / "server.toml").write_text(CONFIG, encoding="utf-8")
    migrate(tmp_path / "shop.db")
    where = {"FOOTFALL_SERVER_CONFIG": str(tmp_path / "server.toml"), "COLUMNS": "150"}
    runner = CliRunner()

    def run(*arguments: str) -> str:
        result = runner.invoke(app, arguments, env=where, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    assert "nobody is told" in run("webhook", "list")
    assert "whsec_" in run("webhook", "add", URL, "--kind", "disk-low", "--store", "demo")
    assert URL in run("webhook", "list")
    (listed,) = json.loads(run("webhook", "list", "--json"))
    assert (listed["kinds"], listed["stores"], listed["waiting"]) == (["disk-low"], ["demo"], 0)
    assert "delivery 1 waits" in run("webhook", "test", "1")
    assert "webhook 1 is removed" in run("webhook", "remove", "1")
    assert "there was no alert" in run("alerts")
    assert json.loads(run("alerts", "--json")) == []


def test_events_say_at_once_that_something_may_have_changed(settings: Settings) -> None:
    ask = asking(settings, NOON, Role.OWNER)
    site = ask.app.state.site  # type: ignore[attr-defined]
    site.watchers.close()
    answer = ask.get("/api/v1/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "etag" not in answer.headers
