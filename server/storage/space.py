"""Whether there is room on the disk, asked before anything is written."""

from __future__ import annotations

import os
from pathlib import Path

from server.errors import ServerError

_MEGABYTE = 1024 * 1024


class DiskFull(ServerError):
    """Less space is left than the configuration wants kept free."""

    exit_code = 5


def free_megabytes(database: Path) -> int:
    """What is left where the database lies, for a user without special rights."""
    found = os.statvfs(database.parent)
    return found.f_bavail * found.f_frsize // _MEGABYTE


def check_space(database: Path, least_free_megabytes: int) -> None:
    """Refuse to go on where the disk is nearly full.

    A database that fills its disk stops in the middle of things, and so does everything beside it.

    Raises:
        DiskFull: less is free than wanted.
    """
    if (free := free_megabytes(database)) < least_free_megabytes:
        raise DiskFull(
            f"the disk of {database} is nearly full: {free} MiB are free, at least {least_free_megabytes}"
            " have to be",
            "make room there, or lower least_free_megabytes; what the broker holds is stored then by itself",
        )
