"""Days as they are read from a store's database, and why some cannot be used."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from edge.wire import SaleKind
from server.config import Settings
from server.flow.explaining import explained
from server.flow.outcome import Outcome
from server.flow.reading_sales import sales_history
from server.flow.sales_days import History
from server.storage.database import open_database
from tests.server.filling import counts, fill, settings_for
from tests.server.flow.made_up import FIRST, made_up
from tests.server.flow.shops import at_noon, put, source_of, ticket

AFTER = FIRST + timedelta(days=150)


def history_of(settings: Settings, day: date, of: Outcome = Outcome.TRANSACTIONS) -> History:
    with open_database(settings.database, read_only=True) as db:
        return sales_history(source_of(db, settings), of, at_noon(day))


def test_days_are_read_as_they_were_over_a_change_of_the_clock(shop_of_days: Settings) -> None:
    made = made_up(5, 150, spread=0.03).days
    read = history_of(shop_of_days, AFTER)
    assert [day.day for day in read.days] == [day.day for day in made]
    assert [day.entries for day in read.days] == [day.entries for day in made]
    assert [day.sales for day in read.days] == [round(day.sales * 0.1) for day in made]
    assert [day.marks for day in read.days] == [day.marks for day in made]
    assert [day.rain_mm for day in read.days] == pytest.approx([day.rain_mm for day in made])
    stays = [day.dwell_seconds for day in made]
    assert [day.dwell_seconds for day in read.days] == pytest.approx(stays, rel=0.03)
    assert read.left_out == ()
    assert read.names["holiday"] == ("Feast",)


def test_public_holidays_count_beside_those_of_the_catalogue(shop_of_days: Settings) -> None:
    with open_database(shop_of_days.database, read_only=True) as db:
        source = source_of(db, shop_of_days)
        own, both = (sales_history(source, Outcome.TRANSACTIONS, at_noon(AFTER), of) for of in ("", "DE"))
    labour, feasts = date(2025, 5, 1), {day.day for day in own.days if "holiday" in day.marks}
    assert labour not in feasts
    assert {day.day for day in both.days if "holiday" in day.marks} >= {labour, *feasts}
    assert set(own.names["holiday"]) < set(both.names["holiday"])
    assert [day.sales for day in own.days] == [day.sales for day in both.days]


def test_net_sales_are_those_of_the_tickets(shop_of_days: Settings) -> None:
    tickets, amounts = (history_of(shop_of_days, AFTER, of).days for of in Outcome)
    assert [day.sales for day in amounts] == [10 * day.sales for day in tickets]


def test_the_day_that_runs_is_not_among_them(shop_of_days: Settings) -> None:
    assert history_of(shop_of_days, FIRST + timedelta(days=30)).days[-1].day == FIRST + timedelta(days=29)


def test_effects_are_found_from_the_database(shop_of_days: Settings) -> None:
    with open_database(shop_of_days.database, read_only=True) as db:
        found = explained(source_of(db, shop_of_days), Outcome.TRANSACTIONS, at_noon(AFTER))
    by_key = {effect.key: effect for effect in found.effects}
    assert by_key["entries"].low < 0.2 < by_key["entries"].high
    assert by_key["dwell"].is_sure
    assert found.days == 150


@pytest.fixture
def odd_days(tmp_path: Path) -> Settings:
    """A fortnight; on a day each nobody comes, the camera is away, no ticket comes, or much comes back."""
    settings = settings_for(tmp_path)
    watched = {4: 0.3}
    found = [
        counts(
            at_noon(FIRST + timedelta(days=day)),
            0 if day == 2 else 50,
            0,
            minutes=60,
            coverage=watched.get(day, 1.0),
        )
        for day in range(14)
        if day != 9
    ]
    fill(settings, found, at_noon(FIRST + timedelta(days=14)))
    with open_database(settings.database) as db:
        put(
            db,
            [
                *(
                    ticket(f"{day}-{number}", at_noon(FIRST + timedelta(days=day), number))
                    for day in range(14)
                    if day not in {2, 6, 9}
                    for number in range(5)
                ),
                ticket("back", at_noon(FIRST + timedelta(days=11), 30), "-500", kind=SaleKind.RETURN),
            ],
        )
    return settings


def test_days_that_cannot_be_used_are_counted_with_why(odd_days: Settings) -> None:
    read = history_of(odd_days, FIRST + timedelta(days=14))
    assert [(day.day - FIRST).days for day in read.days] == [0, 1, 3, 5, 7, 8, 10, 11, 12, 13]
    assert read.left_out == (
        "1 day on which the cameras watched less than usual",
        "1 day without a single ticket although people came: their tickets may be missing",
        "1 day of which no camera told anything",
    )
    amounts = history_of(odd_days, FIRST + timedelta(days=14), Outcome.NET_SALES)
    assert "1 day without net sales, or with more returned than sold" in amounts.left_out


def test_a_store_of_which_nothing_was_counted_has_no_days(tmp_path: Path) -> None:
    assert history_of(settings_for(tmp_path), FIRST) == History(())
