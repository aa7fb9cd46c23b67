"""What can be wrong with a question about a store's flow."""

from __future__ import annotations

from server.errors import ServerError


class FlowRefused(ServerError):
    """Nothing can be said of what was counted."""

    exit_code = 4


class LibraryMissing(ServerError):
    """A library of the extra `forecasting` is not installed."""

    exit_code = 3


def missing(name: str | None) -> LibraryMissing:
    """The library that was looked for in vain."""
    return LibraryMissing(f"the analysis of flow needs {name}", "pip install 'footfall[forecasting]'")
