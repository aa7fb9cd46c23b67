from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from edge.capture import CameraLost, Frame, FrameSource
from edge.config import CameraSettings, EdgeSettings
from edge.configuration import Configuration
from edge.counting import Crossing, Direction
from edge.errors import EdgeError
from edge.outbox import Audits
from edge.setup.desk import Desk
from edge.setup.drawing import drawn_of
from edge.setup.in_use import InUseNow
from edge.setup.keeping import DeviceFile
from edge.setup.sights import MOST_CROSSINGS, Looked, Remembered
from edge.setup.watching import Watching
from edge.wire import Audit, decode
from tests.edge.cast import NOON, FakeClock, FakeDetector, FakeSource, picture, until

CAMERA = CameraSettings.model_validate(
    {
        "source": "usb:0",
        # Somebody of the fake detector walks along y = 200 of 240 from left to right, and is seen by shade.
        "lines": [{"id": "door", "points": [[0.5, 0.6], [0.5, 1.0]], "arrow": [[0.3, 0.8], [0.7, 0.8]]}],
    }
)
WALK = [0] * 30 + list(range(20, 141, 2)) + [0] * 30


def walking() -> FakeSource:
    """One person walks over the line, at ten pictures a second."""
    return FakeSource(Frame(picture(shade), NOON + number / 10) for number, shade in enumerate(WALK))


class FakeCameraman:
    """Hands out sources one after the other; a sentence is a camera that is lost."""

    def __init__(self, *sources: FrameSource | str) -> None:
        self._sources = list(sources)
        self.opened = 0

    def __call__(self) -> FrameSource:
        self.opened += 1
        source = self._sources.pop(0) if self._sources else waiting()
        if isinstance(source, str):
            raise CameraLost(source)
        return source


def waiting() -> FakeSource:
    """A camera in front of which nobody walks."""
    return FakeSource(
        (Frame(picture(), NOON + 100 + number / 10) for number in count()), lambda _: time.sleep(0.01)
    )


def watching(*sources: FrameSource | str, opened: list[Looked] | None = None) -> Watching:
    def open_detector(looked: Looked, height: float | None) -> FakeDetector:
        assert height is None
        if opened is not None:
            opened.append(looked)
        return FakeDetector()

    return Watching(Looked(CAMERA), FakeCameraman(*sources), open_detector)


@pytest.fixture
def started() -> Iterator[list[Watching]]:
    """Whatever is started in a test is stopped."""
    all_of_them: list[Watching] = []
    yield all_of_them
    for one in all_of_them:
        one.stop()


def test_somebody_who_walks_in_is_told_once_with_the_place(started: list[Watching]) -> None:
    it = watching(walking())
    started.append(it)
    it.start()
    until(lambda: it.sight.crossings == 1, "the crossing is told")
    (crossing,) = it.crossings()
    assert (crossing.line, crossing.direction) == ("door", Direction.IN)
    assert crossing.place is not None
    assert crossing.place.x == pytest.approx(160, abs=5)
    assert it.counted == {("door", Direction.IN): 1}
    assert it.crossings(after=1) == []


def test_a_camera_that_is_lost_is_told_and_opened_again(started: list[Watching]) -> None:
    it = watching("the cable is out", walking())
    started.append(it)
    it.start()
    until(lambda: it.sight.trouble == "the cable is out", "the trouble is told")
    assert it.jpeg() is None
    until(lambda: it.sight.trouble == "" and it.sight.crossings == 1, "it heals")


def test_another_drawing_begins_to_count_anew_with_the_same_detector(started: list[Watching]) -> None:
    opened: list[Looked] = []
    it = watching(walking(), opened=opened)
    started.append(it)
    it.start()
    until(lambda: it.sight.crossings == 1, "the crossing is told")
    moved = CAMERA.model_copy(
        update={"lines": (CAMERA.lines[0].model_copy(update={"id": "other", "recross_seconds": 0.0}),)}
    )
    assert it.look(Looked(moved))
    assert (it.sight.crossings, it.counted, it.crossings()) == (0, {}, [])
    assert len(opened) == 1
    assert it.look(Looked(moved, everywhere=False))
    assert len(opened) == 2, "where a run would look is another way of looking"


def test_no_picture_is_kept_after_it_was_stopped() -> None:
    it = watching(waiting())
    it.start()
    until(lambda: it.jpeg() is not None, "there is a picture")
    it.stop()
    assert it.jpeg() is None


def test_thousands_of_crossings_are_not_all_remembered() -> None:
    remembered = Remembered()
    crossing = Crossing("door", Direction.IN, NOON)
    for _ in range(3):
        remembered.note([], [crossing] * MOST_CROSSINGS)
    assert remembered.number == 3 * MOST_CROSSINGS
    assert len(remembered.crossings(0)) == MOST_CROSSINGS
    assert len(remembered.crossings(after=3 * MOST_CROSSINGS - 7)) == 7


SETTINGS = (
    'store = "shop"\ndevice = "door-1"\n[cameras.entrance]\nsource = "usb:0"\n'
    '[[cameras.entrance.lines]]\nid = "door"\npoints = [[0.5, 0.6], [0.5, 1.0]]\n'
    "arrow = [[0.3, 0.8], [0.7, 0.8]]\n"
)


def desk(folder: Path, it: Watching, clock: FakeClock) -> Desk:
    (folder / "edge.toml").write_text(SETTINGS, "utf-8")
    file = DeviceFile(folder / "edge.toml", "entrance")
    settings: EdgeSettings = file.read()
    in_use = InUseNow(Configuration(folder / "edge.toml", lambda _: None))
    audits = Audits(folder / "audits")
    return Desk(file, "entrance", settings, in_use, it, audits, lambda _: "fake", lambda: True, clock)


def test_an_audit_goes_from_begin_to_the_folder_for_the_server(
    started: list[Watching], tmp_path: Path
) -> None:
    clock = FakeClock(NOON + 100)
    it = watching(waiting())
    started.append(it)
    it.start()
    table = desk(tmp_path, it, clock)
    with pytest.raises(EdgeError, match="no audit was begun"):
        table.audit.click("door", "in")
    table.begin_audit()
    assert table.state(0)["audit"]["begins_in"] == 3
    with pytest.raises(EdgeError, match="an audit is under way"):
        table.try_out(drawn_of(CAMERA))
    clock.at += 10
    it._remembered.note([], [Crossing("door", Direction.IN, clock.at - 0.4)])
    table.audit.click("door", "in")
    table.audit.click("door", "out")
    table.audit.undo()
    assert table.state(0)["audit"]["total"]["clicked"] == 1
    clock.at += 5
    table.audit.end()
    with pytest.raises(EdgeError, match="wait a few seconds"):
        table.audit.keep()
    clock.at += 6
    for _ in range(2):
        table.audit.keep()
        assert table.state(0)["audit"]["kept"]
    (kept,) = Audits(tmp_path / "audits").oldest(5)
    told = decode(kept.topic, kept.body)
    assert isinstance(told, Audit)
    way = told.lines[0].way_in
    assert (way.clicked, way.counted, way.matched) == (1, 1, 1)
    table.drop_audit()
    assert table.state(0)["audit"] is None
    assert table.try_out(drawn_of(CAMERA))["trials"][0]["line"] == "door"
