from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.wire import SaleKind
from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.report import Figures, Report, Rows, report
from server.metrics.rows import TicketRow
from server.metrics.sales import Money
from server.metrics.zones import ZoneFigures
from tests.server.metrics.rows_for_tests import (
    BERLIN,
    DAY,
    LONG_AFTER,
    TERMS,
    at,
    bucket,
    line,
    shelf,
    span,
    ticket,
    zone,
)


def by_hour(rows: Rows, *, now: datetime = LONG_AFTER) -> Report:
    return report(rows, TERMS, DAY, split(DAY, Resolution.HOUR, BERLIN), now)


def of_zone(figures: Figures, name: str) -> ZoneFigures:
    return next(found for found in figures.zones if found.zone == name)


def test_an_interval_without_buckets_is_none_and_one_without_crossings_is_zero() -> None:
    rows = Rows(buckets=[bucket(0, 60)], lines=[line(0, 60, 0, 0)], zones=[zone(0, 60, "tea", [])])
    nobody, nothing = by_hour(rows).parts[:2]
    assert (nobody.entries, nobody.exits, of_zone(nobody, "tea").visits) == (0, 0, 0)
    assert nobody.occupancy is not None
    assert (nothing.entries, nothing.exits, nothing.occupancy) == (None, None, None)
    assert of_zone(nothing, "tea") == ZoneFigures("tea", *[None] * 13)


def test_without_any_ticket_sales_are_unknown_and_with_one_other_hours_sold_nothing() -> None:
    rows = Rows(buckets=[bucket(0, 60)], lines=[line(0, 60, 5, 0)])
    assert by_hour(rows).totals.sales is None
    assert by_hour(rows).totals.conversion is None
    sold = by_hour(replace(rows, tickets=[ticket(61)]))
    assert [part.transactions for part in sold.parts[:3]] == [0, 1, 0]
    assert sold.parts[0].net_sales == Money(Decimal(0), "EUR")


def test_an_hour_that_has_not_begun_knows_nothing() -> None:
    rows = Rows(buckets=[bucket(0, 60)], lines=[line(0, 60, 5, 0)], tickets=[ticket(5)])
    begun, to_come = by_hour(rows, now=at(60)).parts[:2]
    assert (begun.transactions, begun.running) == (1, False)
    assert (to_come.transactions, to_come.coverage, to_come.running) == (None, None, False)
    assert by_hour(rows, now=at(59)).parts[0].running


def test_conversion_is_the_sum_of_transactions_over_the_sum_of_entries() -> None:
    rows = Rows(
        buckets=[bucket(0, 60), bucket(60, 120)],
        lines=[line(0, 60, 10, 0), line(60, 120, 90, 0)],
        tickets=[ticket(minute) for minute in (1, 2, 3, 4, 5, 61, 62)],
    )
    day = by_hour(rows)
    assert [part.conversion and part.conversion.value for part in day.parts[:2]] == [0.5, 2 / 90]
    assert day.totals.conversion is not None
    # The mean of the two hours' rates would be 0.26.
    assert day.totals.conversion.value == 0.07


def test_more_tickets_than_entries_are_shown_as_they_are() -> None:
    rows = Rows(buckets=[bucket(0, 60)], lines=[line(0, 60, 2, 0)], tickets=[ticket(m) for m in range(1, 4)])
    conversion = by_hour(rows).totals.conversion
    assert conversion is not None
    assert conversion.value == 1.5
    assert conversion.interval is None


def test_amounts_are_divided_as_the_definitions_say() -> None:
    rows = Rows(
        buckets=[bucket(0, 60)],
        lines=[line(0, 60, 8, 0)],
        tickets=[
            ticket(1, "30.00", units="3"),
            ticket(2, "20.00", units="1"),
            ticket(3, "-10.00", kind=SaleKind.RETURN, units="-1"),
            ticket(4, "999", kind=SaleKind.VOID),
        ],
    )
    day = by_hour(rows).totals
    assert day.average_transaction_value is not None
    assert day.units_per_transaction is not None
    assert day.average_unit_retail is not None
    assert day.sales_per_visitor is not None
    assert day.conversion is not None
    assert day.net_sales == Money(Decimal("40.00"), "EUR")
    assert day.average_transaction_value.value == Decimal("20.00")
    assert day.units_per_transaction.value == Decimal("1.5")
    assert day.average_unit_retail.value == Decimal("40.00") / 3
    assert day.sales_per_visitor.value == Decimal("5.00")
    assert day.conversion.value == 2 / 8


def test_zone_conversion_looks_for_tickets_later_by_the_stores_lag() -> None:
    rows = Rows(
        zones=[zone(0, 60, "drinks", [30, 40]), zone(60, 120, "drinks", [50])],
        tickets=[ticket(9), ticket(10), ticket(69), ticket(70)],
        planogram=[shelf("tea", "drinks")],
    )
    terms = replace(TERMS, visit_to_till_lag=timedelta(minutes=10))
    parts = report(rows, terms, span(0, 120), [span(0, 60), span(60, 120)], LONG_AFTER).parts
    # The ticket of minute 9 belongs to a visit before the range; that of minute 69 to the first hour.
    assert [of_zone(part, "drinks").transactions for part in parts] == [2, 1]
    assert [part.transactions for part in parts] == [2, 2]
    second = of_zone(parts[1], "drinks").conversion
    assert second is not None
    assert (second.numerator, second.denominator) == (1, 1)


def test_a_ticket_counts_once_for_each_zone_that_holds_one_of_its_products() -> None:
    rows = Rows(
        zones=[zone(0, 60, name, [5] * 4) for name in ("drinks", "sweets", "toys")],
        tickets=[
            ticket(1, skus=("tea", "juice", "cake")),
            ticket(2, skus=("tea",)),
            ticket(3, skus=("tea",), kind=SaleKind.RETURN),
            ticket(4, skus=("bag",)),
        ],
        planogram=[shelf("tea", "drinks"), shelf("juice", "drinks"), shelf("cake", "sweets")],
    )
    day = by_hour(rows).totals
    assert [of_zone(day, name).transactions for name in ("drinks", "sweets", "toys")] == [2, 1, None]
    assert of_zone(day, "toys").conversion is None


def test_zone_conversion_counts_only_visits_of_days_on_which_products_lay_there() -> None:
    tomorrow = date(2026, 3, 4)
    two_days = Interval(DAY.begin, BERLIN.business_day(tomorrow).end)
    rows = Rows(
        zones=[zone(0, 60, "drinks", [5] * 7), zone(1440, 1500, "drinks", [5] * 4)],
        tickets=[ticket(30), ticket(1470)],
        planogram=[shelf("tea", "drinks", tomorrow)],
    )
    drinks = of_zone(report(rows, TERMS, two_days, [], LONG_AFTER).totals, "drinks")
    assert drinks.visits == 11
    assert drinks.conversion is not None
    assert (drinks.conversion.numerator, drinks.conversion.denominator) == (1, 4)


def test_planogram_days_are_the_stores_and_not_utcs() -> None:
    # Half past midnight on 4 March in Auckland is still 3 March in UTC.
    auckland = Calendar(ZoneInfo("Pacific/Auckland"))
    day = auckland.business_day(date(2026, 3, 4))
    moment = day.begin + timedelta(minutes=30)
    assert moment.astimezone(UTC).date() == date(2026, 3, 3)
    rows = Rows(tickets=[replace(ticket(1), at=moment)], planogram=[shelf("tea", "drinks", date(2026, 3, 4))])
    terms = replace(TERMS, calendar=auckland, zones=("drinks",))
    assert of_zone(report(rows, terms, day, [], LONG_AFTER).totals, "drinks").transactions == 1


def test_zones_that_are_configured_are_listed_first_and_others_follow() -> None:
    rows = Rows(zones=[zone(0, 1, "b", []), zone(0, 1, "a", [])])
    terms = replace(TERMS, zones=("window", "b"))
    totals = report(rows, terms, DAY, [], LONG_AFTER).totals
    assert [found.zone for found in totals.zones] == ["window", "b", "a"]


def test_dwell_merges_durations_and_never_averages_percentiles() -> None:
    short, long = [10.0] * 90, [600.0] * 10
    rows = Rows(zones=[zone(0, 60, "tea", short), zone(60, 120, "tea", long)])
    dwell = of_zone(by_hour(rows).totals, "tea").dwell
    assert dwell is not None
    assert dwell.n == 100
    assert dwell.mean_seconds == pytest.approx(69)
    assert dwell.median_seconds == pytest.approx(10, rel=0.02)
    assert dwell.p90_seconds == pytest.approx(10, rel=0.02)


def test_zone_occupancy_is_person_seconds_over_observed_seconds() -> None:
    rows = Rows(
        zones=[
            zone(0, 60, "tea", [], person_seconds=120, observed_seconds=60, peak=3),
            zone(60, 120, "tea", [], person_seconds=30, observed_seconds=10, peak=4),
            zone(0, 60, "dark", [], person_seconds=0, observed_seconds=0),
        ]
    )
    totals = by_hour(rows).totals
    tea, dark = of_zone(totals, "tea").occupancy, of_zone(totals, "dark").occupancy
    assert tea is not None
    assert dark is not None
    assert tea.mean == pytest.approx(150 / 70)
    assert tea.peak == 4
    assert dark.mean is None


def test_a_visit_rate_above_one_is_shown_as_it_is() -> None:
    rows = Rows(lines=[line(0, 60, 2, 0)], zones=[zone(0, 60, "tea", [5] * 3)])
    rate = of_zone(by_hour(rows).totals, "tea").visit_rate
    assert rate is not None
    assert rate.value == 1.5
    assert rate.interval is None


Count = tuple[int, int, int, list[float]]
Sold = tuple[int, str, str]

counts_by_minute = st.lists(
    st.tuples(
        st.integers(0, 1439), st.integers(0, 9), st.integers(0, 9), st.lists(st.floats(0.2, 9000), max_size=3)
    ),
    max_size=40,
    unique_by=lambda count: count[0],
)
tickets_by_minute = st.lists(
    st.tuples(
        st.integers(0, 1439),
        st.sampled_from(["sale", "sale", "return", "void", "pickup"]),
        st.decimals(1, 500, places=2).map(str),
    ),
    max_size=30,
)


def as_rows(counts: Sequence[Count], sold: Sequence[Sold]) -> Rows:
    return Rows(
        buckets=[bucket(minute, minute + 1) for minute, *_ in counts],
        lines=[line(minute, minute + 1, came, went) for minute, came, went, _ in counts],
        zones=[zone(minute, minute + 1, "tea", stays) for minute, _, _, stays in counts],
        tickets=[as_ticket(number, *values) for number, values in enumerate(sold)],
        planogram=[shelf("tea", "tea")],
    )


def as_ticket(number: int, minute: int, kind: str, net: str) -> TicketRow:
    return ticket(minute, net, kind=SaleKind(kind), number=f"t{number}")


@settings(max_examples=60, deadline=None)
@given(counts=counts_by_minute, sold=tickets_by_minute)
def test_figures_equal_those_counted_by_hand(counts: list[Count], sold: list[Sold]) -> None:
    totals = by_hour(as_rows(counts, sold)).totals
    entries = sum(came for _, came, _, _ in counts) if counts else None
    sales = [float(net) for _, kind, net in sold if kind == "sale"]
    returns = [float(net) for _, kind, net in sold if kind == "return"]
    assert totals.entries == entries
    assert totals.transactions == (len(sales) if sold else None)
    if sold:
        assert totals.net_sales is not None
        assert float(totals.net_sales.amount) == pytest.approx(math.fsum(sales) - math.fsum(returns))
    if entries and sold:
        assert totals.conversion is not None
        assert totals.conversion.value == len(sales) / entries
    if entries and totals.sales_per_visitor and totals.average_transaction_value and sales:
        atv, spv = totals.average_transaction_value.value, totals.sales_per_visitor.value
        assert atv is not None
        assert spv is not None
        assert float(spv) == pytest.approx(len(sales) / entries * float(atv))
    level = highest = 0
    for _, came, went, _ in sorted(counts):
        level += came - went
        highest = max(highest, level)
    if counts:
        assert totals.occupancy is not None
        assert (totals.occupancy.at_end, totals.occupancy.peak) == (level, highest)
        by_minute = {minute: came - went for minute, came, went, _ in counts}
        inside, person_minutes = 0, 0
        for minute in range(1440):
            person_minutes += inside
            inside += by_minute.get(minute, 0)
        assert totals.occupancy.mean == pytest.approx(person_minutes / 1440)


@settings(max_examples=40, deadline=None)
@given(
    counts=counts_by_minute,
    sold=tickets_by_minute,
    resolution=st.sampled_from([Resolution.QUARTER_HOUR, Resolution.HOUR, Resolution.DAY]),
)
def test_parts_add_up_to_the_whole(counts: list[Count], sold: list[Sold], resolution: Resolution) -> None:
    whole = report(as_rows(counts, sold), TERMS, DAY, split(DAY, resolution, BERLIN), LONG_AFTER)
    known = [part for part in whole.parts if part.entries is not None]
    assert sum(part.entries or 0 for part in known) == (whole.totals.entries or 0)
    assert sum(part.exits or 0 for part in known) == (whole.totals.exits or 0)
    assert bool(known) == (whole.totals.entries is not None)
    assert sum(part.transactions or 0 for part in whole.parts) == (whole.totals.transactions or 0)
    nets = [part.net_sales.amount for part in whole.parts if part.net_sales]
    if whole.totals.net_sales:
        assert sum(nets) == whole.totals.net_sales.amount
    if counts:
        stays = [of_zone(part, "tea") for part in whole.parts]
        total = of_zone(whole.totals, "tea")
        assert sum(stay.visits or 0 for stay in stays) == total.visits
        assert sum(stay.transactions or 0 for stay in stays) == (total.transactions or 0)
        assert max(part.occupancy.peak for part in known if part.occupancy) <= whole.totals.occupancy.peak  # type: ignore[union-attr]


@settings(max_examples=40, deadline=None)
@given(stays=st.lists(st.lists(st.floats(0.2, 9000), max_size=8), min_size=1, max_size=8))
def test_percentiles_of_merged_buckets_are_those_of_all_durations(stays: list[list[float]]) -> None:
    rows = Rows(zones=[zone(n, n + 1, "tea", durations) for n, durations in enumerate(stays)])
    dwell = of_zone(by_hour(rows).totals, "tea").dwell
    everything = sorted(duration for durations in stays for duration in durations)
    assert dwell is not None
    assert dwell.n == len(everything)
    if everything:
        nearest_rank = everything[math.ceil(0.9 * len(everything)) - 1]
        assert dwell.p90_seconds == pytest.approx(nearest_rank, rel=0.021)
        assert dwell.mean_seconds == pytest.approx(math.fsum(everything) / len(everything))


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)], ids=["23 hours", "25 hours"]
)
def test_change_over_days_lose_and_repeat_no_count(day: date, hours: int) -> None:
    whole = BERLIN.business_day(day)
    every_hour = [whole.begin + timedelta(hours=number) for number in range(hours)]
    rows = Rows(
        lines=[
            replace(line(0, 1, 1, 0), begin=moment, end=moment + timedelta(minutes=1))
            for moment in every_hour
        ]
    )
    found = report(rows, TERMS, whole, split(whole, Resolution.HOUR, BERLIN), LONG_AFTER)
    assert [part.entries for part in found.parts] == [1] * hours
    assert found.totals.entries == hours
