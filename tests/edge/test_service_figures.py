"""Every figure, from people in pictures to the message in the outbox; only camera and detector are played."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from edge.badges import BadgeInbox, BadgeSeen
from edge.capture import Frame
from edge.counting import CountedBy, Tally
from edge.outbox import Outbox
from edge.planning import counter_builder, watched_by
from edge.service import CameraService, Run
from edge.wire import Counts, PathCount, decode
from tests.edge.acting import (
    BROWSER,
    CUSTOMER,
    EVERYBODY,
    LASTS_SECONDS,
    ScriptedDetector,
    Waypoint,
    film,
    settings,
)
from tests.edge.cast import NOON, FakeClock, FakeSource

RECORDING = Run("shop.mp4", NOON, None, repeatable=True)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.db")
    yield outbox
    outbox.close()


def service(
    box: Outbox,
    run: Run = RECORDING,
    *,
    ways: tuple[list[Waypoint], ...] = EVERYBODY,
    badges: BadgeInbox | None = None,
    frames: Sequence[Frame] | None = None,
) -> CameraService:
    camera = settings()
    tally = Tally(watched_by(camera))
    if run.counted_until is not None:
        tally.restore(box.since("entrance", NOON - 3600))
    return CameraService(
        CountedBy("shop", "door-1", "entrance", replayed=run.repeatable),
        run,
        FakeSource(film() if frames is None else frames),
        ScriptedDetector(ways),
        counter_builder(camera),
        tally,
        box,
        FakeClock(),
        FakeClock(step=0.01),
        badges=badges,
    )


def sent(box: Outbox) -> list[Counts]:
    """What the broker would get."""
    messages = [decode(waiting.topic, waiting.body) for waiting in box.oldest(100)]
    return [message for message in messages if isinstance(message, Counts)]


def figures(message: Counts) -> object:
    """What has to be the same to the last digit, however often the work was interrupted."""
    zones = [(zone.dwell.bins, zone.staff_dwell, zone.ended) for zone in message.zones]
    queues = [
        (queue.joined, queue.served, queue.abandoned, queue.lost, queue.wait) for queue in message.queues
    ]
    return message.lines, zones, queues, message.paths


def test_every_figure_arrives_in_the_message(box: Outbox) -> None:
    service(box).work()
    [message] = sent(box)

    door, pavement = message.lines
    assert (door.kind, door.count_in, door.count_out) == ("entrance", 2, 1)
    assert (door.staff_in, door.staff_out) == (0, 1)
    assert (door.groups_in, door.groups_out) == ({2: 1}, {})
    assert (pavement.kind, pavement.count_in, pavement.count_out, pavement.passed) == ("passing", 1, 0, 1)
    [shelf] = message.zones
    assert (shelf.visits, shelf.staff_dwell and shelf.staff_dwell.n, shelf.ended) == (1, 0, {"left": 1})
    assert shelf.dwell.sum_seconds == pytest.approx(11, abs=1)
    [till] = message.queues
    assert (till.joined, till.served, till.abandoned, till.lost, till.length_peak) == (1, 1, 0, 0, 1)
    assert till.wait
    assert till.wait.sum_seconds == pytest.approx(11, abs=1)
    assert till.observed_seconds == pytest.approx(LASTS_SECONDS - 0.1, abs=0.01)
    assert message.heat
    assert (message.heat.unit, message.heat.cell) == ("width", 1 / 32)
    followed = sum(way[-1][0] - way[0][0] for way in EVERYBODY)
    assert sum(message.heat.seconds.values()) == pytest.approx(followed, abs=6)
    assert message.paths == (PathCount(origin="in:door", to="shelf", n=1),)
    assert len(box.oldest(1)[0].body) < 4096


@pytest.mark.parametrize("cut", [40, 95, 130, 190, 235, 260, 300])
def test_a_recording_stopped_anywhere_and_resumed_counts_the_same(
    cut: int, box: Outbox, tmp_path: Path
) -> None:
    whole = Outbox(tmp_path / "whole.db")
    service(whole).work()
    [expected] = sent(whole)
    whole.close()

    worker = service(box)
    worker.work(lambda vitals: worker.stop() if vitals.frames_done == cut else None)
    left = box.progress("entrance")
    assert left is not None
    assert not left.ended
    service(box, Run(left.source, left.started_at, left.counted_until, repeatable=True)).work()

    [message] = sent(box)
    assert figures(message) == figures(expected)
    assert message.heat
    assert expected.heat
    assert sum(message.heat.seconds.values()) == pytest.approx(sum(expected.heat.seconds.values()), abs=0.5)


def test_a_live_camera_that_was_killed_goes_on_from_what_was_kept(box: Outbox) -> None:
    live = Run("usb:0", NOON, None, repeatable=False)
    worker = service(box, live, frames=film()[:200])
    worker.work()
    [before] = sent(box)
    tally = Tally(watched_by(settings()))
    tally.restore(box.since("entrance", NOON - 3600))
    tally.settle(NOON + 3000)
    [after] = tally.take_changed(CountedBy("shop", "door-1", "entrance"))

    assert figures(after) == figures(before)
    assert after.heat == before.heat


def test_at_the_end_of_the_day_visits_and_waits_are_closed_and_begin_anew(box: Outbox) -> None:
    ends_at = NOON + 18

    def day_end(after: float) -> float:
        return ends_at if after < ends_at else ends_at + 86_400

    service(box, Run("usb:0", NOON, None, repeatable=False, day_end=day_end), ways=(BROWSER, CUSTOMER)).work()
    [message] = sent(box)

    assert message.zones[0].ended == {"day-ended": 1, "left": 1}
    [till] = message.queues
    assert (till.joined, till.served, till.lost, till.abandoned) == (2, 1, 1, 0)
    assert message.lines[0].count_in == 2


def told_by(badges: BadgeInbox, box: Outbox, *reads: tuple[int, BadgeSeen]) -> Counts:
    """Counts the shop while badges are read, each heard before the picture of this number."""
    heard = dict(reads)

    def on_frame(vitals: object) -> None:
        seen = heard.pop(worker.vitals.frames_done, None)
        if seen:
            badges.put(seen)

    live = Run("usb:0", NOON, None, repeatable=False)
    worker = service(box, live, ways=(BROWSER, CUSTOMER), badges=badges)
    worker.work(on_frame)
    [message] = sent(box)
    return message


@pytest.mark.parametrize(
    ("heard_at", "read_at", "is_staff"),
    [
        pytest.param(11.2, 11.0, True, id="at once"),
        pytest.param(13.0, 11.0, True, id="two seconds late"),
        pytest.param(11.1, 17.0, True, id="by a clock that goes six seconds before ours"),
        pytest.param(18.0, 11.0, False, id="seven seconds late"),
        pytest.param(11.1, 31.0, False, id="by a clock that goes twenty seconds before ours"),
        pytest.param(5.0, 5.0, False, id="when nobody stood there"),
    ],
)
def test_a_badge_makes_staff_of_who_stands_there_and_of_their_crossings(
    heard_at: float, read_at: float, is_staff: bool, box: Outbox
) -> None:
    read = (round(10 * heard_at), BadgeSeen("till-1", NOON + read_at))
    message = told_by(BadgeInbox(), box, read)

    assert message.lines[0].staff_in == int(is_staff)
    assert message.lines[0].groups_in == ({1: 1} if is_staff else {2: 1})
    assert message.queues[0].joined == int(not is_staff)


def test_badges_by_a_clock_that_is_off_are_said_once(box: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    reads = [(100 + number, BadgeSeen("till-1", NOON - 3600)) for number in range(5)]
    told_by(BadgeInbox(), box, *reads)

    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert "a badge was read at till-1" in said[0]
    assert "set the clocks of reader and device by NTP" in said[0]


def test_what_the_camera_sees_now_has_zones_and_queues(box: Outbox) -> None:
    worker = service(box)
    worker.work(lambda vitals: worker.stop() if vitals.frames_done == 200 else None)

    scene = worker.vitals.scene
    assert scene is not None
    assert scene.zones == {"shelf": 1}
    assert scene.queues["till"].length == 1
    assert scene.queues["till"].longest_wait_seconds == pytest.approx(7, abs=1)


def test_a_run_sums_up_what_it_counted(box: Outbox) -> None:
    worker = service(box)
    worker.work()
    counted = worker.vitals.counted

    assert sum(counted.lines["door"].staff.values()) == 1
    assert counted.lines["pavement"].passed == 1
    assert (counted.zones["shelf"].visits, counted.zones["shelf"].staff_visits) == (1, 0)
    assert counted.queues["till"].joined == 1
    assert counted.queues["till"].waits.n == 1
