from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edge.wire import SourceState
from server.config import Settings
from server.metrics.glossary import GLOSSARY
from server.metrics.rows import PlanogramRow
from tests.server.asking import Asking, asking
from tests.server.dashboard.page import Page, read
from tests.server.filling import (
    NOON,
    STORE,
    Message,
    audit,
    berlin_store,
    counts,
    fill,
    health,
    lay_out,
    live,
    sale,
    settings_for,
    status,
    zone_count,
)
from tests.server.shop_with_everything import everything

STORE_PAGE = f"/stores/{STORE}"
TEN = NOON - timedelta(hours=2)


@pytest.fixture
def filled(settings: Settings) -> Settings:
    messages: list[Message] = [
        counts(TEN, 40, 10, [zone_count("tea", [20.0, 40.0] * 15)]),
        counts(TEN + timedelta(hours=1), 8, 9),
        *(sale(f"t{n}", TEN + timedelta(minutes=n), "19.90") for n in range(12)),
        status(NOON),
        health(NOON),
        live(NOON, tea=2),
    ]
    fill(settings, messages, NOON)
    lay_out(settings, [PlanogramRow("tea-1", "tea", None, None)])
    return settings


def page_of(ask: Asking, path: str = STORE_PAGE) -> Page:
    answer = ask.get(path)
    assert answer.status_code == 200
    return read(answer.text)


def same(shown: str, told: float | str | None) -> bool:
    return (shown == "") if told is None else Decimal(shown) == Decimal(str(told))


def test_the_figures_on_the_page_are_those_of_the_api(filled: Settings, ask: Asking) -> None:
    page = page_of(ask)
    answer = ask.get(f"/api/v1/stores/{STORE}/metrics").json()
    totals = answer["totals"]
    for metric in ("entries", "exits", "transactions", "balance", "coverage"):
        assert same(page.value(metric), totals[metric]), metric
    for metric in ("conversion", "average_transaction_value", "sales_per_visitor", "units_per_transaction"):
        assert same(page.value(metric), totals[metric]["value"]), metric
    assert same(page.value("net_sales"), totals["net_sales"]["amount"])
    assert same(page.value("inside"), ask.get(f"/api/v1/stores/{STORE}/now").json()["inside"])
    assert page.value("entries") == "48"


def test_every_hour_in_the_table_is_the_apis(filled: Settings, ask: Asking) -> None:
    page = page_of(ask)
    hours = {
        part["begin_local"][11:16]: part
        for part in ask.get(f"/api/v1/stores/{STORE}/metrics").json()["intervals"]
    }
    shown = [row.text.split()[0] for row in page.all("th", role="rowheader")]
    assert shown == ["10:00", "11:00"]
    for metric in ("entries", "exits", "transactions", "coverage"):
        cells = page.all("td", data_metric=metric)
        for name, cell in zip(shown, cells, strict=True):
            assert same(cell.attributes["data-value"], hours[name][metric]), (name, metric)


def test_a_zone_shows_visits_dwell_and_conversion(filled: Settings, ask: Asking) -> None:
    page = page_of(ask)
    tea = ask.get(f"/api/v1/stores/{STORE}/metrics").json()["totals"]["zones"][0]
    assert [
        zone.attributes["data-zone"] for zone in page.all("article") if "data-zone" in zone.attributes
    ] == [
        "tea",
        "gifts",
    ]
    assert same(page.value("visits"), 30)
    assert same(page.value("dwell_mean"), 30)
    assert same(page.value("dwell_p90"), tea["dwell"]["p90_seconds"])
    assert same(page.all(data_metric="conversion")[-2].attributes["data-value"], 12 / 30)
    assert page.all("span", data_metric="inside")[0].text == "2"


@pytest.mark.parametrize(
    ("clicked", "counted", "matched", "words"),
    [
        pytest.param(40, 39, 38, ["38 of 40 found", "1 too many", "95.0", "likely 83.5"], id="enough"),
        pytest.param(5, 5, 5, ["5 of 5 found", "too few crossings to say"], id="too few"),
        pytest.param(0, 1, 0, ["nobody crossed", "1 too many"], id="nobody"),
    ],
)
def test_a_camera_shows_how_it_last_compared_with_somebodys_own_count(
    settings: Settings, ask: Asking, clicked: int, counted: int, matched: int, words: list[str]
) -> None:
    fill(settings, [status(NOON), audit(NOON, clicked, counted, matched)], NOON)
    (shown,) = page_of(ask).all("dd", data_metric="audit")
    assert [word for word in words if word not in shown.text] == []


def test_where_nothing_is_known_the_page_says_no_data_and_never_zero(ask: Asking) -> None:
    page = page_of(ask)
    for metric in ("entries", "exits", "inside", "net_sales", "transactions", "conversion", "coverage"):
        assert (page.text(metric), page.value(metric)) == ("no data", ""), metric


def test_too_few_visitors_are_said_to_be_too_few(settings: Settings, ask: Asking) -> None:
    fill(settings, [counts(TEN, 19, 0), sale("t", TEN)], NOON)
    page = page_of(ask)
    assert (page.text("conversion"), page.value("conversion")) == ("too few visitors to say", "")


def test_a_camera_shows_its_state_its_detector_and_its_licence(settings: Settings, ask: Asking) -> None:
    lost = SourceState(state="lost", reason="no answer for 30 s")
    fill(settings, [status(NOON), health(NOON, source=lost), status(NOON, online=False, camera="hall")], NOON)
    html = ask.get(STORE_PAGE).text
    page = read(html)
    assert [camera.attributes["data-value"] for camera in page.all(data_metric="presence")] == [
        "online",
        "offline",
    ]
    for said in ("rtmdet-nano-320", "average precision 0.71 on COCO val2017", "Licence: Apache-2.0"):
        assert said in html
    assert "No picture: no answer for 30 s" in html


def test_a_camera_whose_counts_are_in_danger_says_so(settings: Settings, ask: Asking) -> None:
    said = {"outbox_trouble": "disk full", "clock_known": False, "outbox_dropped": 7, "outbox_coarsened": 120}
    fill(settings, [status(NOON), health(NOON).model_copy(update=said)], NOON)
    page = read(ask.get(STORE_PAGE).text)
    for metric, words in {
        "outbox-trouble": "in its memory only, and lost if it stops: disk full",
        "clock-unknown": "It has not known the time since",
        "outbox-dropped": "7 minutes were given up",
        "outbox-coarsened": "120 minutes became hours",
    }.items():
        (shown,) = page.all(data_metric=metric)
        assert words in shown.text, metric
    (camera,) = ask.get(f"/api/v1/stores/{STORE}/now").json()["cameras"]
    assert {key: camera[key] for key in said} == said
    assert camera["clock_unknown_since"] == NOON.isoformat().replace("+00:00", "Z")


def test_low_coverage_is_said_before_any_figure(filled: Settings, ask: Asking) -> None:
    html = ask.get(STORE_PAGE).text
    note = html.index("The cameras watched only part of the time")
    assert note < html.index('data-metric="entries"')


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"clock_synced": False}, "did not know the time for certain"),
        ({"replayed": True}, "come from a recording"),
    ],
)
def test_doubtful_counts_are_marked(
    settings: Settings, ask: Asking, change: dict[str, Any], note: str
) -> None:
    fill(settings, [counts(TEN, 1, 0)], NOON)
    assert note not in ask.get(STORE_PAGE).text
    fill(settings, [counts(TEN, 1, 0, revision=2, **change)], NOON)
    assert note in ask.get(STORE_PAGE).text


ONLY_BY_THE_API = {"units", "zone_occupancy", "staff_entries", "staff_exits", "staff_visits", "raw_dwell"}
ONLY_BY_THE_API |= {"ended", "queue_abandoned_wait"}
ON_THE_PAGE_OF_PATHS = {"path_people", "path_share", "path_unseen"}


def test_definitions_stand_beside_the_figures(filled: Settings, ask: Asking) -> None:
    """Those of a closed day alone, such as its drift, on the page of a period that is over."""
    fill(filled, everything(), NOON)
    hours = [{"weekday": day, "opens": "09:00", "closes": "18:00"} for day in range(1, 8)]
    assert ask.put(f"/api/v1/catalogue{STORE_PAGE}/hours", json=hours).status_code == 200
    over = asking(filled, NOON + timedelta(days=1))
    pages = (ask.get(STORE_PAGE).text, over.get(f"{STORE_PAGE}/period?kind=day&day=2026-03-03").text)
    text = " ".join(" ".join(read(page).elements[0].text.split()) for page in pages)
    missing = {key for key, term in GLOSSARY.items() if term.definition not in text}
    assert missing == ONLY_BY_THE_API | ON_THE_PAGE_OF_PATHS


def test_hostile_names_are_text(tmp_path: Path) -> None:
    hostile = '"><script>alert(1)</script>'
    settings = settings_for(
        tmp_path, **{STORE: berlin_store(name=hostile, zones={"tea": {"name": hostile + "tea"}})}
    )
    lost = SourceState(state="lost", reason=hostile + "reason")
    fill(settings, [health(NOON, source=lost), counts(TEN, 1, 0)], NOON)
    ask = asking(settings, NOON)
    html = ask.get(STORE_PAGE).text
    assert "<script>alert" not in html + ask.get(f"{STORE_PAGE}/period").text
    assert html.count("&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    assert {element.attributes.get("src", "")[:8] for element in read(html).all("script")} == {"/static/"}


def test_nothing_on_a_page_comes_from_elsewhere(filled: Settings, ask: Asking) -> None:
    for path in (STORE_PAGE, f"{STORE_PAGE}/period", "/quarantine", "/nowhere"):
        page = read(ask.get(path).text)
        links = [
            element.attributes.get(name, "/")
            for element in page.elements
            for name in ("src", "href", "action")
        ]
        assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in links)
        assert not any("style" in element.attributes or element.tag == "style" for element in page.elements)
        for element in page.all("script") + page.all("link") + page.all("img"):
            link = element.attributes.get("src") or element.attributes["href"]
            assert ask.get(link).status_code == 200, link


def test_past_days_are_shown_without_what_is_only_now(filled: Settings) -> None:
    tomorrow = asking(filled, NOON + timedelta(days=1))
    page = page_of(tomorrow, f"{STORE_PAGE}?day=2026-03-03")
    assert page.value("entries") == "48"
    assert page.value("occupancy_peak") == "30"
    assert not page.all(data_metric="inside")
    assert not page.all(data_metric="presence")
    assert not page.all(sse_connect=f"{STORE_PAGE}/events")
    assert page_of(tomorrow).value("entries") == ""


def test_days_are_leafed_through_between_the_first_count_and_today(filled: Settings) -> None:
    tomorrow = asking(filled, NOON + timedelta(days=1))
    today, first = page_of(tomorrow), page_of(tomorrow, f"{STORE_PAGE}?day=2026-03-03")
    picker = today.all("input", type="date")[0].attributes
    assert (picker["min"], picker["max"], picker["value"]) == ("2026-03-03", "2026-03-04", "2026-03-04")
    assert [link.attributes["href"] for link in today.all("a", rel="prev")] == [
        f"{STORE_PAGE}?day=2026-03-03"
    ]
    assert not today.all("a", rel="next")
    assert not first.all("a", rel="prev")
    assert [link.attributes["href"] for link in first.all("a", rel="next")] == [
        f"{STORE_PAGE}?day=2026-03-04"
    ]


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_wrong_day_is_a_page_that_says_so(ask: Asking, day: str) -> None:
    answer = ask.get(STORE_PAGE, params={"day": day})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert "is not a date such as" in answer.text


def test_one_store_is_gone_to_at_once_and_several_are_listed(tmp_path: Path, ask: Asking) -> None:
    answer = ask.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, STORE_PAGE)
    several = settings_for(tmp_path, corner=berlin_store(), annex=berlin_store(name="Annex"))
    page = page_of(asking(several, NOON), "/")
    assert {link.attributes["href"] for link in page.all("a")} >= {"/stores/corner", "/stores/annex"}


def test_an_unknown_store_is_a_page_that_says_so(ask: Asking) -> None:
    for path in ("/stores/elsewhere", "/stores/elsewhere/figures", "/stores/elsewhere/events"):
        answer = ask.get(path)
        assert answer.status_code == 404
        assert "There is no store" in answer.text


def test_the_page_has_one_heading_landmarks_and_a_name_for_every_control(
    filled: Settings, ask: Asking
) -> None:
    page = page_of(ask)
    assert len(page.all("h1")) == 1
    assert page.elements[0].attributes["lang"] == "en"
    for landmark in ("header", "main", "footer", "nav"):
        assert page.all(landmark)
    labelled = {label.attributes["for"] for label in page.all("label")}
    assert all(field.attributes["id"] in labelled for field in page.all("input"))
    assert all(control.text.strip() for control in page.all("summary") + page.all("button") + page.all("a"))
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
