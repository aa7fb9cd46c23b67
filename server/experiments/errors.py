"""What can be wrong with an experiment that somebody asks for."""

from __future__ import annotations

from server.errors import ServerError


class NoSuchExperiment(ServerError):
    """There is none of that name."""

    exit_code = 3


class NotNow(ServerError):
    """It cannot be changed, begun or ended in the state that it is in."""

    exit_code = 4


class PlanRefused(ServerError):
    """What is planned cannot be measured here."""

    exit_code = 4


def no_such(name: str) -> NoSuchExperiment:
    """Nobody planned an experiment of that name."""
    return NoSuchExperiment(f"there is no experiment {name!r}", "see: footfall-server experiment list")
