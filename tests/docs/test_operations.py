"""The operator's document knows every setting of the server and every command of both sides."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import typer
from prometheus_client.parser import text_string_to_metric_families

from edge.__main__ import app as edge_app
from server.alerting.delivering import FIRST_PAUSE
from server.commands import app as server_app
from server.config import Settings
from server.storage.alerts import MOST_ENDED, AlertKind
from server.storage.quarantine import MOST_BYTES, MOST_ROWS
from server.storage.webhooks import MOST_DONE, MOST_WEBHOOKS
from server.webhooks.posting import WHOLE_SECONDS
from tests.docs.reading import blocks, quoted, rows_of, settings_of, text_of
from tests.server.asking import asking
from tests.server.filling import NOON, counts, fill, health, settings_for, status

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
    assert named <= rows_of(DOCUMENT).keys(), "each has its row in the tables of commands"


def test_every_prometheus_metric_is_named_with_its_labels_and_no_other(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    says_all = {"outbox_coarsened": 0, "outbox_dropped": 0, "clock_known": True}
    said = health(NOON).model_copy(update=says_all)
    fill(settings, [counts(NOON, 1, 0), status(NOON), said], NOON)
    answer = asking(settings, NOON).get("/metrics").text
    given = {
        sample.name: ", ".join(sample.labels) or "none"
        for family in text_string_to_metric_families(answer)
        for sample in family.samples
    }
    named = {name: labels for name, labels in rows_of(DOCUMENT).items() if name.startswith("footfall_")}
    assert named == given


def test_every_kind_of_alert_and_every_bound_of_webhooks_is_named() -> None:
    assert {kind.value for kind in AlertKind} <= quoted(DOCUMENT)
    text = text_of(DOCUMENT)
    assert f"At most {MOST_WEBHOOKS} webhooks; {MOST_ENDED:,} alerts and {MOST_DONE:,} deliveries" in text
    assert f"within {WHOLE_SECONDS:.0f} seconds" in text
    assert f"after about {FIRST_PAUSE.total_seconds():.0f} seconds" in text


def test_the_bounds_of_the_quarantine_are_right() -> None:
    assert f"At most {MOST_ROWS:,} items and {MOST_BYTES // 2**20} MiB" in text_of(DOCUMENT)
