"""A small disk that can be filled, for the tests of what a full one does."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.edge.cast import missing


@contextmanager
def small_disk(folder: Path, kilobytes: int = 8192) -> Iterator[None]:
    """A file system of that size at a folder; the test is skipped where nobody may mount one.

    SQLite writes a megabyte beside a database before it puts it there.
    """
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "footfall-test", str(folder)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        missing("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Takes all the room that is left there."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    try:
        yield
    finally:
        filler.unlink()
