"""What can be wrong with it."""

from __future__ import annotations

from server.errors import ServerError


class AccountRefused(ServerError):
    """Something that cannot be done with a user, a token or a link, in a sentence."""


class NoSuchAccount(AccountRefused):
    """There is no user or token of that name."""

    exit_code = 3


class LogInRefused(AccountRefused):
    """Name or password is wrong; which of them is not told. `wait_seconds`: too many guesses were wrong."""

    exit_code = 4

    def __init__(self, message: str, wait_seconds: int = 0) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
