"""How the device fares that we run on: disk, memory, temperature, open files. Linux says it in files."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

from edge.wire import Machine

MIB = 2**20
COLDEST, HOTTEST = -40.0, 150.0
"""What a sensor says beyond that is no temperature."""


def machine_now(folder: Path, root: Path = Path("/")) -> Machine:
    """What is known now; what cannot be known is None.

    Args:
        folder: where counts are kept; its disk is the one that matters.
        root: where `proc` and `sys` are.
    """
    return Machine(
        disk_free_mb=disk_free_mb(folder),
        memory_available_mb=_memory_available_mb(root / "proc/meminfo"),
        temperature_celsius=max(_temperatures(root / "sys/class/thermal"), default=None),
        open_files=_open_files(root / "proc/self/fd"),
        open_files_most=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    )


def disk_free_mb(folder: Path) -> float | None:
    """MiB that can still be written in a folder, or where it will be made; None if nobody can say."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return round(shutil.disk_usage(folder).free / MIB, 1)
    except OSError:
        return None


def _memory_available_mb(path: Path) -> float | None:
    try:
        lines = path.read_text("ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, rest = line.partition(":")
        if name == "MemAvailable" and rest.split()[:1]:
            return round(int(rest.split()[0]) / 1024, 1)
    return None


def _temperatures(folder: Path) -> Iterator[float]:
    for zone in folder.glob("thermal_zone*/temp"):
        try:
            celsius = int(zone.read_text("ascii")) / 1000
        except (OSError, ValueError):
            continue  # some boards have sensors that cannot be read
        if COLDEST <= celsius <= HOTTEST:
            yield celsius


def _open_files(folder: Path) -> int | None:
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return None
