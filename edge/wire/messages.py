"""What is said over MQTT, as frozen values. Field descriptions are the contract's own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from operator import methodcaller
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PlainSerializer,
    PositiveInt,
    model_validator,
)

from edge.wire.sketch import DwellSketch
from edge.wire.topics import (
    ID_PATTERN,
    RESERVED_DEVICES,
    Address,
    Kind,
    audit_topic,
    badge_topic,
    checked_device,
    config_set_topic,
    config_state_topic,
    counts_topic,
    health_topic,
    live_topic,
    recommendation_topic,
    sales_topic,
    status_topic,
    zone_events_topic,
)

SCHEMA = 1
"""The version of the contract that this code writes."""

OLDEST_READABLE_SCHEMA = 1
"""The oldest version that it still reads."""

LONGEST_BUCKET = timedelta(days=1)

CELL_PATTERN = r"^-?[0-9]{1,5},-?[0-9]{1,5}$"
"""Column and row of a cell of a heatmap."""

MOST_CONFIGURATION = 100_000
"""Characters of a configuration; one with ten cameras and fifty lines has about a tenth of it."""

MOST_CELLS = 4096
"""Of one heatmap; about 80 KiB."""

STOP_PATTERN = r"^(in:|out:)?[a-z0-9-]{1,64}$"
"""A zone's id, or `in:` or `out:` and the id of a line that was crossed along its arrow or against it."""

MOST_PATHS = 1000
"""Of one bucket, each from one stop to another; about 100 KiB."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def _not_reserved(name: str) -> str:
    # That it is an id is known already; what begins another topic is looked up, which costs next to nothing.
    return checked_device(name) if name in RESERVED_DEVICES else name


def _as_text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _as_plain_number(value: Decimal) -> str:
    return format(value, "f")


Id = Annotated[str, Field(pattern=ID_PATTERN)]
DeviceId = Annotated[Id, AfterValidator(_not_reserved)]
Instant = Annotated[
    AwareDatetime,
    # Compared first: turning year 1 or 9999 into UTC would overflow. A method of C and no function of ours,
    # as the bounds are the library's: a store server reads two instants of each of its many buckets.
    Field(ge=EARLIEST, lt=LATEST),
    AfterValidator(methodcaller("astimezone", UTC)),
    PlainSerializer(_as_text, when_used="json"),
]
Money = Annotated[
    Decimal,
    Field(ge=Decimal(-100_000_000), le=Decimal(100_000_000), decimal_places=4),
    PlainSerializer(_as_plain_number, when_used="json"),
]
Quantity = Annotated[
    Decimal,
    Field(ge=Decimal(-1_000_000), le=Decimal(1_000_000), decimal_places=4),
    PlainSerializer(_as_plain_number, when_used="json"),
]


class _Part(BaseModel):
    # Unknown fields are let through, so that a server reads what a newer device adds.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, populate_by_name=True)


class _Message(_Part):
    schema_: Literal[1] = Field(1, alias="schema", description="version of the contract")


GroupSizes = Annotated[
    dict[Annotated[int, Field(ge=1, le=1000)], PositiveInt],
    AfterValidator(lambda sizes: dict(sorted(sizes.items()))),
]
"""Size of a group to the number of such groups; adds up over minutes, cameras and stores."""


def _twice(parts: Sequence[LineCount | ZoneCount | QueueCount], name: str) -> str | None:
    """The id that two parts have."""
    times = Counter(getattr(part, name) for part in parts)
    return next((id_ for id_, n in times.items() if n > 1), None)


class LineCount(_Part):
    """Confirmed crossings of one line within the bucket."""

    line: Id
    kind: Literal["entrance", "passing"] = Field(
        "entrance", description="entrance: crossing it is coming in or leaving; passing: walking past outside"
    )
    count_in: NonNegativeInt = Field(alias="in", description="crossings along the line's arrow, staff too")
    count_out: NonNegativeInt = Field(alias="out", description="crossings against it, staff too")
    staff_in: NonNegativeInt | None = Field(
        None, description="how many of `in` were staff; absent where staff are not told apart"
    )
    staff_out: NonNegativeInt | None = Field(None, description="how many of `out` were staff")
    groups_in: GroupSizes | None = Field(
        None,
        description="people without staff who came in together: size of the group to the number of such "
        "groups; who came alone is a group of 1; absent where groups are not formed",
    )
    groups_out: GroupSizes | None = Field(None, description="the same for those who left")
    passed: NonNegativeInt | None = Field(
        None,
        description="people who crossed a passing line and whom this camera saw neither enter nor leave; "
        "absent for an entrance",
    )


class ZoneCount(_Part):
    """Visits to one zone that ended within the bucket, and how full the zone was during it."""

    zone: Id
    dwell: DwellSketch = Field(description="durations of the visits that ended within the bucket, staff too")
    staff_dwell: DwellSketch | None = Field(
        None, description="those of them that were staff's; absent where staff are not told apart"
    )
    ended: dict[Id, PositiveInt] | None = Field(
        None,
        description="why they ended: left, lost (out of sight), day-ended, config-changed or stopped, "
        "to the number of visits",
    )
    occupancy_person_seconds: NonNegativeFloat = Field(description="time spent inside, all people together")
    observed_seconds: NonNegativeFloat = Field(
        description="time in which the zone was seen; mean occupancy is person seconds / observed seconds"
    )
    occupancy_peak: NonNegativeInt = Field(description="most people inside at once")

    @property
    def visits(self) -> int:
        """Visits that ended within the bucket; each has one duration."""
        return self.dwell.n


class QueueCount(_Part):
    """Who waited in one queue, and what became of them. All but the peak may be unknown to a counter."""

    queue: Id
    joined: NonNegativeInt | None = Field(None, description="people who joined within the bucket")
    served: NonNegativeInt | None = Field(None, description="people whose turn came within the bucket")
    abandoned: NonNegativeInt | None = Field(
        None, description="people who left within the bucket before their turn"
    )
    lost: NonNegativeInt | None = Field(
        None,
        description="people who went out of sight while they waited: nobody knows what became of them",
    )
    wait: DwellSketch | None = Field(
        None, description="from joining to being served, of those who were served within the bucket"
    )
    abandoned_wait: DwellSketch | None = Field(
        None, description="from joining to leaving, of those who abandoned within the bucket"
    )
    waiting_person_seconds: NonNegativeFloat | None = Field(
        None, description="time spent waiting, all people together"
    )
    observed_seconds: NonNegativeFloat | None = Field(
        None, description="time in which the queue was seen; mean length is person seconds / observed seconds"
    )
    length_peak: NonNegativeInt = Field(description="most people waiting at once")


class Heat(_Part):
    """Where people spent time, on a grid. Two of them with the same unit and cell add up cell by cell."""

    unit: Literal["metres", "width"] = Field(
        description="metres on the floor, or shares of the picture's width from its top left corner"
    )
    cell: float = Field(gt=0, le=100, description="side of a cell, in that unit")
    seconds: Annotated[
        dict[Annotated[str, Field(pattern=CELL_PATTERN)], NonNegativeFloat], Field(max_length=MOST_CELLS)
    ] = Field(
        description="time spent in each cell, all people together, by its column and row as `3,-4`; "
        "cell `c,r` begins at (c · cell, r · cell); an empty one is left out"
    )

    @classmethod
    def merged(cls, heats: Iterable[Heat]) -> Heat | None:
        """One that holds the time of several of the same grid; None of none.

        Raises:
            ValueError: they are not of one grid.
        """
        of_all = list(heats)
        if not of_all:
            return None
        if len({(heat.unit, heat.cell) for heat in of_all}) > 1:
            raise ValueError("only heat of the same unit and cell adds up")
        seconds: dict[str, float] = {}
        for heat in of_all:
            for cell, time_spent in heat.seconds.items():
                seconds[cell] = seconds.get(cell, 0.0) + time_spent
        return cls(unit=of_all[0].unit, cell=of_all[0].cell, seconds=seconds)


class PathCount(_Part):
    """People who went from one stop to another next, without staff. Adds up over minutes of one camera."""

    origin: Annotated[str, Field(pattern=STOP_PATTERN)] = Field(
        alias="from",
        description="where they left within the bucket: a zone's id, or `in:` or `out:` and the id of a line "
        "that they crossed along its arrow or against it",
    )
    to: Annotated[str, Field(pattern=STOP_PATTERN)] = Field(
        description="where they came next, in the same form; the same again where they came back"
    )
    n: PositiveInt = Field(description="how many people")


class Counts(_Message):
    """One bucket of one camera: everything it counted. The highest revision of a bucket wins."""

    store: Id
    device: DeviceId
    camera: Id
    bucket_start: Instant = Field(description="begin of the bucket, UTC, included")
    bucket_end: Instant = Field(description="end of the bucket, UTC, excluded")
    revision: PositiveInt = Field(description="rises with every version of this bucket; the highest wins")
    final: bool = Field(description="false while the bucket still runs; a late correction stays true")
    coverage: float = Field(ge=0, le=1, description="share of the bucket in which frames were processed")
    clock_synced: bool = Field(True, description="false: the device did not know the time for certain")
    replayed: bool = Field(False, description="true: counted from a recording, not from a live camera")
    lines: tuple[LineCount, ...] = ()
    zones: tuple[ZoneCount, ...] = ()
    queues: tuple[QueueCount, ...] = ()
    heat: Heat | None = Field(None, description="where people spent time; absent where it is not asked for")
    paths: Annotated[tuple[PathCount, ...], Field(max_length=MOST_PATHS)] | None = Field(
        None,
        description="from which stop to which people went next; empty: nobody was seen to go on, "
        "absent: not told, which is not none",
    )

    @model_validator(mode="after")
    def _is_one_bucket(self) -> Self:
        length = self.bucket_end - self.bucket_start
        if not timedelta(0) < length <= LONGEST_BUCKET:
            raise ValueError("bucket_end must lie after bucket_start, at most a day after it")
        # Most buckets have one part of a kind, and there are many buckets.
        if len(self.lines) > 1 and (again := _twice(self.lines, "line")):
            raise ValueError(f"line {again!r} stands twice in one bucket")
        if len(self.zones) > 1 and (again := _twice(self.zones, "zone")):
            raise ValueError(f"zone {again!r} stands twice in one bucket")
        if len(self.queues) > 1 and (again := _twice(self.queues, "queue")):
            raise ValueError(f"queue {again!r} stands twice in one bucket")
        if self.paths and len({(path.origin, path.to) for path in self.paths}) < len(self.paths):
            raise ValueError("paths: a pair of stops stands twice in one bucket; add them up")
        return self

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return counts_topic(self.store, self.device)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same sender."""
        return (address.store, address.sender) == (self.store, self.device)


class ZoneNow(_Part):
    """How many people are in a zone at this moment."""

    zone: Id
    occupancy: NonNegativeInt


class QueueNow(_Part):
    """How many people wait at this moment."""

    queue: Id
    length: NonNegativeInt
    longest_wait_seconds: NonNegativeFloat | None = Field(
        None, description="how long the first of them has waited; absent if nobody waits"
    )


class Live(_Message):
    """What one camera sees now. Never stored as a count."""

    store: Id
    device: DeviceId
    camera: Id
    at: Instant
    zones: tuple[ZoneNow, ...] = ()
    queues: tuple[QueueNow, ...] = ()

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return live_topic(self.store, self.device)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same sender."""
        return (address.store, address.sender) == (self.store, self.device)


class Status(_Message):
    """Whether a camera's process runs. The broker publishes the offline form as its last will."""

    store: Id
    device: DeviceId
    camera: Id
    state: Literal["online", "offline"]
    since: Instant | None = Field(None, description="when this state began; absent in a last will")
    version: str = Field(max_length=64, description="version of the software")

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return status_topic(self.store, self.device, self.camera)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same sender."""
        return (address.store, address.sender, address.camera) == (self.store, self.device, self.camera)


class SourceState(_Part):
    """How the camera's source is."""

    state: Literal["ok", "lost", "ended"]
    reason: str = Field("", max_length=500, description="what is wrong, in words")
    fault: Id | None = Field(None, description="what kind of fault it is; absent while pictures come")
    last_fault: Id | None = Field(None, description="the kind of the last fault, healed or not")
    last_fault_at: Instant | None = Field(None, description="when that was noticed last")
    reconnects: NonNegativeInt | None = Field(
        None, description="how often pictures came again after a fault, since the process began"
    )


class ViewNow(_Part):
    """How the camera's view compares with what it was when it was learned."""

    known: bool = Field(description="false: it is being learned, or has too few features to be compared")
    blocked: bool = Field(False, description="something hides most of it")
    moved: bool = Field(False, description="the camera looks elsewhere")
    dark: bool = Field(False, description="too dark to see anybody")
    unfocused: bool = Field(False, description="out of focus")


class Machine(_Part):
    """How the device fares that the process runs on; what it cannot tell is absent."""

    disk_free_mb: NonNegativeFloat | None = Field(None, description="MiB free where counts are kept")
    memory_available_mb: NonNegativeFloat | None = Field(None, description="MiB that programs can still have")
    temperature_celsius: float | None = Field(
        None, ge=-100, le=300, description="of the hottest sensor of the board"
    )
    open_files: NonNegativeInt | None = Field(None, description="files and sockets that the process holds")
    open_files_most: NonNegativeInt | None = Field(None, description="how many it may hold")


class DetectorCard(_Part):
    """Which person detector runs, under which licence, and how good it was measured to be."""

    name: str = Field(max_length=100)
    licence: str = Field(max_length=200)
    average_precision: float | None = Field(
        None, ge=0, le=1, description="person AP at IoU 0.5 on the set named in measured_on"
    )
    measured_on: str = Field("", max_length=200)


class Health(_Message):
    """How a camera's process fares."""

    store: Id
    device: DeviceId
    camera: Id
    at: Instant
    fps: NonNegativeFloat = Field(description="frames processed per second, lately")
    inference_ms: NonNegativeFloat = Field(description="time of one detection, lately")
    frames_done: NonNegativeInt
    frames_skipped: NonNegativeInt = Field(description="frames that came while the last one was in work")
    outbox_depth: NonNegativeInt = Field(description="messages not yet acknowledged by the broker")
    outbox_oldest_seconds: NonNegativeFloat = Field(description="age of the oldest of them")
    outbox_coarsened: NonNegativeInt | None = Field(
        None, description="minutes that were put together into hours before they were sent, for want of room"
    )
    outbox_dropped: NonNegativeInt | None = Field(
        None, description="minutes that were given up before they were sent, for want of room"
    )
    outbox_trouble: str | None = Field(
        None, max_length=500, description="why counts cannot be kept now; absent while they can"
    )
    clock_known: bool | None = Field(None, description="whether the device knows the time")
    memory_mb: NonNegativeFloat = Field(description="resident memory of the process")
    source: SourceState
    detector: DetectorCard
    view: ViewNow | None = Field(None, description="absent where the view is not watched")
    framing: str | None = Field(
        None, max_length=500, description="what is wrong with how large people are, in words; absent: nothing"
    )
    machine: Machine | None = None

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return health_topic(self.store, self.device, self.camera)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same sender."""
        return (address.store, address.sender, address.camera) == (self.store, self.device, self.camera)


class SaleKind(StrEnum):
    """What a ticket is. Only `sale` counts for conversion."""

    SALE = "sale"
    RETURN = "return"
    VOID = "void"
    PICKUP = "pickup"


class SaleLine(_Part):
    """One line of a ticket."""

    sku: str = Field(min_length=1, max_length=100, description="the shop's number of the product")
    name: str | None = Field(None, max_length=200)
    quantity: Quantity = Field(default=Decimal(1), description="pieces or kilograms; negative when returned")
    net: Money | None = Field(None, description="line amount after discounts, without tax; absent if unknown")


class Sale(_Message):
    """One ticket of a till. The highest revision of a ticket replaces the ones before."""

    store: Id
    till: Id
    ticket: str = Field(min_length=1, max_length=100, description="the till's number, unique in the store")
    at: Instant = Field(description="when it was paid, UTC")
    revision: PositiveInt = 1
    kind: SaleKind = SaleKind.SALE
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$", description="ISO 4217")
    lines: tuple[SaleLine, ...] = Field(min_length=1, max_length=2000)

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return sales_topic(self.store, self.till)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same sender."""
        return (address.store, address.sender) == (self.store, self.till)


class BadgeRead(_Message):
    """A badge or cashier's number was read at a till or reader; devices know staff by it, nobody keeps it."""

    store: Id
    till: Id = Field(description="the till or reader")
    badge: str = Field(min_length=1, max_length=100, description="the number that was read")
    at: Instant = Field(description="when it was read, UTC")

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return badge_topic(self.store, self.till)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same sender."""
        return (address.store, address.sender) == (self.store, self.till)


class AuditedWay(_Part):
    """One direction across one line: what somebody clicked, and what the device counted."""

    clicked: NonNegativeInt = Field(description="crossings that somebody saw and clicked")
    counted: NonNegativeInt = Field(description="crossings that the device counted meanwhile")
    matched: NonNegativeInt = Field(
        description="pairs of one of each, at most tolerance_seconds apart; no more than either"
    )

    @model_validator(mode="after")
    def _pairs_have_two(self) -> Self:
        if self.matched > min(self.clicked, self.counted):
            raise ValueError("matched is at most clicked, and at most counted")
        return self


class AuditedLine(_Part):
    """One line in an audit."""

    line: Id
    way_in: AuditedWay = Field(alias="in", description="along the line's arrow")
    way_out: AuditedWay = Field(alias="out", description="against it")


class Audit(_Message):
    """Somebody stood at a camera, clicked as people crossed, and compared that with what was counted.

    Figures only. Known by store, device, camera and `begin`; the first one that comes is kept.
    """

    store: Id
    device: DeviceId
    camera: Id
    begin: Instant = Field(description="when clicking began, UTC")
    end: Instant = Field(description="when it ended, UTC")
    tolerance_seconds: float = Field(gt=0, le=60, description="most seconds between the two of a pair")
    detector: str = Field("", max_length=100, description="name of the person detector that ran")
    lines: tuple[AuditedLine, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not timedelta(0) < self.end - self.begin <= LONGEST_BUCKET:
            raise ValueError("end must lie after begin, at most a day after it")
        names = [line.line for line in self.lines]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"line {name!r} stands twice in one audit")
        return self

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return audit_topic(self.store, self.device)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same sender."""
        return (address.store, address.sender) == (self.store, self.device)


Sentence = Annotated[str, Field(min_length=1, max_length=500)]


class RecommendedProduct(_Part):
    """One product that a zone should show."""

    sku: str = Field(min_length=1, max_length=100)
    name: str | None = Field(None, max_length=200)
    price: Money | None = Field(None, description="usual price of a piece, with tax; absent if unknown")
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$", description="ISO 4217 code of the price")
    reasons: tuple[Sentence, ...] = Field((), max_length=10, description="why this product, in sentences")


class Assigned(_Part):
    """What an experiment decided for the zone at that time."""

    experiment: Id
    arm: Id = Field(description="what the zone is assigned to, such as treatment")
    assignment: str = Field(
        min_length=1, max_length=100, description="which assignment of the experiment it is"
    )


class Recommendation(_Message):
    """What a zone should show now, and why. The last one is kept by the broker until an empty one comes."""

    store: Id
    zone: Id
    recommendation: Id = Field(description="which recommendation it is; events name it")
    trigger: Id = Field(description="name of the rule that asked for it")
    begins: Instant = Field(description="when it was decided")
    expires: Instant = Field(description="from then on it is not shown, whatever the broker still keeps")
    products: tuple[RecommendedProduct, ...] = Field(
        min_length=1, max_length=20, description="what to show, the first one most"
    )
    reasons: tuple[Sentence, ...] = Field((), max_length=10, description="why now, in sentences")
    experiment: Assigned | None = Field(None, description="absent where no experiment runs")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.expires <= self.begins:
            raise ValueError("expires must lie after begins")
        return self

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return recommendation_topic(self.store, self.zone)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same zone."""
        return (address.store, address.sender) == (self.store, self.zone)


class ZoneEvent(_Message):
    """What became of a recommendation, told by a sign or a person."""

    store: Id
    zone: Id
    event: str = Field(
        min_length=1, max_length=100, description="the sender's own number of it; sent twice is told once"
    )
    recommendation: Id = Field(description="which recommendation")
    kind: Literal["shown", "acknowledged", "dismissed"]
    at: Instant
    by: str | None = Field(None, min_length=1, max_length=100, description="the sign or person who tells it")

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return zone_events_topic(self.store, self.zone)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same zone."""
        return (address.store, address.sender) == (self.store, self.zone)


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a configuration's text in UTF-8, in lower-case hexadecimal digits."""


class ConfigSet(_Message):
    """The configuration that a device is to use. Kept by the broker, so it reaches a device that was off."""

    store: Id
    device: DeviceId
    toml: str = Field(max_length=MOST_CONFIGURATION, description="the whole of edge.toml, as text")

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return config_set_topic(self.store, self.device)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same device."""
        return (address.store, address.sender) == (self.store, self.device)


class ConfigState(_Message):
    """Which configuration a device uses, and what is wrong with one that it does not use."""

    store: Id
    device: DeviceId
    at: Instant = Field(description="when this became so")
    applied: Digest = Field(description="SHA-256 of the text of the configuration in use")
    origin: Literal["file", "set"] = Field(
        description="file: as it lies on the device; set: as it came by config/set"
    )
    refused: Digest | None = Field(
        None, description="SHA-256 of a newer text that cannot be used; absent if there is none"
    )
    problems: tuple[Annotated[str, Field(max_length=500)], ...] = Field(
        (), max_length=100, description="what is wrong with that one, a sentence each"
    )

    @property
    def topic(self) -> str:
        """Where this message belongs."""
        return config_state_topic(self.store, self.device)

    def is_from(self, address: Address) -> bool:
        """Whether the topic it came on names the same device."""
        return (address.store, address.sender) == (self.store, self.device)


Message = (
    Counts
    | Live
    | Status
    | Health
    | Sale
    | BadgeRead
    | Audit
    | Recommendation
    | ZoneEvent
    | ConfigSet
    | ConfigState
)

MESSAGE_OF: dict[
    Kind,
    type[Counts]
    | type[Live]
    | type[Status]
    | type[Health]
    | type[Sale]
    | type[BadgeRead]
    | type[Audit]
    | type[Recommendation]
    | type[ZoneEvent]
    | type[ConfigSet]
    | type[ConfigState],
] = {
    Kind.COUNTS: Counts,
    Kind.LIVE: Live,
    Kind.STATUS: Status,
    Kind.HEALTH: Health,
    Kind.SALES: Sale,
    Kind.BADGE: BadgeRead,
    Kind.AUDIT: Audit,
    Kind.RECOMMENDATION: Recommendation,
    Kind.ZONE_EVENT: ZoneEvent,
    Kind.CONFIG_SET: ConfigSet,
    Kind.CONFIG_STATE: ConfigState,
}
