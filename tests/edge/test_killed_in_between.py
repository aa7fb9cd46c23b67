"""A process that is killed while people are in zones and queues: what was known of them is told."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from edge.assembly import CameraProcess, open_outbox
from edge.capture import Frame
from edge.counting import CountedBy, Tally, VisitEnd
from edge.outbox import Outbox, Progress
from edge.planning import counter_builder, watched_by
from edge.service import CameraService, Run
from edge.tracking import Tracker
from edge.wire import Counts
from tests.edge.acting import EVERYBODY, HIGH, WIDE, ScriptedDetector, Waypoint, film, settings
from tests.edge.cast import DEMO, NOON, ROOT, FakeClock, FakeSource, free_port, minute, picture, so_far
from tests.edge.device import Device

LIVE = Run("usb:0", NOON, None, repeatable=False)
LATER = NOON + 120

LONG_STAYER: list[Waypoint] = [(8, 290, 190), (11, 290, 410), (120, 290, 410), (122, 180, 440)]
LONG_WAITER: list[Waypoint] = [
    *[(8, 360, 190), (11, 380, 410), (13, 540, 430), (115, 540, 430), (116, 540, 350), (120, 540, 350)]
]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.db")
    yield outbox
    outbox.close()


def counting(
    box: Outbox,
    frames: list[Frame],
    run: Run = LIVE,
    ways: tuple[list[Waypoint], ...] = EVERYBODY,
) -> CameraService:
    """The scripted shop's camera, which goes on from what an outbox holds."""
    camera = settings()
    tally = Tally(watched_by(camera))
    if not run.repeatable:
        tally = Tally(watched_by(camera), partial(box.minute, "entrance"))
        tally.restore(box.since("entrance", frames[0].at - 3600))
        tally.take_in(box.beside("entrance"))
    elif run.counted_until is not None:
        tally.restore(box.since("entrance", run.counted_until - 3600))
    return CameraService(
        CountedBy("shop", "door-1", "entrance", replayed=run.repeatable),
        run,
        FakeSource(frames),
        ScriptedDetector(ways),
        counter_builder(camera),
        tally,
        box,
        FakeClock(),
        FakeClock(step=0.01),
    )


def killed(worker: CameraService, frames: list[Frame]) -> int:
    """Counts these pictures and then nothing more; the last one whose facts were kept."""
    kept = 0
    for number, frame in enumerate(frames):
        worker._take(frame)
        kept = number if worker._committed_at == frame.at else kept
    return kept


def told(box: Outbox) -> list[object]:
    """Figures of people, minute by minute."""
    return [
        (
            minute.bucket_start,
            minute.lines,
            [(zone.dwell, zone.staff_dwell, zone.ended) for zone in minute.zones],
            [(one.joined, one.served, one.abandoned, one.lost, one.wait) for one in minute.queues],
            minute.paths,
        )
        for minute in box.since("entrance", 0)
        if minute.bucket_start.timestamp() < LATER
    ]


@pytest.mark.parametrize("cut", [95, 137, 190, 238, 255, 290, 420])
def test_a_live_camera_killed_anywhere_tells_what_one_that_was_stopped_then_tells(
    cut: int, box: Outbox, tmp_path: Path
) -> None:
    frames = film()
    kept = killed(counting(box, frames), frames[:cut])
    nobody = film(1.0, LATER)
    counting(box, nobody).work()

    stopped = Outbox(tmp_path / "stopped.db")
    counting(stopped, frames[: kept + 1]).work()
    assert told(box) == told(stopped)
    stopped.close()
    assert box.beside("entrance") == []


def test_somebody_who_waits_and_somebody_who_looks_at_a_shelf_are_not_lost(box: Outbox) -> None:
    frames = film()
    killed(counting(box, frames), frames[:215])
    counting(box, film(1.0, LATER)).work()
    [minute] = [one for one in box.since("entrance", 0) if one.bucket_start.timestamp() == NOON]
    assert minute.zones[0].ended == {"stopped": 1}
    assert minute.zones[0].dwell.sum_seconds == pytest.approx(9, abs=2)
    assert (minute.queues[0].joined, minute.queues[0].lost) == (1, 1)


def test_killed_again_before_anything_was_kept_nobody_is_counted_twice(box: Outbox) -> None:
    frames = film()
    killed(counting(box, frames), frames[:215])
    before = box.beside("entrance")
    assert before
    for _ in range(3):
        counting(box, film(1.0, LATER))  # dies before its first picture
    assert box.beside("entrance") == before
    counting(box, film(1.0, LATER)).work()
    counting(box, film(1.0, LATER + 60)).work()
    assert box.totals().visits == {"shelf": 1}


def test_a_device_that_was_off_over_night_tells_it_in_the_minute_in_which_it_was(box: Outbox) -> None:
    frames = film()
    killed(counting(box, frames), frames[:215])
    counting(box, film(20.0, NOON + 9 * 3600)).work()
    assert [(one.bucket_start.timestamp(), one.zones[0].visits) for one in box.since("entrance", 0)] == [
        (NOON, 1),
        (NOON + 9 * 3600, 0),
    ]


@pytest.mark.parametrize("cut", [1050, 1130])
def test_a_recording_that_is_taken_up_again_knows_how_long_people_have_been_there(
    cut: int, box: Outbox, tmp_path: Path
) -> None:
    ways, frames = (LONG_STAYER, LONG_WAITER), film(132.0)
    recording = Run("shop.mp4", NOON, None, repeatable=True)
    whole = Outbox(tmp_path / "whole.db")
    counting(whole, frames, recording, ways).work()
    assert whole.totals().visits == {"shelf": 1}

    killed(counting(box, frames, recording, ways), frames[:cut])
    left = box.progress("entrance")
    assert left
    assert box.beside("entrance") == []
    again = replace(recording, counted_until=left.counted_until, follow_from=left.follow_from)
    counting(box, frames, again, ways).work()
    assert _figures(box.since("entrance", 0)) == _figures(whole.since("entrance", 0))
    whole.close()


def _figures(minutes: list[Counts]) -> list[object]:
    return [
        (
            minute.lines,
            [(zone.dwell.bins, zone.ended) for zone in minute.zones],
            [(one.joined, one.served, one.abandoned, one.lost, one.wait) for one in minute.queues],
        )
        for minute in minutes
    ]


def test_asking_what_would_come_of_people_changes_nothing_and_is_what_closing_gives() -> None:
    asked, left_alone = (counter_builder(settings())(WIDE, HIGH) for _ in range(2))
    detector, tracker = ScriptedDetector(), Tracker(0.5, picture_height=HIGH)
    given: list[object] = []
    for number, frame in enumerate(film()):
        tracks = tracker.update(detector.detect(frame.image, frame.at), frame.at)
        assert asked.update(tracks, frame.at) == left_alone.update(tracks, frame.at)
        would_be = asked.if_closed(VisitEnd.STOPPED)
        if number % 10 == 0:
            assert would_be == deepcopy(left_alone).close(VisitEnd.STOPPED)
            given += would_be
    assert (
        len({type(fact).__name__ for fact in given}) == 6
    )  # visits, waits, crossings, groups, passers-by, legs
    assert asked.close(VisitEnd.STOPPED) == left_alone.close(VisitEnd.STOPPED)


def test_a_cameras_process_takes_up_what_the_one_before_left(tmp_path: Path) -> None:
    settings = Device(tmp_path).settings
    camera = settings.cameras["entrance"].model_copy(update={"source": f"rtsp://127.0.0.1:{free_port()}/x"})
    settings = settings.model_copy(update={"cameras": {"entrance": camera}, "clock": "trusted"})
    box = open_outbox(settings, "entrance")
    left = minute(7, count_in=0, visits=[44.0])
    box.put("entrance", [minute(7)], so_far(8), NOON, beside=[left])

    process = CameraProcess(settings, "entrance", publish=False)
    process.service._take(Frame(picture(wide=640, high=360), time.time()))
    process.service.stop()
    process.work()

    [told] = [one for one in box.since("entrance", 0) if one.bucket_start == left.bucket_start]
    came = {line.line: line.count_in for line in told.lines}  # the door is not watched any more
    assert (told.zones[0].visits, came, told.revision) == (1, {"main-door": 0, "door": 1}, 2)
    assert box.beside("entrance") == []
    box.close()


def test_a_replay_that_is_taken_up_again_begins_before_those_who_were_there(tmp_path: Path) -> None:
    settings = Device(tmp_path).settings
    box = open_outbox(settings, "entrance")
    for came, begins in ((NOON + 100, NOON + 25), (None, NOON + 525), (NOON - 9000, NOON - 375)):
        progress = Progress(str(DEMO), NOON, NOON + 600, ended=False, follow_from=came)
        box.put("entrance", [], progress, NOON)
        process = CameraProcess(settings, "entrance", recording=DEMO, resume=True, publish=False)
        assert process.service._followed_from == begins
        process.service.stop()
        process.work()
    box.close()


# Counts the scripted shop over and over, a visitor and a waiting customer each, and prints what it does.
WRITER = """
import sys, time
from pathlib import Path
from edge.outbox import Outbox
from tests.edge.acting import BROWSER, CUSTOMER, film
from tests.edge.cast import NOON
from tests.edge.test_killed_in_between import counting

box = Outbox(Path(sys.argv[1]))
frames = film(45.0, float(sys.argv[2]))
later = float(sys.argv[2]) - NOON
shifted = tuple([(s + later, x, y) for s, x, y in way] for way in (BROWSER, CUSTOMER))
worker = counting(box, frames, ways=shifted)
for number, frame in enumerate(frames):
    worker._take(frame)
    print(number, flush=True)
    time.sleep(0.001)
"""


def test_a_process_killed_with_nine_at_any_moment_leaves_nobody_waiting_for_ever(tmp_path: Path) -> None:
    path, chance = tmp_path / "outbox.db", random.Random(3)
    looked = 0
    for life in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(NOON + 600 * life)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as process:
            assert process.stdout
            for said in process.stdout:
                if int(said) == 200:  # both are there, and known to be
                    time.sleep(chance.uniform(0.0, 0.1))
                    break
            process.kill()
        looked += 1
    box = Outbox(path)
    counting(box, film(1.0, NOON + 6000)).work()
    totals = box.totals()
    till = totals.queues["till"]
    assert totals.visits == {"shelf": looked}
    assert till.joined == till.served + till.abandoned + till.lost == looked
    box.close()
