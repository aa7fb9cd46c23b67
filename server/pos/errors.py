"""What can be wrong with a file."""

from __future__ import annotations

from server.errors import ServerError


class FileMissing(ServerError):
    """There is no such file."""

    exit_code = 3


class FileRefused(ServerError):
    """The file as a whole cannot be read; nothing of it was stored."""

    exit_code = 4


class RowRefused(ValueError):
    """One row cannot be read; the message says why. The rows around it can."""
