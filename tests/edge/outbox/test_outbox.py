from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edge.errors import EdgeError
from edge.outbox import Outbox, OutboxError, OutboxState
from edge.outbox.store import KEPT_SECONDS
from edge.wire import Counts, decode
from tests.edge.cast import NOON, minute, so_far
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "outbox.db"


@pytest.fixture
def box(path: Path) -> Iterator[Outbox]:
    outbox = Outbox(path)
    yield outbox
    outbox.close()


def put(box: Outbox, *counts: Counts, at: float = NOON, until_minute: float = 1.0) -> None:
    box.put("entrance", counts, so_far(until_minute), at)


def waiting(box: Outbox) -> list[tuple[int, int]]:
    """(minute after noon, revision) of what the broker does not have."""
    return [((one.bucket_start - int(NOON)) // 60, one.revision) for one in box.oldest(10_000)]


def acknowledge(box: Outbox, number: int, revision: int) -> None:
    box.delivered("entrance", int(NOON) + 60 * number, revision)


def test_a_new_outbox_is_empty(box: Outbox) -> None:
    assert box.oldest(10) == []
    assert box.progress("entrance") is None
    assert box.depth(NOON) == (0, 0.0)
    assert box.totals().buckets == 0


def test_what_is_put_waits_oldest_first_and_decodes(box: Outbox) -> None:
    put(box, minute(1, count_in=7), minute(0))

    assert waiting(box) == [(0, 1), (1, 1)]
    second = box.oldest(10)[1]
    message = decode(second.topic, second.body)
    assert isinstance(message, Counts)
    assert (message.revision, message.lines[0].count_in) == (1, 7)


def test_every_version_of_a_minute_gets_the_next_revision_and_only_the_newest_waits(box: Outbox) -> None:
    for count_in in (1, 2, 3):
        put(box, minute(0, count_in=count_in))

    [one] = box.oldest(10)
    message = decode(one.topic, one.body)
    assert isinstance(message, Counts)
    assert (one.revision, message.revision, message.lines[0].count_in) == (3, 3, 3)


def test_a_quiet_minute_is_sent_once_it_is_final_and_one_with_news_at_once(box: Outbox) -> None:
    quiet, busy = minute(0, count_in=0), minute(1, count_in=2)
    put(box, quiet.model_copy(update={"final": False}), busy.model_copy(update={"final": False}))
    assert waiting(box) == [(1, 1)]

    acknowledge(box, 1, 1)
    put(box, busy.model_copy(update={"final": False, "coverage": 0.5}))
    assert waiting(box) == [], "watched a little longer is no news"

    put(box, quiet.model_copy(update={"final": True}), busy.model_copy(update={"final": True}))
    assert waiting(box) == [(0, 2), (1, 3)]


def test_what_is_delivered_waits_no_more(box: Outbox) -> None:
    put(box, minute(0), minute(1))
    acknowledge(box, 0, 1)

    assert waiting(box) == [(1, 1)]
    assert box.totals().buckets == 2


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_answer_to_an_old_revision_does_not_hide_a_newer_one(order: tuple[int, int], box: Outbox) -> None:
    put(box, minute(0))
    put(box, minute(0, count_in=2))
    put(box, minute(0, count_in=3))
    for revision in order:
        acknowledge(box, 0, revision)

    assert waiting(box) == [(0, 3)]
    acknowledge(box, 0, 3)
    assert waiting(box) == []


def test_what_is_on_its_way_is_left_out_but_its_newer_revision_is_not(box: Outbox) -> None:
    put(box, minute(0), minute(1), minute(2))
    put(box, minute(1, count_in=5))
    start = int(NOON)
    skip = frozenset({("entrance", start, 1), ("entrance", start + 60, 1)})

    assert [(one.bucket_start - start, one.revision) for one in box.oldest(2, skip=skip)] == [
        (60, 2),
        (120, 1),
    ]


def test_all_of_it_is_there_again_after_a_restart(path: Path) -> None:
    first = Outbox(path)
    put(first, minute(0), minute(1), until_minute=1.5)
    acknowledge(first, 0, 1)
    first.close()

    second = Outbox(path)
    assert waiting(second) == [(1, 1)]
    assert second.progress("entrance") == so_far(1.5)
    put(second, minute(0, count_in=9))
    assert waiting(second) == [(0, 2), (1, 1)]
    second.close()


def test_buckets_and_progress_are_kept_together_or_not_at_all(box: Outbox) -> None:
    put(box, minute(0), until_minute=1)
    put(box, minute(5, replayed=False), until_minute=6)

    with pytest.raises(OutboxError):
        put(box, minute(1, replayed=True), minute(5, replayed=True), until_minute=9)

    assert waiting(box) == [(0, 1), (5, 1)]
    assert box.progress("entrance") == so_far(6)


def test_a_recording_never_overwrites_a_live_minute_but_another_replay_may(box: Outbox) -> None:
    put(box, minute(0))
    put(box, minute(1, replayed=True))

    with pytest.raises(OutboxError, match="was counted live") as caught:
        put(box, minute(0, replayed=True))
    assert "--start" in caught.value.hint
    put(box, minute(1, replayed=True, count_in=4))

    assert box.totals().lines == {"door": (5, 0)}


def test_minutes_are_read_back_from_the_one_that_holds_a_moment(box: Outbox) -> None:
    put(box, *(minute(number, count_in=number) for number in range(5)))

    assert [m.lines[0].count_in for m in box.since("entrance", NOON + 150)] == [2, 3, 4]
    assert [m.lines[0].count_in for m in box.since("entrance", NOON + 180)] == [3, 4]
    assert box.since("back-door", NOON) == []


def test_totals_add_up_everything_that_is_kept(box: Outbox) -> None:
    put(box, minute(0, count_in=2, count_out=1, visits=[4.0]), minute(1, count_in=3, visits=[5.0, 6.0]))

    totals = box.totals()
    assert (totals.buckets, totals.waiting, totals.dropped) == (2, 2, 0)
    assert (totals.lines, totals.visits) == ({"door": (5, 1)}, {"shelf": 3})


def test_depth_is_how_many_wait_and_since_when(box: Outbox) -> None:
    put(box, minute(0), at=NOON)
    put(box, minute(1), at=NOON + 100)
    put(box, minute(0, count_in=2), at=NOON + 200)  # corrected, but it waits since noon
    assert box.depth(NOON + 300) == (2, 300.0)

    acknowledge(box, 0, 2)
    assert box.depth(NOON + 300) == (1, 200.0)
    put(box, minute(0, count_in=3), at=NOON + 250)  # corrected after it was delivered: waits anew
    assert box.depth(NOON + 300) == (2, 200.0)
    assert box.depth(NOON - 50) == (2, 0.0)  # a clock that was set back


def test_many_may_open_a_new_outbox_at_the_same_moment(tmp_path: Path) -> None:
    for number in range(10):
        path, together = tmp_path / f"{number}.db", threading.Barrier(6)

        def open_it(path: Path = path, together: threading.Barrier = together) -> dict[str, tuple[int, int]]:
            together.wait(PATIENCE_SECONDS)
            box = Outbox(path)
            try:
                return box.totals().lines
            finally:
                box.close()

        with ThreadPoolExecutor(6) as pool:
            opened = [pool.submit(open_it) for _ in range(6)]
        assert [one.result() for one in opened] == [{}] * 6


# Bounds


def told_in(box: Outbox) -> list[tuple[int, int, int]]:
    """Begin and length in minutes, and who came in, of everything that is kept."""
    kept = box.since("entrance", 0)
    return [
        (
            round((one.bucket_start.timestamp() - NOON) / 60),
            round((one.bucket_end - one.bucket_start).total_seconds() / 60),
            one.lines[0].count_in,
        )
        for one in kept
    ]


def test_a_full_outbox_drops_what_is_delivered_first_and_then_makes_hours_of_minutes(path: Path) -> None:
    box = Outbox(path, most_bytes=400_000)
    put(box, *(minute(number) for number in range(2000)), at=NOON)
    for number in range(1000, 2000, 2):
        acknowledge(box, number, 1)

    done = box.trim(NOON + 2000 * 60)

    told = told_in(box)
    hours = [one for one in told if one[1] == 60]
    minutes = [number for number, length, _ in told if length == 1]
    assert done.coarsened == 60 * len(hours) > 0
    assert done.dropped == 0
    assert [start for start, _, _ in hours] == list(range(0, 60 * len(hours), 60))
    assert minutes == [*range(60 * len(hours), 1000), *range(1001, 2000, 2)]
    assert sum(count_in for _, _, count_in in told) == 1500
    assert box.state(NOON).coarsened == done.coarsened
    assert box.trim(NOON + 2000 * 60) == OutboxState()
    box.close()


def test_only_when_hours_are_too_much_the_oldest_are_dropped_and_counted_in_minutes(path: Path) -> None:
    box = Outbox(path, most_bytes=57_000)
    put(box, *(minute(number) for number in range(2000)), at=NOON)

    done = box.trim(NOON + 2000 * 60)

    told = told_in(box)
    assert done.dropped > 0
    assert done.dropped + sum(length for _, length, _ in told) == 2000
    assert told[-1] == (1999, 1, 1)
    assert box.totals().dropped == done.dropped == box.state(NOON).dropped
    box.close()


@pytest.mark.parametrize(
    "told_before",
    [
        pytest.param(lambda box: acknowledge(box, 30, 1), id="a minute of it was delivered"),
        pytest.param(lambda box: box.sending(box.oldest(1), NOON), id="a minute of it may have arrived"),
    ],
)
def test_an_hour_of_which_anything_was_sent_stays_minutes(
    path: Path, told_before: Callable[[Outbox], None]
) -> None:
    box = Outbox(path, most_bytes=80_000)
    put(box, *(minute(number) for number in range(400)), at=NOON)
    told_before(box)
    box.trim(NOON + 400 * 60)

    assert not [one for one in told_in(box) if one[0] < 60 < one[0] + one[1] or one[:2] == (0, 60)]
    assert [one for one in told_in(box) if one[1] == 60]
    box.close()


def test_minutes_that_do_not_tell_the_same_and_young_ones_are_not_put_together(path: Path) -> None:
    box = Outbox(path, most_bytes=70_000)
    other = minute(30).model_copy(update={"lines": ()})
    put(box, *(other if number == 30 else minute(number) for number in range(330)), at=NOON)
    box.trim(NOON + 330 * 60)

    assert [one[:2] for one in told_in(box) if one[1] == 60] == [(60, 60), (120, 60)]
    box.close()


def test_delivered_minutes_alone_make_room_when_that_is_enough(path: Path) -> None:
    box = Outbox(path, most_bytes=400_000)
    put(box, *(minute(number) for number in range(1500)))
    for number in range(1000):
        acknowledge(box, number, 1)

    assert box.trim(NOON) == OutboxState()
    assert len(waiting(box)) == 500
    box.close()


def test_over_a_year_the_device_keeps_a_month_of_what_the_broker_has(box: Outbox) -> None:
    for day in range(0, 365, 5):
        at = NOON + 86_400 * day
        put(box, minute(1440 * day), at=at)
        acknowledge(box, 1440 * day, 1)
        box.trim(at)

    assert box.totals().buckets == KEPT_SECONDS / 86_400 / 5 + 1


def test_an_old_recording_is_kept_as_long_as_anything_else_so_that_its_revisions_rise(box: Outbox) -> None:
    long_after = NOON + 90 * 86_400
    put(box, minute(0, replayed=True), at=long_after)
    acknowledge(box, 0, 1)
    box.trim(long_after + 3600)
    put(box, minute(0, replayed=True, count_in=2), at=long_after + 3601)

    assert waiting(box) == [(0, 2)]


def test_a_minute_in_the_way_that_a_newer_version_wrote_it_is_sent_as_it_is(box: Outbox, path: Path) -> None:
    put(box, minute(0))
    with sqlite3.connect(path) as other:
        other.execute("""UPDATE buckets SET body = '{"schema": 99}'""")
    other.close()

    assert box.oldest(1)[0].body == b'{"schema": 99}'
    assert box.totals().buckets == 0
    assert box.since("entrance", 0) == []


# Files that cannot be used


def damaged(path: Path) -> None:
    box = Outbox(path)
    put(box, *(minute(number) for number in range(300)))
    box.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


def use(path: Path) -> None:
    """Everything that a run does with its outbox."""
    box = Outbox(path)
    try:
        box.progress("entrance")
        box.since("entrance", NOON)
        box.oldest(10)
        box.totals()
        put(box, minute(0))
        box.trim(NOON)
    finally:
        box.close()


@pytest.mark.parametrize("kind", ["no database", "a folder", "below a file", "damaged inside", "nowhere"])
def test_a_file_that_cannot_be_used_is_said_with_a_remedy(kind: str, path: Path) -> None:
    path.parent.mkdir()
    match kind:
        case "no database":
            path.write_text("Dear diary, " * 1000, encoding="utf-8")
        case "a folder":
            path.mkdir()
        case "below a file":
            path.write_bytes(b"")
            path = path / "outbox.db"
        case "damaged inside":
            damaged(path)
        case _:
            path = Path("/proc/outbox.db")

    with pytest.raises(OutboxError, match="cannot be used") as caught:
        use(path)

    assert str(path) in str(caught.value)
    assert "writable" in caught.value.hint
    assert caught.value.exit_code == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_is_said(path: Path) -> None:
    Outbox(path).close()
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with pytest.raises(OutboxError, match="cannot be used"):
            use(path)
    finally:
        path.parent.chmod(0o755)


def test_reading_what_cannot_be_read_is_said_in_words_too(path: Path, box: Outbox) -> None:
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE buckets")
    other.close()

    for read in (lambda: box.oldest(1), box.totals, lambda: box.since("entrance", 0), lambda: box.depth(0)):
        with pytest.raises(EdgeError, match="no such table"):
            read()
