"""A camera's process whose parent was killed still ends while the next one begins."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from edge.assembly import CountedElsewhere, only_one
from edge.configuration import Configuration
from edge.errors import EdgeError
from edge.notifying import Notifier
from edge.running import CameraRun
from tests.edge.device import Device

CAMERA = "entrance"
WHILE_SECONDS = 1.0


@pytest.fixture
def device(tmp_path: Path) -> Device:
    """One whose certificate is gone: whoever has the camera to themselves ends with that, and at once."""
    one = Device(tmp_path)
    one.config.write_text(one.config.read_text().replace("[broker]", '[broker]\nca_file = "gone.crt"'))
    return one


class Started:
    """A camera's process in a thread, as a supervisor has it, and how it ended."""

    def __init__(self, device: Device, parent: int | None) -> None:
        configuration = Configuration(device.config, lambda _: None)
        self.run = CameraRun(configuration, CAMERA, Notifier(None), parent=parent)
        self.ended: list[EdgeError | None] = []
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    def _work(self) -> None:
        try:
            self.run.run()
        except EdgeError as error:
            self.ended.append(error)
        else:
            self.ended.append(None)

    def join(self) -> list[EdgeError | None]:
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.ended


def test_a_supervised_process_waits_for_the_one_before_it(device: Device) -> None:
    with ExitStack() as before:
        before.enter_context(only_one(device.settings, CAMERA))
        started = Started(device, parent=os.getppid())
        started.thread.join(WHILE_SECONDS)
        assert started.ended == []
    [error] = started.join()
    assert "gone.crt cannot be used" in str(error)


def test_a_process_that_waits_can_be_stopped(device: Device) -> None:
    with only_one(device.settings, CAMERA):
        started = Started(device, parent=os.getppid())
        started.thread.join(WHILE_SECONDS)
        started.run.stop()
        assert started.join() == [None]


def test_somebody_who_starts_a_second_one_by_hand_is_told_at_once(device: Device) -> None:
    with only_one(device.settings, CAMERA):
        [error] = Started(device, parent=None).join()
    assert isinstance(error, CountedElsewhere)
    assert "is being counted by another process already" in str(error)
