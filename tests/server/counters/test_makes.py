from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pydantic import ValidationError

from server.config import Settings
from server.counters.keeping import Place
from server.counters.taking import told_by
from server.counters.told import CountsRefused
from tests.server.counters.site import (
    COUNTERS,
    DAY,
    analytics_answer,
    analytics_event,
    axis_sum,
    lines,
    onvif_json,
    onvif_notification,
    send,
    site,
    totals,
    xovis_push,
)
from tests.server.filling import NOON, STORE, berlin_store, settings_for


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    return site(tmp_path)


def test_a_xovis_push_becomes_minutes_of_the_mapped_lines(shop: Settings) -> None:
    taken = send(shop, "sensor", xovis_push(("Door", 0, 3, 1), ("Door", 1, 0, 2), ("Street", 0, 7, 9)))
    assert taken.outcomes == {"new": 2}
    assert taken.passed_over == ("Shop",)
    assert [(r.begin, r.device, r.camera, r.line, r.kind, r.count_in, r.count_out) for r in lines(shop)] == [
        (NOON, "foreign", "sensor", "main", "entrance", 3, 1),
        (NOON, "foreign", "sensor", "pavement", "passing", 7, 9),
        (NOON + timedelta(minutes=1), "foreign", "sensor", "main", "entrance", 0, 2),
    ]


def test_a_push_that_comes_again_or_in_parts_never_doubles(shop: Settings) -> None:
    door, street = xovis_push(("Door", 0, 3, 1)), xovis_push(("Street", 0, 7, 9))
    assert send(shop, "sensor", door).outcomes == {"new": 1}
    assert send(shop, "sensor", street).outcomes == {"changed": 1}
    for again in (door, street):
        assert send(shop, "sensor", again).outcomes == {"unchanged": 1}
    assert (totals(shop), totals(shop, "pavement")) == ((3, 1), (7, 9))


def test_a_corrected_minute_replaces_the_one_before(shop: Settings) -> None:
    send(shop, "sensor", xovis_push(("Door", 0, 3, 1)))
    assert send(shop, "sensor", xovis_push(("Door", 0, 4, 1))).outcomes == {"changed": 1}
    assert totals(shop) == (4, 1)


@trying(max_examples=12, deadline=None)
@given(order=st.permutations(range(6)), again=st.lists(st.integers(0, 5), max_size=4))
def test_pushes_in_any_order_and_again_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], again: list[int]
) -> None:
    shop = site(tmp_path_factory.mktemp("shop"))
    pushes = [xovis_push(("Door", n, n + 1, n), ("Door", n + 1, n + 2, n + 1)) for n in range(6)]
    for number in [*order, *again]:
        send(shop, "sensor", pushes[number])
    assert totals(shop) == (sum(range(1, 8)), sum(range(7)))


AXIS_EXPORT = {
    "data": [
        {"start": "2026-03-03 12:00:00", "end": "2026-03-03 13:00:00", "in": 12, "out": 7},
        {"start": "2026-03-03 13:00:00", "end": "2026-03-03 14:00:00", "in": 5, "out": 9},
    ]
}
AXIS_CSV = b"""start,end,in,out
2026-03-03 12:00:00,2026-03-03 13:00:00,12,7
2026-03-03 13:00:00,2026-03-03 14:00:00,5,9
"""
AXIS_PUSH = {
    "apiName": "Axis Retail Data",
    "apiVersion": "0.2",
    "data": {
        "measurements": [
            {
                "kind": "people-counts",
                "utcFrom": "2026-03-03T11:00:00Z",
                "utcTo": "2026-03-03T12:00:00Z",
                "items": [{"direction": "in", "count": 12, "adults": 10}, {"direction": "out", "count": 7}],
            },
            {
                "kind": "people-counts",
                "utcFrom": "2026-03-03T12:00:00Z",
                "utcTo": "2026-03-03T13:00:00Z",
                "items": [{"direction": "in", "count": 5}, {"direction": "out", "count": 9}],
            },
        ]
    },
    "sensor": {"serial": "ACCC8E", "name": "Door", "timeZone": "Europe/Berlin"},
}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps(AXIS_EXPORT).encode(), id="export as JSON"),
        pytest.param(AXIS_CSV, id="export as CSV"),
        pytest.param(b"\xef\xbb\xbf" + AXIS_CSV.replace(b"\n", b"\r\n"), id="CSV with byte order mark"),
        pytest.param(json.dumps(AXIS_PUSH).encode(), id="timed push"),
    ],
)
def test_an_axis_counter_tells_the_same_in_every_form(shop: Settings, body: bytes) -> None:
    assert send(shop, "ceiling", body).outcomes == {"new": 2}
    assert [(row.begin, row.end - row.begin, row.count_in, row.count_out) for row in lines(shop)] == [
        (NOON, timedelta(hours=1), 12, 7),
        (NOON + timedelta(hours=1), timedelta(hours=1), 5, 9),
    ]


def test_hours_over_minutes_that_are_held_already_are_refused(shop: Settings) -> None:
    minute = AXIS_CSV.replace(b"13:00:00,12,7", b"12:01:00,1,0")
    send(shop, "ceiling", minute)
    with pytest.raises(CountsRefused, match="counted twice, it would double"):
        send(shop, "ceiling", AXIS_CSV)


def test_in_and_out_may_be_swapped(shop: Settings) -> None:
    send(shop, "mirrored", AXIS_CSV)
    assert totals(shop) == (16, 17)
    assert {row.device for row in lines(shop)} == {"other-make"}


def test_the_hour_that_comes_twice_is_two_hours(tmp_path: Path) -> None:
    shop = site(tmp_path)
    rows = [f"2026-10-25 {h:02}:00:00,2026-10-25 {h + 1:02}:00:00,{n},0" for n, h in enumerate([1, 2, 2, 3])]
    told = told_by(Place.of(shop, STORE, "ceiling"), "\n".join(["start,end,in,out", *rows]).encode())
    assert [(span.begin.hour, (span.end - span.begin).seconds, span.count_in) for span in told.spans] == [
        (23, 3600, 0), (0, 3600, 1), (1, 3600, 2), (2, 3600, 3),
    ]  # fmt: skip


def test_an_onvif_counter_counts_each_way_by_a_rule(shop: Settings) -> None:
    for rule, at, count in [
        ("In", "2026-03-03T11:00:10Z", 100),
        ("Out", "2026-03-03T11:00:20Z", 40),
        ("In", "2026-03-03T11:01:10Z", 103),
        ("Out", "2026-03-03T11:01:20Z", 41),
        ("Out", "2026-03-03T11:01:20Z", 41),
    ]:
        taken = send(shop, "camera", onvif_notification(rule, at, count))
    assert taken.outcomes == {"sum: old": 1}
    assert taken.passed_over == ("tns1:VideoSource/MotionAlarm",)
    assert totals(shop) == (3, 1)


def test_an_onvif_message_says_the_same_in_json_and_in_xml(shop: Settings) -> None:
    send(shop, "camera", onvif_notification("In", "2026-03-03T11:00:10Z", 100))
    send(shop, "camera", onvif_json("In", "2026-03-03T11:01:10.250Z", "103"))
    send(shop, "camera", onvif_json("Out", "2026-03-03T11:01:20Z", 40))
    assert send(shop, "camera", onvif_json("Out", "2026-03-03T11:02:20Z", 42)).outcomes["sum: counted"] == 1
    assert totals(shop) == (3, 2)


MINUTE = timedelta(minutes=1)


def test_people_of_axis_object_analytics_are_counted_each_way_by_a_scenario(shop: Settings) -> None:
    for scenario, minute, count in [
        ("Coming", 0, 100), ("Going", 0, 40), ("Coming", 1, 101), ("Coming", 1.5, 102), ("Going", 2, 41),
    ]:  # fmt: skip
        taken = send(shop, "analytics", analytics_event(scenario, NOON + minute * MINUTE, count))
    assert taken.outcomes["sum: counted"] == 1
    assert send(shop, "analytics", analytics_event("Going", NOON + 2 * MINUTE, 41)).outcomes == {
        "sum: old": 1
    }
    assert totals(shop) == (2, 1)


def test_a_count_of_axis_object_analytics_that_was_reset_begins_anew_even_if_it_is_higher(
    shop: Settings,
) -> None:
    send(shop, "analytics", analytics_event("Coming", NOON, 3))
    reset = NOON + 10 * MINUTE
    taken = send(shop, "analytics", analytics_event("Coming", NOON + 12 * MINUTE, 5, since=reset))
    assert taken.outcomes["sum: restarted"] == 1
    assert totals(shop) == (5, 0)
    assert [(row.begin - NOON) // MINUTE for row in lines(shop)] == [10, 11, 12]


def test_a_reset_at_a_time_that_cannot_be_is_none(shop: Settings) -> None:
    for minute, count in [(0, 5), (1, 7)]:
        told = json.loads(analytics_event("Coming", NOON + minute * MINUTE, count))
        told["message"]["data"]["resetTime"] = "1970-01-01T00:00:00Z"
        send(shop, "analytics", json.dumps(told).encode())
    assert totals(shop) == (2, 0)


def test_asking_axis_object_analytics_now_and_then_counts_the_same(shop: Settings) -> None:
    for minute, count in [(0, 100), (1, 103), (2, 103), (200, 150), (201, 151)]:
        send(shop, "analytics", analytics_answer("Coming", NOON + minute * MINUTE, count))
    found = [((row.begin - NOON) // MINUTE, row.count_in) for row in lines(shop)]
    assert found == [(0, 3), (1, 0), (200, 1)]


@pytest.mark.parametrize(
    ("changes", "passed_over"),
    [
        pytest.param({"scenario": "Cars"}, "Cars", id="a scenario that is to be ignored"),
        pytest.param({"scenario": "Aisle", "resetTime": None}, "Aisle", id="who is in an area"),
        pytest.param(
            {"scenario": None},
            "axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1",
            id="an alarm of another kind",
        ),
    ],
)
def test_what_counts_no_crossings_is_passed_over(
    shop: Settings, changes: dict[str, Any], passed_over: str
) -> None:
    told = json.loads(analytics_event("Coming", NOON, 1))
    data = {**told["message"]["data"], **changes}
    told["message"]["data"] = {name: value for name, value in data.items() if value is not None}
    taken = send(shop, "analytics", json.dumps(told).encode())
    assert (taken.outcomes, taken.passed_over) == ({}, (passed_over,))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>', id="entities that multiply"
        ),
        pytest.param(b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', id="a document from elsewhere"),
        pytest.param(b"<x", id="not closed"),
        pytest.param(b"\xff\xfe<x/>", id="bad encoding"),
        pytest.param(b'<?xml version="1.0" encoding="klingon"?><x/>', id="unknown encoding"),
        pytest.param(b"<x/>", id="no notification"),
    ],
)
def test_hostile_or_broken_xml_is_refused(shop: Settings, body: bytes) -> None:
    with pytest.raises(CountsRefused):
        send(shop, "camera", body)


OPENDATACAM = b""""Timestamp","Counter area","ObjectClass","UniqueID","CountingDirection"
"2026-03-03T11:00:22.150Z","door","person",4096,"leftright_topbottom"
"2026-03-03T11:00:26.728Z","door","person",4126,"rightleft_bottomtop"
"2026-03-03T11:00:26.939Z","door","bicycle",4099,"leftright_topbottom"
"2026-03-03T11:03:01.000Z","door","person",4130,"leftright_topbottom"
"2026-03-03T14:03:01.000Z","door","person",4131,"leftright_topbottom"
"""


def test_crossings_of_opendatacam_become_minutes_and_long_silence_a_gap(shop: Settings) -> None:
    taken = send(shop, "street", OPENDATACAM)
    assert taken.passed_over == ("1 of bicycle",)
    begun = [((row.begin - NOON) // timedelta(minutes=1), row.count_in, row.count_out) for row in lines(shop)]
    assert begun == [(0, 1, 1), (1, 0, 0), (2, 0, 0), (3, 1, 0), (183, 1, 0)]


@pytest.mark.parametrize(
    ("counter", "body", "sentence"),
    [
        (
            "sensor",
            xovis_push(("Window", 0, 1, 1)),
            "'Window' is neither in stores.corner.counters.sensor.lines",
        ),
        ("sensor", xovis_push(("Door", 0, 1, 1), serial="other"), "serial number 'other'"),
        ("sensor", xovis_push(("Door", 3000, 1, 1)), "lies in the future"),
        ("sensor", b'{"live_data": {}}', "data push to the type Logics"),
        (
            "sensor",
            b'{"logics_data": {"logics": [{"info": "LINE", "name": "Door", "records": [{}]}]}}',
            "from in",
        ),
        ("sensor", b"[]", "not an object"),
        ("ceiling", b'{"data": {}}', "neither a live sum"),
        ("ceiling", b"begin,in\n1,2\n", "has to be start,end,in,out"),
        ("ceiling", AXIS_CSV.replace(b"12,7", b"-1,7"), "line 2: in is '-1', not a number of people"),
        ("ceiling", AXIS_CSV.replace(b",7\n", b"\n"), "has 3 cells"),
        (
            "ceiling",
            AXIS_CSV.replace(b"03-03 12", b"02-30 12"),
            "start is '2026-02-30 12:00:00', not a time as '2026-11-21 17:05:00'",
        ),
        ("ceiling", axis_sum("2026-03-29T02:30", 1, 1), "timestamp"),
        ("street", OPENDATACAM.replace(b'"door"', b'"gate"', 1), "'gate' is neither"),
        (
            "street",
            OPENDATACAM.replace(b"leftright_topbottom", b"upwards", 1),
            "neither leftright_topbottom nor",
        ),
        ("street", b"", "is empty"),
        ("camera", onvif_json("Gate", "2026-03-03T11:00:10Z", 1), "'Gate' is neither"),
        ("camera", onvif_json("In", "2026-03-03T11:00:10", 1), "lacks its offset"),
        (
            "camera",
            onvif_json("In", "2026-03-03T11:00:10Z", "many"),
            "Count is 'many', not a number of people",
        ),
        ("camera", b'{"UtcTime": "2026-03-03T11:00:10Z"}', "Source is None, not an object"),
        ("camera", b'{"UtcTime": 1772535600000, "Source": {}, "Data": {}}', "lacks the item Rule"),
        ("analytics", analytics_event("Side", NOON, 1), "'Side' is neither"),
        ("analytics", analytics_event("Coming", NOON + 3 * DAY, 1), "lies in the future"),
        ("analytics", analytics_event("Coming", NOON, 1).replace(b"totalHuman", b"totalBus"), "count humans"),
        (
            "analytics",
            analytics_event("Coming", NOON, 1).replace(b"EF1", b"EF2"),
            "serial number 'ACCC8EF2E944'",
        ),
        ("analytics", analytics_answer("", NOON, 1), "names no scenario"),
        (
            "analytics",
            b'{"method": "getAccumulatedCounts", "error": {"code": 2004}}',
            "answered with an error",
        ),
        ("analytics", AXIS_CSV, "not JSON"),
        ("analytics", axis_sum("20260303120000", 1, 1), "neither an event of AXIS Object Analytics"),
        ("ceiling", analytics_event("Coming", NOON, 1), "axis-analytics"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(
    shop: Settings, counter: str, body: bytes, sentence: str
) -> None:
    with pytest.raises(CountsRefused) as caught:
        send(shop, counter, body)
    assert sentence in str(caught.value)
    assert lines(shop) == []


def test_lines_to_be_ignored_are_ignored(shop: Settings) -> None:
    assert send(shop, "sensor", xovis_push(("Storeroom", 0, 5, 5))).outcomes == {}
    assert lines(shop) == []


@pytest.mark.parametrize(
    ("counter", "sentence"),
    [
        ({"make": "xovis"}, "names its lines"),
        ({"make": "onvif", "lines": {"In": {"line": "main"}}}, "'In' counts one way"),
        ({"make": "axis-analytics", "lines": {"Door": {"line": "main"}}}, "'Door' counts one way"),
        ({"make": "axis-analytics"}, "names its lines"),
        (
            {"make": "xovis", "lines": {"A": {"line": "m"}, "B": {"line": "m", "direction": "in"}}},
            "'A' and 'B' both count who goes in over 'm'",
        ),
        ({"make": "axis", "device": "pos"}, "pos"),
        ({"make": "abacus"}, "xovis"),
    ],
)
def test_a_counter_that_cannot_be_understood_is_refused_at_the_start(
    tmp_path: Path, counter: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        settings_for(tmp_path, corner=berlin_store(counters={"c": counter}))


BODIES = st.binary(max_size=80) | st.sampled_from(
    [
        xovis_push(("Door", 0, 1, 1)),
        AXIS_CSV,
        OPENDATACAM,
        onvif_notification("In", "2026-03-03T11:00:10Z", 1),
        onvif_json("In", "2026-03-03T11:00:10Z", 1),
        analytics_event("Coming", NOON, 1),
        analytics_answer("Going", NOON, 1),
    ]
).flatmap(lambda body: st.integers(0, len(body)).map(lambda cut: body[:cut] + body[cut + 3 :]))


@trying(max_examples=200, deadline=None)
@given(counter=st.sampled_from(sorted(COUNTERS)), body=BODIES)
def test_any_bytes_are_understood_or_refused(
    tmp_path_factory: pytest.TempPathFactory, counter: str, body: bytes
) -> None:
    place = Place.of(_parsing_only(), STORE, counter)
    with suppress(CountsRefused):
        told = told_by(place, body)
        assert all(span.count_in >= 0 and span.begin.tzinfo is not None for span in told.spans)


def _parsing_only() -> Settings:
    return Settings.model_validate({"stores": {STORE: berlin_store(counters=COUNTERS)}})
