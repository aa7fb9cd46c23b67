"""What the API answers, as JSON: field by field, described in the glossary's words."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PlainSerializer

from server.api.audit_shapes import AuditShape, audit_shape
from server.api.parts import DwellShape, Instant, RateShape, Shape, dwell_shape, means, rate_shape
from server.api.present import CameraNow, Presence, StoreNow
from server.api.queue_shapes import QueueNowShape, QueueShape, queue_now_shape, queue_shape
from server.api.reports import StoreReport, zone_name
from server.config import Settings, StoreSettings
from server.metrics import ratios
from server.metrics.glossary import GLOSSARY, NO_DATA, TOO_FEW
from server.metrics.groups import Groups
from server.metrics.report import Figures
from server.metrics.sales import Money
from server.metrics.zones import ZoneFigures
from server.storage.quarantine import QuarantineRow

EXCERPT_CHARACTERS = 500
"""So much of a refused payload is shown."""

_TEN_THOUSANDTH = Decimal("0.0001")


def plain(amount: Decimal) -> str:
    """A decimal number without exponent and without needless zeros, for example 12.5."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


Exact = Annotated[Decimal, PlainSerializer(plain, return_type=str)]
"""A decimal number as text, so that no reader rounds it."""


class StoreShape(Shape):
    """One store."""

    store: str
    name: str
    time_zone: str
    currency: str | None
    zones: dict[str, str] = Field(description="names of the configured zones by their id")
    queues: dict[str, str] = Field(description="names of the configured queues by their id")


class QuotientShape(Shape):
    """An amount per countable thing, to four decimals."""

    numerator: Exact
    denominator: Exact
    value: Exact | None


class MoneyShape(Shape):
    """An amount in one currency."""

    amount: Exact
    currency: str | None


class OccupancyShape(Shape):
    """How many people were inside."""

    at_end: int
    mean: float
    peak: int


class ZoneOccupancyShape(Shape):
    """How many people were in a zone."""

    mean: float | None
    peak: int


class ZoneShape(Shape):
    """One zone's figures; null where nothing is known."""

    zone: str
    name: str
    visits: int | None = means("visits")
    dwell: DwellShape | None = means("dwell")
    occupancy: ZoneOccupancyShape | None = means("zone_occupancy")
    visit_rate: RateShape | None = means("visit_rate")
    transactions: int | None = means("zone_transactions")
    conversion: RateShape | None = means("zone_conversion")
    raw_visits: int | None = means("raw_visits")
    raw_dwell: DwellShape | None = means("raw_dwell")
    staff_visits: int | None = means("staff_visits")
    ended: dict[str, int] | None = means("ended")
    lost_share: RateShape | None = means("lost_share")
    engagement: RateShape | None = means("engagement")
    bounce: RateShape | None = means("bounce")
    suppressed: bool = Field(False, description="left out, for they are of too few people; see FiguresShape")


class GroupsShape(Shape):
    """People who came in together; `sizes` add up over intervals and stores."""

    n: int
    people: int
    mean_size: float | None
    sizes: dict[int, int] = Field(description="size of a group to the number of such groups")
    complete: bool = Field(description="every entrance line that was watched told its groups")


class FiguresShape(Shape):
    """All figures of one interval; null where nothing is known, which is never 0."""

    begin: Instant
    end: Instant
    begin_local: str = Field(description="the begin on the store's clock, with its offset")
    entries: int | None = means("entries")
    exits: int | None = means("exits")
    balance: float | None = means("balance")
    occupancy: OccupancyShape | None = means("occupancy")
    coverage: float | None = means("coverage")
    open_hours: float | None = means("open_hours")
    open_coverage: float | None = means("open_coverage")
    transactions: int | None = means("transactions")
    returns: int | None = Field(description="return tickets; they lower net sales and units")
    units: Exact | None = means("units")
    net_sales: MoneyShape | None = means("net_sales")
    conversion: RateShape | None = means("conversion")
    average_transaction_value: QuotientShape | None = means("average_transaction_value")
    units_per_transaction: QuotientShape | None = means("units_per_transaction")
    average_unit_retail: QuotientShape | None = means("average_unit_retail")
    sales_per_visitor: QuotientShape | None = means("sales_per_visitor")
    zones: list[ZoneShape]
    raw_entries: int | None = means("raw_entries")
    raw_exits: int | None = means("raw_exits")
    staff_entries: int | None = means("staff_entries")
    staff_exits: int | None = means("staff_exits")
    staff_partly: bool = Field(description="staff are told apart in some of the counts only")
    groups: GroupsShape | None = means("groups")
    group_conversion: RateShape | None = means("group_conversion")
    passers_by: int | None = means("passers_by")
    capture_rate: RateShape | None = means("capture_rate")
    queues: list[QueueShape]
    raw_conversion: RateShape | None = means("raw_conversion")
    drift: int | None = means("drift")
    labour_hours: Exact | None = means("labour_hours")
    star: QuotientShape | None = means("star")
    partial: bool = Field(description="the range cuts this interval: it is no whole week, month and so on")
    tickets_without_amount: int | None = Field(description="sales and returns that are in no money figure")
    tickets_in_other_currency: int | None = Field(description="likewise, for their currency")
    clock_unsynced: bool = Field(description="some counts came while a device did not know the time")
    replayed: bool = Field(description="some counts came from a recording")
    running: bool = Field(description="the interval had not ended, or counts in it may still be corrected")
    suppressed: bool = Field(
        False, description="figures were left out: they are of fewer people than the server gives away"
    )


class MetricsShape(Shape):
    """A store's figures over a range."""

    store: str
    name: str
    time_zone: str
    currency: str | None
    resolution: str
    begin: Instant
    end: Instant
    least_visitors: int = Field(description="a rate with a smaller denominator is not enough to be read")
    totals: FiguresShape
    intervals: list[FiguresShape]
    power_hours: list[Instant] = means("power_hours")


class ZoneNowShape(Shape):
    """Who is in a zone now; null where no camera says."""

    zone: str
    name: str
    inside: int | None
    suppressed: bool = Field(False, description="left out, for they are too few people; see FiguresShape")


class DetectorShape(Shape):
    """Which person detector counts, how good it was measured to be, and under which licence it is."""

    name: str
    licence: str
    average_precision: float | None
    measured_on: str


class CameraShape(Shape):
    """One camera."""

    device: str
    camera: str
    presence: Presence
    seen_at: Instant | None
    since: Instant | None
    version: str | None
    fps: float | None
    inference_ms: float | None
    source: Literal["ok", "lost", "ended"] | None
    source_reason: str | None
    outbox_depth: int | None
    outbox_oldest_seconds: float | None
    outbox_trouble: str | None = Field(
        None, description="why its counts are kept in memory only; null: they are not"
    )
    outbox_coarsened: int | None = Field(
        None, description="minutes that it put together into hours for want of room"
    )
    outbox_dropped: int | None = Field(None, description="minutes that it gave up before they were sent")
    clock_known: bool | None = Field(None, description="whether it knows the time; null: it does not say")
    clock_unknown_since: Instant | None = Field(None, description="since when it does not")
    detector: DetectorShape | None
    audit: AuditShape | None = Field(None, description="the newest comparison with somebody's own count")


class NowShape(Shape):
    """A store at this moment."""

    store: str
    name: str
    at: Instant
    business_day: str
    entries: int | None = means("entries")
    exits: int | None = means("exits")
    inside: int | None = means("occupancy")
    suppressed: bool = Field(
        False, description="some of the three are left out, for they are of too few people; see FiguresShape"
    )
    zones: list[ZoneNowShape]
    queues: list[QueueNowShape]
    cameras: list[CameraShape]


class TermShape(Shape):
    """One metric's definition."""

    key: str
    name: str
    unit: str
    definition: str


class GlossaryShape(Shape):
    """Every metric's definition, and the two sentences that stand in place of a figure."""

    too_few: str = TOO_FEW
    no_data: str = NO_DATA
    metrics: list[TermShape]


class RefusedShape(Shape):
    """One refused message or row."""

    number: int
    source: str
    origin: str = Field(description="topic or name of the file")
    position: int | None = Field(description="line in the file")
    reason: str
    received_at: Instant
    store: str | None
    tries: int
    payload_excerpt: str
    payload_bytes: int


class QuarantineShape(Shape):
    """What waits in quarantine, oldest first."""

    waiting: int
    rows: list[RefusedShape]
    next_after: int | None = Field(description="ask again with after= this for more; null at the end")


class RetryShape(Shape):
    """What became of a new try."""

    number: int
    stored: bool
    reason: str | None = Field(description="why it still cannot be stored")


class HealthShape(Shape):
    """That the server answers and its database can be read."""

    status: Literal["ok", "disk nearly full"] = Field(description="with a full disk nothing new is stored")
    waiting_in_quarantine: int | None = Field(description="null for those who may not see the quarantine")
    unknown_time: int | None = Field(
        description="buckets in no figure, for their device did not know the time; null likewise"
    )
    free_megabytes: int | None = Field(description="space left on the database's disk, in MiB; null likewise")


def store_shape(store_id: str, store: StoreSettings) -> StoreShape:
    """One store."""
    return StoreShape(
        store=store_id,
        name=store.name,
        time_zone=store.time_zone,
        currency=store.currency,
        zones={zone: known.name for zone, known in store.zones.items()},
        queues={queue: known.name for queue, known in store.queues.items()},
    )


def stores_shape(settings: Settings) -> list[StoreShape]:
    """All stores, in the configuration's order."""
    return [store_shape(store_id, store) for store_id, store in settings.stores.items()]


def metrics_shape(report: StoreReport) -> MetricsShape:
    """A store's figures over a range."""
    return MetricsShape(
        store=report.store,
        name=report.settings.name,
        time_zone=report.settings.time_zone,
        currency=report.settings.currency,
        resolution=report.resolution.value,
        begin=report.interval.begin,
        end=report.interval.end,
        least_visitors=report.settings.least_visitors,
        totals=figures_shape(report.totals, report.settings),
        intervals=[
            figures_shape(part, report.settings, partial=report.is_partial(part.interval))
            for part in report.parts
        ],
        power_hours=list(report.power_hours),
    )


def figures_shape(figures: Figures, store: StoreSettings, *, partial: bool = False) -> FiguresShape:
    """The figures of one interval; `partial` where the range cuts it."""
    occupancy, sold, crossed = figures.occupancy, figures.sales, figures.crossings
    return FiguresShape(
        begin=figures.interval.begin,
        end=figures.interval.end,
        begin_local=figures.interval.begin.astimezone(ZoneInfo(store.time_zone)).isoformat(),
        entries=figures.entries,
        exits=figures.exits,
        balance=figures.balance,
        occupancy=occupancy
        and OccupancyShape(at_end=occupancy.at_end, mean=occupancy.mean, peak=occupancy.peak),
        coverage=figures.coverage,
        open_hours=figures.open_hours,
        open_coverage=figures.open_coverage,
        transactions=figures.transactions,
        returns=sold.returns if sold else None,
        units=sold.units if sold else None,
        net_sales=_money(figures.net_sales),
        conversion=rate_shape(figures.conversion),
        average_transaction_value=_quotient(figures.average_transaction_value),
        units_per_transaction=_quotient(figures.units_per_transaction),
        average_unit_retail=_quotient(figures.average_unit_retail),
        sales_per_visitor=_quotient(figures.sales_per_visitor),
        zones=[_zone(zone, store) for zone in figures.zones],
        raw_entries=crossed.raw_entries if crossed else None,
        raw_exits=crossed.raw_exits if crossed else None,
        staff_entries=crossed.staff_entries if crossed else None,
        staff_exits=crossed.staff_exits if crossed else None,
        staff_partly=bool(crossed and crossed.staff_partly),
        groups=_groups(figures.groups),
        group_conversion=rate_shape(figures.group_conversion),
        passers_by=figures.passers_by,
        capture_rate=rate_shape(figures.capture_rate),
        queues=[queue_shape(queue, store) for queue in figures.queues],
        raw_conversion=rate_shape(figures.raw_conversion),
        drift=figures.drift,
        labour_hours=figures.labour_hours,
        star=_quotient(figures.star),
        partial=partial,
        tickets_without_amount=sold.without_amount if sold else None,
        tickets_in_other_currency=sold.in_other_currency if sold else None,
        clock_unsynced=figures.clock_unsynced,
        replayed=figures.replayed,
        running=figures.running,
    )


def now_shape(now: StoreNow) -> NowShape:
    """A store at this moment."""
    store = now.today.settings
    return NowShape(
        store=now.today.store,
        name=store.name,
        at=now.at,
        business_day=now.day.isoformat(),
        entries=now.today.totals.entries,
        exits=now.today.totals.exits,
        inside=now.inside,
        zones=[
            ZoneNowShape(zone=zone, name=zone_name(store, zone), inside=inside)
            for zone, inside in now.zones.items()
        ],
        queues=[queue_now_shape(queue, live, store) for queue, live in now.queues.items()],
        cameras=[_camera(camera) for camera in now.cameras],
    )


def glossary_shape() -> GlossaryShape:
    """Every metric's definition."""
    return GlossaryShape(
        metrics=[
            TermShape(key=term.key, name=term.name, unit=term.unit, definition=term.definition)
            for term in GLOSSARY.values()
        ]
    )


def refused_shape(row: QuarantineRow) -> RefusedShape:
    """One refused message or row, with the beginning of its payload as text."""
    return RefusedShape(
        number=row.number,
        source=row.source,
        origin=row.origin,
        position=row.position,
        reason=row.reason,
        received_at=row.received_at,
        store=row.store,
        tries=row.tries,
        payload_excerpt=row.payload[: 4 * EXCERPT_CHARACTERS].decode(errors="replace")[:EXCERPT_CHARACTERS],
        payload_bytes=len(row.payload),
    )


def _groups(groups: Groups | None) -> GroupsShape | None:
    if groups is None:
        return None
    return GroupsShape(
        n=groups.n,
        people=groups.people,
        mean_size=groups.mean_size,
        sizes=dict(groups.sizes),
        complete=groups.complete,
    )


def _zone(figures: ZoneFigures, store: StoreSettings) -> ZoneShape:
    occupancy = figures.occupancy
    return ZoneShape(
        zone=figures.zone,
        name=zone_name(store, figures.zone),
        visits=figures.visits,
        dwell=dwell_shape(figures.dwell),
        occupancy=occupancy and ZoneOccupancyShape(mean=occupancy.mean, peak=occupancy.peak),
        visit_rate=rate_shape(figures.visit_rate),
        transactions=figures.transactions,
        conversion=rate_shape(figures.conversion),
        raw_visits=figures.raw_visits,
        raw_dwell=dwell_shape(figures.raw_dwell),
        staff_visits=figures.staff_visits,
        ended=dict(figures.ended) if figures.ended is not None else None,
        lost_share=rate_shape(figures.lost_share),
        engagement=rate_shape(figures.engagement),
        bounce=rate_shape(figures.bounce),
    )


def _quotient(quotient: ratios.Quotient | None) -> QuotientShape | None:
    if quotient is None:
        return None
    value = quotient.value
    return QuotientShape(
        numerator=quotient.numerator,
        denominator=quotient.denominator,
        value=None if value is None else value.quantize(_TEN_THOUSANDTH),
    )


def _money(money: Money | None) -> MoneyShape | None:
    return MoneyShape(amount=money.amount, currency=money.currency) if money else None


def _camera(camera: CameraNow) -> CameraShape:
    status, health = camera.state.status, camera.state.health
    return CameraShape(
        device=camera.state.device,
        camera=camera.state.camera,
        presence=camera.presence,
        seen_at=camera.state.seen_at,
        since=status.since if status else None,
        version=status.version if status else None,
        fps=health.fps if health else None,
        inference_ms=health.inference_ms if health else None,
        source=health.source.state if health else None,
        source_reason=health.source.reason if health else None,
        outbox_depth=health.outbox_depth if health else None,
        outbox_oldest_seconds=health.outbox_oldest_seconds if health else None,
        outbox_trouble=health.outbox_trouble if health else None,
        outbox_coarsened=health.outbox_coarsened if health else None,
        outbox_dropped=health.outbox_dropped if health else None,
        clock_known=health.clock_known if health else None,
        clock_unknown_since=camera.state.clock_unknown_since,
        detector=DetectorShape(**health.detector.model_dump()) if health else None,
        audit=audit_shape(camera.audit) if camera.audit else None,
    )
