"""Labour hours, power hours, the lag to the till, engagement, and a day beside those before it."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from server.metrics.comparing import comparisons
from server.metrics.labour import labour_hours, power_hours
from server.metrics.lag import measured_lag
from server.metrics.report import Figures, Rows, report
from server.metrics.rows import LabourRow
from server.metrics.zones import EngagementTerms
from tests.server.metrics.rows_for_tests import (
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


def shift(begin: float, end: float, people: str) -> LabourRow:
    return LabourRow(at(begin), at(end), Decimal(people))


def figures(rows: Rows, *, now: float = 1e6) -> Figures:
    return report(rows, TERMS, DAY, [DAY], min(at(now), LONG_AFTER)).totals


@pytest.mark.parametrize(
    ("shifts", "hours"),
    [
        pytest.param([shift(0, 60, "2")], Decimal("2.0000"), id="two for an hour"),
        pytest.param([shift(-60, 30, "2"), shift(30, 90, "0.5")], Decimal("1.2500"), id="cut at both ends"),
        pytest.param([shift(60, 90, "3")], None, id="nobody planned"),
    ],
)
def test_labour_hours_are_people_by_time(shifts: list[LabourRow], hours: Decimal | None) -> None:
    assert labour_hours(shifts, span(0, 60)) == hours


def test_star_is_entries_by_labour_hours_and_unknown_without_shifts() -> None:
    rows = Rows(lines=[line(0, 60, 30, 0)], labour=[shift(0, 120, "5")])
    found = figures(rows).star
    assert found is not None
    assert (found.value, found.denominator) == (Decimal(3), Decimal(10))
    assert figures(replace(rows, labour=())).star is None


@pytest.mark.parametrize(
    ("entries", "hours"),
    [
        pytest.param([1, 9, 5, 5], [1, 2], id="the busiest first, then the earlier of two"),
        pytest.param([None, 4, 0, 4], [1], id="half is enough"),
        pytest.param([None, 0, 0], [], id="nobody came"),
    ],
)
def test_power_hours_are_the_fewest_that_hold_half(entries: list[int | None], hours: list[int]) -> None:
    found = power_hours((at(60 * hour), came) for hour, came in enumerate(entries))
    assert found == tuple(at(60 * hour) for hour in hours)


@pytest.mark.parametrize("lag", [0, 3, 11, 47])
def test_the_lag_is_found_in_made_up_days_although_most_visitors_buy_nothing(lag: int) -> None:
    chance = random.Random(lag)
    visits = {minute: float(chance.choice([0, 0, 0, 1, 1, 3])) for minute in range(10_000)}
    tickets = {
        minute + lag + chance.choice([-1, 0, 0, 0, 1]): 1.0 for minute in visits if visits[minute] == 3
    }
    bought = {minute: one for minute, one in tickets.items() if chance.random() < 0.4}
    found = measured_lag([(visits, bought)])
    assert found is not None
    assert (found.minutes, found.sure) == (lag, True)


def test_tickets_that_have_nothing_to_do_with_visits_show_no_lag() -> None:
    chance = random.Random(5)
    visits = {minute: float(chance.choice([0, 1, 2])) for minute in range(10_000)}
    tickets = {chance.randrange(10_000): 1.0 for _ in range(500)}
    found = measured_lag([(visits, tickets)])
    assert found is not None
    assert not found.sure
    assert measured_lag([(visits, {})]) is None
    assert measured_lag([]) is None


def test_engagement_and_bounce_make_up_all_visits_and_leave_staff_out() -> None:
    everybody = zone(0, 60, "tea", [5, 10, 30, 40, 300])
    rows = Rows(zones=[replace(everybody, staff_dwell=zone(0, 60, "tea", [300]).dwell)])
    terms = replace(TERMS, engagement=EngagementTerms(15, {"gifts": 60}))
    (tea,) = report(rows, terms, DAY, [DAY], LONG_AFTER).totals.zones
    assert tea.engagement is not None
    assert tea.bounce is not None
    assert (tea.engagement.numerator, tea.bounce.numerator, tea.engagement.denominator) == (2, 2, 4)
    of_gifts = Rows(zones=[replace(everybody, zone="gifts")])
    (gifts,) = report(of_gifts, terms, DAY, [DAY], LONG_AFTER).totals.zones
    assert gifts.engagement is not None
    assert gifts.engagement.numerator == 1


def test_drift_is_told_once_the_day_is_over() -> None:
    rows = Rows(lines=[line(0, 60, 30, 26)])
    assert figures(rows).drift == 4
    assert figures(rows, now=600).drift is None
    assert report(rows, TERMS, span(0, 60), [span(0, 60)], LONG_AFTER).totals.drift is None


def test_conversion_with_staff_stands_beside_that_without() -> None:
    told = replace(line(0, 60, 10, 0), staff_in=2)
    found = figures(Rows(buckets=[bucket(0, 60)], lines=[told], tickets=[ticket(5)]))
    assert found.conversion is not None
    assert found.raw_conversion is not None
    assert (found.conversion.denominator, found.raw_conversion.denominator) == (8, 10)


def test_a_day_is_compared_with_the_median_of_those_that_know() -> None:
    days = [figures(Rows(lines=[line(0, 60, came, 0)])) for came in (30, 10, 20, 90)]
    unknown = figures(Rows())
    entries, transactions, *_ = comparisons(days[0], [*days[1:], unknown])
    assert (entries.usual, entries.days, entries.low, entries.high, entries.off) == (20, 3, 10, 90, 0.5)
    assert (transactions.value, transactions.usual, transactions.off) == (None, None, None)


def test_a_zone_without_products_has_no_conversion_but_engagement() -> None:
    rows = Rows(zones=[zone(0, 60, "tea", [20])], planogram=[shelf("cup", "gifts")])
    tea = next(found for found in figures(rows).zones if found.zone == "tea")
    assert tea.transactions is None
    assert tea.engagement is not None
