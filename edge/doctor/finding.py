"""What an examination finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from edge.errors import EdgeError


class Verdict(StrEnum):
    """How bad it is."""

    FINE = "fine"
    WARNING = "warning"
    """It works, and will not for ever or not well."""
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """It could not be looked at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: what was looked at, as `camera` or `disk`.
        camera: of which camera; empty: of the device.
        remedy: what to do; empty where all is fine.
        exit_code: what the command is to end with because of it; see `EdgeError`.
    """

    check: str
    verdict: Verdict
    sentence: str
    remedy: str = ""
    camera: str = ""
    exit_code: int = 0


def wrong(check: str, error: EdgeError, camera: str = "") -> Finding:
    """What an error says."""
    return Finding(check, Verdict.WRONG, str(error), error.hint, camera, error.exit_code)


def exit_code_of(findings: Iterable[Finding]) -> int:
    """What the command ends with: the code of the first thing that is wrong, 0 if nothing is."""
    return next((finding.exit_code for finding in findings if finding.verdict is Verdict.WRONG), 0)
