"""The answers that can be had as tables, column by column. Names and order stay; new ones come at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from server.api.columns import Column, Table, Value, durations, quotient, rate, table
from server.api.heat_shapes import HeatMapShape, HeatmapShape
from server.api.path_shapes import CameraPathsShape, PathsShape
from server.api.queue_shapes import QueueIntervalShape, QueuesShape
from server.api.shapes import FiguresShape, GlossaryShape, MetricsShape, StoreShape

_INTERVAL = (
    Column("begin", "instant", "UTC", "begin_utc"),
    Column("end", "instant", "UTC", "end_utc"),
    Column("begin_local", "text", "time with offset"),
)
_STORE = (Column("store", "text", "id"), *_INTERVAL)

FIGURE_COLUMNS: Sequence[Column] = (
    Column("entries", "whole", "people"),
    Column("exits", "whole", "people"),
    Column("raw_entries", "whole", "people"),
    Column("raw_exits", "whole", "people"),
    Column("staff_entries", "whole", "people"),
    Column("staff_exits", "whole", "people"),
    Column("staff_partly", "flag", "true or false"),
    Column("balance", "number", "share"),
    Column("occupancy.at_end", "whole", "people"),
    Column("occupancy.mean", "number", "people"),
    Column("occupancy.peak", "whole", "people"),
    Column("coverage", "number", "share"),
    Column("transactions", "whole", "tickets"),
    Column("returns", "whole", "tickets"),
    Column("units", "exact", "pieces"),
    Column("net_sales.amount", "exact", "currency"),
    Column("net_sales.currency", "text", "ISO 4217"),
    *rate("conversion"),
    *quotient("average_transaction_value", "currency"),
    *quotient("units_per_transaction", "pieces"),
    *quotient("average_unit_retail", "currency"),
    *quotient("sales_per_visitor", "currency"),
    Column("groups.n", "whole", "groups"),
    Column("groups.people", "whole", "people"),
    Column("groups.mean_size", "number", "people"),
    *rate("group_conversion"),
    Column("passers_by", "whole", "people"),
    *rate("capture_rate"),
    Column("tickets_without_amount", "whole", "tickets"),
    Column("tickets_in_other_currency", "whole", "tickets"),
    Column("clock_unsynced", "flag", "true or false"),
    Column("replayed", "flag", "true or false"),
    Column("running", "flag", "true or false"),
    Column("suppressed", "flag", "true or false"),
    *rate("raw_conversion"),
    Column("drift", "whole", "people"),
    Column("labour_hours", "exact", "hours"),
    *quotient("star", "people per hour"),
    Column("partial", "flag", "true or false"),
    Column("open_hours", "number", "hours"),
    Column("open_coverage", "number", "share"),
)

ZONE_COLUMNS: Sequence[Column] = (
    Column("zone", "text", "id"),
    Column("name", "text", "name"),
    Column("visits", "whole", "visits"),
    *durations("dwell"),
    Column("occupancy.mean", "number", "people"),
    Column("occupancy.peak", "whole", "people"),
    *rate("visit_rate"),
    Column("transactions", "whole", "tickets"),
    *rate("conversion"),
    Column("raw_visits", "whole", "visits"),
    *durations("raw_dwell"),
    Column("staff_visits", "whole", "visits"),
    *rate("lost_share"),
    Column("suppressed", "flag", "true or false"),
    *rate("engagement"),
    *rate("bounce"),
)

QUEUE_COLUMNS: Sequence[Column] = (
    Column("queue", "text", "id"),
    Column("name", "text", "name"),
    Column("joined", "whole", "people"),
    Column("served", "whole", "people"),
    Column("abandoned", "whole", "people"),
    Column("lost", "whole", "people"),
    Column("length.mean", "number", "people"),
    Column("length.peak", "whole", "people"),
    Column("target_seconds", "number", "seconds"),
    *durations("wait"),
    *durations("abandoned_wait"),
    *rate("over_target"),
    *rate("abandonment"),
    Column("suppressed", "flag", "true or false"),
)

STORE_COLUMNS: Sequence[Column] = (
    Column("store", "text", "id"),
    Column("name", "text", "name"),
    Column("time_zone", "text", "IANA name"),
    Column("currency", "text", "ISO 4217"),
)

TERM_COLUMNS: Sequence[Column] = (
    Column("key", "text", "id"),
    Column("name", "text", "name"),
    Column("unit", "text", "unit"),
    Column("definition", "text", "sentence"),
)

HEAT_COLUMNS: Sequence[Column] = (
    Column("store", "text", "id"),
    Column("device", "text", "id"),
    Column("camera", "text", "id"),
    Column("unit", "text", "metres or width"),
    Column("cell", "number", "unit of the map"),
    Column("column", "whole", "cells"),
    Column("row", "whole", "cells"),
    Column("seconds", "number", "seconds"),
    Column("coverage", "number", "share"),
)

PATH_COLUMNS: Sequence[Column] = (
    Column("store", "text", "id"),
    Column("begin", "instant", "UTC", "begin_utc"),
    Column("end", "instant", "UTC", "end_utc"),
    Column("device", "text", "id"),
    Column("camera", "text", "id"),
    Column("watched_seconds", "number", "seconds"),
    Column("told_share", "number", "share"),
    Column("stop.stop", "text", "stop", "from"),
    Column("stop.name", "text", "name", "from_name"),
    Column("left", "whole", "people"),
    Column("to.stop", "text", "stop", "to"),
    Column("to.name", "text", "name", "to_name"),
    Column("people", "whole", "people"),
    *rate("share"),
    Column("suppressed", "flag", "true or false"),
)


def metrics_table(shape: MetricsShape) -> Table:
    """One row for each interval, with the figures of the whole store."""
    columns = (*_STORE, *FIGURE_COLUMNS)
    return table(columns, ({"store": shape.store, **_fields(part)} for part in shape.intervals))


def zones_table(shape: MetricsShape) -> Table:
    """One row for each interval and zone."""
    columns = (*_STORE, *ZONE_COLUMNS)
    rows = (
        {"store": shape.store, **_interval(part), **_fields(zone)}
        for part in shape.intervals
        for zone in part.zones
    )
    return table(columns, rows)


def queues_table(shape: QueuesShape) -> Table:
    """One row for each interval and queue."""
    columns = (*_STORE, *QUEUE_COLUMNS)
    rows = (
        {"store": shape.store, **_interval(part), **_fields(queue)}
        for part in shape.intervals
        for queue in part.queues
    )
    return table(columns, rows)


def heat_table(shape: HeatmapShape) -> Table:
    """One row for each warm cell of each map."""
    return Table(HEAT_COLUMNS, list(chain.from_iterable(_cells(shape.store, heat) for heat in shape.maps)))


def paths_table(shape: PathsShape) -> Table:
    """One row for each way from a stop to the next, and one for those who were not seen again after it."""
    whole = {"store": shape.store, "begin": shape.begin, "end": shape.end}
    return table(PATH_COLUMNS, (whole | way for camera in shape.cameras for way in _ways(camera)))


def stores_table(stores: Iterable[StoreShape]) -> Table:
    """One row for each store."""
    return table(STORE_COLUMNS, stores)


def glossary_table(shape: GlossaryShape) -> Table:
    """One row for each metric."""
    return table(TERM_COLUMNS, shape.metrics)


def _fields(shape: Iterable[tuple[str, object]]) -> dict[str, object]:
    return dict(shape)


def _interval(part: FiguresShape | QueueIntervalShape) -> dict[str, object]:
    return {"begin": part.begin, "end": part.end, "begin_local": part.begin_local}


def _cells(store: str, heat: HeatMapShape) -> Iterator[list[Value]]:
    for cell, seconds in heat.seconds.items():
        column, row = map(int, cell.split(","))
        place: list[Value] = [store, heat.device, heat.camera, heat.unit, heat.cell]
        yield [*place, column, row, seconds, heat.coverage]


def _ways(camera: CameraPathsShape) -> Iterator[dict[str, object]]:
    for leaving in camera.leaving:
        place = {**_fields(camera), "stop": leaving.stop, "left": leaving.people}
        for way in leaving.ways:
            yield place | _fields(way)
        left_out = leaving.suppressed or leaving.unseen is None
        yield place | {"to": None, "people": leaving.unseen, "share": None, "suppressed": left_out}
