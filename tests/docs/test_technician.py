"""The technician's document knows every setting and quotes only what the device really says."""

from __future__ import annotations

import re
from pathlib import Path

import edge
from edge.config import EdgeSettings
from tests.docs.reading import prose_of, rows_of, settings_of

DOCUMENT = "docs/technician.md"


def test_every_setting_is_explained_with_its_default() -> None:
    rows = rows_of(DOCUMENT)
    expected = {setting.path: setting.default for setting in settings_of(EdgeSettings)}
    assert {path: rows.get(path) for path in expected} == expected


def test_every_message_that_is_explained_is_one_that_the_device_can_say() -> None:
    said = "\n".join(path.read_text("utf-8") for path in Path(edge.__file__).parent.rglob("*.py"))
    table = prose_of(DOCUMENT).partition("## What it says, and what to do")[2]
    messages = re.findall(r"^\| `([^`]+)` \|", table, flags=re.MULTILINE)
    assert len(messages) > 10
    assert [message for message in messages if message not in said] == []
