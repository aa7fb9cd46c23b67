from __future__ import annotations

import copy
from itertools import count
from pathlib import Path

import pytest

from edge.capture import Frame
from edge.view import Reference, ReferenceFile, ViewWatch, Watched
from tests.bench.view import FAULT_AT, dimmed, learned, pictures_of, to_and_fro, turned
from tests.edge.cast import DEMO, NOON, FakeSource


def test_every_picture_goes_on_and_the_view_is_told_of_once_when_it_breaks_and_once_when_it_heals(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    pictures, black = pictures_of(DEMO), dimmed(0.0)
    shown = to_and_fro(pictures)
    frames = [
        Frame(black(image, 0.0) if 0 < second < 100 else image, NOON + second)
        for second, image in zip(range(0, 200, 2), shown, strict=False)
    ]
    kept: list[tuple[Reference, ...]] = []
    watched = Watched("door", FakeSource(frames), ViewWatch(), kept.append)

    assert list(watched.frames()) == frames
    assert [record.getMessage() for record in caplog.records] == [
        "camera door: the view is too dark to see anybody; switch the light on, or clean the lens",
        "camera door: the view is too dark to see anybody no more",
    ]
    assert [len(references) for references in kept] == [1]
    assert watched.state.known


def test_a_clock_that_is_set_makes_no_fault_of_a_good_view() -> None:
    pictures = pictures_of(DEMO)
    watching, shown = copy.deepcopy(learned(pictures)), to_and_fro(pictures)
    times = (
        [FAULT_AT + 2 * n for n in range(5)] + [1e6 + 2 * n for n in range(5)] + [2.0 * n for n in range(9)]
    )
    frames = [Frame(image, at) for at, image in zip(times, shown, strict=False)]
    watched = Watched("door", FakeSource(frames), watching)
    for _ in watched.frames():
        assert watched.state.is_well


def test_a_camera_that_was_turned_on_purpose_is_learned_anew_once_somebody_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    pictures, turn = pictures_of(DEMO), turned(degrees=20)
    file = ReferenceFile(tmp_path / "view-door.json", "lines")
    file.write(learned(pictures).references)
    frames = (
        Frame(turn(image, 0.0), NOON + 2.0 * number)
        for number, image in zip(count(), to_and_fro(pictures), strict=False)
    )
    watched = Watched("door", FakeSource(frames), ViewWatch(file.read()), file.write, file.is_gone)
    shown = watched.frames()
    while not watched.state.moved:
        next(shown)
    before = (tmp_path / "view-door.json").read_bytes()

    (tmp_path / "view-door.json").unlink()
    for _ in range(45):
        next(shown)

    assert watched.state.known
    assert watched.state.is_well
    assert (tmp_path / "view-door.json").read_bytes() != before
    assert [record.getMessage() for record in caplog.records] == [
        "camera door: the view has moved; turn the camera back, draw lines and zones anew, or 'view accept'",
        "camera door: what it sees from now on is learned as its view",
        "camera door: the view has moved no more",
    ]


def test_a_view_that_the_disk_never_took_is_not_taken_for_one_that_was_deleted(tmp_path: Path) -> None:
    file = ReferenceFile(tmp_path / "gone" / "view-door.json", "lines")
    assert file.read() == ()
    file.write(())
    assert not file.is_gone()
