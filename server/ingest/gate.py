"""Whose messages are let in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlite_utils import Database

from edge.wire import Audit, Counts, Health, Live, Sale, Status, WireError, ZoneEvent
from server.config import Settings
from server.storage import gate_decisions
from server.storage.gate_decisions import MOST_CAMERAS, Decision


class LeftOut(Exception):
    """Somebody decided that this device's messages are not wanted."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What holds for one batch. `cameras` grows with what the batch brings, `let_in` with whom it let in."""

    hold_unknown: bool
    decisions: Mapping[tuple[str, str], Decision]
    cameras: set[tuple[str, str, str]]
    cameras_of_store: Counter[str]
    let_in: set[tuple[str, str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, db: Database, settings: Settings) -> Gate:
        """What was decided, and who is known."""
        cameras = gate_decisions.known_cameras(db)
        return cls(
            hold_unknown=settings.unknown_devices == "hold",
            decisions=gate_decisions.decisions(db),
            cameras=cameras,
            cameras_of_store=Counter(store for store, _, _ in cameras),
        )

    def check(self, message: Counts | Live | Status | Health | Sale | Audit | ZoneEvent) -> None:
        """Let a message pass; tills and signs are known by the broker's rules.

        Raises:
            LeftOut: its device was refused.
            WireError: its device is not enrolled, or the store has more cameras than anybody has.
        """
        if isinstance(message, Sale | ZoneEvent):
            return
        camera = (message.store, message.device, message.camera)
        if camera not in self.let_in:  # Else it is one more of the thousand in a batch.
            self._check_device(message.store, message.device)
            self._admit(camera)
            self.let_in.add(camera)

    def _check_device(self, store: str, device: str) -> None:
        decision = self.decisions.get((store, device))
        if decision == "refused":
            raise LeftOut(f"device {device!r} of store {store!r} was refused")
        if self.hold_unknown and decision is None:
            raise WireError(
                f"device not enrolled: {device!r} of store {store!r};"
                f" let it in with: footfall-server devices accept {device} --store {store}"
            )

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
