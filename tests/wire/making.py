"""Every message that can be said, for hypothesis."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from edge.wire import (
    RESERVED_DEVICES,
    Assigned,
    BadgeRead,
    ConfigSet,
    ConfigState,
    Counts,
    DetectorCard,
    DwellSketch,
    Health,
    Heat,
    LineCount,
    Live,
    Machine,
    PathCount,
    QueueCount,
    QueueNow,
    Recommendation,
    RecommendedProduct,
    Sale,
    SaleKind,
    SaleLine,
    SourceState,
    Status,
    ViewNow,
    ZoneCount,
    ZoneEvent,
    ZoneNow,
)

ids = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=64)
devices = ids.filter(lambda name: name not in RESERVED_DEVICES)
durations = st.floats(0, 30 * 86400.0, allow_nan=False)
instants = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
_many = st.integers(0, 10**6)
_amounts = st.floats(0, 1e9, allow_nan=False)
_shares = st.floats(0, 1, allow_nan=False)


def _text(most: int, least: int = 0) -> st.SearchStrategy[str]:
    return st.text(min_size=least, max_size=most)


def _decimals(most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(-most, most, places=4)


sketches = st.lists(durations, max_size=30).map(DwellSketch.of)
_sizes = st.none() | st.dictionaries(st.integers(1, 1000), st.integers(1, 10**6), max_size=5)
_lines = st.builds(
    LineCount,
    line=ids,
    kind=st.sampled_from(["entrance", "passing"]),
    count_in=_many,
    count_out=_many,
    staff_in=st.none() | _many,
    staff_out=st.none() | _many,
    groups_in=_sizes,
    groups_out=_sizes,
    passed=st.none() | _many,
)
_zones = st.builds(
    ZoneCount,
    zone=ids,
    dwell=sketches,
    staff_dwell=st.none() | sketches,
    ended=st.none()
    | st.dictionaries(st.sampled_from(["left", "lost", "day-ended"]), st.integers(1, 10**6), max_size=3),
    occupancy_person_seconds=_amounts,
    observed_seconds=_amounts,
    occupancy_peak=_many,
)
_queues = st.builds(
    QueueCount,
    queue=ids,
    joined=st.none() | _many,
    served=st.none() | _many,
    abandoned=st.none() | _many,
    lost=st.none() | _many,
    wait=st.none() | sketches,
    abandoned_wait=st.none() | sketches,
    waiting_person_seconds=st.none() | _amounts,
    observed_seconds=st.none() | _amounts,
    length_peak=_many,
)
_cells = st.tuples(st.integers(-99_999, 99_999), st.integers(-99_999, 99_999)).map(
    lambda at: f"{at[0]},{at[1]}"
)
heats = st.builds(
    Heat,
    unit=st.sampled_from(["metres", "width"]),
    cell=st.floats(0.001, 100),
    seconds=st.dictionaries(_cells, _amounts, max_size=6),
)
_stops = st.builds(str.__add__, st.sampled_from(["", "in:", "out:"]), ids)
_paths = st.lists(
    st.builds(PathCount, origin=_stops, to=_stops, n=st.integers(1, 10**6)),
    max_size=5,
    unique_by=lambda path: (path.origin, path.to),
)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """Any bucket."""
    start = draw(instants)
    return Counts(
        store=draw(ids),
        device=draw(devices),
        camera=draw(ids),
        bucket_start=start,
        bucket_end=start + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=1))),
        revision=draw(st.integers(1, 10**9)),
        final=draw(st.booleans()),
        coverage=draw(_shares),
        clock_synced=draw(st.booleans()),
        replayed=draw(st.booleans()),
        lines=tuple(draw(st.lists(_lines, max_size=4, unique_by=lambda line: line.line))),
        zones=tuple(draw(st.lists(_zones, max_size=4, unique_by=lambda zone: zone.zone))),
        queues=tuple(draw(st.lists(_queues, max_size=3, unique_by=lambda queue: queue.queue))),
        heat=draw(st.none() | heats),
        paths=draw(st.none() | _paths.map(tuple)),
    )


lives = st.builds(
    Live,
    store=ids,
    device=devices,
    camera=ids,
    at=instants,
    zones=st.lists(st.builds(ZoneNow, zone=ids, occupancy=_many), max_size=4).map(tuple),
    queues=st.lists(
        st.builds(QueueNow, queue=ids, length=_many, longest_wait_seconds=st.none() | _amounts), max_size=3
    ).map(tuple),
)
statuses = st.builds(
    Status,
    store=ids,
    device=devices,
    camera=ids,
    state=st.sampled_from(["online", "offline"]),
    since=st.none() | instants,
    version=_text(64),
)
healths = st.builds(
    Health,
    store=ids,
    device=devices,
    camera=ids,
    at=instants,
    fps=_amounts,
    inference_ms=_amounts,
    frames_done=_many,
    frames_skipped=_many,
    outbox_depth=_many,
    outbox_oldest_seconds=_amounts,
    memory_mb=_amounts,
    source=st.builds(
        SourceState,
        state=st.sampled_from(["ok", "lost", "ended"]),
        reason=_text(500),
        fault=st.none() | ids,
        last_fault=st.none() | ids,
        last_fault_at=st.none() | instants,
        reconnects=st.none() | _many,
    ),
    view=st.none() | st.builds(ViewNow, known=st.booleans(), blocked=st.booleans(), dark=st.booleans()),
    framing=st.none() | _text(500),
    machine=st.none()
    | st.builds(
        Machine,
        disk_free_mb=st.none() | _amounts,
        memory_available_mb=st.none() | _amounts,
        temperature_celsius=st.none() | st.floats(-100, 300),
        open_files=st.none() | _many,
        open_files_most=st.none() | _many,
    ),
    detector=st.builds(
        DetectorCard,
        name=_text(100),
        licence=_text(200),
        average_precision=st.none() | _shares,
        measured_on=_text(200),
    ),
)
sales = st.builds(
    Sale,
    store=ids,
    till=ids,
    ticket=_text(100, least=1),
    at=instants,
    revision=st.integers(1, 10**9),
    kind=st.sampled_from(SaleKind),
    currency=st.none() | st.text(string.ascii_uppercase, min_size=3, max_size=3),
    lines=st.lists(
        st.builds(
            SaleLine,
            sku=_text(100, least=1),
            name=st.none() | _text(200),
            quantity=_decimals(1_000_000),
            net=st.none() | _decimals(100_000_000),
        ),
        min_size=1,
        max_size=5,
    ).map(tuple),
)
badges = st.builds(BadgeRead, store=ids, till=ids, badge=_text(100, least=1), at=instants)
_sentences = st.lists(_text(500, least=1), max_size=3).map(tuple)
_products = st.builds(
    RecommendedProduct,
    sku=_text(100, least=1),
    name=st.none() | _text(200),
    price=st.none() | _decimals(100_000_000),
    currency=st.none() | st.text(string.ascii_uppercase, min_size=3, max_size=3),
    reasons=_sentences,
)


@st.composite
def recommendations(draw: st.DrawFn) -> Recommendation:
    """Anything that a zone may be told to show."""
    begins = draw(instants)
    return Recommendation(
        store=draw(ids),
        zone=draw(ids),
        recommendation=draw(ids),
        trigger=draw(ids),
        begins=begins,
        expires=begins + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=1))),
        products=tuple(draw(st.lists(_products, min_size=1, max_size=3))),
        reasons=draw(_sentences),
        experiment=draw(
            st.none() | st.builds(Assigned, experiment=ids, arm=ids, assignment=_text(100, least=1))
        ),
    )


zone_events = st.builds(
    ZoneEvent,
    store=ids,
    zone=ids,
    event=_text(100, least=1),
    recommendation=ids,
    kind=st.sampled_from(["shown", "acknowledged", "dismissed"]),
    at=instants,
    by=st.none() | _text(100, least=1),
)
_digests = st.text("0123456789abcdef", min_size=64, max_size=64)
config_sets = st.builds(ConfigSet, store=ids, device=devices, toml=_text(2000))
config_states = st.builds(
    ConfigState,
    store=ids,
    device=devices,
    at=instants,
    applied=_digests,
    origin=st.sampled_from(["file", "set"]),
    refused=st.none() | _digests,
    problems=st.lists(_text(500), max_size=3).map(tuple),
)
messages = st.one_of(
    counts(),
    lives,
    statuses,
    healths,
    sales,
    badges,
    recommendations(),
    zone_events,
    config_sets,
    config_states,
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
"""Any JSON, and NaN and Infinity, which Python's JSON writes too."""
