"""What the page can do, without HTTP: look, try a drawing, save it, and audit a count."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from edge.config import CameraSettings, EdgeSettings
from edge.counting import Direction
from edge.errors import EdgeError
from edge.outbox import Audits
from edge.planning import FloorRefused
from edge.setup import auditing
from edge.setup.auditing import ClickRefused, Clicks, Way
from edge.setup.drawing import Drawn, drawn_of
from edge.setup.keeping import DeviceFile, DrawingRefused, Problem
from edge.setup.trying import Trial, trials
from edge.setup.watching import Looked, Watching
from edge.survey import as_rows, survey
from edge.truth.intervals import Estimate
from edge.truth.scoring import Tally
from edge.wire import Audit


class Desk:
    """One camera's set-up. Its methods may be called from any thread; each answers what JSON can say.

    Args:
        file: the device's file.
        name: the camera's.
        settings: what stands in the file.
        watching: looks at the camera.
        audits: where results are kept for the server.
        detector: its name.
        now: seconds since the epoch.
    """

    def __init__(
        self,
        file: DeviceFile,
        name: str,
        settings: EdgeSettings,
        watching: Watching,
        audits: Audits,
        detector: Callable[[CameraSettings], str],
        now: Callable[[], float],
    ) -> None:
        self._file = file
        self._name = name
        self._settings = settings
        self._watching = watching
        self._audits = audits
        self._detector = detector
        self._now = now
        self._lock = threading.Lock()
        self._clicks: Clicks | None = None
        self._is_kept = False

    def jpeg(self) -> bytes | None:
        """The newest picture, veiled."""
        return self._watching.jpeg()

    def begin(self) -> dict[str, Any]:
        """What the page starts with."""
        with self._lock:
            version = self._file.version
            settings = self._settings = self._file.read()
        camera = settings.cameras[self._name]
        return {
            "store": settings.store,
            "device": settings.device,
            "camera": self._name,
            "detector": self._detector(camera),
            "drawn": drawn_of(camera).model_dump(mode="json"),
            "version": version,
            "measured": as_rows(survey(camera)),
        }

    def state(self, after: int) -> dict[str, Any]:
        """How things are now, with the crossings after the first so many."""
        sight = self._watching.sight
        wide, high = sight.size or (1, 1)
        crossings = [
            {
                "line": one.line,
                "direction": one.direction.value,
                "place": [one.place.x / wide, one.place.y / high] if one.place else None,
            }
            for one in self._watching.crossings(after)
        ]
        return {
            "size": sight.size,
            "shown": sight.shown,
            "age": round(self._now() - sight.at, 1) if sight.size else None,
            "trouble": sight.trouble,
            "number": sight.crossings,
            "crossings": crossings,
            "counted": [
                {"line": line, "direction": direction.value, "count": count}
                for (line, direction), count in self._watching.counted.items()
            ],
            "audit": self._audit(),
        }

    def try_out(self, drawn: Drawn) -> dict[str, Any]:
        """Whether a drawing can be used and would count; from now on it is what is counted on the page.

        Raises:
            DrawingRefused: with every mistake at its field.
        """
        with self._lock:
            self._check_no_audit()
            here = self._settings.cameras[self._name]
            paths = {"source": here.source, "password_file": here.password_file}  # absolute ones
            camera = self._file.checked(drawn).model_copy(update=paths)
        self._watching.look(Looked(camera))
        return self._tried(camera)

    def save(self, drawn: Drawn, version: str) -> dict[str, Any]:
        """Writes a drawing into the device's file, if that still is of the version that it was made from.

        Raises:
            EdgeError: it cannot be used or not be written; the file is as before.
        """
        with self._lock:
            self._check_no_audit()
            self._settings = self._file.save(drawn, version)
            version = self._file.version
            camera = self._settings.cameras[self._name]
        self._watching.look(Looked(camera))
        return self._tried(camera) | {
            "drawn": drawn_of(camera).model_dump(mode="json"),
            "version": version,
        }

    def begin_audit(self) -> dict[str, Any]:
        """Begins to compare with what somebody clicks; counts by the file as it stands, as a run would."""
        with self._lock:
            self._check_no_audit()
            self._settings = self._file.read()
            camera = self._settings.cameras[self._name]
            lines = tuple(line.id for line in camera.lines)
            if not lines:
                raise ClickRefused("there is no line to audit; draw one, and save it")
            if not self._watching.look(Looked(camera, everywhere=False)):
                raise ClickRefused("the camera gives no picture; an audit needs one")
            self._clicks, self._is_kept = Clicks(lines, self._now() + auditing.LEAD_SECONDS), False
        return self.state(0)

    def click(self, line: str, direction: str) -> dict[str, Any]:
        """Somebody crossed just now."""
        at = self._now()
        with self._lock:
            self._clicks = self._under_way().clicked(line, Direction(direction), at)
        return self.state(0)

    def undo(self) -> dict[str, Any]:
        """Takes the last click back."""
        with self._lock:
            self._clicks = self._under_way().undone()
        return self.state(0)

    def end_audit(self) -> dict[str, Any]:
        """Ends the clicking; what was counted is certain some seconds later."""
        with self._lock:
            self._clicks = self._under_way().ended(self._now())
        return self.state(0)

    def keep_audit(self) -> dict[str, Any]:
        """Keeps the result for the server, once.

        Raises:
            EdgeError: it is not certain yet, or cannot be written.
        """
        with self._lock:
            clicks = self._under_way()
            if not self._is_certain(clicks):
                raise ClickRefused("some crossings may not be certain yet; wait a few seconds")
            if not self._is_kept:
                self._audits.put(self._message(clicks))
                self._is_kept = True
        return self.state(0)

    def drop_audit(self) -> dict[str, Any]:
        """Back to drawing; a result that was not kept is gone."""
        with self._lock:
            self._clicks = None
            camera = self._settings.cameras[self._name]
        self._watching.look(Looked(camera))
        return self.state(0)

    def _message(self, clicks: Clicks) -> Audit:
        settings = self._settings
        return auditing.message(
            clicks,
            self._ways(clicks),
            store=settings.store,
            device=settings.device,
            camera=self._name,
            detector=self._detector(settings.cameras[self._name]),
        )

    def _under_way(self) -> Clicks:
        if self._clicks is None:
            raise ClickRefused("no audit was begun")
        return self._clicks

    def _check_no_audit(self) -> None:
        if self._clicks is not None:
            raise EdgeError("an audit is under way", "end it first, and go back to drawing")

    def _is_certain(self, clicks: Clicks) -> bool:
        return clicks.end is not None and self._now() >= clicks.end + auditing.LATE_SECONDS

    def _ways(self, clicks: Clicks) -> tuple[Way, ...]:
        return auditing.compared(clicks, self._watching.crossings(), self._now())

    def _audit(self) -> dict[str, Any] | None:
        clicks = self._clicks
        if clicks is None:
            return None
        ways = self._ways(clicks)
        return {
            "begins_in": round(max(0.0, clicks.begin - self._now()), 1),
            "seconds": round(max(0.0, (clicks.end or self._now()) - clicks.begin), 1),
            "ended": clicks.end is not None,
            "certain": self._is_certain(clicks),
            "kept": self._is_kept,
            "ways": [{"line": way.line, "direction": way.direction.value} | _told(way.tally) for way in ways],
            "total": _told(auditing.total(ways)),
        }

    def _tried(self, camera: CameraSettings) -> dict[str, Any]:
        sight = self._watching.sight
        told: dict[str, Any] = {"measured": as_rows(survey(camera)), "trials": [], "problems": []}
        if sight.size:
            try:
                told["trials"] = [
                    _trial(one, sight.size) for one in trials(camera, *sight.size, max(sight.tall, 8.0))
                ]
            except FloorRefused as error:
                raise DrawingRefused([Problem("floor.points", str(error))]) from error
        return told


def _trial(trial: Trial, size: tuple[int, int]) -> dict[str, Any]:
    return {
        "line": trial.line,
        "doubts": list(trial.doubts),
        "walks": [
            {
                "path": [[place.x / size[0], place.y / size[1]] for place in walk.path],
                "direction": walk.direction.value,
                "counted": walk.counted,
            }
            for walk in trial.walks
        ],
    }


def _told(tally: Tally) -> dict[str, Any]:
    return {
        "clicked": tally.true,
        "counted": tally.counted,
        "matched": tally.matched,
        "missed": tally.missed,
        "extra": tally.extra,
        "found": _estimate(tally.recall),
        "right": _estimate(tally.precision),
    }


def _estimate(estimate: Estimate) -> list[float | None]:
    return [estimate.value, estimate.low, estimate.high]
