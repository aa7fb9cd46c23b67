"""A zone with long visits and no sales begins to show something, once, and everything that hangs on it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edge.wire import Recommendation, ZoneEvent, decode, encode, recommendation_topic
from server.config import Settings
from server.ingest.apply import Received
from server.storage import decisions, zone_triggers
from server.storage.catalogue import ProductRow
from server.storage.database import open_database, writing
from server.storage.decisions import Decision
from server.storage.flags import Flag, put
from server.triggering.assigning import Arm
from server.triggering.standing import standings
from tests.server.filling import STORE, receive, sale
from tests.server.triggering.shop import (
    LINGER,
    MINUTE,
    NOW,
    Looking,
    history,
    lingering,
    put_products,
    ready,
    seen_now,
    shop,
)


def product(sku: str, **changes: Any) -> ProductRow:
    plain = ProductRow(sku, None, None, None, None, None, None, {}, 1)
    return replace(plain, **changes)


def all_decisions(settings: Settings) -> list[Decision]:
    with open_database(settings.database, read_only=True) as db:
        return decisions.between(db, STORE, NOW - timedelta(days=2), NOW + timedelta(days=2), 100)


def kept_by_broker(settings: Settings) -> Recommendation | None:
    """What the broker is to keep for the tea shelf."""
    with open_database(settings.database, read_only=True) as db:
        message = zone_triggers.current(db, STORE, "tea")
    if message is None or not message.payload:
        return None
    read = decode(recommendation_topic(STORE, "tea"), message.payload.encode())
    assert isinstance(read, Recommendation)
    return read


@pytest.fixture
def tea(tmp_path: Path) -> Looking:
    settings = shop(tmp_path, linger=LINGER)
    ready(settings, history(), lingering())
    return Looking(settings)


def test_long_visits_without_sales_show_what_sells_there_and_say_why(tea: Looking) -> None:
    (changed,) = tea.at(NOW)
    assert changed.began
    assert changed.began.outcome == "shown"
    dwell, conversion = changed.began.reasons
    # A sketch's median is right to 2 %, so 40 s read as 41.
    assert dwell == (
        "The 6 visits of the last 15 minutes lasted about 41 s in the median; usual on Tuesdays from 12:00 to"
        " 13:00 are about 20 s (48 visits in 6 weeks)."
    )
    assert conversion == (
        "Of the 6 visits from 12:15 to 12:30, none led to a purchase from here (0.0%); usual on Tuesdays"
        " from 12:00 to 13:00 are 50.0% (24 of 48 visits in 6 weeks)."
    )
    message = kept_by_broker(tea.settings)
    assert message
    assert [one.sku for one in message.products] == ["tea-1", "biscuits"]
    # Four tickets of each of three weeks: those of the fourth are older by some minutes.
    assert message.products[0].reasons == (
        "It lies in Tea shelf; 12 of the 12 tickets of the last 28 days with something from there hold it.",
    )
    assert message.expires == NOW + 10 * MINUTE


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        pytest.param(lingering(seconds=29.0), "about 29 s in the median", id="not long enough"),
        pytest.param(lingering(visits=4), "Too few visitors to say: 4 visits", id="too few visits"),
        pytest.param([], "Nothing was counted", id="nothing counted"),
        pytest.param(
            [*lingering(), *[sale(f"t{n}", NOW - n * MINUTE) for n in range(1, 6)]],
            "5 led to a purchase",
            id="they do buy",
        ),
        pytest.param(lingering()[:1], "No till has told", id="no till told of a ticket"),
    ],
)
def test_what_does_not_show_anything_says_why(tmp_path: Path, messages: list[Any], why: str) -> None:
    settings = shop(tmp_path, linger=LINGER)
    ready(settings, history(), messages)
    assert Looking(settings).at(NOW) == []
    with open_database(settings.database, read_only=True) as db:
        (standing,) = standings(db, STORE, settings.stores[STORE], NOW)
    assert any(why in part.sentence for part in standing.verdict.parts)


@pytest.mark.parametrize(
    "weeks",
    [pytest.param([], id="no history"), pytest.param([1], id="one week"), pytest.param([1, 2], id="16")],
)
def test_too_little_history_shows_nothing_and_says_so(tmp_path: Path, weeks: list[int]) -> None:
    settings = shop(tmp_path, linger=LINGER)
    ready(settings, history(weeks), lingering())
    assert Looking(settings).at(NOW) == []
    with open_database(settings.database, read_only=True) as db:
        (standing,) = standings(db, STORE, settings.stores[STORE], NOW)
    assert all("Too little is known to say what is usual" in part.sentence for part in standing.verdict.parts)


def test_a_zone_without_mapped_products_does_not_take_no_purchase_for_a_reason(tmp_path: Path) -> None:
    rule = {"zone": "gifts", "conditions": [{"figure": "conversion", "at_most": 0.1}], "least_visits": 1}
    settings = shop(tmp_path, gifts=rule)
    ready(settings, lingering())
    assert Looking(settings).at(NOW) == []


def test_it_shows_once_expires_and_rests(tea: Looking) -> None:
    assert len(tea.at(NOW)) == 1
    assert tea.at(NOW + MINUTE) == []
    (over,) = tea.at(NOW + 10 * MINUTE)
    assert (over.began, over.why) == (None, "expired")
    assert kept_by_broker(tea.settings) is None
    ready(tea.settings, lingering(NOW + 15 * MINUTE, seconds=45.0))
    assert tea.at(NOW + 20 * MINUTE) == [], "it rests, and was not over"
    (only,) = all_decisions(tea.settings)
    assert (only.ended_at, only.ended_why) == (NOW + 10 * MINUTE, "expired")


def test_two_that_look_at_once_decide_once(tea: Looking) -> None:
    other = Looking(tea.settings)
    with open_database(tea.settings.database) as one, open_database(tea.settings.database) as two:
        assert [len(tea.at(NOW, one)), len(other.at(NOW, two))] == [1, 0]
        # As if the other had read the state before the first stored its own.
        before = zone_triggers.HeldState("{}", 0)
        with writing(two):
            assert not zone_triggers.keep(two, STORE, "tea", "{}", before)
    assert len(all_decisions(tea.settings)) == 1


def test_a_process_that_starts_anew_goes_on_where_the_last_one_was(tea: Looking) -> None:
    tea.at(NOW)
    again = Looking(tea.settings)
    assert again.at(NOW + MINUTE) == []
    assert [over.why for over in again.at(NOW + 10 * MINUTE)] == ["expired"]


def test_a_state_of_another_version_begins_anew_and_takes_what_was_shown_away(tea: Looking) -> None:
    tea.at(NOW)
    with open_database(tea.settings.database) as db, writing(db):
        held = zone_triggers.held(db, STORE, "tea")
        assert zone_triggers.keep(db, STORE, "tea", '{"rules": 7}', held)
    ready(tea.settings, lingering(NOW - 2 * MINUTE, seconds=1.0, visits=30))
    assert tea.at(NOW + MINUTE) == []
    assert kept_by_broker(tea.settings) is None


def test_a_control_holds_back_and_is_stored_so_that_it_can_be_measured(tea: Looking) -> None:
    tea.arm = Arm("tea-autumn", "control", "block-1", shows=False)
    (changed,) = tea.at(NOW)
    assert changed.began
    assert (changed.began.outcome, changed.began.arm, changed.began.assignment) == (
        "held",
        "control",
        "block-1",
    )
    assert changed.began.products, "what it would have shown"
    assert kept_by_broker(tea.settings) is None
    with open_database(tea.settings.database, read_only=True) as db:
        assert decisions.showing(db, STORE, NOW + MINUTE) == []
    tea.arm = Arm("tea-autumn", "treatment", "block-2", shows=True)
    assert [over.why for over in tea.at(NOW + 5 * MINUTE)] == ["block-over"]
    assert tea.at(NOW + 6 * MINUTE) == [], "a control rests as if it had shown something"


def test_the_arm_goes_with_what_is_shown(tea: Looking) -> None:
    tea.arm = Arm("tea-autumn", "treatment", "block-1", shows=True, washing_out=True)
    tea.at(NOW)
    message = kept_by_broker(tea.settings)
    assert message
    assert message.experiment
    assert (message.experiment.arm, message.experiment.assignment) == ("treatment", "block-1")
    assert all_decisions(tea.settings)[0].washing_out


def test_what_staff_dismiss_is_taken_away(tea: Looking) -> None:
    (changed,) = tea.at(NOW)
    assert changed.began
    event = ZoneEvent(
        store=STORE, zone="tea", event="1", recommendation=changed.began.id, kind="dismissed", at=NOW
    )
    for _ in range(2):
        receive(tea.settings, [Received(event.topic, encode(event))], NOW)
    with open_database(tea.settings.database, read_only=True) as db:
        assert decisions.showing(db, STORE, NOW + MINUTE) == [], "even before it is looked again"
        assert decisions.events_of(db, [changed.began.id]) == {changed.began.id: {"dismissed": 1}}
    assert [over.why for over in tea.at(NOW + MINUTE)] == ["dismissed"]
    assert kept_by_broker(tea.settings) is None


def test_an_event_of_what_was_never_recommended_is_set_aside(tea: Looking) -> None:
    event = ZoneEvent(store=STORE, zone="tea", event="1", recommendation="nothing", kind="shown", at=NOW)
    assert receive(tea.settings, [Received(event.topic, encode(event))], NOW).quarantined == 1


@pytest.mark.parametrize(
    ("products", "store", "why"),
    [
        pytest.param(
            [
                product("tea-1", attributes={"stock": "0"}),
                product("biscuits", attributes={"stock-corner": "0"}),
            ],
            {},
            "2 out of stock",
            id="nothing left",
        ),
        pytest.param(
            [product("tea-1", price=Decimal(10), cost=Decimal(9))],
            {"showing": {"least_margin": 0.2, "exclude": ["biscuits"]}},
            "1 below the margin, 1 excluded",
            id="margin and exclusion",
        ),
    ],
)
def test_where_nothing_may_be_shown_nothing_is_and_it_is_said_why(
    tmp_path: Path, products: list[ProductRow], store: dict[str, Any], why: str
) -> None:
    settings = shop(tmp_path, store=store, linger=LINGER)
    ready(settings, history(), lingering())
    put_products(settings, *products)
    (changed,) = Looking(settings).at(NOW)
    assert changed.began
    assert (changed.began.outcome, changed.began.products) == ("nothing", ())
    assert changed.began.reasons == (f"Nothing of Tea shelf may be shown: {why}.",)
    assert kept_by_broker(settings) is None


def test_names_and_prices_come_from_the_catalogue(tea: Looking) -> None:
    put_products(tea.settings, product("tea-1", name="Darjeeling", price=Decimal("7.48")))
    tea.at(NOW)
    message = kept_by_broker(tea.settings)
    assert message
    first = message.products[0]
    assert (first.name, first.price, first.currency) == ("Darjeeling", Decimal("7.48"), "EUR")


def test_a_flag_people_a_queue_and_the_hour_are_conditions_too(tmp_path: Path) -> None:
    rule = {
        "zone": "tea",
        "conditions": [
            {"figure": "flag", "flag": "rain"},
            {"figure": "occupancy", "at_least": 2},
            {"figure": "hour", "from_time": "12:00", "until_time": "13:00"},
            {"figure": "weekday", "weekdays": ["tuesday"]},
        ],
    }
    settings = shop(tmp_path, rain=rule)
    ready(settings, seen_now(NOW, 3))
    looking = Looking(settings)
    assert looking.at(NOW) == []
    with open_database(settings.database) as db, writing(db):
        put(db, STORE, Flag("rain", NOW + 60 * MINUTE, NOW))
    (changed,) = looking.at(NOW)
    assert changed.began
    assert changed.began.reasons == (
        "The flag rain is set until 13:30.",
        "3 people are in the zone now.",
        "It is between 12:00 and 13:00.",
        "It is Tuesday.",
    )


def test_a_rule_that_is_no_longer_configured_leaves_nothing_behind(tea: Looking) -> None:
    tea.at(NOW)
    store = tea.settings.stores[STORE].model_copy(update={"triggers": {}})
    looking = Looking(tea.settings.model_copy(update={"stores": {STORE: store}}))
    assert [over.why for over in looking.at(NOW + MINUTE)] == ["rule-gone"]
    assert kept_by_broker(tea.settings) is None


def test_a_closed_shop_shows_nothing(tea: Looking) -> None:
    with open_database(tea.settings.database) as db:
        db.execute("INSERT INTO opening_hours VALUES (?, 2, '13:00', '18:00')", (STORE,))
    assert tea.at(NOW) == []


def test_what_is_shown_ends_when_the_shop_closes(tea: Looking) -> None:
    with open_database(tea.settings.database) as db:
        db.execute("INSERT INTO opening_hours VALUES (?, 2, '09:00', '12:33')", (STORE,))
    (changed,) = tea.at(NOW)
    assert changed.began
    assert changed.began.expires == NOW + 3 * MINUTE


def test_the_message_is_the_one_of_the_decision(tea: Looking) -> None:
    (changed,) = tea.at(NOW)
    message = kept_by_broker(tea.settings)
    assert message
    assert changed.began
    assert message.recommendation == changed.began.id
    assert json.loads(encode(message))["expires"] == "2026-03-03T11:40:00Z"
