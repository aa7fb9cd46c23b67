"""A set-up page of a made-up camera within the test's own process, and a technician's browser at it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, Route, expect

from edge.assembly import accept_view, view_path
from edge.capture import CameraLost, Frame
from edge.config import CameraSettings, load_settings
from edge.configuration import Configuration
from edge.outbox import Audits
from edge.setup.desk import Desk
from edge.setup.entry import Door
from edge.setup.in_use import InUseNow
from edge.setup.keeping import DeviceFile
from edge.setup.serving import SetupServer
from edge.setup.sights import Looked
from edge.setup.watching import Watching
from edge.starter import starter_configuration
from tests.browser import SLOW_MS
from tests.edge.cast import NOON, FakeClock, FakeDetector, FakeSource

SCENE = np.random.default_rng(1).integers(1, 200, (360, 640, 3), np.uint8)
SCENE[0, 0, 0] = 0  # of shade 0: the fake detector finds nobody
LIVE = "Live, people veiled."


def still_life() -> FakeSource:
    """A camera in front of which nobody walks: ten times as quick as the clock, since veils lift slowly."""
    return FakeSource((Frame(SCENE, NOON + number / 5) for number in count()), lambda _: time.sleep(0.02))


@dataclass
class AtHand:
    """A running page. `trouble` takes the camera away; `clock` is that of sessions."""

    path: Path
    clock: FakeClock = field(default_factory=lambda: FakeClock(1000.0))
    codes: list[str] = field(default_factory=list)
    trouble: str = ""

    def __post_init__(self) -> None:
        settings = self.file.read()
        self.view = view_path(settings, "entrance")
        self.camera: CameraSettings = settings.cameras["entrance"]
        self.watching = Watching(Looked(self.camera), self._opened, lambda _, __: FakeDetector())
        self.configuration = Configuration(self.path, lambda _: None)
        desk = Desk(
            self.file,
            "entrance",
            settings,
            InUseNow(self.configuration),
            self.watching,
            Audits(self.path.with_name("audits")),
            lambda _: "fake",
            lambda: accept_view(settings, "entrance"),
            lambda: self.watching.sight.at,
        )
        self.door = Door(self.codes.append)
        self.server = SetupServer(desk, self.door, self.clock, "127.0.0.1", 0)

    @property
    def file(self) -> DeviceFile:
        """The device's file, as another technician's page has it."""
        return DeviceFile(self.path, "entrance")

    @property
    def address(self) -> str:
        return self.server.address_at("127.0.0.1")

    def saved(self) -> CameraSettings:
        """What stands in the file now."""
        return load_settings(self.path).cameras["entrance"]

    def _opened(self) -> FakeSource:
        if self.trouble:
            raise CameraLost(self.trouble)
        return still_life()


@contextmanager
def at_hand(folder: Path, trouble: str = "") -> Iterator[AtHand]:
    """A page for what `footfall-edge init` writes."""
    folder.mkdir(exist_ok=True)
    text = starter_configuration(None, store="shop", device="door-1", host="127.0.0.1", port=1)
    (folder / "edge.toml").write_text(text, "utf-8")
    it = AtHand(folder / "edge.toml", trouble=trouble)
    serving = threading.Thread(target=it.server.serve_forever, kwargs={"poll_interval": 0.05})
    it.door.open(it.clock())
    it.watching.start()
    serving.start()
    try:
        yield it
    finally:
        it.server.shutdown()
        serving.join()
        it.server.server_close()
        it.watching.stop()


@contextmanager
def visit(
    chromium: Browser, it: AtHand, *, wide: int = 1280, high: int = 800, said: str = LIVE
) -> Iterator[Page]:
    """Somebody who came in by the QR code and sees the picture."""
    page = chromium.new_page(viewport={"width": wide, "height": high})
    page.set_default_timeout(SLOW_MS)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{it.address}#{it.codes[-1]}")
    expect(page.locator("#sight")).to_have_text(said)
    try:
        yield page
    finally:
        page.close()


class Held:
    """Keeps the answer to one address from a page until it is let go."""

    def __init__(self, page: Page, name: str) -> None:
        self._page = page
        self._routes: list[Route] = []
        self._pattern = f"**/{name}"
        page.route(self._pattern, lambda route: self._routes.append(route))

    def is_asked(self) -> bool:
        """Whether the page waits for it; lets the browser go on meanwhile."""
        self._page.wait_for_timeout(20)
        return bool(self._routes)

    def let_go(self) -> None:
        """Lets the answer come, and those after it."""
        for route in self._routes:
            route.continue_()
        self._page.unroute(self._pattern)
