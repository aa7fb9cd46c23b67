"""Programs that some tests need, and what becomes of those tests where they are missing."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

_PLACES = os.pathsep.join(
    (os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
)


def missing(what: str) -> NoReturn:
    """Skip a test that needs something from outside; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}, and CI has to run the tests that need it")
    pytest.skip(what)


def program(what: str, *names: str) -> str:
    """Where a program is, under the first of its names that is there. Daemons may stand outside the path."""
    for name in names:
        if found := shutil.which(name, path=_PLACES):
            return found
    missing(f"{what} is not installed")
