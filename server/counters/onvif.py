"""Cameras with ONVIF counting: notifications of `tns1:RuleEngine/CountAggregation/Counter`, as XML or JSON.

Form: ONVIF Analytics Service Specification, annex on counting rules, and the notification message of the
ONVIF Core Specification (WS-BaseNotification 1.3): Source holds the item `Rule`, Data the item `Count`, a
sum that rises until the camera resets it. As JSON, which cameras of Profile M publish over MQTT, a message is
`{"UtcTime", "Source": {"Rule"}, "Data": {"Count"}}`; which topic it had does not stand in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from server.counter_settings import CounterSettings
from server.counters.fields import begins_an_object, instant, json_object, mapping, people
from server.counters.told import CountsRefused, Sum, Told

TOPIC = "RuleEngine/CountAggregation/Counter"
_NOTIFICATION = "{http://docs.oasis-open.org/wsn/b-2}"
_SCHEMA = "{http://www.onvif.org/ver10/schema}"


def read(body: bytes, counter: CounterSettings) -> Told:
    """What a notification says, in XML wherever in a SOAP envelope or metadata stream it stands.

    Raises:
        CountsRefused: it is neither XML nor JSON, holds a DTD, or no notification that can be read.
    """
    if begins_an_object(body):
        return Told(sums=(_json_sum(json_object(body), counter),))
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise CountsRefused(f"the body is not XML that is read here: {error!r}"[:300]) from error
    notifications = list(root.iter(f"{_NOTIFICATION}NotificationMessage"))
    if not notifications:
        raise CountsRefused("the body holds no wsnt:NotificationMessage")
    counting = [one for one in notifications if TOPIC in _topic(one)]
    return Told(
        sums=tuple(
            _xml_sum(message, counter) for one in counting for message in one.iter(f"{_SCHEMA}Message")
        ),
        passed_over=tuple(_topic(one) for one in notifications if one not in counting),
    )


def _topic(notification: Element) -> str:
    return (notification.findtext(f"{_NOTIFICATION}Topic") or "").strip()


def _xml_sum(message: Element, counter: CounterSettings) -> Sum:
    source, data = dict(_items(message, "Source")), dict(_items(message, "Data"))
    return _sum(message.get("UtcTime"), source, data, counter)


def _json_sum(message: Mapping[str, Any], counter: CounterSettings) -> Sum:
    source, data = mapping(message.get("Source"), "Source"), mapping(message.get("Data"), "Data")
    return _sum(message.get("UtcTime"), source, data, counter)


def _sum(
    utc_time: object, source: Mapping[str, object], data: Mapping[str, object], counter: CounterSettings
) -> Sum:
    at = instant(utc_time, "UtcTime")
    if "Rule" not in source or "Count" not in data:
        raise CountsRefused("a counter's message lacks the item Rule in its Source or Count in its Data")
    rule, count = str(source["Rule"]), people(data["Count"], "Count")
    inwards = counter.counts_in(rule)
    return Sum(rule, at, count if inwards else None, None if inwards else count)


def _items(message: Element, part: str) -> Iterator[tuple[str, str]]:
    for item in message.iterfind(f"{_SCHEMA}{part}/{_SCHEMA}SimpleItem"):
        yield item.get("Name", ""), item.get("Value", "")
