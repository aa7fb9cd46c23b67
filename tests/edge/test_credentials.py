from __future__ import annotations

from pathlib import Path

import pytest

from edge.credentials import MOST_BYTES, read_secret, systemd_credential
from edge.errors import EdgeError


def test_a_secret_is_what_stands_in_the_file_without_the_space_around_it(tmp_path: Path) -> None:
    file = tmp_path / "camera"
    file.write_text(" admin:p w\n\n")
    assert read_secret(file) == "admin:p w"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "No such file", id="no file"),
        pytest.param(b"", "holds nothing", id="empty"),
        pytest.param(b" \n", "holds nothing", id="space"),
        pytest.param(b"admin:s3cr\xff", "no UTF-8", id="no text"),
        pytest.param(b"s3cr" * MOST_BYTES, "more than 4096 bytes", id="another file"),
    ],
)
def test_a_file_that_holds_no_secret_is_told_without_what_is_in_it(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "camera"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(EdgeError, match=words) as caught:
        read_secret(file)
    assert str(file) in str(caught.value)
    assert "s3cr" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.hint}"


def test_what_systemd_hands_over_is_found_by_its_name_and_only_there(tmp_path: Path) -> None:
    (tmp_path / "camera-door").write_text("admin:secret")
    given = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert systemd_credential("camera-door", given) == tmp_path / "camera-door"
    assert systemd_credential("camera-yard", given) is None
    assert systemd_credential("camera-door", {}) is None
