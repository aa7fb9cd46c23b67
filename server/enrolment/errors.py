"""What can be wrong with it."""

from __future__ import annotations

from server.errors import ServerError


class EnrolmentRefused(ServerError):
    """Something that cannot be enrolled, rotated or revoked."""


class NotEnrolled(EnrolmentRefused):
    """There is none of that name."""

    exit_code = 3


class EnrolmentFailed(ServerError):
    """The files cannot be written, or Mosquitto cannot be told."""

    exit_code = 5
