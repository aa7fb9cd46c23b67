from __future__ import annotations

from pathlib import Path

import pytest

from edge.credentials import MOST_BYTES, broker_password, read_secret, systemd_credential
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


def test_a_broker_is_shown_the_first_line_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "broker-password"
    file.write_text(" p w \nsecond line\n")
    assert broker_password(file) == " p w "


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "cannot be read: No such file or directory$", id="no file"),
        pytest.param(b"", "holds nothing in its first line", id="empty"),
        pytest.param(b"\ns3cr", "holds nothing in its first line", id="an empty line first"),
        pytest.param(b"s3cr\xff", "no UTF-8", id="no text"),
    ],
)
def test_a_file_without_the_brokers_password_is_told_as_that_and_not_as_a_cameras(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "broker-password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(EdgeError, match=f"broker.password_file .*{words}") as caught:
        broker_password(file)
    assert "user:password" not in caught.value.hint
    assert "s3cr" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_what_systemd_hands_over_is_found_by_its_name_and_only_there(tmp_path: Path) -> None:
    (tmp_path / "camera-door").write_text("admin:secret")
    given = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert systemd_credential("camera-door", given) == tmp_path / "camera-door"
    assert systemd_credential("camera-yard", given) is None
    assert systemd_credential("camera-door", {}) is None
