"""Whose messages are let in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from edge.wire import Counts, Health, Live, Sale, Status, WireError, ZoneEvent
from server.config import Settings
from server.storage import enrolment
from server.storage.enrolment import MOST_CAMERAS, Decision


class LeftOut(Exception):
    """Somebody decided that this device's messages are not wanted."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What holds for one batch. `cameras` grows with what the batch brings."""

    hold_unknown: bool
    decisions: Mapping[tuple[str, str], Decision]
    cameras: set[tuple[str, str, str]]
    cameras_of_store: Counter[str]

    @classmethod
    def of(cls, db: Database, settings: Settings) -> Gate:
        """What was decided, and who is known."""
        cameras = enrolment.known_cameras(db)
        return cls(
            hold_unknown=settings.unknown_devices == "hold",
            decisions=enrolment.decisions(db),
            cameras=cameras,
            cameras_of_store=Counter(store for store, _, _ in cameras),
        )

    def check(self, message: Counts | Live | Status | Health | Sale | ZoneEvent) -> None:
        """Let a message pass; tills and signs are known by the broker's rules.

        Raises:
            LeftOut: its device was refused.
            WireError: its device is not enrolled, or the store has more cameras than anybody has.
        """
        if isinstance(message, Sale | ZoneEvent):
            return
        decision = self.decisions.get((message.store, message.device))
        if decision == "refused":
            raise LeftOut(f"device {message.device!r} of store {message.store!r} was refused")
        if self.hold_unknown and decision is None:
            raise WireError(
                f"device not enrolled: {message.device!r} of store {message.store!r};"
                f" let it in with: footfall-server devices accept {message.device} --store {message.store}"
            )
        self._admit((message.store, message.device, message.camera))

    def _admit(self, camera: tuple[str, str, str]) -> None:
        if camera in self.cameras:
            return
        store = camera[0]
        if self.cameras_of_store[store] >= MOST_CAMERAS:
            raise WireError(
                f"store {store!r} has {MOST_CAMERAS} cameras already, so camera {camera[2]!r} of device"
                f" {camera[1]!r} is not taken for one"
            )
        self.cameras.add(camera)
        self.cameras_of_store[store] += 1
