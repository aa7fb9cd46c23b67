"""A device whose clock is wrong, and a server: whoever walked in the video stands in the figures once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.capture import Frame
from edge.clock import EARLIEST, DeviceClock
from edge.counting import CameraCounter, CountedBy, Line, Plan, Tally, Watched, Zone
from edge.geometry import Point
from edge.outbox import Outbox
from edge.service import CameraService, Run
from server.ingest.apply import Received, apply_batch
from server.storage import counts, unknown_time
from server.storage.database import open_database
from tests.edge.cast import NOON, FakeDetector, FakeSource, minute, picture, so_far
from tests.edge.test_clock import Machine
from tests.server.filling import berlin_store, settings_for

WALK = range(10, 60, 2)
"""Shades of somebody who walks over the line within 2.5 s."""

EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC))


def counters(width: int, height: int) -> CameraCounter:
    line = Line("door", (Point(70, 0), Point(70, height)), (Point(0, 100), Point(width, 100)))
    whole = Zone("shop", (Point(-1, -1), Point(width, -1), Point(width, height), Point(-1, height)), 1.0, 1.0)
    return CameraCounter(Plan((line,), (whole,)))


@dataclass
class Shop:
    """A machine with a camera, its disk, and a server that it reaches or not."""

    folder: Path
    machine: Machine = field(default_factory=Machine)
    boot: str = "first-boot"
    online: bool = True
    walked: int = 0

    def __post_init__(self) -> None:
        self.settings = settings_for(self.folder, shop=berlin_store())

    def counts_for(self, minutes: int, *, killed: bool = False) -> None:
        """A process that sees one person walk each minute, and then ends, or is killed."""
        box = Outbox(self.folder / "outbox.db")
        clock = self.machine.clock(
            box.anchor("entrance"), box.counted_until("entrance", self.boot) or EARLIEST, self.boot
        )
        service = self._service(box, clock, self._frames(minutes, clock))
        if killed:
            for frame in service._source.frames():  # as `work` does, but for what a killed process cannot do
                service._take(frame)
        else:
            service.work()
        self._send(box)
        box.close()

    def _service(self, box: Outbox, clock: DeviceClock, frames: Iterator[Frame]) -> CameraService:
        tally = Tally(Watched(lines=("door",), zones=("shop",)), partial(box.minute, "entrance"))
        before = box.since("entrance", clock.now() - 3600)
        tally.restore(one for one in before if one.clock_synced == clock.known)
        return CameraService(
            CountedBy("shop", "door-1", "entrance", clock_synced=clock.known),
            Run("usb:0", clock.now(), None, repeatable=False),
            FakeSource(frames),
            FakeDetector(),
            counters,
            tally,
            box,
            lambda: self.machine.shows,
            lambda: self.machine.runs,
            clock=clock,
        )

    def _frames(self, minutes: int, clock: DeviceClock) -> Iterator[Frame]:
        for _ in range(minutes):
            for shade in WALK:
                self.machine.passes(0.1)
                yield Frame(picture(shade), clock.steady())
            self.walked += 1
            for _ in range(23):
                self.machine.passes(2.5)
                yield Frame(picture(0), clock.steady())

    def _send(self, box: Outbox) -> None:
        while self.online and (waiting := box.oldest(50)):
            with open_database(self.settings.database) as db:
                received = [Received(one.topic, one.body) for one in waiting]
                done = apply_batch(db, self.settings, received, datetime.now(UTC))
            assert done.quarantined == done.refused == 0
            box.sending(waiting, self.machine.shows)
            for one in waiting:
                box.delivered(one.camera, one.bucket_start, one.revision)

    def in_figures(self) -> dict[int, int]:
        """People in, by minute after noon."""
        with open_database(self.settings.database) as db:
            rows = counts.line_rows(db, "shop", *EVER)
        return {round((row.begin.timestamp() - NOON) / 60): row.count_in for row in rows if row.count_in}

    def held_apart(self) -> int:
        """People of unknown time."""
        with open_database(self.settings.database) as db:
            held = unknown_time.of_device(db, "shop", "door-1")
        return sum(line.count_in for one in held for line in one.lines)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_device_that_learns_the_time_after_an_hour_moves_what_it_counted(shop: Shop) -> None:
    shop.machine = Machine(shows=NOON - 7200, right=False)
    shop.counts_for(5)
    assert shop.in_figures() == {}
    assert shop.held_apart() == 5

    shop.machine.shows += 7200  # while nothing runs
    shop.machine.right = True
    shop.counts_for(5)
    assert shop.in_figures() == dict.fromkeys(range(10), 1)
    assert shop.held_apart() == 0


def test_a_clock_that_was_right_all_the_time_has_its_counts_told_again(shop: Shop) -> None:
    shop.machine = Machine(right=False)
    shop.counts_for(3)
    shop.machine.right = True
    shop.counts_for(3)
    assert shop.in_figures() == dict.fromkeys(range(6), 1)
    assert shop.held_apart() == 0


def test_after_a_power_cut_an_old_time_adds_nothing_to_minutes_that_were_counted(shop: Shop) -> None:
    shop.counts_for(10, killed=True)
    shop.machine = Machine(shows=NOON, right=False)  # what it saved an hour ago, as some machines do
    shop.boot = "second-boot"
    shop.counts_for(4, killed=True)
    assert shop.in_figures() == dict.fromkeys(range(10), 1)

    shop.machine.shows, shop.machine.right = NOON + 30 * 60, True
    shop.counts_for(2)
    assert shop.in_figures() == dict.fromkeys([*range(10), *range(26, 32)], 1)
    assert shop.held_apart() == 0


def test_what_was_counted_before_a_power_cut_and_never_had_a_time_stays_apart(shop: Shop) -> None:
    shop.machine = Machine(shows=0.0, right=False)
    shop.counts_for(4, killed=True)
    shop.machine, shop.boot = Machine(), "second-boot"
    shop.counts_for(4)
    assert shop.in_figures() == dict.fromkeys(range(4), 1)
    assert shop.held_apart() == 4


def set_by(seconds: float, *, right: bool = True) -> Callable[[Machine], None]:
    def change(machine: Machine) -> None:
        machine.shows += seconds
        machine.right = right

    return change


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([set_by(-5 * 3600)], id="set back by hours"),
        pytest.param([set_by(-90)], id="set back by a minute and a half"),
        pytest.param([set_by(3 * 86_400)], id="set forward by days"),
        pytest.param([set_by(86_400), set_by(-86_400)], id="forward and back again"),
        pytest.param([set_by(-4000), set_by(4000), set_by(-4000)], id="back and forth"),
    ],
)
@pytest.mark.parametrize(
    ("killed", "online"),
    [
        pytest.param(False, True, id="stopped, online"),
        pytest.param(True, False, id="killed, offline until the end"),
    ],
)
def test_however_often_the_clock_is_set_everybody_stands_in_the_figures_once(
    shop: Shop, changes: list[Callable[[Machine], None]], *, killed: bool, online: bool
) -> None:
    shop.online = online
    shop.counts_for(3, killed=killed)
    for change in changes:
        change(shop.machine)
        shop.counts_for(3, killed=killed)
    shop.online = True
    shop.counts_for(1)
    assert sum(shop.in_figures().values()) == shop.walked == 3 * (1 + len(changes)) + 1


def test_a_clock_that_is_set_while_somebody_walks_loses_nobody(shop: Shop) -> None:
    shop.machine = Machine(shows=NOON - 86_400, right=False)
    box = Outbox(shop.folder / "outbox.db")
    clock = shop.machine.clock()
    walk: list[int] = [0] * 60 + list(WALK) + [0] * 30

    def frames() -> Iterator[Frame]:
        for number, shade in enumerate(walk):
            shop.machine.passes(0.1)
            if number == 72:  # on the line
                set_by(86_400)(shop.machine)
            yield Frame(picture(shade), clock.steady())

    shop._service(box, clock, frames()).work()
    shop._send(box)
    box.close()
    assert shop.in_figures() == {0: 1}
    with open_database(shop.settings.database) as db:
        visits = sum(row.dwell.n for row in counts.zone_rows(db, "shop", *EVER))
    assert visits == 1


def _people(db: Database) -> int:
    return sum(row.count_in for row in counts.line_rows(db, "shop", *EVER))


def test_hours_made_of_old_minutes_double_nothing_at_the_server(shop: Shop) -> None:
    box = Outbox(shop.folder / "outbox.db", most_bytes=95_000)
    box.put("entrance", [minute(number) for number in range(70)], so_far(70), NOON)
    shop._send(box)
    box.put("entrance", [minute(number) for number in range(70, 390)], so_far(390), NOON)

    done = box.trim(NOON + 390 * 60)

    assert (done.coarsened, done.dropped) == (120, 0)
    shop._send(box)
    box.close()
    with open_database(shop.settings.database) as db:
        assert _people(db) == 390
        lengths = {row.end - row.begin for row in counts.bucket_rows(db, "shop", *EVER)}
    assert lengths == {timedelta(minutes=1), timedelta(hours=1)}
