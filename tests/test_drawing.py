"""Property tests draw alike in every run, whatever else has run and wherever our code lies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

DRAWS = """\
import sys

from hypothesis import given, strategies as st

import tests.conftest

drawn = []


@given(one=st.integers(), two=st.integers(), three=st.integers())
def draw(one, two, three):
    drawn.append((one, two, three))


for name in sys.argv[1:]:
    __import__(name)
draw()
print(len(drawn), ascii(drawn))
"""

OURS = "NUMBERS = [1234567, 7654321, 99887766]\n"


def drawn(folder: Path, *imported: str) -> str:
    """How many examples there were, and all of them."""
    (folder / "draws.py").write_text(DRAWS, "ascii")
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import draws"
    ran = subprocess.run(
        [sys.executable, "-c", program, *imported], capture_output=True, text=True, check=False, cwd=folder
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_what_is_drawn_does_not_hang_on_what_was_imported_before(tmp_path: Path) -> None:
    # A module with many numbers, of which Hypothesis would like to draw some.
    (tmp_path / "ours.py").write_text(OURS, "ascii")
    without = drawn(tmp_path)
    assert int(without.split()[0]) >= 100
    assert drawn(tmp_path, "ours") == without
