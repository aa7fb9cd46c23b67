"""Files written whole: after a power cut there is the old one or the new one, and never a part of one."""

from __future__ import annotations

import os
from pathlib import Path

_READABLE = 0o644


def write_whole(path: Path, body: bytes, like: os.stat_result | None = None) -> None:
    """Puts a file in place of what was there; it is on the disk before this returns.

    What root writes belongs to the folder's owner, for the service that uses it runs as that one.

    Args:
        path: where; its folder is there.
        like: whose owner and rights it gets instead.

    Raises:
        OSError: it cannot be written; then what was there is still there.
    """
    owner = like or path.parent.stat()
    # Always the same name, so that what a power cut leaves behind is gone with the next writing.
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with part.open("xb") as file:
            file.write(body)
            file.flush()
            if os.geteuid() == 0:
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fchmod(file.fileno(), like.st_mode & 0o777 if like else _READABLE)
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
