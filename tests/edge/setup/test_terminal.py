from __future__ import annotations

import io
import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from edge.setup.terminal import Terminal, qr_code

ADDRESS = "https://192.168.178.25:8484/"
CODE = "ABCD-EFGH"


def shown(*, is_terminal: bool, is_reached: bool) -> tuple[Terminal, io.StringIO]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=is_terminal, width=80, color_system=None)
    return Terminal(console, [ADDRESS], is_reached=is_reached), out


def read(drawn: str) -> str:
    """What a phone reads from the block signs of a terminal."""
    rows: list[list[int]] = []
    for line in drawn.splitlines():
        rows.append([255 if sign in "█▀" else 0 for sign in line])
        rows.append([255 if sign in "█▄" else 0 for sign in line])
    small = np.array(rows, np.uint8)
    large = cv2.resize(small, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    return str(cv2.QRCodeDetector().detectAndDecode(np.pad(large, 32, constant_values=255))[0])


def test_a_phone_reads_address_and_code_from_the_terminal() -> None:
    terminal, out = shown(is_terminal=True, is_reached=True)
    terminal.tell_code(CODE)
    blocks = [line for line in out.getvalue().splitlines() if "█" in line]
    assert read("\n".join(blocks)) == f"{ADDRESS}#{CODE}"
    assert max(map(len, blocks)) < 80
    assert f"Code: {CODE} (lets in once" in out.getvalue()


@pytest.mark.parametrize(
    ("is_terminal", "is_reached"),
    [
        pytest.param(False, True, id="in a file or journal"),
        pytest.param(True, False, id="of a page that no phone reaches"),
    ],
)
def test_no_picture_of_blocks_is_printed(is_terminal: bool, is_reached: bool) -> None:
    terminal, out = shown(is_terminal=is_terminal, is_reached=is_reached)
    terminal.tell_code(CODE)
    assert out.getvalue().splitlines() == [f"Code: {CODE} (lets in once, within half an hour)"]


def test_without_the_package_the_code_is_there_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "segno", None)  # as if it were not installed
    assert qr_code("anything") is None
    terminal, out = shown(is_terminal=True, is_reached=True)
    terminal.tell_code(CODE)
    assert "pip install 'footfall[setup]'" in out.getvalue()
    assert f"Code: {CODE}" in out.getvalue()


def test_a_code_stands_on_the_terminal_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)
    terminal, out = shown(is_terminal=True, is_reached=True)
    terminal.say_where("AB:CD")
    terminal.tell_code(CODE)
    assert out.getvalue().count(CODE) == 1
    assert CODE not in caplog.text
    assert list(tmp_path.iterdir()) == []
