"""The page of what is expected."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.access.rights import Role
from server.config import Settings
from server.dashboard.band_chart import HEIGHT, band_chart
from server.storage.forecasts import ForecastHour
from tests.server.asking import asking
from tests.server.dashboard.page import Page, read
from tests.server.filling import NOON, STORE, settings_for
from tests.server.forecasting.told_shop import DAY, HOUR, told_shop

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return told_shop(tmp_path_factory.mktemp("shop"))


def _page(settings: Settings, query: str = "", now: datetime = NOON) -> Page:
    answer = asking(settings, now, Role.STAFF).get(f"/stores/{STORE}/forecast{query}")
    assert answer.status_code == 200
    return read(answer.text)


def _text(page: Page, **attributes: str) -> str:
    return " ".join(page.all(**attributes)[0].text.split())


def _cells(page: Page, **attributes: str) -> list[str]:
    """The cells of the row with these attributes."""
    row = page.elements.index(page.all("tr", **attributes)[0])
    found = []
    for element in page.elements[row + 1 :]:
        if element.tag == "tr":
            break
        if element.tag in ("th", "td"):
            found.append(" ".join(element.text.split()))
    return found


def test_days_stand_with_ranges_of_their_own_and_what_is_known_of_them(settings: Settings) -> None:
    page = _page(settings)
    assert _cells(page, data_day="2026-03-04") == ["Wed, 4 Mar", "90", "75 to 108", ""]
    assert _cells(page, data_day="2026-03-05") == ["Thu, 5 Mar", "90", "75 to 108", "Spring fair"]
    assert len([row for row in page.all("tr") if "data-day" in row.attributes]) == 13
    assert _text(page, id="events") == "Thu, 5 March 2026 to Fri, 6 March 2026: Spring fair (event)"


def test_how_right_it_was_and_what_it_rests_on_stand_below(settings: Settings) -> None:
    page = _page(settings)
    assert _cells(page, data_age="1")[1:] == ["2.0", "0.0", "2.0 too many", "100 %"]
    assert _cells(page, data_age="28")[1:] == ["too few hours to say"]
    basis = _text(page, id="basis")
    assert "Said on 3 Mar 2026, 03:30 by the model boosting. This rests on 10 days." in basis
    assert "taught with all hours before Sun, 1 March 2026: taught for the first time." in basis


def test_the_hours_stand_in_a_picture_and_open_ones_in_a_table(settings: Settings) -> None:
    page = _page(settings)
    (line,) = page.all("polyline")
    # Two points an hour, to the end of Monday.
    assert len(line.attributes["points"].split()) == 2 * (12 + 6 * 24)
    (details,) = page.all("details", id="hours")
    assert "Tue 03 Mar, 12:00" in details.text
    assert "20:00" not in details.text


def test_a_forecast_that_was_not_renewed_says_so(settings: Settings) -> None:
    (notes,) = _page(settings, now=NOON + 2 * DAY).all(aria_label="Before you rely on it")
    assert "This was said on 3 Mar 2026, 03:30 and has not been renewed since" in notes.text


def test_where_nothing_was_forecast_the_page_says_how_to_make_one(settings: Settings, tmp_path: Path) -> None:
    empty = _page(settings_for(tmp_path))
    (notes,) = empty.all(aria_label="Before you rely on it")
    assert "footfall-server keep-forecasts --store corner" in notes.text
    assert (
        "No forecast of visits:tea is stored"
        in _page(settings, "?what=visits:tea").all(aria_label="Before you rely on it")[0].text
    )


def test_a_stores_page_leads_to_it(settings: Settings) -> None:
    page = read(asking(settings, NOON, Role.STAFF).get(f"/stores/{STORE}").text)
    assert page.all("a", href=f"/stores/{STORE}/forecast")


def _hours(begin: datetime, number: int, high: float = 8.0) -> list[ForecastHour]:
    return [ForecastHour(begin + n * HOUR, 4, 2, high) for n in range(number)]


def test_the_band_lies_around_the_line_and_is_closed() -> None:
    chart = band_chart(_hours(NOON, 2), BERLIN)
    assert chart.line == "0,60.00 1,60.00 1,60.00 2,60.00"
    assert chart.band == "0,20.00 1,20.00 1,20.00 2,20.00 2,80.00 1,80.00 1,80.00 0,80.00"
    assert (chart.top, chart.width, HEIGHT) == (10, 2, 100)


def test_days_are_named_where_there_is_room_also_where_the_clock_changes() -> None:
    saturday = datetime(2026, 3, 28, 18, tzinfo=UTC)
    midnights = band_chart(_hours(saturday, 5 + 23 + 24), BERLIN).midnights
    assert [(mark.x, mark.label) for mark in midnights] == [(0, ""), (5, "Sun"), (28, "Mon")]


def test_of_no_hours_there_is_a_picture_of_nothing() -> None:
    chart = band_chart([], BERLIN)
    assert (chart.line, chart.band, chart.midnights) == ("", "", ())
