"""What can be wrong with a forecast that somebody asks for."""

from __future__ import annotations

from server.errors import ServerError


class HistoryRefused(ServerError):
    """No model can learn from it."""

    exit_code = 4


class HorizonRefused(ServerError):
    """Nobody can say anything about so many hours."""

    exit_code = 2


class SeriesUnknown(ServerError):
    """Nothing of that name is counted."""

    exit_code = 3
