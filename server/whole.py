"""Files written whole: there is the old one or the new one, and never a part of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def write_whole(file: Path, content: bytes, ready: Callable[[Path], None] = lambda _: None) -> None:
    """Put a file in place of what was there, at once; readable by its owner only unless `ready` lets others.

    Args:
        file: where; its folder is there.
        content: what it holds.
        ready: changes owner or rights before the file has its name.

    Raises:
        OSError: it cannot be written; then what was there is still there.
    """
    # The name begins with a dot and the mode is 0600 from the first byte on.
    number, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(number, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        ready(Path(name))
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
