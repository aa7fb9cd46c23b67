"""One camera's process from start to stop: its watchdog, and what happens when its configuration changes."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from queue import Empty, SimpleQueue

from edge.addresses import without_credentials
from edge.assembly import CameraProcess, CountedElsewhere, only_one, recording_of, steady
from edge.config import EdgeSettings
from edge.configuration import Configuration, Refused, problems_of
from edge.counting import VisitEnd
from edge.errors import EdgeError
from edge.metrics import metrics_served
from edge.notifying import ALIVE, READY, STOPPING, Notifier
from edge.outbox import DiskTrouble
from edge.pulse import Pulse
from edge.uplink import ConfigLink
from edge.wire import ConfigState

LOOK_SECONDS = 1.0

HUNG = 6
"""What a process ends with that finishes no picture any more and that nobody else watches."""

PATIENCE_SECONDS = 20.0
"""So long after it was found stuck it ends itself: a minute after its last picture."""

ENDING_SECONDS = 120.0
"""So long a process may take to end whose parent was killed: a recording's waits a minute for the broker."""

HOLD_SECONDS = 0.5
FLUSH_SECONDS = 10.0
END_DRAIN_SECONDS = 60.0
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60.0

log = logging.getLogger(__name__)


class CameraRun:
    """Counts one camera until it is stopped, or its recording has ended.

    Args:
        configuration: where the settings come from, and go on coming from.
        camera: which camera of them.
        notifier: hears that all is well.
        now: the time, for what is told of the configuration.
        parent: the process whose end is this one's, too; None: nobody's.
        patience_seconds: how long a stuck process waits for itself, where nobody watches it from outside.
    """

    def __init__(
        self,
        configuration: Configuration,
        camera: str,
        notifier: Notifier,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        parent: int | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._patience_seconds = patience_seconds
        self._alive_at = steady()
        self._configuration = configuration
        self._camera = camera
        self._notifier = notifier
        self._now = now
        self._parent = parent
        self._in_use = configuration.load()
        self._state = self._told()
        self._came: SimpleQueue[str | None] = SimpleQueue()
        self._reload = threading.Event()
        self._stopped = threading.Event()
        self._over = threading.Event()
        self._pulse = Pulse(steady())
        self._process: CameraProcess | None = None

    @property
    def settings(self) -> EdgeSettings:
        """The settings in use."""
        return self._in_use.settings

    def run(self) -> tuple[CameraProcess | None, bool]:
        """The last process that counted and whether everything was delivered; None: there was none.

        Raises:
            EdgeError: the source or the outbox cannot be used.
        """
        watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        watcher.start()
        try:
            return self._run_until_stopped()
        finally:
            self._notifier.say(STOPPING)
            self._over.set()
            watcher.join(5)

    def stop(self) -> None:
        """Ends `run` after the picture in work; visits end, and what is counted is sent."""
        self._stopped.set()
        if self._process:
            self._process.stop()

    def reload(self) -> None:
        """Looks at the configuration now."""
        self._reload.set()

    def _run_until_stopped(self) -> tuple[CameraProcess | None, bool]:
        last, delivered = None, True
        while not self._stopped.is_set() and self._camera in self.settings.cameras:
            running = self.settings
            with ExitStack() as held:
                if not self._holds(held, running):
                    break
                last = self._built()
                if last is not None:
                    delivered = self._count(last)
            if running is self.settings:
                break  # nobody changed anything: it was stopped, or its recording has ended
        return last, delivered

    def _holds(self, held: ExitStack, settings: EdgeSettings) -> bool:
        """Takes the camera for this process; False if it was stopped before it could.

        Where `footfall-edge run` was killed and started again, the process that it had begun before still
        closes visits and tells the broker. It is waited for: if this one ended, nobody would start it again.
        """
        ends_at = steady() + (ENDING_SECONDS if self._parent is not None else 0.0)
        while True:
            try:
                held.enter_context(only_one(settings, self._camera))
                return True
            except CountedElsewhere:
                if steady() >= ends_at:
                    raise
            if self._stopped.wait(HOLD_SECONDS):
                return False

    def _count(self, process: CameraProcess) -> bool:
        self._pulse = Pulse(steady())
        self._process = process
        self._notifier.say(READY, ALIVE)
        if self._stopped.is_set():
            process.stop()
        try:
            with _metrics(self.settings, self._camera, process):
                return process.work(None, END_DRAIN_SECONDS if process.is_recording else FLUSH_SECONDS)
        finally:
            self._process = None

    def _built(self) -> CameraProcess | None:
        """The process, as soon as the disk lets it be built; None if it was stopped before."""
        wait = 0.0
        while not self._stopped.wait(wait):
            try:
                return self._build()
            except DiskTrouble as error:
                if recording_of(self.settings.cameras[self._camera]):
                    raise
                if not wait:
                    log.error("camera %s cannot be counted: %s (trying again for ever)", self._camera, error)
                wait = min(max(FIRST_WAIT_SECONDS, 2 * wait), LONGEST_WAIT_SECONDS)
        return None

    def _build(self) -> CameraProcess:
        settings = self.settings
        recording = recording_of(settings.cameras[self._camera])
        process = CameraProcess(
            settings,
            self._camera,
            recording=recording,
            resume=True,
            real_time=True,
            configuration=ConfigLink(settings.store, settings.device, self._came.put, lambda: self._state),
        )
        log.info("camera %s: %s", self._camera, process.model.in_words)
        if process.model.advice:
            log.info("%s", process.model.advice)
        return process

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            if self._parent is not None and os.getppid() != self._parent:
                self.stop()
            if self._is_alive():
                self._alive_at = steady()
                self._notifier.say(ALIVE)
            elif not self._notifier.address and steady() - self._alive_at > self._patience_seconds:
                self._give_up()
            try:
                self._hear()
                if self._reload.is_set() or self._configuration.changed():
                    self._reload.clear()
                    self._reconsider()
            except EdgeError as error:
                self._refuse(error)

    def _give_up(self) -> None:
        """Ends the process from within: a call that does not come back cannot be ended otherwise."""
        log.critical("camera %s finishes no picture any more; it ends with code %d", self._camera, HUNG)
        logging.shutdown()
        os._exit(HUNG)

    def _is_alive(self) -> bool:
        process = self._process
        if process is None:
            return True  # is being built, or waits for the disk and has said so
        return process.is_finishing or self._pulse.is_alive(process.vitals, process.tried_again, steady())

    def _hear(self) -> None:
        """Takes what came over MQTT."""
        try:
            while True:
                self._configuration.take(self._came.get_nowait())
        except Empty:
            return

    def _reconsider(self) -> None:
        before, after = self._in_use, self._configuration.load()
        self._in_use = after
        self._state = self._told(after.refused)
        if after.refused and after.refused != before.refused:
            log.error("a configuration came that cannot be used: %s", "; ".join(after.refused.problems))
        if _of_camera(before.settings, self._camera) == _of_camera(after.settings, self._camera):
            self._in_use = replace(after, settings=before.settings)
            return
        log.info("camera %s: the configuration has changed and is used from now on", self._camera)
        if self._process:
            self._process.stop(VisitEnd.CONFIG_CHANGED)

    def _refuse(self, error: EdgeError) -> None:
        """The configuration in use stays, and what is wrong with the other is told."""
        log.error("the configuration cannot be used, and the one before stays in use: %s", error)
        self._state = self._told(Refused("", problems_of(error)))

    def _told(self, refused: Refused | None = None) -> ConfigState:
        refused = refused or self._in_use.refused
        return ConfigState(
            store=self.settings.store,
            device=self.settings.device,
            at=self._now(),
            applied=self._in_use.digest,
            origin=self._in_use.origin,
            refused=refused.digest or None if refused else None,
            problems=tuple(without_credentials(problem)[:500] for problem in refused.problems)
            if refused
            else (),
        )


@contextmanager
def _metrics(settings: EdgeSettings, camera: str, process: CameraProcess) -> Iterator[None]:
    """Serves Prometheus where that is turned on."""
    asked, port = settings.metrics, _metrics_port(settings, camera)
    if port is None:
        yield
        return
    with metrics_served(process.health_now, asked.host, port):
        yield


def _metrics_port(settings: EdgeSettings, camera: str) -> int | None:
    """That of the first camera, the next one for the second; None: metrics are off."""
    if not settings.metrics.enabled or camera not in settings.cameras:
        return None
    return settings.metrics.port + list(settings.cameras).index(camera)


def _of_camera(settings: EdgeSettings, camera: str) -> object:
    """What of the settings concerns one camera."""
    everywhere = settings.model_copy(update={"cameras": {}})
    return everywhere, settings.cameras.get(camera), _metrics_port(settings, camera)
