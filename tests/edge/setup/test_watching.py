from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture import CameraLost, Frame, FrameSource
from edge.config import CameraSettings, EdgeSettings
from edge.configuration import Configuration
from edge.counting import Crossing, Direction
from edge.errors import EdgeError
from edge.outbox import Audits
from edge.people import Detections, Image
from edge.setup.desk import Desk
from edge.setup.drawing import drawn_of
from edge.setup.in_use import FromAfar, InUseNow
from edge.setup.keeping import DeviceFile
from edge.setup.sights import MOST_CROSSINGS, Looked, Remembered
from edge.setup.watching import SWITCH_SECONDS, Watching
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


class Stepped:
    """A camera that gives the pictures it is told to give, and detail everywhere in them."""

    frames_skipped = 0
    trouble = ""

    def __init__(self) -> None:
        self._times: queue.Queue[float | None] = queue.Queue()

    def frames(self) -> Iterator[Frame]:
        while (at := self._times.get()) is not None:
            yield Frame(DETAILED, at)

    def give(self, it: Watching, *seconds: float) -> Image:
        """The last of some pictures, as it is shown."""
        before = it.sight.shown
        for second in seconds:
            self._times.put(NOON + second)
        until(lambda: it.sight.shown == before + len(seconds), "they were looked at")
        jpeg = it.jpeg()
        assert jpeg
        return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)

    def close(self) -> None:
        self._times.put(None)


DETAILED = np.random.default_rng(2).integers(0, 255, (360, 640, 3), np.uint8)


class Doubtful:
    """Thinks it possible that somebody stands in the left half, and is far from sure."""

    sure_score = 0.5

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        return Detections.from_boxes(np.array([[40, 60, 240, 300]], np.float32), np.array([0.06], np.float32))


def detail(image: Image, x0: int, x1: int) -> float:
    return float(np.abs(np.diff(image[100:260, x0:x1].astype(np.float32), axis=1)).mean())


def test_all_is_veiled_until_eyes_had_time_to_look_and_doubtful_people_always(
    started: list[Watching],
) -> None:
    camera, looks = Stepped(), 0

    def open_detector(looked: Looked, height: float | None) -> Doubtful:
        return Doubtful()

    it = Watching(Looked(CAMERA), lambda: camera, open_detector)
    started.append(it)
    it.start()
    sharp = detail(DETAILED, 400, 600)
    at_first = camera.give(it, 0.0, 1.0, 1.9)
    assert detail(at_first, 0, 640) < sharp / 5
    later = camera.give(it, 2.2)
    assert detail(later, 400, 600) > sharp / 2
    assert detail(later, 60, 220) < sharp / 5, "whom nobody is sure of"
    for everywhere, view in ((False, "oblique"), (True, "overhead")):
        looks += 3
        other = Looked(CAMERA.model_copy(update={"view": view}), everywhere=everywhere)
        asking = threading.Thread(target=it.look, args=(other,))
        asking.start()
        until(lambda: it._wanted is not None, "it is to look in another way")
        assert detail(camera.give(it, 2.0 + looks), 0, 640) < sharp / 5, "other eyes, as for an audit"
        asking.join()


def test_nobody_waits_long_for_a_camera_that_is_down(started: list[Watching]) -> None:
    it = watching("the cable is out", "the cable is out", "the cable is out")
    started.append(it)
    it.start()
    until(lambda: it.sight.trouble != "", "the trouble is told")
    before = time.monotonic()
    assert not it.look(Looked(CAMERA, everywhere=False))
    assert time.monotonic() - before < SWITCH_SECONDS / 2


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


def test_an_audit_counts_by_what_came_from_afar_where_that_is_what_a_run_counts_by(
    started: list[Watching], tmp_path: Path
) -> None:
    it = watching(waiting())
    started.append(it)
    it.start()
    table = desk(tmp_path, it, FakeClock(NOON + 100))
    path = tmp_path / "edge.toml"
    configuration = Configuration(path, lambda _: None)
    configuration.take(SETTINGS.replace('id = "door"', 'id = "side-door"'))
    assert table.begin()["counts"]["drawn"]["lines"][0]["id"] == "side-door"
    table.begin_audit()
    assert {way["line"] for way in table.state(0)["audit"]["ways"]} == {"side-door"}
    table.drop_audit()
    configuration.take(SETTINGS.replace("cameras.entrance", "cameras.back"))
    assert table.begin()["counts"]["drawn"] is None
    with pytest.raises(EdgeError, match="does not count the camera entrance"):
        table.begin_audit()


def test_a_configuration_that_comes_while_somebody_saves_is_not_replaced_unseen(
    started: list[Watching], tmp_path: Path
) -> None:
    it = watching(waiting())
    started.append(it)
    it.start()
    table = desk(tmp_path, it, FakeClock(NOON + 100))
    configuration = Configuration(tmp_path / "edge.toml", lambda _: None)
    drawn, version = drawn_of(CAMERA), table.begin()["version"]
    configuration.take(SETTINGS + "# first\n")
    seen = table.state(0)["afar"]
    configuration.take(SETTINGS + "# second\n")
    for told in ("", seen):
        with pytest.raises(FromAfar, match="sent to it, not by its own file"):
            table.save(drawn, version, told)
    assert configuration.load().origin == "set"
    table.save(drawn, version, table.state(0)["afar"])
    assert configuration.load().origin == "file", "though nothing in the file was changed"
