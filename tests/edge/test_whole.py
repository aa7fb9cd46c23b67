"""What is written whole is the old or the new, and leaves nothing beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.whole import write_whole


def test_the_new_stands_in_place_of_the_old_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    file.write_bytes(b"old")
    (tmp_path / ".kept.json.part").write_bytes(b"left behind by a power cut")
    write_whole(file, b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"kept.json": b"new"}
    assert file.stat().st_mode & 0o777 == 0o644


def test_it_gets_the_rights_of_what_it_is_to_be_like(tmp_path: Path) -> None:
    like = tmp_path / "like"
    like.touch(0o640)
    write_whole(tmp_path / "kept.json", b"new", like.stat())
    assert (tmp_path / "kept.json").stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_put_in_place_leaves_what_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "kept.json"
    folder.mkdir()
    with pytest.raises(OSError, match=r"kept\.json"):
        write_whole(folder, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]
