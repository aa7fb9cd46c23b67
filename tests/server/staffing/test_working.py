"""A clock of work, on machines that have time and on those that have none."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from server.staffing.working import Working


@dataclass
class Machine:
    """Seconds on the wall, and those of them in which it worked for us."""

    wall: float = 5.0
    work: float = 3.0

    def goes_on(self, wall: float, work: float) -> None:
        self.wall += wall
        self.work += work


@pytest.mark.parametrize(
    ("wall", "work", "passed", "ten_on_the_wall"),
    [
        pytest.param(4.0, 4.0, 4.0, 10.0, id="all its time is ours"),
        pytest.param(4.0, 3.0, 3.0, 40 / 3, id="others take a quarter"),
        pytest.param(4.0, 0.5, 2.0, 20.0, id="it hardly works for us: the wall pulls the clock along"),
        pytest.param(4.0, 6.0, 6.0, 10.0, id="two processors work for us"),
        pytest.param(0.0, 0.0, 0.0, 10.0, id="nothing has happened yet"),
    ],
)
def test_the_clock_shows_work_and_at_least_half_of_what_passes_on_the_wall(
    wall: float, work: float, passed: float, ten_on_the_wall: float
) -> None:
    machine = Machine()
    clock = Working(lambda: machine.wall, lambda: machine.work)
    machine.goes_on(wall, work)
    assert clock() == pytest.approx(passed)
    assert clock.on_the_wall(10.0) == pytest.approx(ten_on_the_wall)
