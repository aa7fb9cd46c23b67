"""Cameras with AXIS Object Analytics: how far their crossline counting scenarios have counted, as JSON.

Two forms are read, of which each tells one scenario that counts one way:

- the event as the camera publishes it over MQTT, `{"timestamp", "serial", "message": {"data": {"scenario",
  "resetTime", "totalHuman"}}}`: developer.axis.com/analytics/axis-object-analytics-counting-data;
- the answer to `getAccumulatedCounts`, `{"method", "context", "data": {"resetTime", "timeStamp",
  "totalHuman"}}`, asked for with the scenario's name as `context`, for the answer names it nowhere else:
  developer.axis.com/vapix/applications/axis-object-analytics-api.

Only people are counted, whatever else a scenario counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.counter_settings import CounterSettings
from server.counters.fields import instant, json_object, mapping, people
from server.counters.told import CountsRefused, Sum, Told

_PEOPLE = "totalHuman"
_ASKED_AT = ("timeStamp", "timestamp")
"""The camera's description and cameras in the field write it differently."""


def read(body: bytes, counter: CounterSettings) -> Told:
    """What an event or an answer says; scenarios that do not count crossings are passed over.

    Raises:
        CountsRefused: it is neither, or an answer that names no scenario.
    """
    content = json_object(body)
    if "message" in content:
        return _event(content, counter)
    if content.get("method") == "getAccumulatedCounts":
        return _answer(content, counter)
    raise CountsRefused(
        "the body is neither an event of AXIS Object Analytics, with its 'message', nor an answer to"
        " 'getAccumulatedCounts'"
    )


def _event(content: Mapping[str, Any], counter: CounterSettings) -> Told:
    data = mapping(mapping(content["message"], "message").get("data"), "data of the message")
    name = str(data.get("scenario", ""))
    serial = str(content["serial"]) if "serial" in content else None
    # An occupancy scenario goes up and down, and has nothing that it was reset at.
    if not name or "resetTime" not in data or name in counter.ignore_lines:
        return Told(serial=serial, passed_over=(name or str(content.get("topic", "")),))
    counted = _sum(name, instant(content.get("timestamp"), "timestamp"), data, counter, polled=False)
    return Told(serial=serial, sums=(counted,))


def _answer(content: Mapping[str, Any], counter: CounterSettings) -> Told:
    if "error" in content:
        raise CountsRefused(f"the camera answered with an error: {str(content['error'])[:200]}")
    if not isinstance(name := content.get("context"), str) or not name:
        raise CountsRefused("the answer names no scenario: ask with the scenario's name as 'context'")
    if name in counter.ignore_lines:
        return Told(passed_over=(name,))
    data = mapping(content.get("data"), "data")
    at = next((data[key] for key in _ASKED_AT if key in data), None)
    return Told(sums=(_sum(name, instant(at, _ASKED_AT[0]), data, counter, polled=True),))


def _sum(name: str, at: datetime, data: Mapping[str, Any], counter: CounterSettings, *, polled: bool) -> Sum:
    if _PEOPLE not in data:
        raise CountsRefused(
            f"the scenario {name[:100]!r} tells no {_PEOPLE!r}: let it count humans, or name it in"
            " ignore_lines"
        )
    count, inwards = people(data[_PEOPLE], _PEOPLE), counter.counts_in(name)
    ins, outs = (count, None) if inwards else (None, count)
    return Sum(name, at, ins, outs, since=_reset(data), polled=polled)


def _reset(data: Mapping[str, Any]) -> datetime | None:
    # What was never reset may name any time; without one, a restart still shows where the count falls.
    try:
        return instant(data.get("resetTime"), "resetTime")
    except CountsRefused:
        return None
