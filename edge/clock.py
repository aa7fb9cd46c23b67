"""What time it is on a device: a time that never steps for counting, and how far the clock is from it.

A device without a battery for its clock wakes up with a wrong time, and learns the right one from the network
seconds or days later. Until then what is counted is marked; once the time is known it is moved there.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CLOCK_STEP_SECONDS = 2.0
"""Smaller corrections, as NTP makes them, are left to add up until they are worth a step."""

ASK_SECONDS = 5.0
"""So often it is asked whether the time is known."""

EARLIEST = 1_735_689_600.0
"""The begin of 2025, before which nobody has counted with this software; seconds since the epoch."""

TIMESYNC = Path("/run/systemd/timesync")

_UNSYNCHRONISED = 5
"""What `adjtimex` answers while nobody has told the kernel that its clock is right."""

_SIZE_OF_TIMEX = 256  # larger than the kernel's structure anywhere


@dataclass(frozen=True, slots=True)
class Anchor:
    """How a clock stood, so that a later process of the same boot can tell how far it was moved.

    Attributes:
        boot: which start of the machine.
        ahead: what the clock said less the seconds since that start.
        known: whether that was the right time.
    """

    boot: str
    ahead: float
    known: bool


@dataclass(frozen=True, slots=True)
class ClockNews:
    """The clock was set, or its time has become known.

    Attributes:
        moved_by: seconds; 0 where it was right and nobody knew.
        was_known: whether the time before was known, so that what was counted by it stands.
        is_known: whether it is known now.
    """

    moved_by: float
    was_known: bool
    is_known: bool


class DeviceClock:
    """Steady time for pictures and people, and the clock's time for minutes.

    Args:
        wall: the system's clock, seconds since the epoch.
        since_boot: seconds since the machine's start, never stepping, going on in sleep.
        boot: which start of the machine this is.
        is_right: whether the system's clock is known to be right; None where nobody can say.
        before: how the clock stood when counts were last kept; None for a new device.
        counted_until: end of the newest minute that is kept, seconds since the epoch. A clock of which
            nobody knows whether it is right, and that shows an earlier time, is taken to be wrong.
    """

    def __init__(
        self,
        wall: Callable[[], float],
        since_boot: Callable[[], float],
        boot: str,
        is_right: Callable[[], bool | None],
        before: Anchor | None = None,
        counted_until: float = EARLIEST,
    ) -> None:
        self._wall = wall
        self._since_boot = since_boot
        self._boot = boot
        self._is_right = is_right
        self._asked_at = since_boot() - ASK_SECONDS
        same_boot = before is not None and bool(boot) and before.boot == boot
        goes_on = before if before is not None and same_boot and not before.known else None
        # What was right once since the machine's start is right enough for days without a network.
        self._known = goes_on is None and (same_boot or is_right() is not False)
        self._least = max(counted_until, EARLIEST)
        shown = wall() - since_boot()
        self._is_held = not self._known and wall() < self._least
        self._ahead = max(shown, self._least - since_boot()) if self._is_held else shown
        if goes_on:
            # As the process before did, until the first `look`.
            self._is_held = self._is_held or goes_on.ahead > shown + CLOCK_STEP_SECONDS
            self._ahead = goes_on.ahead
        self._begin = self._ahead

    def now(self) -> float:
        """Seconds since the epoch, by the clock as it was at the last `look`."""
        return self._since_boot() + self._ahead

    def steady(self) -> float:
        """Seconds since the epoch as the clock stood when this process began; never steps."""
        return self._since_boot() + self._begin

    @property
    def ahead(self) -> float:
        """Seconds by which `now` goes before `steady`."""
        return self._ahead - self._begin

    @property
    def known(self) -> bool:
        """Whether the clock is known to be right, or nobody can say that it is not."""
        return self._known

    @property
    def anchor(self) -> Anchor:
        """How the clock stands."""
        return Anchor(self._boot, self._ahead, self._known)

    def look(self) -> ClockNews | None:
        """Whether the clock was set or has become known since the last look; from now on that holds."""
        was_known = self._known
        if not was_known and self._since_boot() - self._asked_at >= ASK_SECONDS:
            self._asked_at = self._since_boot()
            self._known = self._is_right() is not False
        seen = self._seen()
        moved_by = seen - self._ahead
        if abs(moved_by) <= CLOCK_STEP_SECONDS:
            moved_by = 0.0
        if not moved_by and self._known == was_known:
            return None
        self._ahead += moved_by
        return ClockNews(moved_by, was_known, self._known)

    def _seen(self) -> float:
        """What the clock says now less the seconds since the machine's start."""
        wall = self._wall()
        shown = wall - self._since_boot()
        if self._known or (wall >= self._least and not self._is_held):
            return shown
        # It says a time that has been counted already. So it is wrong, and nothing may be added there.
        return max(shown, self._ahead)


def kernel_knows() -> bool | None:
    """Whether the system's clock is kept right by NTP or the like; None where it cannot be asked.

    Source: adjtimex(2), as `timedatectl` asks it; and for services that may not make that call the file that
    systemd-timesyncd leaves once it has set the clock.
    """
    if (TIMESYNC / "synchronized").exists():
        return True
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        answer = libc.adjtimex(ctypes.create_string_buffer(_SIZE_OF_TIMEX))
    except (OSError, AttributeError):
        answer = -1
    if answer >= 0:
        return bool(answer != _UNSYNCHRONISED)
    return False if TIMESYNC.is_dir() else None


def boot_name() -> str:
    """Which start of the machine this is; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
