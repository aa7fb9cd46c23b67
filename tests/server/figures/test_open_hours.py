"""Opening hours of the catalogue in the figures: closed rather than no data, and coverage while open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from server.config import Settings
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, counts, fill, settings_for

HOURS = [{"weekday": day, "opens": "11:00", "closes": "13:00"} for day in range(1, 6)]
CATALOGUE = f"/api/v1/catalogue/stores/{STORE}"
EVENING = NOON + timedelta(hours=12)


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    """A camera that watched from eleven to half past twelve, for five Tuesdays; the day is the last."""
    settings = settings_for(tmp_path)
    for weeks in range(5):
        at = NOON - timedelta(weeks=weeks, hours=1)
        hour, half = counts(at, 10 + weeks, 0, minutes=60), counts(at + timedelta(hours=1), 5, 0, minutes=30)
        fill(settings, [hour, half], NOON)
    return settings


@pytest.fixture
def ask(settings: Settings) -> Asking:
    ask = asking(settings, EVENING)
    assert ask.put(f"{CATALOGUE}/hours", json=HOURS).status_code == 200
    return ask


def asked(ask: Asking, query: str = "", begin: str = "2026-03-03") -> dict[str, Any]:
    answer = ask.get(f"/api/v1/stores/{STORE}/metrics?begin={begin}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_day_says_how_long_it_was_open_and_how_much_of_that_was_watched(ask: Asking) -> None:
    found = asked(ask)
    assert (found["totals"]["open_hours"], found["totals"]["open_coverage"]) == (2, 0.75)
    assert found["totals"]["coverage"] == pytest.approx(1.5 / 24)
    assert [hour["open_hours"] for hour in found["intervals"]] == [0] * 11 + [1, 1] + [0] * 11


def test_a_day_that_runs_is_covered_as_far_as_it_went(settings: Settings, ask: Asking) -> None:
    running = asking(settings, NOON + timedelta(minutes=15))
    assert asked(running)["totals"]["open_coverage"] == 1.0


def test_weeks_have_the_hours_of_their_days_and_very_long_ranges_no_coverage_while_open(ask: Asking) -> None:
    month = asked(ask, "&end=2026-03-10&resolution=day")
    assert [day["open_hours"] for day in month["intervals"]] == [2, 2, 2, 2, 0, 0, 2]
    # Only the day itself is over.
    assert month["totals"]["open_coverage"] == 0.75
    weeks = asked(ask, "&end=2026-03-04&resolution=week", "2026-01-26")["totals"]
    # Five of 27 open days were watched, each for an hour and a half of two.
    assert (weeks["open_hours"], weeks["open_coverage"]) == (54, pytest.approx(5 * 1.5 / 54))
    long = asked(ask, "&end=2026-03-04&resolution=week", "2026-01-05")["totals"]
    assert (long["open_hours"], long["open_coverage"]) == (84, None)


def test_a_store_without_hours_says_that_it_has_none(settings: Settings) -> None:
    totals = asked(asking(settings, EVENING))["totals"]
    assert (totals["open_hours"], totals["open_coverage"]) == (None, None)


def test_a_weekday_on_which_the_shop_was_shut_is_not_what_is_usual(ask: Asking) -> None:
    def entries() -> dict[str, Any]:
        told = ask.get(f"/api/v1/stores/{STORE}/comparison?day=2026-03-03&weeks=4").json()
        found: dict[str, Any] = told["figures"][0]
        return found

    assert (entries()["days"], entries()["usual"]) == (4, 17.5)
    shut = [{"day": "2026-02-24", "name": "Stocktaking"}]
    assert ask.put(f"{CATALOGUE}/holidays", json=shut).status_code == 200
    assert (entries()["days"], entries()["usual"]) == (3, 18)
