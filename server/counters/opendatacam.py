"""OpenDataCam: the counter history of a recording, as CSV.

Form: `"Timestamp","Counter area","ObjectClass","UniqueID","CountingDirection"`, one row per crossing, from
`GET /recording/:id/counter/csv`: github.com/opendatacam/opendatacam, `server.js` (API documentation, 3.0).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.counter_settings import CounterSettings
from server.counters.fields import instant
from server.counters.told import BadRow, CountsRefused, Span, Told
from server.pos.reading import RawRow

HEADER = ("Timestamp", "Counter area", "ObjectClass", "UniqueID", "CountingDirection")
INWARDS, OUTWARDS = "leftright_topbottom", "rightleft_bottomtop"
"""OpenDataCam knows no in and out: the first is in, unless the counter is `swapped`."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Crossing:
    name: str
    at: datetime
    inwards: bool
    row: int


def read_rows(header: RawRow, rows: Iterable[RawRow], counter: CounterSettings) -> Told:
    """What a recording says, minute by minute from its first to its last crossing.

    Minutes without a crossing are minutes in which nobody came, unless they are more than the
    counter's `longest_gap_minutes`: then nobody knows whether it was recording.

    Raises:
        CountsRefused: the header is another one.
    """
    columns = tuple(cell.strip() for cell in header.cells)
    if columns != HEADER:
        raise CountsRefused(
            f"the first line is {','.join(columns)[:100]!r} and has to be {','.join(HEADER)}; exports of"
            " older versions do not tell the direction"
        )
    crossings, bad, others, number = list[_Crossing](), list[BadRow](), Counter[str](), 0
    for number, raw in enumerate(rows, 1):  # noqa: B007 -- the last one says how many there were
        try:
            crossing = _crossing(raw, counter)
        except CountsRefused as error:
            bad.append(BadRow(raw.position, raw.text, str(error)))
            continue
        if isinstance(crossing, _Crossing):
            crossings.append(crossing)
        else:
            others[crossing] += 1
    return Told(
        spans=tuple(_spans(crossings, timedelta(minutes=counter.longest_gap_minutes))),
        bad=tuple(bad),
        header=header.text,
        passed_over=tuple(f"{count} of {kind}" for kind, count in sorted(others.items())),
        rows_read=number,
    )


def _crossing(raw: RawRow, counter: CounterSettings) -> _Crossing | str:
    if raw.problem:
        raise CountsRefused(raw.problem)
    if len(raw.cells) != len(HEADER):
        raise CountsRefused(f"has {len(raw.cells)} cells where the header has {len(HEADER)}")
    at, name, kind, _, direction = (cell.strip() for cell in raw.cells)
    if kind not in counter.classes:
        return kind[:50]
    if direction not in {INWARDS, OUTWARDS}:
        raise CountsRefused(f"CountingDirection is {direction[:50]!r}, neither {INWARDS} nor {OUTWARDS}")
    return _Crossing(name, instant(at, "Timestamp"), direction == INWARDS, raw.position)


def _spans(crossings: list[_Crossing], longest_gap: timedelta) -> Iterator[Span]:
    counted = Counter((_minute(one.at), one.name, one.inwards) for one in crossings)
    rows = {(_minute(one.at), one.name): one.row for one in crossings}
    names = sorted({one.name for one in crossings})
    for minute in _watched(sorted({_minute(one.at) for one in crossings}), longest_gap):
        for name in names:
            ins, outs = counted[minute, name, True], counted[minute, name, False]
            yield Span(name, minute, minute + _MINUTE, ins, outs, rows.get((minute, name), 1))


def _watched(minutes: list[datetime], longest_gap: timedelta) -> Iterator[datetime]:
    for before, minute in zip([None, *minutes], minutes, strict=False):
        if before is not None and minute - before <= longest_gap:
            yield from (before + n * _MINUTE for n in range(1, (minute - before) // _MINUTE))
        yield minute


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
