"""Learning on a machine that has other things to do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LEARN = """
import os
from server.forecasting.learned import boosting
boosting().regressor(())
print(os.environ["OMP_WAIT_POLICY"])
"""


@pytest.mark.parametrize(("given", "found"), [({}, "passive"), ({"OMP_WAIT_POLICY": "active"}, "active")])
def test_threads_that_wait_take_no_processor_unless_somebody_wants_it(
    given: dict[str, str], found: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    told = subprocess.run(
        [sys.executable, "-c", LEARN],
        env=environment | given,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert told.stdout.strip() == found
