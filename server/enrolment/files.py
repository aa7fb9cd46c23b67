"""Files that hold secrets: written whole or not at all, and readable by those who need them only."""

from __future__ import annotations

import shutil
from pathlib import Path

from server.enrolment.errors import EnrolmentFailed
from server.whole import write_whole


def private_folder(folder: Path, group: str = "") -> Path:
    """Make a folder that only its owner may enter, and a group if one is named.

    Raises:
        EnrolmentFailed: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o750 if group else 0o700)
        _give_to(folder, group)
    except OSError as error:
        raise EnrolmentFailed(f"the folder {folder} cannot be made: {error.strerror or error}") from error
    return folder


def write(file: Path, content: bytes | str, group: str = "", *, public: bool = False) -> None:
    """Put a file in place of what was there, at once.

    Args:
        file: where; its folder is there.
        content: what it holds.
        group: who may read it, beside its owner; empty: nobody.
        public: anybody may.

    Raises:
        EnrolmentFailed: it cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        write_whole(file, data, lambda new: _let_read(new, group, public=public))
    except OSError as error:
        raise EnrolmentFailed(f"{file} cannot be written: {error.strerror or error}") from error


def _let_read(path: Path, group: str, *, public: bool) -> None:
    path.chmod(0o644 if public else 0o640 if group else 0o600)
    _give_to(path, group)


def _give_to(path: Path, group: str) -> None:
    if not group:
        return
    try:
        shutil.chown(path, group=group)
    except LookupError as error:
        raise EnrolmentFailed(
            f"this machine has no group {group!r}", "correct enrolment.group, or leave it empty"
        ) from error
    except PermissionError as error:
        raise EnrolmentFailed(
            f"you may not give {path} to the group {group!r}", "run the command as root"
        ) from error
