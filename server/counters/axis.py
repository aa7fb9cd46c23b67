"""Axis people counters: AXIS People Counter and AXIS P8815-2 3D People Counter.

Four forms are read, all without names of lines:

- `start,end,in,out`, the CSV export of the 3D counter, and `{"data": [{"start", "end", "in", "out"}]}`,
  the same as JSON: developer.axis.com/vapix/applications/p8815-2-3d-people-counter-api;
- the live sum `{"serial", "name", "timestamp", "in", "out"}`, which begins anew at midnight:
  developer.axis.com/vapix/applications/people-counter-api;
- the timed push with `sensor` and `data.measurements`: Axis, Generic Data Push Integration Guide, 2021.

Times without offset are those of the counter's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.counters.fields import instant, json_object, local_instant, mapping, people, sequence
from server.counters.told import BadRow, CountsRefused, Span, Sum, Told
from server.pos.reading import RawRow

HEADER = ("start", "end", "in", "out")
_CLOCK = "%Y-%m-%d %H:%M:%S"
_DAY = timedelta(days=1)


def read(body: bytes, zone: ZoneInfo) -> Told:
    """What a message in one of the JSON forms says.

    Raises:
        CountsRefused: it is in none of them.
    """
    content = json_object(body)
    if "message" in content:
        raise CountsRefused("this is an event of AXIS Object Analytics: set the make to axis-analytics")
    if "timestamp" in content:
        return _live_sum(content, zone)
    data = content.get("data")
    if isinstance(data, list):
        spans = _Clock(zone)
        return Told(spans=tuple(spans.span(mapping(one, "data"), n) for n, one in enumerate(data, 1)))
    if isinstance(data, dict) and "measurements" in data:
        return _push(content, data)
    raise CountsRefused("the body is neither a live sum, nor an export, nor a push of an Axis counter")


def read_rows(header: RawRow, rows: Iterable[RawRow], zone: ZoneInfo) -> Told:
    """What the CSV export says; rows that cannot be read stand aside.

    Raises:
        CountsRefused: the header is another one.
    """
    columns = tuple(cell.strip() for cell in header.cells)
    if columns != HEADER:
        raise CountsRefused(f"the first line is {','.join(columns)[:100]!r} and has to be {','.join(HEADER)}")
    clock, spans, bad, number = _Clock(zone), list[Span](), list[BadRow](), 0
    for number, raw in enumerate(rows, 1):  # noqa: B007 -- the last one says how many there were
        try:
            spans.append(clock.span(_by_column(raw), raw.position))
        except CountsRefused as error:
            bad.append(BadRow(raw.position, raw.text, str(error)))
    return Told(spans=tuple(spans), bad=tuple(bad), header=header.text, rows_read=number)


class _Clock:
    """Turns rows in their order into spans; of an hour that comes twice the later rows are the second."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._last: datetime | None = None

    def span(self, row: Mapping[str, Any], number: int) -> Span:
        begin = local_instant(row.get("start"), _CLOCK, self._zone, "start")
        end = local_instant(row.get("end"), _CLOCK, self._zone, "end")
        length = _shown(row["end"]) - _shown(row["start"])
        if self._last is not None and begin <= self._last and (second := self._second(begin)):
            begin = second
        self._last = begin
        if length < _DAY:
            end = begin + length
        return Span("", begin, end, people(row.get("in"), "in"), people(row.get("out"), "out"), number)

    def _second(self, first: datetime) -> datetime | None:
        shown = first.astimezone(self._zone)
        second = shown.replace(fold=1).astimezone(first.tzinfo)
        return second if second != first else None


def _shown(text: object) -> datetime:
    return datetime.strptime(str(text).strip(), _CLOCK)  # noqa: DTZ007 -- only a difference is taken


def _by_column(raw: RawRow) -> Mapping[str, str]:
    if raw.problem:
        raise CountsRefused(raw.problem)
    if len(raw.cells) != len(HEADER):
        raise CountsRefused(f"has {len(raw.cells)} cells where the header has {len(HEADER)}")
    return dict(zip(HEADER, raw.cells, strict=True))


def _live_sum(content: Mapping[str, Any], zone: ZoneInfo) -> Told:
    at = local_instant(content["timestamp"], "%Y%m%d%H%M%S", zone, "timestamp")
    counted = Sum("", at, people(content.get("in"), "in"), people(content.get("out"), "out"))
    return Told(serial=_serial(content), sums=(counted,))


def _push(content: Mapping[str, Any], data: Mapping[str, Any]) -> Told:
    measured = [mapping(one, "a measurement") for one in sequence(data["measurements"], "measurements")]
    counts = [one for one in measured if one.get("kind") == "people-counts"]
    return Told(
        serial=_serial(mapping(content.get("sensor", {}), "sensor")),
        spans=tuple(_measured(counts)),
        passed_over=tuple(str(one.get("kind")) for one in measured if one not in counts),
    )


def _measured(counts: Iterable[Mapping[str, Any]]) -> Iterator[Span]:
    for one in counts:
        items = [mapping(item, "an item") for item in sequence(one.get("items"), "items")]
        by_way = {str(item.get("direction")): people(item.get("count"), "count") for item in items}
        if set(by_way) != {"in", "out"}:
            raise CountsRefused(f"a measurement has the directions {sorted(by_way)}, not 'in' and 'out'")
        begin, end = instant(one.get("utcFrom"), "utcFrom"), instant(one.get("utcTo"), "utcTo")
        yield Span("", begin, end, by_way["in"], by_way["out"])


def _serial(content: Mapping[str, Any]) -> str | None:
    return str(content["serial"]) if "serial" in content else None
