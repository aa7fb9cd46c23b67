"""The one place that knows the clock, opens files and cameras, and puts the parts together."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from datetime import time as time_of_day
from functools import partial
from importlib.metadata import version
from pathlib import Path

import cv2

from edge.addresses import is_live, without_credentials
from edge.assets import AssetMissing, Found, ModelAsset, Place, find, load_manifest, require
from edge.badges import BadgeInbox, BadgeSeen
from edge.capture import FrameSource, LiveCamera, Recording, Thinned, open_live
from edge.clock import EARLIEST, DeviceClock, boot_name, kernel_knows
from edge.config import ULTRALYTICS, CameraSettings, EdgeSettings, Runtime
from edge.counting import CountedBy, Crossing, Fact, Tally, Visit, VisitEnd, Waiting
from edge.counting.tally import KEPT_SECONDS
from edge.credentials import read_secret, systemd_credential
from edge.days import next_day_end
from edge.detection import Detector, Framed, OverheadBackground, open_detector
from edge.detection.opening import BACKENDS, RUNS_IN_OPENVINO_AS, check_installed
from edge.errors import EdgeError
from edge.machine import machine_now
from edge.outbox import Audits, DiskTrouble, Outbox, OutboxState, Progress
from edge.planning import counter_builder, watched_by
from edge.service import CameraService, Run, Vitals
from edge.uplink import BadgeReaders, BrokerAddress, ConfigLink, Publisher
from edge.view import ReferenceFile, ViewWatch, Watched
from edge.wire import BadgeRead, DetectorCard, Health, Live, QueueNow, SourceState, Status, ViewNow, ZoneNow

BEST_MODEL = "rtmdet-nano-person"
LONGEST_NAME = 100
"""Of a detector, on the wire."""
WHOLE_PICTURE = (0.0, 0.0, 1.0, 1.0)

ANY_DAY = 1_600_000_000.0
"""When a recording is said to have begun where that does not matter; the contract wants a date after 2000."""

ANY_DAY_ENDS = time_of_day(12, 26)
"""Less than a minute before `ANY_DAY`, so that hardly any clip is long enough to reach it again."""

log = logging.getLogger(__name__)

_began = time.monotonic()


def since_boot() -> float:
    """Seconds since the machine's start, in sleep too where the system can tell."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def steady() -> float:
    """Seconds since this process began, never stepping."""
    return time.monotonic() - _began


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The detector of a run: which, from where, and how good it was measured to be.

    Attributes:
        average_precision: person AP at IoU 0.5, or None where nobody measured it.
        width: network input width in pixels, unless the settings say another.
    """

    name: str
    licence: str
    average_precision: float | None
    measured_on: str
    backend: str
    width: int
    found: Found

    @property
    def place(self) -> str:
        """Where its weights were found."""
        return self.found.place

    @property
    def card(self) -> DetectorCard:
        """What every health message says of it."""
        return DetectorCard(
            name=self.name,
            licence=self.licence,
            average_precision=self.average_precision,
            measured_on=self.measured_on,
        )

    @property
    def in_words(self) -> str:
        """One line that every run prints."""
        measured = (
            "not measured"
            if self.average_precision is None
            else f"{self.average_precision:.3f} on {self.measured_on}"
        )
        return f"detector {self.name}, licence {self.licence}, person AP {measured}"

    @property
    def advice(self) -> str:
        """What to do for a better one; empty if this is the best that is known, or was never measured."""
        best_name, best = max(load_manifest().models.items(), key=lambda item: item[1].average_precision)
        if self.average_precision is None or best.average_precision <= self.average_precision:
            return ""
        return (
            f"a better one is known: 'footfall-edge model pull {best_name}' "
            f"(person AP {best.average_precision:.3f}, {best.licence})"
        )


@dataclass(frozen=True, slots=True)
class BackgroundModel:
    """The detector of a camera that looks straight down: what differs from the empty floor."""

    name: str = "overhead-background"
    licence: str = "Apache-2.0 (footfall)"
    place: str = "built in"
    advice: str = ""

    @property
    def card(self) -> DetectorCard:
        """What every health message says of it."""
        return DetectorCard(name=self.name, licence=self.licence, average_precision=None)

    @property
    def in_words(self) -> str:
        """One line that every run prints."""
        return f"detector background model, no weights ({self.name}, licence {self.licence}, AP not measured)"


def choose_detector(
    camera: CameraSettings, model: str, runtime: Runtime = "onnxruntime"
) -> ChosenModel | BackgroundModel:
    """What finds people in a camera's view; `model` as in the settings, for cameras that need weights.

    Raises:
        AssetMissing: the weights are not on this machine, or no such name is known.
    """
    return BackgroundModel() if camera.view == "overhead" else choose_model(model, runtime)


def choose_model(name: str, runtime: Runtime = "onnxruntime") -> ChosenModel:
    """The named model, or for `auto` the best of those that can be had without asking.

    Raises:
        AssetMissing: it is not on this machine, or no such name is known.
        EdgeError: the package that it needs is not installed.
    """
    models = load_manifest().models
    if name.startswith(ULTRALYTICS):
        return _ultralytics(Path(name.removeprefix(ULTRALYTICS)))
    if name != "auto":
        if name not in models:
            known = f"known: {', '.join(models)}, auto, and {ULTRALYTICS}PATH"
            raise AssetMissing(f"no model is called {name!r}", known)
        chosen = _from_manifest(name, models[name], runtime, require(name, models[name]))
        check_installed(chosen.backend)
        return chosen
    if runtime == "openvino":
        check_installed("rtmdet-openvino")  # asked for, so never passed over in silence
    for candidate, asset in sorted(models.items(), key=lambda item: -item[1].average_precision):
        if BACKENDS[_backend(asset, runtime)].is_installed and (found := find(asset)):
            return _from_manifest(candidate, asset, runtime, found)
    raise AssetMissing("no detector is on this machine", f"run 'footfall-edge model pull {BEST_MODEL}'")


def check_usable(settings: EdgeSettings, counted: str | None = None) -> None:
    """Whether what every camera needs is here, and for the one that is counted its password, too.

    Raises:
        EdgeError: weights or a package are missing, or a password cannot be read.
    """
    for name, camera in settings.cameras.items():
        choose_detector(camera, settings.detector.model, settings.detector.runtime)
        if name == counted:
            credentials_of(name, camera)


def open_chosen(
    model: ChosenModel | BackgroundModel,
    settings: EdgeSettings,
    camera: CameraSettings | None = None,
    *,
    everywhere: bool = False,
) -> Detector:
    """The detector of a chosen model, for a camera; `everywhere`: not only where something is counted."""
    if isinstance(model, BackgroundModel):
        return OverheadBackground(camera.person_size if camera else None)
    detector = settings.detector
    network = open_detector(
        model.backend,
        model.found.path,
        *model.found.parts,
        width=detector.width or model.width,
        threads=detector.threads,
    )
    if camera is None or (detector.width and camera.person_height is None):
        return network  # asked for by its width: the whole picture
    region = WHOLE_PICTURE if everywhere else counted_region(camera)
    return Framed(network, region, camera.person_height, detector.most_pixels)


def counted_region(camera: CameraSettings) -> tuple[float, float, float, float]:
    """The part of the picture in which anything is counted: x0, y0, x1, y1 as shares of its size."""
    if camera.heatmap:
        return WHOLE_PICTURE
    staff = camera.staff
    parts = [line.points for line in camera.lines] + [zone.points for zone in camera.zones]
    parts += [place for queue in camera.queues for place in (queue.points, queue.service)]
    parts += [*staff.origins, *staff.readers.values()] if staff else []
    places = [place for part in parts for place in part]
    x, y = zip(*places, strict=True)
    return min(x), min(y), max(x), max(y)


def _backend(asset: ModelAsset, runtime: Runtime) -> str:
    return RUNS_IN_OPENVINO_AS.get(asset.backend, asset.backend) if runtime == "openvino" else asset.backend


def _from_manifest(name: str, asset: ModelAsset, runtime: Runtime, found: Found) -> ChosenModel:
    return ChosenModel(
        name,
        asset.licence,
        asset.average_precision,
        asset.measured_on,
        _backend(asset, runtime),
        asset.width,
        found,
    )


def _ultralytics(path: Path) -> ChosenModel:
    name = f"{ULTRALYTICS}{path.name}"[:LONGEST_NAME]  # without its folder, which is nobody else's business
    chosen = ChosenModel(
        name, "AGPL-3.0 (Ultralytics)", None, "", "ultralytics", 640, Found(path, Place.NAMED)
    )
    check_installed(chosen.backend)
    return chosen


def credentials_of(name: str, camera: CameraSettings) -> Callable[[], str | None]:
    """What reads user:password of a camera, anew each time; None where there are none.

    Raises:
        EdgeError: the file cannot be read, or holds nothing; now, not only when the camera is opened.
    """
    path = camera.password_file or systemd_credential(f"camera-{name}", os.environ)
    if path is None:
        return lambda: None
    read_secret(path)
    return lambda: read_secret(path)


def open_camera(name: str, camera: CameraSettings, now: Callable[[], float]) -> LiveCamera:
    """A live camera of the configuration, not yet started; `now` stamps its pictures.

    Raises:
        EdgeError: its address is none, or its credentials cannot be read.
    """
    shown, opener = open_live(camera.source, credentials_of(name, camera), camera.transport)
    return LiveCamera(shown, opener, now, camera.fps, frozen_seconds=camera.frozen_seconds)


def outbox_path(settings: EdgeSettings, camera: str) -> Path:
    """Where a camera's counts are kept."""
    return settings.state.folder / f"outbox-{camera}.db"


def audits_folder(settings: EdgeSettings, camera: str) -> Path:
    """Where the set-up page leaves a camera's audits for the broker."""
    return settings.state.folder / f"audits-{camera}"


def view_path(settings: EdgeSettings, camera: str) -> Path:
    """Where it is kept what a camera's view looks like, as places and hashes of them."""
    return settings.state.folder / f"view-{camera}.json"


def accept_view(settings: EdgeSettings, camera: str) -> bool:
    """Has a camera's view learned anew, also by a process that counts it now; whether one was known.

    Raises:
        EdgeError: what is kept of it cannot be deleted.
    """
    path = view_path(settings, camera)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise EdgeError(
            f"{path} cannot be deleted: {error.strerror}", "run this as root, or as the device's user"
        ) from error
    return True


def drawn_in(camera: CameraSettings) -> str:
    """What stands for all that is drawn in a camera's picture; another one once it was drawn anew."""
    drawn = camera.model_dump_json(include={"lines", "zones", "queues"})
    return hashlib.sha256(drawn.encode()).hexdigest()


def open_outbox(settings: EdgeSettings, camera: str) -> Outbox:
    """A camera's outbox; open it in the thread that uses it."""
    return Outbox(outbox_path(settings, camera), settings.state.most_megabytes * 1024 * 1024)


class CountedElsewhere(EdgeError):
    """Another process counts the camera."""


@contextmanager
def only_one(settings: EdgeSettings, camera: str) -> Iterator[None]:
    """Holds a camera for this process, so that nobody is counted twice.

    Raises:
        CountedElsewhere: another process counts this camera.
        EdgeError: the state folder cannot be written.
    """
    path = settings.state.folder / f"{camera}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
    except OSError as error:
        kind = DiskTrouble if error.errno in (errno.EROFS, errno.ENOSPC, errno.EIO) else EdgeError
        raise kind(
            f"the state folder {path.parent} cannot be written: {error.strerror}",
            "correct state.folder, or its permissions",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CountedElsewhere(
                f"camera {camera} is being counted by another process already",
                "stop that one first, or give this one another state.folder",
            ) from None
        yield


class CameraProcess:
    """Everything that counts and publishes one camera, built and not yet started.

    Args:
        settings: the device's settings.
        camera: which camera of them.
        recording: the file to count in place of the camera's own source, or None.
        start_at: when a recording began, seconds since the epoch; None: now.
        resume: take a recording up again where it was left.
        real_time: play a recording as fast as it was filmed.
        replayed: whether the counts say that they come from a recording.
        publish: whether to connect to the broker.
        most_fps: look at no more of a recording's frames than these a second; None: at all of them.
        on_fact: hears of every fact as it is counted.
        configuration: hears of a new configuration and tells the one in use; None: neither.
    """

    def __init__(
        self,
        settings: EdgeSettings,
        camera: str,
        *,
        recording: Path | None = None,
        start_at: float | None = None,
        resume: bool = False,
        real_time: bool = False,
        replayed: bool = False,
        publish: bool = True,
        most_fps: float | None = None,
        on_fact: Callable[[Fact], None] | None = None,
        configuration: ConfigLink | None = None,
    ) -> None:
        self.is_finishing = False
        self.is_recording = recording is not None
        self._goes_on = False
        self._configuration = configuration
        self._settings = settings
        self._name = camera
        self._camera = settings.cameras[camera]
        self.watched = watched_by(self._camera)
        self.model = choose_detector(self._camera, settings.detector.model, settings.detector.runtime)
        self._detector = detector = open_chosen(self.model, settings, self._camera)
        self._outbox = open_outbox(settings, camera)
        self._since = datetime.now(UTC)
        # A recording shows the past, and a badge is read now.
        self._live: LiveCamera | None = None
        self._view: Watched | None = None
        self._badges = BadgeInbox() if self._camera.staff and recording is None else None
        try:
            self._clock = self._open_clock(live=recording is None)
            tally = self._tally(camera, live=recording is None)
            run = self._begin(recording, start_at, tally, resume=resume)
            source = self._open_source(recording, run, real_time=real_time)
            source = Thinned(source, most_fps) if recording and most_fps else source
            self._source = self._watched(source) if publish and not replayed else source
            self.service = CameraService(
                CountedBy(settings.store, settings.device, camera, replayed, self._clock.known),
                run,
                self._source,
                detector,
                counter_builder(self._camera),
                tally,
                self._outbox,
                time.time,
                steady,
                on_fact,
                self._badges,
                self._clock if recording is None else None,
            )
        except BaseException:
            self._outbox.close()
            raise
        self.publisher = self._build_publisher() if publish else None

    @property
    def vitals(self) -> Vitals:
        """How the work goes."""
        return self.service.vitals

    @property
    def trouble(self) -> str:
        """What is wrong with the source now; empty if nothing is."""
        return self._source.trouble

    @property
    def tried_again(self) -> str:
        """What is wrong with the source while it is being opened again; empty also where a driver hangs."""
        return "" if self._live and self._live.hangs else self.trouble

    @property
    def looks(self) -> tuple[str, ...]:
        """How people are looked at, and what is wrong with it; nothing where that is not chosen by us."""
        if not isinstance(self._detector, Framed):
            return ()
        return tuple(filter(None, (self._detector.in_words, self._detector.trouble)))

    def stop(self, why: VisitEnd = VisitEnd.STOPPED) -> None:
        """Ends `work`; visits under way end for that reason."""
        self._goes_on = why is VisitEnd.CONFIG_CHANGED
        self.service.stop(why)

    def work(self, on_frame: Callable[[Vitals], None] | None = None, drain_seconds: float = 0.0) -> bool:
        """Counts until the end, then waits so long for the broker to take everything; whether it did.

        It does not wait where another process goes on right away.
        """
        delivered = True
        try:
            if self.publisher:
                self.publisher.start()
            try:
                self.service.work(on_frame)
            finally:
                self.is_finishing = True
                if self.publisher:
                    delivered = self.publisher.drain(0.0 if self._goes_on else drain_seconds)
                    self.publisher.stop()
        finally:
            self._outbox.close()
        if self.publisher and self.publisher.failure:
            raise self.publisher.failure
        return delivered

    def _tally(self, camera: str, *, live: bool) -> Tally:
        # A recording that is counted again from its beginning replaces its minutes; a clock that is set back
        # adds to them.
        return Tally(self.watched, partial(self._outbox.minute, camera)) if live else Tally(self.watched)

    def _open_clock(self, *, live: bool) -> DeviceClock:
        """Of a recording it is not asked whether the clock is right: it does not say when anybody came."""
        if not live:
            return DeviceClock(time.time, since_boot, boot_name(), lambda: None)
        believed = self._settings.clock == "trusted"
        boot = boot_name()
        return DeviceClock(
            time.time,
            since_boot,
            boot,
            (lambda: None) if believed else kernel_knows,
            self._outbox.anchor(self._name),
            self._outbox.counted_until(self._name, boot) or EARLIEST,
        )

    def _begin(self, recording: Path | None, start_at: float | None, tally: Tally, *, resume: bool) -> Run:
        now = self._clock.now()
        before = self._outbox.progress(self._name)
        if recording is None:
            before_now = self._outbox.since(self._name, now - KEPT_SECONDS)
            # What was counted by another clock stays as it is.
            tally.restore(one for one in before_now if one.clock_synced == self._clock.known)
            tally.take_in(self._outbox.beside(self._name))
            return self._run(without_credentials(self._camera.source), now, None, repeatable=False)
        source = str(recording)
        waiting, _ = self._outbox.depth(now)
        if resume and before and _can_go_on(before, source, start_at, undelivered=waiting > 0):
            tally.restore(self._outbox.since(self._name, before.counted_until - KEPT_SECONDS))
            going_on = self._run(source, before.started_at, before.counted_until, repeatable=True)
            return replace(going_on, follow_from=before.follow_from)
        begin = now if start_at is None else start_at
        if before and begin >= before.counted_until:
            # The next piece of a longer recording: the minute that both share holds the counts of both.
            tally.restore(self._outbox.since(self._name, begin))
        return self._run(source, begin, None, repeatable=True)

    def _run(self, source: str, started_at: float, counted_until: float | None, *, repeatable: bool) -> Run:
        day_end = partial(next_day_end, zone=self._settings.zone, ends=self._settings.day_ends)
        return Run(source, started_at, counted_until, repeatable, day_end)

    def _open_source(self, recording: Path | None, run: Run, *, real_time: bool) -> FrameSource:
        if recording is not None:
            return Recording(recording, run.started_at, self._clock.steady if real_time else None)
        self._live = open_camera(self._name, self._camera, self._clock.steady)
        return self._live

    def _watched(self, source: FrameSource) -> Watched:
        kept = ReferenceFile(view_path(self._settings, self._name), drawn_in(self._camera))
        self._view = Watched(self._name, source, ViewWatch(kept.read()), kept.write, kept.is_gone)
        return self._view

    def _build_publisher(self) -> Publisher:
        settings, broker = self._settings, self._settings.broker
        return Publisher(
            f"footfall-{settings.store}-{settings.device}-{self._name}",
            BrokerAddress(broker.host, broker.port, broker.username, broker.password_file, broker.ca_file),
            lambda: open_outbox(settings, self._name),
            self,
            time.time,
            time.monotonic,
            self._readers(),
            Audits(audits_folder(settings, self._name)),
            self._configuration,
        )

    def _readers(self) -> BadgeReaders | None:
        staff, badges = self._camera.staff, self._badges
        if staff is None or badges is None or not staff.readers:
            return None
        numbers = staff.numbers

        def hear(read: BadgeRead) -> None:
            if numbers.contains(read.badge):
                badges.put(BadgeSeen(read.till, read.at.timestamp()))

        return BadgeReaders(self._settings.store, tuple(staff.readers), hear)

    def online(self) -> Status:
        """See `Reporter.online`."""
        return self._status("online", self._since)

    def offline(self) -> Status:
        """See `Reporter.offline`."""
        return self._status("offline", None)

    def _status(self, state: str, since: datetime | None) -> Status:
        return Status.model_validate(
            {
                "store": self._settings.store,
                "device": self._settings.device,
                "camera": self._name,
                "state": state,
                "since": since,
                "version": version("footfall"),
            }
        )

    def live(self) -> Live | None:
        """See `Reporter.live`."""
        at, scene = self.vitals.frame_at, self.vitals.scene
        if at is None or scene is None:
            return None
        return Live(
            store=self._settings.store,
            device=self._settings.device,
            camera=self._name,
            at=datetime.fromtimestamp(at, UTC),
            zones=tuple(ZoneNow(zone=zone, occupancy=n) for zone, n in scene.zones.items()),
            queues=tuple(_queue_now(queue, waiting) for queue, waiting in scene.queues.items()),
        )

    def health(self, outbox: OutboxState) -> Health:
        """See `Reporter.health`."""
        vitals, trouble = self.vitals, self._source.trouble
        state = "ended" if vitals.ended else "lost" if trouble else "ok"
        return Health(
            store=self._settings.store,
            device=self._settings.device,
            camera=self._name,
            at=datetime.fromtimestamp(self._clock.now(), UTC),
            fps=round(vitals.fps, 2),
            inference_ms=round(vitals.inference_ms, 2),
            frames_done=vitals.frames_done,
            frames_skipped=self._source.frames_skipped,
            outbox_depth=outbox.depth,
            outbox_oldest_seconds=round(outbox.oldest_seconds, 1),
            outbox_coarsened=outbox.coarsened,
            outbox_dropped=outbox.dropped + vitals.dropped_minutes,
            outbox_trouble=vitals.outbox_trouble[:500] or None,
            clock_known=self._clock.known,
            memory_mb=memory_mb(),
            source=self._source_state(state, trouble),
            detector=self.model.card,
            view=ViewNow.model_validate(asdict(self._view.state)) if self._view else None,
            framing=(self._framing_trouble or None) and self._framing_trouble[:500],
            machine=machine_now(self._settings.state.folder),
        )

    def health_now(self) -> Health | None:
        """How the process fares, for any thread; None if the outbox cannot be read."""
        try:
            box = open_outbox(self._settings, self._name)
        except EdgeError:
            return None
        try:
            return self.health(box.state(time.time()))
        finally:
            box.close()

    def _source_state(self, state: str, trouble: str) -> SourceState:
        told: dict[str, object] = {"state": state, "reason": trouble[:500]}
        if live := self._live:
            told |= {"fault": live.fault, "reconnects": live.reconnects}
            if live.last_fault:
                fault, at = live.last_fault
                at += self._clock.ahead  # pictures have the steady time
                told |= {"last_fault": fault, "last_fault_at": datetime.fromtimestamp(at, UTC)}
        return SourceState.model_validate(told)

    @property
    def _framing_trouble(self) -> str:
        return self._detector.trouble if isinstance(self._detector, Framed) else ""


def shown_source(name: str, camera: CameraSettings, now: Callable[[], float]) -> FrameSource:
    """What a camera sees from now on; a recording is played from its beginning, as fast as it was filmed."""
    recording = recording_of(camera)
    if recording is None:
        return open_camera(name, camera, now)
    return Thinned(Recording(recording, now(), now), camera.fps)


def facts_of(
    settings: EdgeSettings,
    camera: str,
    recording: Path,
    *,
    most_fps: float | None = None,
    on_frame: Callable[[Vitals], None] | None = None,
) -> tuple[list[Crossing | Visit], CameraProcess]:
    """Crossings and visits that a device counts in a recording, in seconds from its beginning.

    Nothing is kept or sent, and no day ends within it.

    Raises:
        EdgeError: the recording or the model cannot be used.
    """
    facts: list[Fact] = []
    with tempfile.TemporaryDirectory(prefix="footfall-") as folder:
        state = settings.state.model_copy(update={"folder": Path(folder)})
        process = CameraProcess(
            settings.model_copy(update={"state": state, "time_zone": "UTC", "day_ends": ANY_DAY_ENDS}),
            camera,
            recording=recording,
            start_at=ANY_DAY,
            replayed=True,
            publish=False,
            most_fps=most_fps,
            on_fact=facts.append,
        )
        process.work(on_frame)
    return [_since(fact, ANY_DAY) for fact in facts if isinstance(fact, Crossing | Visit)], process


def quiet_codecs() -> None:
    """Keeps FFmpeg's and OpenCV's own complaints away: they name no place that a user knows, ours do."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)


def memory_mb() -> float:
    """Resident memory of this process now, in MiB; its peak where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return peak_memory_mb()
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def peak_memory_mb() -> float:
    """Highest resident memory of this process so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def recording_of(camera: CameraSettings) -> Path | None:
    """The file that a camera's source names, or None for a live one."""
    return None if is_live(camera.source) else Path(camera.source)


def _can_go_on(before: Progress, source: str, start_at: float | None, *, undelivered: bool) -> bool:
    """Whether a recording is taken up again: it was interrupted, or has ended but not been delivered yet."""
    left_off = not before.ended or undelivered
    return left_off and before.source == source and start_at in (None, before.started_at)


def _queue_now(queue: str, waiting: Waiting) -> QueueNow:
    longest = waiting.longest_wait_seconds
    return QueueNow(
        queue=queue,
        length=waiting.length,
        longest_wait_seconds=None if longest is None else round(max(0.0, longest), 1),
    )


def _since(fact: Crossing | Visit, begin: float) -> Crossing | Visit:
    if isinstance(fact, Crossing):
        return replace(fact, at=fact.at - begin)
    return replace(fact, entered_at=fact.entered_at - begin, left_at=fact.left_at - begin)
