"""Secrets that stand in files of their own: one that is named, or one that systemd hands over."""

from __future__ import annotations

import ssl
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
    """What a camera's file holds, without space around it: user:password.

    Raises:
        EdgeError: see `_text_of`; or it holds nothing.
    """
    remedy = "write user:password into it"
    secret = _text_of(path, "password_file", remedy).strip()
    if not secret:
        raise EdgeError(f"password_file {path} holds nothing", remedy)
    return secret


def broker_password(path: Path) -> str:
    """The first line of the broker's file, as it stands there.

    Raises:
        EdgeError: see `_text_of`; or its first line is empty.
    """
    remedy = "write the password into its first line, without the user's name"
    lines = _text_of(path, "broker.password_file", remedy).splitlines()
    if not lines or not lines[0]:
        raise EdgeError(f"broker.password_file {path} holds nothing in its first line", remedy)
    return lines[0]


def unusable_authority(path: Path, error: OSError) -> EdgeError:
    """What is said of a certificate authority's file that cannot be loaded (SSLError is an OSError, too)."""
    if isinstance(error, ssl.SSLError):
        return EdgeError(
            f"broker.ca_file {path} cannot be used: it holds no certificate in PEM form",
            "copy the broker's authority anew; it begins with -----BEGIN CERTIFICATE-----",
        )
    return EdgeError(
        f"broker.ca_file {path} cannot be used: {error.strerror}",
        "correct its name, or let the device's user read it",
    )


def _text_of(path: Path, setting: str, remedy: str) -> str:
    """A short text. Errors tell the file's name and nothing that is in it.

    Raises:
        EdgeError: it cannot be read, or is no short text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise EdgeError(
            f"{setting} {path} cannot be read: {error.strerror}",
            "correct its name, or let the device's user read it",
        ) from None
    if len(content) > MOST_BYTES:
        raise EdgeError(f"{setting} {path} has more than {MOST_BYTES} bytes", remedy)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise EdgeError(f"{setting} {path} is no UTF-8 text", remedy) from None
