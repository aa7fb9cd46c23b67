"""Which folder may import which: checked in a fresh interpreter, module by module."""

from __future__ import annotations

import subprocess
import sys

import pytest

METRICS = "import server.metrics.report, server.metrics.glossary"
API = "import server.api.routes, server.api.site, server.api.guards, server.api.problems, server.api.shapes"


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        pytest.param(METRICS, ["sqlite3", "sqlite_utils", "fastapi", "paho"], id="metrics are pure"),
        pytest.param(API, ["server.dashboard"], id="only the app knows the pages"),
    ],
)
def test_nothing_is_imported_that_a_folder_may_not_know(statement: str, unwanted: list[str]) -> None:
    asked = f"{statement}; import sys; print(sorted(set({unwanted!r}) & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
