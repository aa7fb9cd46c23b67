"""A thread of a running process that really stands still, for the tests of who notices."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.edge.cast import missing

_SEIZE, _INTERRUPT, _DETACH = 0x4206, 0x4207, 17
_ANY_THREAD = 0x40000000  # __WALL


@contextmanager
def stalled(pid: int) -> Iterator[None]:
    """Stops the main thread of a process of ours, as a call that never comes back would; the others go on.

    Source: ptrace(2). To be used, from first to last, in one thread.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if libc.ptrace(_SEIZE, pid, None, None) != 0:
        missing(f"a thread cannot be stopped here: {os.strerror(ctypes.get_errno())}")
    _until_it_waits(pid)  # or it would be stopped while it holds the interpreter, and nobody would go on
    libc.ptrace(_INTERRUPT, pid, None, None)
    os.waitpid(pid, _ANY_THREAD)
    try:
        yield
    finally:
        libc.ptrace(_DETACH, pid, None, None)


def _until_it_waits(pid: int) -> None:
    for _ in range(90_000):
        if Path(f"/proc/{pid}/task/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "S":
            return
        time.sleep(0.001)
    raise AssertionError("it never waits")
