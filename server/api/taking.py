"""What every address that takes data needs: a body of bounded size."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from server.api.problems import Problem

MOST_BODY_BYTES = 1024 * 1024
"""A longer body is refused before it is read to its end."""


def _body_up_to(most: int) -> Callable[[Request], Awaitable[bytes]]:
    async def read(request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise Problem(413, f"The body is longer than {most:,} bytes; send it in parts.")
        return bytes(body)

    return read


Body = Annotated[bytes, Depends(_body_up_to(MOST_BODY_BYTES))]
"""What a handler asks for to get the body as it was sent."""
