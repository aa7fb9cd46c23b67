"""A small disk that can be filled, for the tests of what a full one does."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
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


@contextmanager
def dying_disk(folder: Path, image: Path) -> Iterator[Callable[[], None]]:
    """A real file system at a folder, and what has the kernel find an error and make it read-only for good.

    Open files stay open and cannot be written any more, as with a worn card. At the end it is taken away.
    """
    with image.open("wb") as file:
        file.truncate(16 * 1024 * 1024)
    made = subprocess.run(["mkfs.ext4", "-q", str(image)], capture_output=True, check=False)
    options = ["-o", "loop,errors=remount-ro"]
    words = ["mount", *options, str(image), str(folder)]
    if made.returncode or subprocess.run(words, capture_output=True, check=False).returncode:
        missing("only root may mount a disk, and it takes loop devices")
    try:
        yield lambda: _die(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def _die(folder: Path) -> None:
    mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    [device] = [Path(device).name for device, place, *_ in mounts if place == str(folder)]
    assert device.startswith("loop"), "never the disk of this machine"
    Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("1", "ascii")
