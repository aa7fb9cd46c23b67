from __future__ import annotations

import threading

import pytest

from server import running
from server.errors import ServerError
from server.running import PartFailed, run_together


def test_when_one_part_gives_up_the_others_end_and_its_reason_is_told() -> None:
    ended: list[str] = []

    def patient(stop: threading.Event) -> None:
        stop.wait(30)
        ended.append("patient")

    def hopeless(_: threading.Event) -> None:
        raise ServerError("no password")

    with pytest.raises(ServerError, match="no password"):
        run_together({"patient": patient, "hopeless": hopeless}, threading.Event())
    assert ended == ["patient"]


def test_a_part_that_breaks_down_starts_again_but_not_for_ever() -> None:
    began: list[int] = []

    def broken(_: threading.Event) -> None:
        began.append(1)
        raise ZeroDivisionError

    with pytest.raises(PartFailed, match="broken broke down 5 times"):
        run_together({"broken": broken}, threading.Event(), restart_seconds=0.01)
    assert len(began) == running.MOST_RESTARTS


def test_a_part_that_worked_well_in_between_is_started_again_for_ever() -> None:
    began: list[int] = []
    stop = threading.Event()

    def broken_now_and_then(_: threading.Event) -> None:
        began.append(1)
        if len(began) > 3 * running.MOST_RESTARTS:
            stop.set()
        raise ZeroDivisionError

    parts = {"broken now and then": broken_now_and_then}
    run_together(parts, stop, restart_seconds=0.0, calm_seconds=0.0)
    assert len(began) == 3 * running.MOST_RESTARTS + 1
