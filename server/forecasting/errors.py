"""What can be wrong with a forecast that somebody asks for."""

from __future__ import annotations

from server.errors import ServerError


class HistoryRefused(ServerError):
    """No model can learn from it."""

    exit_code = 4


class HorizonRefused(ServerError):
    """Nobody can say anything about so many hours."""

    exit_code = 2


class LibraryMissing(ServerError):
    """A library of the extra `forecasting` is not installed."""

    exit_code = 3


def missing(name: str | None) -> LibraryMissing:
    """The library that was looked for in vain."""
    return LibraryMissing(f"forecasts need {name}", "pip install 'footfall[forecasting]'")


class CountryUnknown(ServerError):
    """Nobody knows its holidays."""

    exit_code = 2


class SeriesUnknown(ServerError):
    """Nothing of that name is counted."""

    exit_code = 3
