"""The command by which somebody says that a camera was turned on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.assembly import view_path
from edge.errors import EdgeError
from edge.view_commands import app
from tests.edge.device import Device


def accepted(device: Device, *words: str) -> str:
    result = CliRunner().invoke(app, ["accept", "--config", str(device.config), *words])
    if isinstance(result.exception, EdgeError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_what_was_learned_of_a_view_is_let_go_of(tmp_path: Path) -> None:
    device = Device(tmp_path)
    path = view_path(device.settings, "entrance")
    path.parent.mkdir()
    path.write_text("{}")
    said = accepted(device)
    assert "camera entrance: what it sees from now on is its view" in said
    assert "look whether they still fit" in said
    assert not path.exists()
    assert "no view was kept" in accepted(device, "--camera", "entrance")


def test_a_camera_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match="no camera 'back'") as refused:
        accepted(Device(tmp_path), "--camera", "back")
    assert "entrance" in refused.value.hint


def test_where_there_are_several_cameras_one_has_to_be_named(tmp_path: Path) -> None:
    device = Device(tmp_path)
    text = device.config.read_text("utf-8")
    camera = text[text.index("[cameras.entrance]") :]
    device.config.write_text(text + "\n" + camera.replace("cameras.entrance", "cameras.exit"), "utf-8")
    with pytest.raises(EdgeError, match="several cameras"):
        accepted(device)


def test_a_file_that_cannot_be_deleted_is_a_sentence(tmp_path: Path) -> None:
    device = Device(tmp_path)
    view_path(device.settings, "entrance").mkdir(parents=True)
    with pytest.raises(EdgeError, match="cannot be deleted"):
        accepted(device)
