"""Somebody stays and nobody buys: from a clip over device, broker, server and till to a sign in a browser.

An experiment says what is shown, and measures its days.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser

from edge.wire import Counts, Sale
from server.config import load_settings
from server.experiments import conducting
from server.experiments.assigning import Experiment, assign
from server.experiments.plans import CONTROL, Plan
from server.figures.terms import calendar_of
from server.storage import experiments
from server.storage.database import open_database, writing
from tests.browser import SLOW_MS
from tests.e2e.shop import Shop, until
from tests.e2e.test_agreement import clip_of
from tests.e2e.test_zone_shows import (
    QUICK_SECONDS,
    RULE,
    lay_out_shelf,
    minute,
    numbers,
    products_on,
    recounted,
    ticket,
    told,
)
from tests.server.ingest.running import device
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.broker, pytest.mark.browser]

CLIP_SECONDS = 30
DAYS_BEFORE = 2
"""Days of the experiment that are over: one of them is a control."""
VISITS_A_MINUTE = 1
BOUGHT = {"shown": 600, CONTROL: 300}
"""Tickets of a day by arm."""


def trial_of(shop: Shop, now: datetime) -> Experiment:
    """A trial of whole days that began two days ago, with a key by which the shelf shows something today."""
    settings = load_settings(shop.folder / "server.toml")
    calendar = calendar_of(settings.stores["demo"])
    first = calendar.day_of(now) - timedelta(days=DAYS_BEFORE)
    plan = Plan(
        name="trial",
        stores=("demo",),
        zones=("shelf",),
        least_effect=0.05,
        days=14,
        look_days=DAYS_BEFORE,
        block_minutes=1440,
    )
    keys = (bytes([number] * 16) for number in range(256))
    trials = (Experiment(plan, key, "demo", calendar, first) for key in keys)
    return next(one for one in trials if arm(one, now) != CONTROL)


def begin(trial: Experiment, shop: Shop, now: datetime) -> None:
    """Let it run, as of two days ago. A day that is long over is measured once: all of it has to be there."""
    settings = load_settings(shop.folder / "server.toml")
    with open_database(settings.database) as db, writing(db):
        conducting.propose(db, settings, trial.plan, now - timedelta(days=3))
        # Not by `start`, for that lets it begin tomorrow at the earliest.
        assert experiments.begin(db, "trial", trial.key, trial.begins, now - timedelta(days=3))


def stored(shop: Shop) -> int:
    """Minutes and tickets that the server holds."""
    with open_database(shop.folder / "footfall.db", read_only=True) as db:
        return sum(
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("buckets", "tickets")
        )


def arm(trial: Experiment, at: datetime) -> str:
    found = assign(trial, "shelf", at)
    assert found is not None
    return found.arm


def days_before(trial: Experiment, today: date) -> Iterator[tuple[datetime, str]]:
    """When each day of the trial that is over began, and its arm."""
    for back in range(DAYS_BEFORE, 0, -1):
        begin = trial.calendar.business_day(today - timedelta(days=back)).begin
        yield begin, arm(trial, begin + timedelta(hours=1))


def history(trial: Experiment, now: datetime) -> Iterator[Counts | Sale]:
    """Weeks with short visits of which half bought coffee; then the days of the trial, minute by minute."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    for back in (1, 2, 3):
        begin = this_hour - timedelta(weeks=back)
        for hour in (0, 1):
            yield minute(begin + timedelta(hours=hour), [4.0] * 8)
            for n in range(4):
                yield ticket(f"{back}-{hour}-{n}", begin + timedelta(hours=hour, minutes=n), "coffee")
    for begin, shown in days_before(trial, trial.calendar.day_of(now)):
        for number in range(1440):
            yield minute(begin + timedelta(minutes=number), [4.0] * VISITS_A_MINUTE)
        for number in range(BOUGHT[shown]):
            at = begin + timedelta(minutes=60 + 2 * number)
            yield ticket(f"{begin:%d}-{number}", at, "coffee")


def sell_bread(shop: Shop, token: str, at: datetime) -> None:
    """What a till does that speaks HTTP."""
    bread = {"sku": "bread", "net": "2.00"}
    sold = {"store": "demo", "till": "till-1", "ticket": "bread", "at": at.isoformat(), "currency": "EUR"}
    httpx.post(
        f"http://127.0.0.1:{shop.web_port}/api/v1/sales",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "bread"},
        json={**sold, "lines": [bread]},
        timeout=PATIENCE_SECONDS,
    ).raise_for_status()


@pytest.mark.long
def test_somebody_filmed_at_a_shelf_who_does_not_buy_brings_its_sign_to_show_something(
    shop: Shop, chromium: Browser
) -> None:
    with (shop.folder / "server.toml").open("a") as settings:
        settings.write(RULE.replace('zone = "shelf"', 'zone = "shelf"\nleast_visits = 1'))
    shop.start_broker()
    lay_out_shelf(shop)
    create = ("server", "token", "create")
    tablet = shop.run(*create, "tablet", "--role", "display", "--store", "demo", "--only", "shelf")
    till = shop.run(*create, "till-1", "--role", "till", "--store", "demo").stdout.strip()
    shop.start_up()
    now = datetime.now(UTC)
    trial = trial_of(shop, now)
    past = list(history(trial, now))
    with device(shop.broker.port) as publish:
        for message in past:
            publish(message)
    until(lambda: stored(shop) == len(past), "the past is stored")
    begin(trial, shop, now)
    sell_bread(shop, till, now)

    display = chromium.new_context(viewport={"width": 1024, "height": 600}).new_page()
    display.goto(f"http://127.0.0.1:{shop.web_port}/show/{tablet.stdout.strip()}")
    display.locator("#idle:not([hidden])").wait_for()
    began = datetime.now(UTC) - timedelta(seconds=CLIP_SECONDS)
    start = ("--start", f"{began:%Y-%m-%dT%H:%M:%S}+00:00")
    shop.run("edge", "replay", clip_of(shop), "--publish", *start)
    delivered_at = time.monotonic()
    display.locator('#products li[data-sku="coffee"]').wait_for(timeout=SLOW_MS)
    assert time.monotonic() - delivered_at <= QUICK_SECONDS
    assert products_on(display) == ["coffee", "croissant"]

    visits, median, bought = recounted(shop, began.replace(second=0, microsecond=0))
    assert (visits, bought) == (shop.by_device()[2], 0), "what the device saw is what the reason rests on"
    (one,) = told(shop, "recommendations")["recommendations"]
    dwell, conversion = one["reasons"]
    assert numbers(dwell)[:3] == [visits, 15, round(median)]
    assert "none led to a purchase" in conversion
    assert (one["experiment"], one["arm"], one["outcome"]) == ("trial", arm(trial, now), "shown")
    assert told(shop, "triggers")["triggers"][0]["blocked"] == "showing"

    (found,) = json.loads(shop.run("server", "experiment", "look", "trial", "--json").stdout)
    assert (found["state"], found["days"], found["blocks"], found["left_out"]) == ("running", 2, 2, 0)
    assert {shown for _, shown in days_before(trial, trial.calendar.day_of(now))} == set(BOUGHT)
