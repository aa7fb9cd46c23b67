"""What can be wrong with a question about a store's flow."""

from __future__ import annotations

from server.errors import ServerError


class FlowRefused(ServerError):
    """Nothing can be said of what was counted."""

    exit_code = 4
