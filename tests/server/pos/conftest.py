"""The shop is there for every test of this folder."""

from __future__ import annotations

from tests.server.pos.shop import shop

__all__ = ["shop"]
