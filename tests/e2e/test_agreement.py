"""Page, API, a SQL count and the device's own tally show the same figures, whatever broke meanwhile."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.shop import HEARS, Shop, until
from tests.server.dashboard.page import read
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.broker

RUN_SECONDS = 300
"""A run of the demo clip takes half a minute where nothing else is done."""

Figures = tuple[int | None, int | None, int | None]


def by_page(shop: Shop) -> Figures:
    page = read(httpx.get(shop.page, headers=shop.headers, timeout=PATIENCE_SECONDS).raise_for_status().text)
    return int(page.value("entries")), int(page.value("exits")), int(page.value("visits"))


def clip_of(shop: Shop) -> str:
    lines = (shop.folder / "edge.toml").read_text("utf-8").splitlines()
    return next(line for line in lines if line.startswith("source")).split('"')[1]


def undisturbed(shop: Shop) -> Figures:
    """What the device counts in the clip when nothing happens."""
    told = json.loads(shop.run("edge", "replay", clip_of(shop), "--json").stdout)
    door = told["lines"]["main-door"]
    return door["in"], door["out"], told["zones"]["shelf"]["visits"]


def start_server(shop: Shop) -> None:
    shop.start("listen", "server", "listen")
    shop.start("serve", "server", "serve")
    until(shop.answers, "the server answers")
    until(lambda: HEARS in shop.log("listen"), "the listener hears")


def assert_all_agree(shop: Shop, expected: Figures) -> None:
    until(lambda: shop.by_api() == expected, f"the API says {expected}; it says {shop.by_api()}")
    assert shop.by_device() == expected
    assert shop.by_sql() == expected
    assert by_page(shop) == expected


def test_four_places_agree_after_a_run(shop: Shop) -> None:
    shop.start_broker()
    start_server(shop)
    shop.run("edge", "replay", clip_of(shop), "--publish")
    expected = undisturbed(shop)
    assert min(count or 0 for count in expected) > 0, "the clip must show something for this to mean anything"
    assert_all_agree(shop, expected)


@pytest.mark.long
def test_they_agree_again_after_the_broker_was_away_for_half_of_it_and_the_device_was_killed(
    shop: Shop,
) -> None:
    shop.start_broker()
    start_server(shop)
    began = time.monotonic()
    shop.start("device", "edge", "run")
    until(lambda: (shop.by_sql()[0] or 0) >= 1, "the first entry has reached the server")
    shop.broker.stop()
    time.sleep(max(0.0, began + 9 - time.monotonic()))
    shop.kill("device")
    killed_with = shop.by_device()
    time.sleep(1)
    again = shop.start("device", "edge", "run")
    time.sleep(4)
    shop.start_broker()
    assert again.wait(RUN_SECONDS) == 0, shop.log("device")
    expected = undisturbed(shop)
    assert killed_with != expected, "the device was killed in the middle"
    assert_all_agree(shop, expected)
    assert shop.log("device").count("cannot be reached") + shop.log("device").count("is gone") <= 2


@pytest.mark.long
def test_a_listener_that_is_killed_loses_nothing_and_doubles_nothing(shop: Shop) -> None:
    shop.start_broker()
    start_server(shop)
    device = shop.start("device", "edge", "run")
    until(lambda: (shop.by_sql()[0] or 0) >= 2, "two entries have reached the server")
    shop.kill("listen")
    time.sleep(3)
    shop.start("listen", "server", "listen")
    assert device.wait(RUN_SECONDS) == 0, shop.log("device")
    assert_all_agree(shop, undisturbed(shop))


@pytest.mark.long
def test_sales_from_a_file_meet_the_counts(shop: Shop, tmp_path: Path) -> None:
    with (shop.folder / "server.toml").open("a") as config:
        config.write('[sales.mappings.till.columns]\nticket = "no"\nat = "at"\nsku = "item"\nnet = "net"\n')
    shop.start_broker()
    start_server(shop)
    shop.run("edge", "replay", clip_of(shop), "--publish")
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    rows = [f"{n},{at},{item},2.50" for n, item in ((1, "soap"), (1, "tea"), (2, "tea"))]
    (tmp_path / "sales.csv").write_text("\n".join(["no,at,item,net", *rows, "3,yesterday,tea,2.50"]), "utf-8")
    (tmp_path / "places.csv").write_text("sku,zone,valid_from,valid_until\nsoap,shelf,,\n", "utf-8")
    shop.run("server", "import-planogram", "places.csv", "--store", "demo")
    importing = ("import-sales", "sales.csv", "--store", "demo", "--mapping", "till")
    shop.run("server", *importing, code=4)  # one row has no time
    shop.run("server", *importing, code=4)  # and twice is once

    totals = shop.totals()
    assert totals["transactions"] == 2
    assert totals["net_sales"]["amount"] == "7.5"
    assert totals["conversion"]["numerator"] == 2
    assert totals["conversion"]["denominator"] == totals["entries"] == undisturbed(shop)[0]
    assert totals["zones"][0]["conversion"]["numerator"] == 1
    waiting = json.loads(shop.run("server", "quarantine", "list", "--json").stdout)
    assert waiting["waiting"] == 1
    assert waiting["rows"][0]["position"] == 5


@pytest.mark.long
def test_what_was_counted_while_no_broker_was_there_is_sent_by_the_next_run_and_not_counted_again(
    shop: Shop,
) -> None:
    expected = undisturbed(shop)
    gave_up = shop.run("edge", "replay", clip_of(shop), "--publish", code=5)
    assert "has not taken everything" in gave_up.stderr
    assert "Traceback" not in gave_up.stderr
    assert shop.by_device() == expected
    shop.start_broker()
    start_server(shop)

    shop.run("edge", "replay", clip_of(shop), "--publish", "--resume")
    assert_all_agree(shop, expected)
