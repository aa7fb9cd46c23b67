"""Xovis sensors: their data push of logics, as JSON.

Form: `logics_data` with `sensor_info` and `logics`, each of which has `records` with `from`, `to` and
`counts`, named `fw` and `bw` for a line. Read from payloads that public integrations of firmware 5 keep as
their samples (package version 5.0); Xovis hands its own description out to partners only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.counters.fields import instant, json_object, mapping, people, sequence
from server.counters.told import CountsRefused, Span, Told


def read(body: bytes) -> Told:
    """What a push says; forward is in. Logics that count no line's crossings are passed over.

    Raises:
        CountsRefused: it is no push of logics.
    """
    content = json_object(body)
    if "logics_data" not in content:
        raise CountsRefused(
            f"the push holds {', '.join(map(repr, sorted(content)))[:100] or 'nothing'} and no 'logics_data':"
            " set the sensor's data push to the type Logics"
        )
    data = mapping(content["logics_data"], "logics_data")
    logics = [mapping(one, "a logic") for one in sequence(data.get("logics"), "logics")]
    lines = [logic for logic in logics if _counts_a_line(logic)]
    return Told(
        serial=_serial(data),
        spans=tuple(span for logic in lines for span in _spans(logic)),
        passed_over=tuple(_name(logic) for logic in logics if logic not in lines),
    )


def _serial(data: Mapping[str, Any]) -> str | None:
    sensor = mapping(data.get("sensor_info", {}), "sensor_info")
    return str(sensor["serial_number"]) if "serial_number" in sensor else None


def _name(logic: Mapping[str, Any]) -> str:
    return str(logic.get("name", ""))


def _counts_a_line(logic: Mapping[str, Any]) -> bool:
    return "LINE" in str(logic.get("info", ""))


def _spans(logic: Mapping[str, Any]) -> Iterator[Span]:
    name = _name(logic)
    for record in sequence(logic.get("records"), f"records of {name!r}"):
        of = mapping(record, f"a record of {name!r}")
        begin, end = instant(of.get("from"), f"from in {name!r}"), instant(of.get("to"), f"to in {name!r}")
        counted = _counted(of, name)
        if "fw" not in counted or "bw" not in counted:
            raise CountsRefused(f"the line {name!r} has the counts {sorted(counted)}, not 'fw' and 'bw'")
        yield Span(name, begin, end, counted["fw"], counted["bw"])


def _counted(record: Mapping[str, Any], name: str) -> dict[str, int]:
    counts = [
        mapping(one, f"a count of {name!r}") for one in sequence(record.get("counts"), f"counts of {name!r}")
    ]
    return {
        str(one.get("name")): people(one.get("value"), f"{one.get('name')} of {name!r}") for one in counts
    }
