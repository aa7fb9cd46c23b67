from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.wire import Counts, Sale, SaleKind
from server.api.reports import day_report
from server.config import Settings
from server.metrics.glossary import GLOSSARY
from server.metrics.ratios import wilson
from server.metrics.rows import PlanogramRow
from server.storage.database import open_database
from tests.server.asking import Asking, asking
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

METRICS = f"/api/v1/stores/{STORE}/metrics"
NINE = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
"""09:00 in Berlin."""


def minutes(number: float) -> datetime:
    return NINE + timedelta(minutes=number)


def a_morning() -> list[Counts | Sale]:
    """Hour from nine: 40 in, 10 out, 8 sales; hour from ten: 20 in, 30 out, 4 sales and a return."""
    return [
        *(counts(minutes(n), 2, 0) for n in range(20)),
        counts(minutes(20), 0, 10, [zone_count("tea", [30.0] * 25)]),
        counts(minutes(60), 20, 30, [zone_count("tea", [90.0] * 15)]),
        *(sale(f"a{n}", minutes(n), "12.50", quantity=2) for n in range(8)),
        *(sale(f"b{n}", minutes(61 + n), "20.00", sku="bag") for n in range(4)),
        sale("r", minutes(70), "-15.00", kind=SaleKind.RETURN),
    ]


@pytest.fixture
def filled(settings: Settings) -> Settings:
    fill(settings, a_morning(), NOON)
    lay_out(settings, [PlanogramRow("tea-1", "tea", None, None)])
    return settings


def hour(answer: dict[str, Any], local: str) -> dict[str, Any]:
    return next(part for part in answer["intervals"] if part["begin_local"][11:16] == local)


def test_todays_business_day_by_hour_is_the_default(filled: Settings, ask: Asking) -> None:
    answer = ask.get(METRICS).json()
    assert (answer["begin"], answer["end"]) == ("2026-03-02T23:00:00Z", "2026-03-03T23:00:00Z")
    assert (answer["time_zone"], answer["resolution"]) == ("Europe/Berlin", "hour")
    assert len(answer["intervals"]) == 24
    assert [hour(answer, at)["entries"] for at in ("08:00", "09:00", "10:00", "11:00")] == [
        None,
        40,
        20,
        None,
    ]


def test_a_day_reads_as_its_messages_said(filled: Settings, ask: Asking) -> None:
    totals = ask.get(METRICS).json()["totals"]
    assert (totals["entries"], totals["exits"], totals["balance"]) == (60, 40, 0.8)
    assert (totals["transactions"], totals["returns"]) == (12, 1)
    # 8 tickets of 12.50 and 4 of 20.00, less 15.00 brought back.
    assert totals["net_sales"] == {"amount": "165", "currency": "EUR"}
    assert totals["average_transaction_value"]["value"] == "13.75"
    assert totals["sales_per_visitor"]["value"] == "2.75"
    assert totals["occupancy"]["at_end"] == 20
    assert totals["occupancy"]["peak"] == 40


def test_a_rate_carries_its_counts_its_interval_and_whether_it_is_enough(
    filled: Settings, ask: Asking
) -> None:
    conversion = ask.get(METRICS).json()["totals"]["conversion"]
    bounds = wilson(12, 60)
    assert bounds is not None
    assert conversion == {
        "numerator": 12,
        "denominator": 60,
        "value": 0.2,
        "low": bounds.low,
        "high": bounds.high,
        "enough": True,
    }


def test_too_few_visitors_are_not_enough(settings: Settings, ask: Asking) -> None:
    fill(settings, [counts(minutes(0), 19, 0), sale("a", minutes(1))], NOON)
    conversion = ask.get(METRICS).json()["totals"]["conversion"]
    assert (conversion["denominator"], conversion["enough"]) == (19, False)


def test_zones_are_named_and_their_figures_stand_inside(filled: Settings, ask: Asking) -> None:
    tea, gifts = ask.get(METRICS).json()["totals"]["zones"]
    assert (tea["zone"], tea["name"], gifts["name"]) == ("tea", "Tea shelf", "Gifts")
    assert (tea["visits"], gifts["visits"]) == (40, None)
    assert tea["dwell"]["mean_seconds"] == pytest.approx((25 * 30 + 15 * 90) / 40)
    assert tea["dwell"]["p90_seconds"] == pytest.approx(90, rel=0.02)
    assert (tea["conversion"]["numerator"], tea["conversion"]["denominator"]) == (8, 40)
    assert gifts["conversion"] is None


def test_a_corrected_bucket_replaces_what_it_corrects(filled: Settings, ask: Asking) -> None:
    fill(filled, [counts(minutes(60), 25, 30, revision=2)], NOON)
    assert ask.get(METRICS).json()["totals"]["entries"] == 65


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        pytest.param("2026-03-03T09:00", "2026-03-03T10:00", id="the store's local time"),
        pytest.param("2026-03-03T08:00:00Z", "2026-03-03T09:00:00Z", id="UTC"),
        pytest.param("2026-03-03T10:00:00+02:00", "2026-03-03T04:00:00-05:00", id="other offsets"),
    ],
)
def test_a_range_is_half_open_and_may_be_local_or_utc(
    filled: Settings, ask: Asking, begin: str, end: str
) -> None:
    answer = ask.get(METRICS, params={"begin": begin, "end": end, "resolution": "15min"}).json()
    assert answer["totals"]["entries"] == 40
    assert [part["entries"] for part in answer["intervals"]] == [30, 10, None, None]


def test_a_date_alone_is_its_business_day(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, **{STORE: berlin_store(day_begins="04:00")})
    answer = asking(settings, NOON).get(METRICS, params={"begin": "2026-03-29", "resolution": "day"}).json()
    assert (answer["begin"], answer["end"]) == ("2026-03-29T02:00:00Z", "2026-03-30T02:00:00Z")
    assert len(answer["intervals"]) == 1


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-30", 24)])
def test_days_have_the_hours_that_the_clock_gives_them(ask: Asking, day: str, hours: int) -> None:
    assert len(ask.get(METRICS, params={"begin": day}).json()["intervals"]) == hours


def test_occupancy_of_a_later_range_still_adds_up_from_the_days_beginning(
    filled: Settings, ask: Asking
) -> None:
    answer = ask.get(METRICS, params={"begin": "2026-03-03T10:00", "end": "2026-03-03T11:00"}).json()
    assert answer["totals"]["entries"] == 20
    assert answer["totals"]["occupancy"]["at_end"] == 20


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        pytest.param({"begin": "yesterday"}, "begin", id="no date"),
        pytest.param({"end": "2026-13-01T00:00"}, "end", id="no such month"),
        pytest.param({"begin": "0001-01-01T00:00:00+14:00"}, "begin", id="before time"),
        pytest.param({"begin": "9999-12-31"}, "begin", id="after time"),
        pytest.param({"begin": "2026-03-03", "end": "2026-03-03"}, "end", id="empty"),
        pytest.param({"begin": "2026-03-04", "end": "2026-03-03"}, "end", id="backwards"),
        pytest.param({"begin": "2026-01-01", "end": "2026-04-12"}, "end", id="too long"),
        pytest.param(
            {"begin": "2026-03-01", "end": "2026-03-03", "resolution": "minute"},
            "resolution",
            id="too many intervals",
        ),
        pytest.param({"resolution": "fortnight"}, "resolution", id="unknown resolution"),
    ],
)
def test_a_bad_range_is_refused_by_a_sentence_that_names_the_field(
    ask: Asking, parameters: dict[str, str], field: str
) -> None:
    answer = ask.get(METRICS, params=parameters)
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["field"]) == (422, field)
    assert problem["detail"].startswith(f"{field}: ")
    assert problem["detail"].endswith(".")


def test_a_whole_day_of_minutes_is_given(filled: Settings, ask: Asking) -> None:
    answer = ask.get(METRICS, params={"begin": "2026-10-25", "resolution": "minute"})
    assert len(answer.json()["intervals"]) == 25 * 60


@pytest.mark.parametrize("path", ["metrics", "now", "queues", "heatmap"])
def test_an_unknown_store_is_404(ask: Asking, path: str) -> None:
    answer = ask.get(f"/api/v1/stores/elsewhere/{path}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no store 'elsewhere' here. Stores are added in server.toml."


def test_every_metric_in_an_answer_is_in_the_glossary(filled: Settings, ask: Asking) -> None:
    known = {term["key"] for term in ask.get("/api/v1/glossary").json()["metrics"]}
    assert known == set(GLOSSARY)
    totals = ask.get(METRICS).json()["totals"]
    about = {"begin", "end", "begin_local", "zones", "clock_unsynced", "replayed", "running", "returns"}
    about |= {"tickets_without_amount", "tickets_in_other_currency", "staff_partly", "queues", "partial"}
    about |= {"suppressed"}
    assert set(totals) - about <= known
    renamed = {
        "occupancy": "zone_occupancy",
        "transactions": "zone_transactions",
        "conversion": "zone_conversion",
    }
    assert {renamed.get(key, key) for key in totals["zones"][0]} - {"zone", "name", "suppressed"} <= known


def test_the_command_line_and_the_api_cannot_disagree(filled: Settings, ask: Asking) -> None:
    with open_database(filled.database, read_only=True) as db:
        report = day_report(db, STORE, filled.stores[STORE], date(2026, 3, 3))
    totals = ask.get(METRICS).json()["totals"]
    assert (report.totals.entries, report.totals.transactions) == (totals["entries"], totals["transactions"])
    assert [part.entries for part in report.parts] == [
        part["entries"] for part in ask.get(METRICS).json()["intervals"]
    ]


def test_a_visit_late_in_the_evening_is_paid_for_after_the_day_has_ended(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, **{STORE: berlin_store(visit_to_till_lag_minutes=15)})
    midnight = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    visit = counts(midnight - timedelta(minutes=5), 0, 0, [zone_count("tea", [30.0])])
    fill(settings, [visit, sale("late", midnight + timedelta(minutes=9))], NOON)
    lay_out(settings, [PlanogramRow("tea-1", "tea", None, None)])
    totals = asking(settings, NOON).get(METRICS, params={"begin": "2026-03-02"}).json()["totals"]
    tea = totals["zones"][0]["conversion"]
    assert (tea["numerator"], tea["denominator"]) == (1, 1)
    assert totals["transactions"] == 0
