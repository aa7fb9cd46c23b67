"""The page of a day, week, month or retail month: what the API gives, with what stands beneath it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect

from edge.wire import LineCount
from server.catalogue.editing import replace as replace_part
from server.catalogue.items import OpeningHours
from server.config import Settings
from server.dashboard.bar_chart import HEIGHT, Point, chart, nice_above
from server.dashboard.comparing_words import with_earlier, with_usual
from server.figures.earlier import Beside
from server.metrics.comparing import Comparison
from server.metrics.intervals import Calendar, Interval
from server.metrics.ratios import Ratio
from server.metrics.report import Figures, Rows, Terms, report
from server.metrics.rows import LabourRow, PlanogramRow
from server.storage.database import open_database, writing
from server.storage.labour import MeasuredLag, keep_lag, replace_labour
from tests.browser import SLOW_MS
from tests.server.asking import Asking, asking
from tests.server.dashboard.page import Page, read
from tests.server.dashboard.test_in_browser import (
    Served,
    contrast,
    let_in,
    opened,
    serving,
    sideways,
)
from tests.server.filling import (
    NOON,
    STORE,
    berlin_store,
    counts,
    fill,
    lay_out,
    sale,
    settings_for,
    zone_count,
)
from tests.server.shop_with_everything import everything

PICTURES_SETTING = "FOOTFALL_PICTURES"
"""Folder for the picture in `docs/staff.md`, as in the tests of the live page."""

PERIOD = f"/stores/{STORE}/period"
HOURS = [OpeningHours(weekday=day, opens=time(9), closes=time(18)) for day in range(1, 7)]


def weeks(number: int) -> Iterator[Any]:
    """A busy hour on each weekday of some weeks up to noon, busier from week to week, with tickets."""
    for back in range(7 * number):
        at = NOON - timedelta(days=back)
        if at.isoweekday() == 7:
            continue
        came = 120 - 10 * (back // 7)
        yield counts(at - timedelta(hours=1), came, came, [zone_count("tea", [5, 20, 60] * 12)], minutes=60)
        for n in range(came // 4):
            yield sale(f"{back}-{n}", at - timedelta(minutes=50) + timedelta(minutes=n), "12.50")


def open_on_weekdays(settings: Settings) -> None:
    # Not over the API: beside a running browser no other event loop can run.
    with open_database(settings.database) as db:
        replace_part(db, STORE, settings.stores[STORE], "hours", HOURS)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Six weeks of a shop that is shut on Sundays, with shifts and a measured lag."""
    settings = settings_for(tmp_path_factory.mktemp("weeks"), **{STORE: berlin_store(least_visitors=5)})
    fill(settings, weeks(6), NOON)
    fill(settings, everything(), NOON)
    lay_out(settings, [PlanogramRow("tea-1", "tea", None, None)])
    shift = LabourRow(NOON - timedelta(hours=3), NOON - timedelta(hours=1), Decimal(2))
    with open_database(settings.database) as db, writing(db):
        replace_labour(db, STORE, [shift])
        keep_lag(db, STORE, MeasuredLag(7, 0.62, NOON - timedelta(days=1)))
    open_on_weekdays(settings)
    return settings


@pytest.fixture(scope="module")
def ask(shop: Settings) -> Asking:
    return asking(shop, NOON)


def page_of(ask: Asking, query: str) -> Page:
    answer = ask.get(f"{PERIOD}?{query}")
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def sentences(page: Page) -> str:
    return page.all(id="compared")[0].text


@pytest.mark.parametrize(
    ("kind", "begin", "end", "resolution"),
    [
        ("day", "2026-03-03", "2026-03-04", "hour"),
        ("week", "2026-03-02", "2026-03-09", "day"),
        ("month", "2026-03-01", "2026-04-01", "day"),
        ("4-5-4", "2026-03-01", "2026-04-05", "day"),
    ],
)
def test_every_kind_of_period_shows_what_the_api_gives(
    ask: Asking, kind: str, begin: str, end: str, resolution: str
) -> None:
    page = page_of(ask, f"kind={kind}&day=2026-03-03")
    query = f"begin={begin}&end={end}&resolution={resolution}"
    told = ask.get(f"/api/v1/stores/{STORE}/metrics?{query}").json()
    totals = told["totals"]
    shown = {row.attributes["data-metric"]: row for row in page.all("dd") if "data-metric" in row.attributes}
    for metric in ("entries", "exits", "raw_entries", "passers_by", "transactions", "coverage", "open_hours"):
        assert shown[metric].attributes["data-value"] == str(totals[metric]), metric
    for metric in ("conversion", "raw_conversion", "group_conversion", "capture_rate"):
        rate = totals[metric]
        if rate is None:
            assert "no data" in shown[metric].text, metric
            continue
        assert shown[metric].attributes["data-value"] == str(rate["value"]), metric
        assert f"{rate['numerator']:,} " in shown[metric].text
        assert f" {rate['denominator']:,}" in shown[metric].text
        assert "likely" in shown[metric].text
    assert shown["star"].attributes["data-value"] == totals["star"]["value"]
    assert shown["labour_hours"].attributes["data-value"] == "4"
    zone = totals["zones"][0]
    cells = {cell.attributes.get("data-metric"): cell for cell in page.all("td")}
    assert cells["visits"].attributes["data-value"] in {str(one["visits"]) for one in totals["zones"]} | {""}
    (tea,) = [one for one in totals["zones"] if one["zone"] == "tea"]
    html = ask.get(f"{PERIOD}?kind={kind}&day=2026-03-03").text
    for metric in ("engagement", "bounce"):
        assert f'data-metric="{metric}" data-value="{tea[metric]["value"]}"' in html
    assert f'data-metric="zone_conversion" data-value="{tea["conversion"]["value"]}"' in html
    assert zone["zone"] == "tea"
    assert len(page.all("rect")) >= 1


def test_power_hours_stand_on_a_day_and_nowhere_else(ask: Asking) -> None:
    (row,) = page_of(ask, "kind=day").all(data_metric="power_hours")
    assert row.attributes["data-value"] == "11:00"
    assert page_of(ask, "kind=week").all(data_metric="power_hours") == []


def test_a_day_that_is_shut_reads_closed_and_not_no_data(ask: Asking) -> None:
    page = page_of(ask, "kind=week&day=2026-02-24")
    rows = [row.text.split() for row in page.all("tr", **{"class": "shut"})]
    assert rows == [["Sun,", "1", "Mar", "closed"]]
    closed = [title.text for title in page.all("title") if "closed" in title.text]
    assert closed == ["Sun, 1 Mar: closed"]


def test_the_lag_says_whether_it_was_measured(ask: Asking, tmp_path: Path) -> None:
    assert "7 min after the visit, as it was measured on 2 Mar 2026" in page_of(ask, "").all(id="lag")[0].text
    bare = settings_for(tmp_path)
    fill(bare, [counts(NOON, 1, 0, [zone_count("tea", [9])])], NOON)
    assert "it was not measured" in page_of(asking(bare, NOON), "").all(id="lag")[0].text


def test_a_week_is_set_beside_the_same_weekdays_of_the_week_before(shop: Settings) -> None:
    # Only Monday is over: 120 people came, and 110 a week before.
    page = page_of(asking(shop, NOON), "kind=week&day=2026-03-02")
    assert "Entries: 120; on the same weekday one week earlier 110, 9\u00a0% more." in sentences(page)
    later = page_of(asking(shop, NOON + timedelta(days=9)), "kind=week&day=2026-02-24")
    assert "Entries: 700; on the same 7 weekdays one week earlier 640" in sentences(later)


def test_a_day_is_set_beside_its_weekday(ask: Asking) -> None:
    said = sentences(page_of(ask, "kind=day&day=2026-02-24"))
    assert (
        "Entries on the last 4 Tuesdays: 85 in the middle, between 70 and 100; now 110, 29\u00a0% more."
        in said
    )


def leafing(ask: Asking, query: str) -> dict[str | None, str]:
    return {a.attributes.get("rel"): a.attributes["href"] for a in page_of(ask, query).all("a")}


def test_leafing_stays_within_what_is_known(ask: Asking) -> None:
    links = leafing(ask, "kind=month")
    assert links["prev"] == f"{PERIOD}?kind=month&day=2026-02-28"
    assert "next" not in links
    first = leafing(ask, "kind=week&day=2026-01-20")
    assert "prev" not in first
    assert first["next"] == f"{PERIOD}?kind=week&day=2026-01-26"


@pytest.mark.parametrize("query", ["kind=year", "day=tomorrow", "day=1900-01-01"])
def test_what_cannot_be_shown_is_refused_in_a_sentence(ask: Asking, query: str) -> None:
    answer = ask.get(f"{PERIOD}?{query}")
    assert answer.status_code == 422


def empty(begin: datetime = NOON) -> Figures:
    whole = Interval(begin, begin + timedelta(days=7))
    return report(Rows(), Terms(Calendar(ZoneInfo("UTC"))), whole, [whole], whole.end).totals


def test_rates_say_whether_chance_alone_would_explain_the_difference() -> None:
    def beside(now: Ratio, before: Ratio) -> str:
        figures = [replace(empty(), conversion=rate) for rate in (now, before)]
        return " ".join(with_earlier(Beside(7, 1, *figures)))

    week = "on the same 7 weekdays one week earlier"
    assert beside(Ratio(40, 100, 20), Ratio(30, 100, 20)) == (
        f"Conversion: 40.0\u00a0%; {week} 30.0\u00a0%; the likely ranges overlap, so that may be chance."
    )
    assert "more than chance would explain" in beside(Ratio(400, 1000, 20), Ratio(300, 1000, 20))
    assert beside(Ratio(4, 10, 20), Ratio(30, 100, 20)) == "", "too few to say"


def test_what_makes_two_times_unlike_is_said() -> None:
    now = replace(empty(), entries=50, open_hours=54.0, open_coverage=0.99)
    before = replace(empty(), entries=80, open_hours=45.0, open_coverage=0.80)
    said = with_earlier(Beside(6, 52, now, before))
    assert said == (
        "Entries: 50; on the same 6 weekdays 52 weeks earlier 80, 38\u00a0% less.",
        "The shop was open for 54 hours, and for 45 then.",
        "The cameras watched 99\u00a0% of the time, and 80\u00a0% then: who came unwatched was not counted.",
    )
    assert with_earlier(Beside(6, 52, now, empty())) == ()


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (
            Comparison("entries", 63, 70, 4, 55, 80),
            "Entries on the last 4 Tuesdays: 70 in the middle, between 55 and 80; now 63, 10\u00a0% less.",
        ),
        (
            Comparison("entries", 70, 70, 1, 70, 70),
            "Entries on the last Tuesday: 70 in the middle; now 70, as usual.",
        ),
        (
            Comparison("conversion", None, 0.25, 2, 0.2, 0.3),
            "Conversion on the last 2 Tuesdays: 25.0\u00a0% in the middle,"
            " between 20.0\u00a0% and 30.0\u00a0%.",
        ),
    ],
)
def test_a_day_beside_what_is_usual_is_a_sentence(figure: Comparison, said: str) -> None:
    assert with_usual(date(2026, 3, 3), [figure]) == (said,)


@given(st.integers(0, 10**9))
def test_the_top_of_a_chart_is_a_round_number_not_far_above(value: int) -> None:
    top = nice_above(value)
    assert max(value, 5) <= top <= max(2.5 * value, 5)
    assert str(top).rstrip("0") in {"1", "2", "5"}


@given(st.lists(st.tuples(st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**6)), max_size=40))
def test_bars_stay_in_the_picture_and_what_is_not_known_is_not_drawn(
    values: list[tuple[int | None, int | None]],
) -> None:
    drawn = chart([Point(str(n), bar, line, "") for n, (bar, line) in enumerate(values)])
    for bar, (value, _) in zip(drawn.bars, values, strict=True):
        assert (bar.height is None) == (value is None)
        assert 0 <= bar.x <= bar.x + bar.width <= drawn.width
        assert bar.y >= 0
        assert bar.y + (bar.height or 0) == pytest.approx(HEIGHT)
    points = [point for line in drawn.lines for point in line.split()]
    assert len(points) <= sum(line is not None for _, line in values)


SHAPE = (9, 16, 21, 34, 30, 24, 27, 33, 19)
"""Entries of each open hour from nine on."""


def lively() -> Iterator[Any]:
    """Two weeks and a half, hour by hour: staff, groups and passers-by, zones and tickets."""
    opens = NOON - timedelta(hours=3)
    for back in range(18):
        day = opens - timedelta(days=back)
        if day.isoweekday() == 7:
            continue
        for hour, usual in enumerate(SHAPE[: 3 if back == 0 else 9]):
            at, came = day + timedelta(hours=hour), usual + day.isoweekday() * 2 + (back < 9) * 3
            door = LineCount(
                line="main",
                count_in=came + 2,
                count_out=came + 2,
                staff_in=2,
                staff_out=2,
                groups_in={1: came - 2 * (came // 3), 2: came // 3},
                groups_out={1: came},
            )
            street = LineCount(line="street", kind="passing", count_in=90, count_out=80, passed=5 * came)
            zones = [
                zone_count(zone, [4, 8, 20, 45, 90] * (came // n)) for zone, n in (("tea", 9), ("gifts", 14))
            ]
            yield counts(at, 0, 0, zones, minutes=60, lines=[door, street])
            for n in range(came // 4):
                sku = ("tea-1", "card", "mug")[n % 3]
                yield sale(f"{back}-{hour}-{n}", at + timedelta(minutes=5 * n), f"{9 + n}.90", sku=sku)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_for(tmp_path_factory.mktemp("busy"))
    fill(settings, lively(), NOON)
    lay_out(settings, [PlanogramRow("tea-1", "tea", None, None), PlanogramRow("card", "gifts", None, None)])
    days = [NOON - timedelta(days=back, hours=3) for back in range(18)]
    shifts = [LabourRow(day, day + timedelta(hours=9), Decimal(2)) for day in days if day.isoweekday() < 7]
    with open_database(settings.database) as db, writing(db):
        replace_labour(db, STORE, shifts)
        keep_lag(db, STORE, MeasuredLag(7, 0.62, NOON - timedelta(days=1)))
    open_on_weekdays(settings)
    return settings


@pytest.fixture
def served(busy: Settings) -> Iterator[Served]:
    with serving(busy, lambda: NOON) as running:
        yield running


@pytest.mark.browser
def test_a_week_is_chosen_by_keyboard_on_a_phone(chromium: Browser, served: Served) -> None:
    page = opened(chromium, served, f"{PERIOD}?kind=day")
    page.locator("#kind").focus()
    page.keyboard.press("w")
    page.locator("#day").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".day")).to_have_text("Mon, 2 Mar to Sun, 8 Mar 2026 · so far", timeout=SLOW_MS)
    page.locator("summary").evaluate_all("all => all.forEach(summary => summary.click())")
    assert sideways(page) <= 0
    box = page.locator("svg.bars").bounding_box()
    assert box is not None
    assert box["width"] > 250
    bars = page.locator("rect.bar").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert max(bars) > 60
    page.context.close()
    assert served.complaints == []


@pytest.mark.browser
def test_a_week_that_is_over_shows_everything(chromium: Browser, served: Served, tmp_path: Path) -> None:
    page = opened(chromium, served, f"{PERIOD}?kind=week&day=2026-02-24", width=1280)
    assert page.locator("#compared li").count() >= 4
    assert page.locator("rect.bar").count() == 6
    assert "no data" not in page.locator("#zones").inner_text()
    assert page.locator(".notes").count() == 0
    assert sideways(page) <= 0
    pictures = Path(os.environ.get(PICTURES_SETTING) or tmp_path)
    page.screenshot(path=pictures / "period-desktop.png", full_page=True)
    page.context.close()
    assert served.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_keeps_its_contrast(chromium: Browser, served: Served, scheme: Any) -> None:
    context = chromium.new_context(color_scheme=scheme)
    let_in(context, served)
    page = context.new_page()
    page.goto(f"{served.address}{PERIOD}?kind=week&day=2026-02-24")
    for selector in (
        ".note",
        ".pairs dt",
        ".log th",
        ".log td",
        ".log tr.shut td",
        ".sentences li",
        ".bar-ends",
    ):
        assert contrast(page, selector) >= 4.5, selector
    context.close()
