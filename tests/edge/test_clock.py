"""What time it is on a device whose clock is wrong, is set, or becomes known."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from edge.clock import EARLIEST, Anchor, ClockNews, DeviceClock, boot_name, kernel_knows
from tests.edge.cast import NOON

BOOT = "first-boot"


@dataclass
class Machine:
    """A machine's clocks: how long it runs, what it shows, and whether NTP has set it."""

    shows: float = NOON
    runs: float = 100.0
    right: bool | None = True

    def passes(self, seconds: float) -> None:
        self.runs += seconds
        self.shows += seconds

    def clock(
        self, before: Anchor | None = None, counted_until: float = EARLIEST, boot: str = BOOT
    ) -> DeviceClock:
        return DeviceClock(
            lambda: self.shows, lambda: self.runs, boot, lambda: self.right, before, counted_until
        )


@pytest.mark.parametrize("seconds", [0.0, 1.9, -1.9])
def test_small_corrections_change_nothing(seconds: float) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.passes(10)
    machine.shows += seconds
    assert clock.look() is None
    assert clock.now() == NOON + 10
    assert clock.steady() == NOON + 10


@pytest.mark.parametrize("seconds", [-7200.0, -2.5, 2.5, 86_400.0])
def test_a_clock_that_is_set_is_followed_and_the_steady_time_is_not_touched(seconds: float) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.passes(10)
    machine.shows += seconds
    news = clock.look()
    assert news
    assert news.moved_by == pytest.approx(seconds)
    assert news.was_known
    assert clock.look() is None
    assert clock.now() == pytest.approx(NOON + 10 + seconds)
    assert clock.steady() == NOON + 10
    assert clock.ahead == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("right", "known"),
    [(True, True), (False, False), pytest.param(None, True, id="nobody can say: believed")],
)
def test_a_time_is_known_when_the_kernel_says_so(right: bool | None, known: bool) -> None:
    assert Machine(right=right).clock().known is known


def test_a_clock_that_becomes_known_says_how_wrong_it_was() -> None:
    machine = Machine(shows=NOON - 3600, right=False)
    clock = machine.clock()
    machine.passes(60)
    assert clock.look() is None
    machine.shows += 3600
    machine.right = True
    machine.passes(60)
    assert clock.look() == ClockNews(3600.0, was_known=False, is_known=True)
    machine.right = False  # the network is gone: what was right stays right for days
    machine.passes(86_400)
    assert clock.look() is None
    assert clock.known


def test_an_unsure_clock_never_counts_in_a_time_that_was_counted_already() -> None:
    machine = Machine(shows=NOON - 1800, right=False)
    clock = machine.clock(counted_until=NOON)
    assert clock.now() == NOON
    machine.passes(3600)  # what it shows passes that moment, and is no better for it
    assert clock.look() is None
    assert clock.now() == NOON + 3600


def test_an_unsure_clock_without_any_date_begins_in_a_time_that_the_contract_can_say() -> None:
    assert Machine(shows=12.0, right=False).clock().now() == EARLIEST


def test_a_process_that_starts_again_on_an_unsure_clock_goes_on_as_the_one_before() -> None:
    machine = Machine(shows=NOON - 1800, right=False)
    before = machine.clock(counted_until=NOON)
    machine.passes(60)
    after = machine.clock(before.anchor, counted_until=NOON)
    assert not after.known
    assert after.look() is None
    assert after.now() == before.now() == NOON + 60


def test_a_process_that_starts_after_the_clock_was_set_hears_how_far() -> None:
    machine = Machine(shows=NOON - 1800, right=False)
    before = machine.clock(counted_until=NOON)
    machine.shows, machine.right = NOON + 7200, True
    after = machine.clock(before.anchor, counted_until=NOON)
    assert after.look() == ClockNews(7200.0, was_known=False, is_known=True)


def test_a_clock_that_was_known_in_this_boot_is_known_to_the_next_process_and_not_after_another_boot() -> (
    None
):
    machine = Machine()
    anchor = machine.clock().anchor
    machine.right = False
    assert machine.clock(anchor).known
    assert not machine.clock(anchor, boot="second-boot").known
    assert not machine.clock(Anchor("", 0.0, True), boot="").known  # the system names no boot


def test_the_real_system_answers() -> None:
    assert kernel_knows() in (True, False, None)
    assert boot_name() == boot_name()
