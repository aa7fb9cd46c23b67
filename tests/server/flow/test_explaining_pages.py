"""What explains sales, and groups of customers, by API, on their pages and by command."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server import assembly
from server.access.rights import Role
from server.commands import app
from server.config import Settings
from server.dashboard.interval_chart import WIDTH, whiskers
from server.errors import ServerError
from server.flow.group_figures import LEAST_WEEKS, MOST_WEEKS
from server.flow.sales_days import History
from server.storage.database import open_database
from tests.server.asking import Asking, asking
from tests.server.filling import STORE, settings_for
from tests.server.flow.made_up import FIRST, made_up
from tests.server.flow.shops import LAST_DAY, at_noon, put, shop_of, ticket

AFTER = at_noon(FIRST + timedelta(days=150))
DRIVERS, CUSTOMERS = "/api/v1/stores/corner/drivers", "/api/v1/stores/corner/customers"


@pytest.fixture(scope="module")
def ask_days(shop_of_days: Settings) -> Asking:
    return asking(shop_of_days, AFTER)


@pytest.fixture(scope="module")
def ask_customers(shop_of_customers: Settings) -> Asking:
    return asking(shop_of_customers, at_noon(LAST_DAY))


def test_the_page_and_the_table_say_what_the_api_says(ask_days: Asking) -> None:
    told = ask_days.get(DRIVERS).json()
    rows = list(csv.DictReader(io.StringIO(ask_days.get(DRIVERS, headers={"Accept": "text/csv"}).text)))
    assert [row["key"] for row in rows] == [effect["key"] for effect in told["effects"]]
    assert [float(row["change"]) for row in rows] == [effect["change"] for effect in told["effects"]]
    page = ask_days.get("/stores/corner/drivers").text
    assert re.findall(r'data-key="([^"]+)"', page) == [effect["key"] for effect in told["effects"]]
    assert all(sentence.split("(")[0] in page for sentence in told["sentences"])
    assert page.count('class="whisker') == len(told["effects"])
    assert page.count('<svg class="share"') == len(told["rules"])
    assert 'href="/stores/corner/customers"' in page


def test_net_sales_are_explained_where_they_are_asked_for(ask_days: Asking) -> None:
    told = ask_days.get(f"{DRIVERS}?of=net-sales").json()
    assert told["of"] == "net-sales"
    assert told["usual_sales"] == 10 * ask_days.get(DRIVERS).json()["usual_sales"]
    assert "net sales" in told["sentences"][2]
    assert ask_days.get(f"{DRIVERS}?of=luck").status_code == 422


def test_public_holidays_of_the_stores_setting_count(shop_of_days: Settings, ask_days: Asking) -> None:
    german = shop_of_days.store(STORE).model_copy(update={"holidays": "DE"})
    ask = asking(shop_of_days.model_copy(update={"stores": {STORE: german}}), AFTER)
    own, both = (
        next(effect["days"] for effect in told.get(DRIVERS).json()["effects"] if effect["key"] == "holiday")
        for told in (ask_days, ask)
    )
    assert both > own


def test_too_little_is_a_sentence_on_the_page_and_a_problem_by_api(tmp_path: Path) -> None:
    ask = asking(settings_for(tmp_path), AFTER)
    for path, said in (("drivers", "needs 28 days"), ("customers", "groups need 50 customers")):
        answer = ask.get(f"/api/v1/stores/corner/{path}")
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True)
        page = ask.get(f"/stores/corner/{path}")
        assert (page.status_code, said in page.text) == (200, True)


def test_the_page_of_customers_has_groups_and_moves(ask_customers: Asking) -> None:
    told = ask_customers.get(CUSTOMERS).json()
    page = ask_customers.get("/stores/corner/customers").text
    assert re.findall(r'data-group="([^"]+)"', page) == [group["group"] for group in told["groups"]]
    assert page.count("too few customers to show") == sum(group["suppressed"] for group in told["groups"])
    assert "Tea shelf" in page
    assert told["rounded_to"] == 5
    table = ask_customers.get(CUSTOMERS, headers={"Accept": "text/csv"}).text
    assert len(table.splitlines()) == 1 + len(told["groups"])
    assert "faithful" not in page + table


@pytest.mark.parametrize("weeks", [LEAST_WEEKS - 1, MOST_WEEKS + 1, "many"])
def test_weeks_that_make_no_window_are_refused(ask_customers: Asking, weeks: object) -> None:
    assert ask_customers.get(f"{CUSTOMERS}?weeks={weeks}").status_code == 422
    assert ask_customers.get(f"/stores/corner/customers?weeks={weeks}").status_code == 422


def test_staff_see_what_explains_sales_and_no_customers(shop_of_days: Settings) -> None:
    ask = asking(shop_of_days, AFTER, Role.STAFF)
    page = ask.get("/stores/corner/drivers")
    assert page.status_code == 200
    assert "/stores/corner/customers" not in page.text
    assert ask.get("/stores/corner/customers").status_code == 403


def test_small_groups_are_left_out_as_the_server_says(shop_of_customers: Settings) -> None:
    ask = asking(shop_of_customers.model_copy(update={"suppress_below": 50}), at_noon(LAST_DAY))
    told = ask.get(CUSTOMERS).json()
    assert told["rounded_to"] == 50
    assert {group["group"] for group in told["groups"] if group["suppressed"]} >= {"best", "new"}


def run(settings: Settings, *words: str) -> Result:
    config = settings.database.with_name("server.toml")
    config.write_text(
        f'database = "{settings.database}"\n'
        '[stores.corner]\nname = "Corner"\ntime_zone = "Europe/Berlin"\ncurrency = "EUR"\n'
    )
    return CliRunner().invoke(app, [*words, "--store", "corner", "--config", str(config)])


@pytest.mark.parametrize(
    ("command", "said"), [("drivers", "there are 0"), ("customers", "; 0 are known of corner")]
)
def test_commands_say_what_is_missing(tmp_path: Path, command: str, said: str) -> None:
    result = run(settings_for(tmp_path), command)
    assert isinstance(result.exception, ServerError)
    assert said in str(result.exception)


def test_the_command_explains_the_days_up_to_yesterday(tmp_path: Path) -> None:
    made = made_up(1, 40).days
    later = assembly.now().date() - timedelta(days=1) - made[-1].day
    moved = History(tuple(replace(day, day=day.day + later) for day in made))
    settings = shop_of(tmp_path, moved)
    told = json.loads(run(settings, "drivers", "--json").stdout)
    assert (told["store"], told["days"]) == ("corner", 40)
    shown = run(settings, "drivers").stdout
    assert told["sentences"][0] in shown
    assert told["rules"][0]["sentence"] in shown


def test_the_command_groups_those_who_bought_up_to_yesterday(tmp_path: Path) -> None:
    settings, yesterday = settings_for(tmp_path), assembly.now() - timedelta(days=1)
    with open_database(settings.database) as db:
        put(db, (ticket(f"t{number}", yesterday, customer=f"customer:{number:032x}") for number in range(60)))
    told = json.loads(run(settings, "customers", "--json", "--weeks", "13").stdout)
    assert (told["customers"], told["with_card"]) == (60, 1.0)
    assert "60 customers are known by their card" in run(settings, "customers").stdout


def test_intervals_lie_on_one_scale_about_nothing() -> None:
    pictures, edge = whiskers([(-0.1, 0.0, 0.1), (0.1, 0.2, 0.4), (-9.0, 0.0, 9.0)])
    assert edge == 1.0
    assert [picture.middle for picture in pictures] == [WIDTH / 2, WIDTH * 0.6, WIDTH / 2]
    assert (pictures[2].x, pictures[2].width) == (0.0, WIDTH)
    assert whiskers([]) == ([], 0.05)
