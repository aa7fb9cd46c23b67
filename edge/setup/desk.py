"""What the page can do, without HTTP: look, try a drawing, save it, and audit a count."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from edge.config import CameraSettings, EdgeSettings
from edge.outbox import Audits
from edge.setup.audit_desk import AuditDesk
from edge.setup.drawing import Drawn, drawn_of
from edge.setup.in_use import InUseNow
from edge.setup.keeping import DeviceFile
from edge.setup.sights import Looked
from edge.setup.telling import counted_told, crossing_told, sight_told, tried_told
from edge.setup.watching import Watching
from edge.survey import as_rows, survey


class Desk:
    """One camera's set-up. Its methods may be called from any thread; each answers what JSON can say.

    Args:
        file: the device's file.
        name: the camera's.
        settings: what stands in the file.
        in_use: what counts.
        watching: looks at the camera.
        audits: where results are kept for the server.
        detector: its name.
        accept_view: has the running program learn the view as it is now.
        now: seconds since the epoch.
    """

    def __init__(
        self,
        file: DeviceFile,
        name: str,
        settings: EdgeSettings,
        in_use: InUseNow,
        watching: Watching,
        audits: Audits,
        detector: Callable[[CameraSettings], str],
        accept_view: Callable[[], bool],
        now: Callable[[], float],
    ) -> None:
        self._file = file
        self._name = name
        self._settings = settings
        self._in_use = in_use
        self._watching = watching
        self._detector = detector
        self._accept_view = accept_view
        self._now = now
        self._lock = threading.RLock()
        self._looks = 0
        self.audit = AuditDesk(name, watching, audits, detector, now, self._lock)

    def jpeg(self) -> bytes | None:
        """The newest picture, veiled."""
        return self._watching.jpeg()

    def begin(self) -> dict[str, Any]:
        """What the page starts with."""
        with self._lock:
            settings = self._settings = self._file.read()
            version = self._file.version  # says so where the camera is gone
        camera = settings.cameras[self._name]
        return {
            "store": settings.store,
            "device": settings.device,
            "camera": self._name,
            "detector": self._detector(camera),
            "drawn": drawn_of(camera).model_dump(mode="json"),
            "version": version,
            "measured": as_rows(survey(camera)),
            "counts": self._counts(),
        }

    def state(self, after: int) -> dict[str, Any]:
        """How things are now, with the crossings after the first so many."""
        sight = self._watching.sight
        return sight_told(sight, self._now()) | {
            "crossings": [crossing_told(one, sight.size) for one in self._watching.crossings(after)],
            "counted": counted_told(self._watching.counted),
            "looks": self._looks,
            "afar": self._in_use.from_afar,
            "audit": self.audit.told(),
        }

    def try_out(self, drawn: Drawn) -> dict[str, Any]:
        """Whether a drawing can be used and would count; from now on it is what is counted on the page.

        Raises:
            DrawingRefused: with every mistake at its field.
        """
        with self._lock:
            self.audit.check_none()
            here = self._settings.cameras[self._name]
            paths = {"source": here.source, "password_file": here.password_file}  # absolute ones
            camera = self._file.checked(drawn).model_copy(update=paths)
        return self._looked(camera)

    def save(self, drawn: Drawn, version: str, instead_of: str = "") -> dict[str, Any]:
        """Writes a drawing into the device's file, which counts from then on.

        Args:
            drawn: the drawing.
            version: of the camera's part of the file that it was made from.
            instead_of: digest of the configuration from afar whose place it takes, as whoever saves was told.

        Raises:
            EdgeError: it cannot be used or not be written; the file is as before.
        """
        with self._lock:
            self.audit.check_none()
            self._in_use.check_known(instead_of)
            self._settings = self._file.save(drawn, version)
            self._in_use.put_aside()
            version = self._file.version
            camera = self._settings.cameras[self._name]
        return self._looked(camera) | {
            "drawn": drawn_of(camera).model_dump(mode="json"),
            "version": version,
        }

    def begin_audit(self) -> None:
        """Begins to compare with what somebody clicks; counts by what is in use, as a run would."""
        with self._lock:
            source = self._file.read().cameras[self._name].source
            self.audit.begin(self._in_use.read().settings, source)
            self._looks += 1

    def drop_audit(self) -> None:
        """Back to drawing; a result that was not kept is gone."""
        self.audit.drop()
        self._look(self._settings.cameras[self._name])

    def accept_view(self) -> dict[str, Any]:
        """Has the running program take the view as it is now for the right one.

        Raises:
            EdgeError: what it knew cannot be taken away.
        """
        return {"known": self._accept_view()}

    def _counts(self) -> dict[str, Any]:
        """What counts, if it is not the file: its digest, and what is drawn in it."""
        digest = self._in_use.from_afar
        camera = self._in_use.read().settings.cameras.get(self._name) if digest else None
        return {
            "afar": digest,
            "drawn": drawn_of(camera).model_dump(mode="json") if camera else None,
        }

    def _look(self, camera: CameraSettings) -> None:
        self._watching.look(Looked(camera))
        self._looks += 1

    def _looked(self, camera: CameraSettings) -> dict[str, Any]:
        self._look(camera)
        return tried_told(camera, self._watching.sight) | {"looks": self._looks}
