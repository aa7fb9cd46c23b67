"""An audit as the page makes it: begin, click, end, keep the figures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from edge.config import CameraSettings, EdgeSettings
from edge.counting import Direction
from edge.errors import EdgeError
from edge.outbox import Audits
from edge.setup import auditing, clicking
from edge.setup.auditing import Way
from edge.setup.clicking import ClickRefused, Clicks
from edge.setup.sights import Looked
from edge.setup.telling import tally_told, way_told
from edge.setup.watching import Watching
from edge.wire import Audit


class AuditDesk:
    """One camera's audits, one at a time. May be used from any thread.

    Args:
        name: the camera's.
        watching: looks at the camera.
        audits: where results are kept for the server.
        detector: its name.
        now: seconds since the epoch.
        lock: held while something changes; the desk for drawing uses the same.
    """

    def __init__(
        self,
        name: str,
        watching: Watching,
        audits: Audits,
        detector: Callable[[CameraSettings], str],
        now: Callable[[], float],
        lock: threading.RLock,
    ) -> None:
        self._name = name
        self._watching = watching
        self._audits = audits
        self._detector = detector
        self._now = now
        self._lock = lock
        self._settings: EdgeSettings | None = None
        self._clicks: Clicks | None = None
        self._is_kept = False

    def begin(self, settings: EdgeSettings, source: str) -> None:
        """Begins to compare with what somebody clicks, counting as a run would.

        Args:
            settings: by which a run counts now.
            source: of the camera that is looked at.

        Raises:
            ClickRefused: there is nothing to audit.
        """
        with self._lock:
            self.check_none()
            camera = self._audited(settings, source)
            if not self._watching.look(Looked(camera, everywhere=False)):
                raise ClickRefused("the camera gives no picture; an audit needs one")
            lines = tuple(line.id for line in camera.lines)
            self._clicks, self._is_kept = Clicks(lines, self._now() + clicking.LEAD_SECONDS), False
            self._settings = settings

    def click(self, line: str, direction: str) -> None:
        """Somebody crossed just now."""
        at = self._now()
        with self._lock:
            self._clicks = self._under_way().clicked(line, Direction(direction), at)

    def undo(self) -> None:
        """Takes the last click back."""
        with self._lock:
            self._clicks = self._under_way().undone()

    def end(self) -> None:
        """Ends the clicking; what was counted is certain some seconds later."""
        with self._lock:
            self._clicks = self._under_way().ended(self._now())

    def keep(self) -> None:
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

    def drop(self) -> None:
        """Ends it; a result that was not kept is gone."""
        with self._lock:
            self._clicks = None

    def check_none(self) -> None:
        """Whether drawings may be tried.

        Raises:
            EdgeError: an audit is under way, which they would disturb.
        """
        if self._clicks is not None:
            raise EdgeError("an audit is under way", "end it first, and go back to drawing")

    def told(self) -> dict[str, Any] | None:
        """How it stands; None where there is none."""
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
            "ways": [way_told(way) for way in ways],
            "total": tally_told(auditing.total(ways)),
        }

    def _audited(self, settings: EdgeSettings, source: str) -> CameraSettings:
        camera = settings.cameras.get(self._name)
        if camera is None or camera.source != source:
            raise ClickRefused(
                f"the configuration that was sent to this device does not count the camera {self._name} that "
                "is shown here"
            )
        if not camera.lines:
            raise ClickRefused("there is no line to audit; draw one, and save it")
        return camera

    def _message(self, clicks: Clicks) -> Audit:
        assert self._settings is not None
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

    def _is_certain(self, clicks: Clicks) -> bool:
        return clicks.end is not None and self._now() >= clicks.end + auditing.LATE_SECONDS

    def _ways(self, clicks: Clicks) -> tuple[Way, ...]:
        return auditing.compared(clicks, self._watching.crossings(), self._now())
