"""Topic names: what is built can be read, and nothing else can."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given

from edge.wire import (
    RESERVED_DEVICES,
    Address,
    BadgeRead,
    ConfigSet,
    ConfigState,
    Kind,
    Recommendation,
    TopicError,
    badge_topic,
    config_set_topic,
    config_state_topic,
    counts_topic,
    health_topic,
    live_topic,
    parse_topic,
    recommendation_topic,
    sales_topic,
    status_topic,
    subscriptions,
    zone_events_topic,
)
from edge.wire.messages import Message
from tests.wire import making


@given(making.ids, making.devices, making.ids)
def test_what_a_device_builds_can_be_read(store: str, device: str, camera: str) -> None:
    assert parse_topic(counts_topic(store, device)) == Address(Kind.COUNTS, store, device)
    assert parse_topic(live_topic(store, device)) == Address(Kind.LIVE, store, device)
    assert parse_topic(status_topic(store, device, camera)) == Address(Kind.STATUS, store, device, camera)
    assert parse_topic(config_set_topic(store, device)) == Address(Kind.CONFIG_SET, store, device)
    assert parse_topic(config_state_topic(store, device)) == Address(Kind.CONFIG_STATE, store, device)
    assert parse_topic(health_topic(store, device, camera)) == Address(Kind.HEALTH, store, device, camera)


@given(making.ids, making.ids)
def test_what_a_till_builds_can_be_read(store: str, till: str) -> None:
    assert parse_topic(sales_topic(store, till)) == Address(Kind.SALES, store, till)
    assert parse_topic(badge_topic(store, till)) == Address(Kind.BADGE, store, till)


@given(making.ids, making.ids)
def test_what_is_built_for_a_zone_can_be_read(store: str, zone: str) -> None:
    assert parse_topic(recommendation_topic(store, zone)) == Address(Kind.RECOMMENDATION, store, zone)
    assert parse_topic(zone_events_topic(store, zone)) == Address(Kind.ZONE_EVENT, store, zone)


@given(making.messages)
def test_a_server_hears_every_message_for_it_by_exactly_one_subscription(message: Message) -> None:
    levels = message.topic.split("/")
    heard = [
        topic
        for topic, _ in subscriptions()
        if len(topic.split("/")) == len(levels)
        and all(map(fnmatchcase, levels, topic.replace("+", "*").split("/")))
    ]
    # Badges are for the devices, recommendations for signs, configurations between a device and its server.
    others = isinstance(message, BadgeRead | Recommendation | ConfigSet | ConfigState)
    assert len(heard) == (0 if others else 1)


def test_subscriptions_of_one_store_name_it() -> None:
    assert all(topic.startswith("footfall/v1/high-street/") for topic, _ in subscriptions("high-street"))


@pytest.mark.parametrize(
    "topic",
    [
        pytest.param("", id="nothing"),
        pytest.param("footfall/v1/", id="the root"),
        pytest.param("footfall/v2/s/d/counts", id="another version"),
        pytest.param("other/v1/s/d/counts", id="another root"),
        pytest.param("footfall/v1/s/d", id="no kind"),
        pytest.param("footfall/v1/s/d/sums", id="an unknown kind"),
        pytest.param("footfall/v1/s/d/c/counts", id="counts with a camera"),
        pytest.param("footfall/v1/s/d/status", id="status without a camera"),
        pytest.param("footfall/v1/s/d/counts/", id="a slash at the end"),
        pytest.param("footfall/v1//d/counts", id="an empty store"),
        pytest.param("footfall/v1/S/d/counts", id="a capital letter"),
        pytest.param("footfall/v1/s s/d/counts", id="a space"),
        pytest.param("footfall/v1/é/d/counts", id="an accent"),
        pytest.param("footfall/v1/+/d/counts", id="a wildcard"),
        pytest.param("footfall/v1/s/#", id="the other wildcard"),
        pytest.param(f"footfall/v1/{'s' * 65}/d/counts", id="an id of 65"),
        pytest.param("footfall/v1/s/pos/counts", id="a device called pos"),
        pytest.param("footfall/v1/s/zone/live", id="a device called zone"),
        pytest.param("footfall/v1/s/alerts/c/status", id="a device called alerts"),
        pytest.param("footfall/v1/s/till/t/sales", id="sales of no till"),
        pytest.param("footfall/v1/s/d/config/get", id="an unknown kind of configuration"),
        pytest.param("footfall/v1/s/zone/recommendation", id="a recommendation for no zone"),
        pytest.param("footfall/v1/s/zone/shelf/sales", id="sales of a zone"),
        pytest.param("footfall/v1/s/alerts", id="reserved: alerts"),
    ],
)
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(TopicError):
        parse_topic(topic)


@pytest.mark.parametrize("device", sorted(RESERVED_DEVICES))
def test_no_device_may_have_a_reserved_name(device: str) -> None:
    with pytest.raises(TopicError, match="another meaning"):
        counts_topic("s", device)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("", id="empty"),
        pytest.param("a/b", id="a level of its own"),
        pytest.param("a+", id="a wildcard"),
        pytest.param("x" * 65, id="65 letters"),
        pytest.param("a\n", id="a line break at its end"),
    ],
)
def test_no_topic_is_built_of_what_is_no_id(wrong: str) -> None:
    with pytest.raises(TopicError):
        sales_topic("s", wrong)
