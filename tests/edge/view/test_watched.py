from __future__ import annotations

import copy

import pytest

from edge.capture import Frame
from edge.view import Reference, ViewWatch, Watched
from tests.bench.view import FAULT_AT, dimmed, learned, pictures_of, to_and_fro
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
