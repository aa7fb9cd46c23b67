"""A store with counters of other makes, and what they send: in their makers' forms, written by us."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from server.config import Settings
from server.counters.keeping import Place
from server.counters.taking import Taken, take_message
from server.metrics.rows import LineRow
from server.storage import counts
from server.storage.database import open_database
from tests.server.filling import NOON, STORE, berlin_store, settings_for

COUNTERS: dict[str, Any] = {
    "sensor": {
        "make": "xovis",
        "serial": "80:1F:12:D5:30:DC",
        "lines": {"Door": {"line": "main"}, "Street": {"line": "pavement", "kind": "passing"}},
        "ignore_lines": ["Storeroom"],
    },
    "ceiling": {"make": "axis"},
    "camera": {
        "make": "onvif",
        "lines": {
            "In": {"line": "main", "direction": "in"},
            "Out": {"line": "main", "direction": "out"},
        },
    },
    "analytics": {
        "make": "axis-analytics",
        "serial": "ACCC8EF1E944",
        "lines": {
            "Coming": {"line": "main", "direction": "in"},
            "Going": {"line": "main", "direction": "out"},
        },
        "ignore_lines": ["Cars"],
    },
    "street": {"make": "opendatacam", "lines": {"door": {"line": "main"}}},
    "mirrored": {"make": "axis", "swapped": True, "device": "other-make"},
}
DAY = timedelta(days=1)


def site(folder: Path, **changes: dict[str, Any]) -> Settings:
    """The store; `changes` to counters by their name."""
    counters = {name: {**of, **changes.get(name, {})} for name, of in COUNTERS.items()}
    return settings_for(folder, **{STORE: berlin_store(counters=counters)})


def send(settings: Settings, counter: str, body: bytes, now: datetime = NOON + DAY) -> Taken:
    with open_database(settings.database) as db:
        return take_message(db, Place.of(settings, STORE, counter), body, now)


def lines(settings: Settings, around: datetime = NOON) -> list[LineRow]:
    with open_database(settings.database, read_only=True) as db:
        return counts.line_rows(db, STORE, around - 2 * DAY, around + 2 * DAY)


def totals(settings: Settings, line: str = "main") -> tuple[int, int]:
    found = [row for row in lines(settings) if row.line == line]
    return sum(row.count_in for row in found), sum(row.count_out for row in found)


def xovis_push(*records: tuple[str, int, int, int], serial: str = "80:1F:12:D5:30:DC") -> bytes:
    """Records as (logic, minute after noon, forward, backward), and a zone's balance."""
    names = list(dict.fromkeys(name for name, *_ in records))
    logics = [
        {
            "id": number,
            "name": name,
            "info": "XLT_LINE_IN_OUT_COUNT",
            "geometries": [{"id": number, "type": "LINE", "name": name}],
            "records": [
                {
                    "from": _milliseconds(minute),
                    "to": _milliseconds(minute + 1),
                    "counts": [{"id": 1, "name": "fw", "value": fw}, {"id": 2, "name": "bw", "value": bw}],
                }
                for of, minute, fw, bw in records
                if of == name
            ],
        }
        for number, name in enumerate(names, 1)
    ]
    zone = {"id": 99, "name": "Shop", "info": "XLT_ZONE_OCCUPANCY_COUNT", "geometries": [], "records": []}
    content = {
        "package_info": {"version": "5.0", "id": 28, "agent_id": 1008},
        "sensor_info": {"serial_number": serial, "type": "SINGLE_SENSOR", "timezone": "Europe/Zurich"},
        "logics": [*logics, zone],
    }
    return json.dumps({"logics_data": content}).encode()


def _milliseconds(minute: int) -> int:
    return int((NOON + timedelta(minutes=minute)).timestamp() * 1000)


def axis_sum(at: str, count_in: int, count_out: int) -> bytes:
    """A live sum; `at` is local."""
    told = {"serial": "ACCC8E", "name": "Door", "timestamp": at, "in": count_in, "out": count_out}
    return json.dumps(told).encode()


def analytics_event(scenario: str, at: datetime, count: int, since: datetime = NOON - DAY) -> bytes:
    """An event of AXIS Object Analytics as the camera publishes it; its figures are texts."""
    data = {
        "scenario": scenario,
        "resetTime": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "total": str(count + 7),
        "totalCar": "7",
        "totalHuman": str(count),
        "reason": "human",
    }
    told = {
        "topic": "axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1",
        "timestamp": int(at.timestamp() * 1000),
        "serial": "ACCC8EF1E944",
        "message": {"source": {}, "key": {}, "data": data},
    }
    return json.dumps(told).encode()


def analytics_answer(scenario: str, at: datetime, count: int, since: datetime = NOON - DAY) -> bytes:
    """What such a camera answers when it is asked how far a scenario has counted."""
    data = {
        "resetTime": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "timeStamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "total": count + 7,
        "totalHuman": count,
    }
    told = {"apiVersion": "1.2", "context": scenario, "method": "getAccumulatedCounts", "data": data}
    return json.dumps(told).encode()


def onvif_json(rule: str, at: str, count: int | str) -> bytes:
    """A counter's message as cameras of Profile M publish it over MQTT."""
    told = {"UtcTime": at, "Source": {"VideoSource": "1", "Rule": rule}, "Data": {"Count": count}}
    return json.dumps(told).encode()


def onvif_notification(rule: str, at: str, count: int) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"
  xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tt="http://www.onvif.org/ver10/schema"
  xmlns:tns1="http://www.onvif.org/ver10/topics"><env:Body><wsnt:Notify>
  <wsnt:NotificationMessage>
    <wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">
      tns1:RuleEngine/CountAggregation/Counter</wsnt:Topic>
    <wsnt:Message><tt:Message UtcTime="{at}" PropertyOperation="Changed">
      <tt:Source>
        <tt:SimpleItem Name="VideoSourceToken" Value="1"/><tt:SimpleItem Name="Rule" Value="{rule}"/>
      </tt:Source>
      <tt:Data><tt:SimpleItem Name="Count" Value="{count}"/></tt:Data>
    </tt:Message></wsnt:Message>
  </wsnt:NotificationMessage>
  <wsnt:NotificationMessage>
    <wsnt:Topic>tns1:VideoSource/MotionAlarm</wsnt:Topic><wsnt:Message/>
  </wsnt:NotificationMessage>
</wsnt:Notify></env:Body></env:Envelope>""".encode()
