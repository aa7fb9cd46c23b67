"""The browser is there for every test of this folder."""

from __future__ import annotations

from tests.browser import chromium

__all__ = ["chromium"]
