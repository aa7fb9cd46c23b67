"""What commands say of themselves with --help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from rich.text import Text

from edge.__main__ import app as edge_app
from server.commands import app as server_app


def _helps(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """The help of a command, of what may be given to it, and of those below it."""
    yield name, command.help or ""
    for given in command.params:
        yield f"{name} {given.name}", getattr(given, "help", None) or ""
    for below, each in getattr(command, "commands", {}).items():
        yield from _helps(each, f"{name} {below}")


@pytest.mark.parametrize("app", [edge_app, server_app], ids=["footfall-edge", "footfall-server"])
def test_no_words_in_brackets_are_lost_to_markup(app: typer.Typer) -> None:
    found = dict(_helps(typer.main.get_command(app), ""))
    lost = {name for name, text in found.items() if Text.from_markup(text).plain != text}
    assert len(found) > 20
    assert lost == set()
