"""Where commands speak to people: text comes out letter by letter, or `:ab:` in it would be a picture."""

from __future__ import annotations

from rich.console import Console

out = Console(emoji=False)
err = Console(stderr=True, emoji=False)
