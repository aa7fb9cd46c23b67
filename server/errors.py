"""The family of errors that a user of the server can cause or meet."""

from __future__ import annotations


class ServerError(Exception):
    """What went wrong, in a sentence that names the place; `hint` says how to mend it.

    `exit_code` is what a command ends with: 2 wrong usage or configuration, 3 something is missing,
    4 some input was refused, 5 a service cannot be reached.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class LibraryMissing(ServerError):
    """A library of the extra `forecasting` is not installed."""

    exit_code = 3

    def __init__(self, what: str, library: str | None) -> None:
        super().__init__(f"{what} needs {library}", "pip install 'footfall[forecasting]'")
