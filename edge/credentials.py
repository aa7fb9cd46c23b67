"""Secrets that stand in files of their own: one that is named, or one that systemd hands over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from edge.errors import EdgeError

MOST_BYTES = 4096


def systemd_credential(name: str, environment: Mapping[str, str]) -> Path | None:
    """The file of a credential that the unit loads (`LoadCredential=camera-door:/etc/…`), if it does."""
    folder = environment.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / name if folder else None
    return path if path and path.is_file() else None


def read_secret(path: Path) -> str:
    """What a file holds, without space around it. The error tells the file's name and nothing that is in it.

    Raises:
        EdgeError: it cannot be read, holds nothing, or is no short text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise EdgeError(
            f"password_file {path} cannot be read: {error.strerror}",
            "correct its name, or let the device's user read it",
        ) from None
    try:
        secret = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise EdgeError(f"password_file {path} is no UTF-8 text", "write user:password into it") from None
    if not secret or len(content) > MOST_BYTES:
        what = "holds nothing" if not secret else f"has more than {MOST_BYTES} bytes"
        raise EdgeError(f"password_file {path} {what}", "write user:password into it")
    return secret
