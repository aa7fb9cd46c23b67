"""The change feed: whoever follows it holds what is stored, whatever happened meanwhile."""

from __future__ import annotations

import sqlite3
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from server.config import Settings
from server.storage import changes, counts, sales
from server.storage.database import open_database, writing
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, Message, berlin_store, fill, sale, settings_for
from tests.server.filling import counts as bucket
from tests.server.shop_with_everything import everything

FEED = "/api/v1/changes"
HOUR = timedelta(hours=1)

Held = dict[tuple[str, str], Any]


def follow(ask: Asking, held: Held, cursor: str | None, limit: int = 3) -> str:
    """Read to the end as a reader would, keeping what was told last of each thing."""
    while True:
        page = ask.get(FEED, params={"limit": limit, **({"cursor": cursor} if cursor else {})}).json()
        for change in page["changes"]:
            key = (change["store"], change["begin"] or change["ticket_number"])
            if change["gone"]:
                held.pop(key, None)
            else:
                held[key] = change["counts"] or change["ticket"]
        cursor = page["next_cursor"]
        if not page["more"]:
            assert cursor
            return cursor


def everything_told(ask: Asking) -> Held:
    held: Held = {}
    follow(ask, held, None)
    return held


def _delete(settings: Settings, statement: str) -> None:
    with open_database(settings.database) as db, writing(db):
        db.execute(statement)


def test_from_the_beginning_everything_is_told_and_the_sums_are_those_of_the_metrics(
    settings: Settings, ask: Asking
) -> None:
    fill(settings, everything(), NOON)
    held = everything_told(ask)
    totals = ask.get(f"/api/v1/stores/{STORE}/metrics").json()["totals"]
    quarters = [of for of in held.values() if "entries" in of]
    tickets = [of for of in held.values() if "lines" in of]
    for figure in ("entries", "exits", "raw_entries", "staff_entries", "passers_by"):
        assert sum(of[figure] for of in quarters) == totals[figure], figure
    tea = next(zone for zone in totals["zones"] if zone["zone"] == "tea")
    told = [zone for of in quarters for zone in of["zones"]]
    assert sum(zone["dwell"]["n"] for zone in told) == tea["raw_visits"]
    assert sum(zone["staff_dwell"]["n"] for zone in told) == tea["staff_visits"]
    assert len(tickets) == totals["transactions"]


def test_a_late_correction_is_told_and_nothing_else(settings: Settings, ask: Asking) -> None:
    fill(settings, [bucket(NOON - HOUR, 5, 1), bucket(NOON - 2 * HOUR, 2, 2), sale("t1", NOON)], NOON)
    held: Held = {}
    cursor = follow(ask, held, None)
    fill(settings, [bucket(NOON - 2 * HOUR, 9, 2, revision=2)], NOON)
    page = ask.get(FEED, params={"cursor": cursor}).json()
    (change,) = page["changes"]
    assert (change["begin"], change["counts"]["entries"]) == ("2026-03-03T09:00:00Z", 9)
    assert ask.get(FEED, params={"cursor": page["next_cursor"]}).json()["changes"] == []


def test_the_same_again_and_older_revisions_are_no_change(settings: Settings, ask: Asking) -> None:
    messages: list[Message] = [bucket(NOON - HOUR, 5, 1, revision=3), sale("t1", NOON)]
    fill(settings, messages, NOON)
    cursor = follow(ask, {}, None)
    fill(settings, [*messages, bucket(NOON - HOUR, 4, 1, revision=2)], NOON)
    assert ask.get(FEED, params={"cursor": cursor}).json()["changes"] == []


def test_asking_twice_with_one_cursor_tells_the_same(settings: Settings, ask: Asking) -> None:
    fill(settings, everything(), NOON)
    first = ask.get(FEED, params={"limit": 10}).json()
    assert ask.get(FEED, params={"limit": 10}).json() == first
    again = {"limit": 10, "cursor": first["next_cursor"]}
    assert ask.get(FEED, params=again).json() == ask.get(FEED, params=again).json() != first


def test_what_is_deleted_is_told(settings: Settings, ask: Asking) -> None:
    fill(settings, [bucket(NOON - HOUR, 5, 1), sale("t1", NOON), sale("t2", NOON)], NOON)
    held: Held = {}
    cursor = follow(ask, held, None)
    assert len(held) == 3
    with open_database(settings.database) as db, writing(db):
        sales.remove(db, STORE, ["t1"])
    _delete(settings, "DELETE FROM buckets")
    cursor = follow(ask, held, cursor)
    assert [key for _, key in held] == ["t2"]
    fill(settings, [bucket(NOON - HOUR, 6, 1)], NOON)
    follow(ask, held, cursor)
    assert held == everything_told(ask)


def test_a_quarter_hour_that_lost_one_of_its_minutes_is_not_gone(settings: Settings, ask: Asking) -> None:
    minute = timedelta(minutes=1)
    fill(settings, [bucket(NOON, 5, 1), bucket(NOON + minute, 2, 0)], NOON)
    held: Held = {}
    cursor = follow(ask, held, None)
    _delete(settings, "DELETE FROM buckets WHERE bucket_start = (SELECT min(bucket_start) FROM buckets)")
    follow(ask, held, cursor)
    assert [of["entries"] for of in held.values()] == [2]


def test_many_minutes_of_one_transaction_are_told_once(settings: Settings, ask: Asking) -> None:
    fill(settings, [bucket(NOON + timedelta(minutes=number), 1, 0) for number in range(20)], NOON)
    with open_database(settings.database, read_only=True) as db:
        line = changes.feed(db)
        told = changes.changes_after(db, 0, [STORE], 100)
    assert [(of.number, of.quarter) for of in told] == [(1, NOON), (2, NOON + changes.QUARTER)]
    assert line.newest == 2


def test_what_is_written_past_this_program_is_told_with_its_next_transaction(
    settings: Settings, ask: Asking
) -> None:
    fill(settings, [bucket(NOON, 5, 1), bucket(NOON - HOUR, 2, 0)], NOON)
    held: Held = {}
    cursor = follow(ask, held, None)
    with sqlite3.connect(settings.database) as by_hand:
        by_hand.execute("DELETE FROM buckets WHERE bucket_start = (SELECT min(bucket_start) FROM buckets)")
    by_hand.close()
    fill(settings, [bucket(NOON, 6, 1, revision=2)], NOON)
    follow(ask, held, cursor)
    assert held == everything_told(ask)
    assert [of["entries"] for of in held.values()] == [6]


def test_what_is_undone_is_not_told(settings: Settings, ask: Asking) -> None:
    fill(settings, [bucket(NOON, 5, 1)], NOON)
    cursor = follow(ask, {}, None)
    with open_database(settings.database) as db:
        db.execute("BEGIN")
        counts.keep(db, bucket(NOON - HOUR, 2, 0), NOON)
        db.rollback()
    assert ask.get(FEED, params={"cursor": cursor}).json()["changes"] == []


step = st.one_of(
    st.tuples(st.just("count"), st.integers(0, 40), st.integers(0, 9), st.integers(1, 4)),
    st.tuples(st.just("sale"), st.integers(0, 4), st.integers(0, 40), st.integers(1, 4)),
    st.tuples(st.just("unsale"), st.integers(0, 4), st.just(0), st.just(0)),
    st.tuples(st.just("uncount"), st.integers(0, 40), st.just(0), st.just(0)),
    st.tuples(st.just("read"), st.just(0), st.just(0), st.just(0)),
)


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(step, min_size=1, max_size=20))
def test_a_reader_who_reads_now_and_then_holds_what_a_new_one_is_told(
    steps: list[tuple[str, int, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = settings_for(tmp_path_factory.mktemp("shop"))
    ask = asking(settings, NOON)
    held: Held = {}
    cursor: str | None = None
    for what, first, second, revision in steps:
        at = NOON - timedelta(minutes=first)
        match what:
            case "count":
                fill(settings, [bucket(at, second, 0, revision=revision)], NOON)
            case "sale":
                ticket = sale(f"t{first}", NOON - timedelta(minutes=second))
                fill(settings, [ticket.model_copy(update={"revision": revision})], NOON)
            case "unsale":
                with open_database(settings.database) as db, writing(db):
                    sales.remove(db, STORE, [f"t{first}"])
            case "uncount":
                _delete(settings, f"DELETE FROM buckets WHERE bucket_start = {_us(at)}")
            case _:
                cursor = follow(ask, held, cursor)
    follow(ask, held, cursor)
    assert held == everything_told(ask)


def _us(at: Any) -> int:
    return int(at.timestamp()) * 1_000_000


def test_two_writers_at_once_skip_no_number_that_a_reader_passes(settings: Settings, ask: Asking) -> None:
    """A number that is committed after a higher one was read would never be told."""

    def write(camera: str) -> None:
        for minute in range(60):
            at = NOON - timedelta(minutes=15 * minute)
            fill(settings, [bucket(at, minute, 0, camera=camera)], NOON)

    writers = [threading.Thread(target=write, args=(camera,)) for camera in ("door", "back")]
    held: Held = {}
    cursor: str | None = None
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        cursor = follow(ask, held, cursor, limit=7)
    for writer in writers:
        writer.join()
    follow(ask, held, cursor, limit=7)
    assert len(held) == 60
    assert held == everything_told(ask)
    assert all(len(of["cameras"]) == 2 for of in held.values())


def test_one_store_only_if_asked(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, corner=berlin_store(), annex=berlin_store())
    ask = asking(settings, NOON)
    fill(settings, [bucket(NOON, 1, 0), bucket(NOON, 2, 0, store="annex"), bucket(NOON - HOUR, 3, 0)], NOON)
    page = ask.get(FEED, params={"store": "annex", "limit": 1}).json()
    assert [change["store"] for change in page["changes"]] == ["annex"]
    rest = ask.get(FEED, params={"store": "annex", "cursor": page["next_cursor"]}).json()
    assert (rest["changes"], rest["more"]) == ([], False)
    assert ask.get(FEED, params={"store": "nowhere"}).status_code == 404


def test_what_a_reader_missed_for_too_long_lets_it_begin_again(settings: Settings, ask: Asking) -> None:
    fill(settings, [sale(f"t{n}", NOON) for n in range(5)], NOON)
    held: Held = {}
    old = follow(ask, held, None)
    with open_database(settings.database) as db, writing(db):
        sales.remove(db, STORE, [f"t{n}" for n in range(4)])
        assert changes.forget_gone(db, most=2) == 2
        assert changes.forget_gone(db, most=2) == 0
    answer = ask.get(FEED, params={"cursor": old})
    assert (answer.status_code, answer.json()["field"]) == (410, "cursor")
    assert "begin again" in answer.json()["detail"]
    assert [key for _, key in everything_told(ask)] == ["t4"]
    assert follow(ask, {}, None) == follow(ask, {}, follow(ask, {}, None))


def test_after_a_restore_old_cursors_are_refused(settings: Settings, ask: Asking) -> None:
    fill(settings, [sale("t1", NOON)], NOON)
    old = follow(ask, {}, None)
    with open_database(settings.database) as db, writing(db):
        changes.renew_feed(db)
    assert ask.get(FEED, params={"cursor": old}).status_code == 410


@pytest.mark.parametrize("cursor", ["x", "0", "abc.1", "0123456789abcdef.-1", "0123456789abcdef." + "9" * 30])
def test_what_is_no_cursor_is_refused_in_a_sentence(ask: Asking, cursor: str) -> None:
    answer = ask.get(FEED, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


def test_a_cursor_from_the_future_is_gone(ask: Asking) -> None:
    cursor = follow(ask, {}, None)
    assert ask.get(FEED, params={"cursor": cursor.replace(".0", ".7")}).status_code == 410


def test_waiting_ends_when_something_changes(settings: Settings, ask: Asking) -> None:
    cursor = follow(ask, {}, None)
    later = threading.Timer(0.3, fill, (settings, [sale("t1", NOON)], NOON))
    later.start()
    page = ask.get(FEED, params={"cursor": cursor, "wait": 30}).json()
    later.join()
    assert [change["ticket_number"] for change in page["changes"]] == ["t1"]


def test_waiting_for_nothing_ends_in_time(ask: Asking) -> None:
    page = ask.get(FEED, params={"wait": 0.2}).json()
    assert page["changes"] == []


def test_what_was_stored_before_there_was_a_feed_is_in_it(tmp_path: Path) -> None:
    old = tmp_path / "footfall.db"
    golden = Path(__file__).parents[1] / "storage" / "golden" / "m004.sql"
    with sqlite3.connect(old) as connection:
        connection.executescript(golden.read_text("utf-8"))
    connection.close()
    settings = settings_for(tmp_path, demo=berlin_store())
    with open_database(settings.database, read_only=True) as db:
        spans = counts.stored_days(db, "demo")
        tickets = db.execute("SELECT count(*) FROM tickets WHERE store = 'demo'").fetchone()[0]
    assert spans is not None
    held = everything_told(asking(settings, NOON))
    assert len([of for of in held.values() if "lines" in of]) == tickets > 0
    assert any("entries" in of for of in held.values())
