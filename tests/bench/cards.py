"""Cards of a device that wear out: the kernel makes one read-only for good, and another takes its place.

The new one begins as a copy of what can still be read, as somebody makes it who cares for their counts. It is
put over the old one at once, so that no process ever sees the folder empty.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTES = 24


class Cards:
    """Small ext4 file systems on loop devices, the newest of them at a folder.

    Args:
        folder: where the device keeps its counts.
        images: where the file systems lie, and are filled before they are put in.
    """

    def __init__(self, folder: Path, images: Path) -> None:
        self._folder = folder
        self._images = images
        self._places: list[Path] = []

    def put_in(self) -> bool:
        """Puts in the first one, or another with a copy of what the one before holds; whether it could."""
        number = len(self._places)
        image, place = self._images / f"card-{number}.img", self._images / f"card-{number}"
        place.mkdir(parents=True)
        with image.open("wb") as file:
            file.truncate(MEGABYTES * 2**20)
        if not _done("mkfs.ext4", "-q", "-m", "0", str(image)):
            return False
        if not _done("mount", "-o", "loop,errors=remount-ro", str(image), str(place)):
            return False
        self._places.append(place)
        if number:
            shutil.copytree(self._folder, place, dirs_exist_ok=True, ignore=_what_is_made_anew)
        return _done("mount", "--bind", str(place), str(self._folder))

    def wear_out(self) -> None:
        """Has the kernel find an error in the newest one: nothing can be written to it any more."""
        mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
        [device] = [Path(device).name for device, place, *_ in mounts if place == str(self._places[-1])]
        assert device.startswith("loop"), "never the disk of this machine"
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("1", "ascii")

    def take_out(self) -> None:
        """Takes all of them away."""
        for place in reversed(self._places):
            _done("umount", "-l", str(self._folder))
            _done("umount", "-l", str(place))


def _what_is_made_anew(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "lost+found" or name.endswith("-shm")]


def _done(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@contextmanager
def cards(folder: Path, images: Path) -> Iterator[Cards | None]:
    """Cards at a folder with the first one in it; None where this machine does not let us."""
    kept = Cards(folder, images)
    try:
        yield kept if kept.put_in() else None
    finally:
        kept.take_out()
