"""The operator's document knows every setting of the server and every command of both sides."""

from __future__ import annotations

import tomllib

import pytest
import typer

from edge.__main__ import app as edge_app
from server.commands import app as server_app
from server.config import Settings
from server.storage.quarantine import MOST_BYTES, MOST_ROWS
from tests.docs.reading import blocks, quoted, rows_of, settings_of, text_of

DOCUMENT = "docs/operations.md"


def commands_of(app: typer.Typer, program: str) -> set[str]:
    """Every command with its program's name before it."""
    own = {
        f"{program} {command.name or getattr(command.callback, '__name__', '')}"
        for command in app.registered_commands
    }
    for group in app.registered_groups:
        assert group.typer_instance
        own |= commands_of(group.typer_instance, f"{program} {group.name}")
    return own


def test_every_setting_is_explained_with_its_default() -> None:
    rows = rows_of(DOCUMENT)
    expected = {setting.path: setting.default for setting in settings_of(Settings)}
    assert {path: rows.get(path) for path in expected} == expected


def test_the_example_of_a_configuration_can_be_used() -> None:
    (example,) = blocks(DOCUMENT, "toml")
    settings = Settings.model_validate(tomllib.loads(example))
    assert settings.store("high-street").day_begins.hour == 4


@pytest.mark.parametrize(
    ("app", "program"),
    [
        pytest.param(edge_app, "footfall-edge", id="device"),
        pytest.param(server_app, "footfall-server", id="server"),
    ],
)
def test_every_command_is_named_and_no_other(app: typer.Typer, program: str) -> None:
    named = {command for command in quoted(DOCUMENT) if command.startswith(f"{program} ")}
    assert named == commands_of(app, program)


def test_the_bounds_of_the_quarantine_are_right() -> None:
    assert f"At most {MOST_ROWS:,} items and {MOST_BYTES // 2**20} MiB" in text_of(DOCUMENT)
