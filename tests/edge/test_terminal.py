from __future__ import annotations

import pytest

from edge.terminal import err, out


def test_text_is_said_letter_by_letter(capsys: pytest.CaptureFixture[str]) -> None:
    for terminal in (out, err):
        terminal.print("SHA-256: 0f:ab:cd:de:12", markup=False, highlight=False)
    assert capsys.readouterr() == ("SHA-256: 0f:ab:cd:de:12\n",) * 2
