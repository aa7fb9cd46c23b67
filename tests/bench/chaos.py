"""A shop under faults: a device with two cameras, broker and listener, of which something dies all the time.

    python -m tests.bench.chaos --minutes 60 --json chaos.json

One camera plays a clip at the pace of its filming, so that what the server holds at the end can be
compared with the same clip counted undisturbed: lost and doubled have to be 0. The other is a real RTSP
server that is killed and stalled: time without pictures has to show as coverage, and never as minutes in
which nobody came.

Needs Mosquitto and FFmpeg; GStreamer's RTSP server for the second camera; root for the full disk, which is
a small file system in memory.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from edge.outbox import Outbox
from edge.starter import starter_configuration
from server.storage import counts
from server.storage.database import open_database
from tests.bench.cards import Cards, cards
from tests.edge.capture.camera_on_the_network import NEEDED, SYSTEM_PYTHON
from tests.edge.cast import DEMO, ROOT, free_port

FPS = 5
CLIP_SECONDS = 20
CLIP, CAMERA = "clip", "street"
SETTLE_SECONDS = 240.0
SAMPLE_SECONDS = 5.0
RTSP_SCRIPT = ROOT / "tests" / "edge" / "capture" / "rtsp_server.py"

SERVER = """\
database = "footfall.db"
[broker]
port = {port}
[stores.shop]
name = "Shop"
time_zone = "UTC"
currency = "EUR"
"""

BROKER = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 5
max_queued_messages 100000
user root
"""


@dataclass
class Sample:
    """One look at a process: which, when (seconds), resident MiB, open files."""

    who: str
    pid: int
    at: float
    memory_mb: float
    files: int


@dataclass
class Report:
    """What happened, and what became of the counts."""

    minutes: float
    faults: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    expected: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    watched: list[tuple[str, float, int]] = field(default_factory=list)
    camera_down: list[tuple[float, float]] = field(default_factory=list)
    quarantined: int = 0

    @property
    def lost(self) -> int:
        """Crossings and visits of the clip that the server does not hold."""
        return sum(max(0, number - self.held.get(what, 0)) for what, number in self.expected.items())

    @property
    def doubled(self) -> int:
        """Crossings and visits that the server holds and nobody made."""
        return sum(max(0, number - self.expected.get(what, 0)) for what, number in self.held.items())

    def in_figures(self) -> dict[str, Any]:
        """For people and programs."""
        return {
            "minutes": round(self.minutes, 1),
            "faults": dict(self.faults),
            "expected": self.expected,
            "held": self.held,
            "lost": self.lost,
            "doubled": self.doubled,
            "quarantined": self.quarantined,
            "camera_down_seconds": round(sum(end - begin for begin, end in self.camera_down), 1),
            "camera_minutes": len(self.watched),
            "camera_covered_seconds": round(sum(coverage * 60 for _, coverage, _ in self.watched), 1),
            "dark_minutes_shown_as_watched": self.dark_minutes_shown_as_watched(),
            "processes": {who: growth(of) for who, of in self.by_process().items()},
        }

    def by_process(self) -> dict[str, list[Sample]]:
        """Samples of the longest life of each process."""
        lives: dict[tuple[str, int], list[Sample]] = {}
        for sample in self.samples:
            lives.setdefault((sample.who, sample.pid), []).append(sample)
        longest: dict[str, list[Sample]] = {}
        for (who, _), samples in lives.items():
            if len(samples) > len(longest.get(who, [])):
                longest[who] = samples
        return longest

    def dark_minutes_shown_as_watched(self) -> int:
        """Minutes in which the camera was gone all the time, and that claim to have been watched."""
        dark = 0
        for begin, coverage, _ in self.watched:
            at = datetime.fromisoformat(begin).timestamp()
            gone = any(down <= at and at + 60 <= up for down, up in self.camera_down)
            dark += gone and coverage > 0.05
        return dark


def growth(samples: list[Sample]) -> dict[str, float]:
    """How a process grew: MiB an hour by least squares without its first minute, and the most open files."""
    late = [one for one in samples if one.at - samples[0].at > 60]
    span = late[-1].at - late[0].at if len(late) > 1 else 0.0
    slope = 0.0
    if span > 60:
        middle = sum(one.at for one in late) / len(late)
        square = sum((one.at - middle) ** 2 for one in late)
        slope = sum((one.at - middle) * one.memory_mb for one in late) / square * 3600
    return {
        "seconds": round(samples[-1].at - samples[0].at),
        "memory_mb": samples[-1].memory_mb,
        "slope_mb_per_hour": round(slope, 2),
        "most_files": max(one.files for one in samples),
    }


class Process:
    """One process that may be killed and is started again."""

    def __init__(self, name: str, words: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.name = name
        self._words = words
        self._folder = folder
        self._environment = environment
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, its words into a log."""
        with (self._folder / f"{self.name}.log").open("ab") as log:
            self._child = subprocess.Popen(
                self._words, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def pid(self) -> int | None:
        """Its id while it runs."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def signal(self, number: int) -> None:
        """Sends a signal, if it runs."""
        if self._child and self._child.poll() is None:
            self._child.send_signal(number)

    def kill(self) -> None:
        """Ends it at once."""
        self.signal(signal.SIGKILL)
        if self._child:
            self._child.wait(20)

    def end(self, seconds: float = 90.0) -> None:
        """Ends it gracefully."""
        self.signal(signal.SIGTERM)
        if self._child:
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()


class Shop:
    """Everything, in a folder of its own."""

    def __init__(self, folder: Path, minutes: float, seed: int, *, camera: bool) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.report = Report(minutes)
        self.state = folder / "state"
        self.state.mkdir()
        self._broker_port, self._camera_port = free_port(), free_port()
        self._write(minutes, camera=camera)
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        python = [sys.executable, "-m"]

        def process(name: str, words: list[str]) -> Process:
            return Process(name, words, folder, environment)

        program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        assert program, "Mosquitto is not installed"
        self.broker = process("broker", [program, "-c", str(folder / "mosquitto.conf")])
        server = ["--config", str(folder / "server.toml")]
        self.run_server = [*python, "server"]
        subprocess.run([*self.run_server, "migrate", *server], check=True, env=environment, cwd=ROOT)
        self.listener = process("listener", [*self.run_server, "listen", *server])
        self.device = process("device", [*python, "edge", "run", "--config", str(folder / "edge.toml")])
        self.camera = (
            process("camera", [SYSTEM_PYTHON, str(RTSP_SCRIPT), str(self._camera_port), str(DEMO)])
            if camera
            else None
        )

    def _write(self, minutes: float, *, camera: bool) -> None:
        loops = max(1, round(minutes * 60 / CLIP_SECONDS))
        subprocess.run(
            ["ffmpeg", "-v", "error", "-stream_loop", str(loops - 1), "-i", str(DEMO), "-r", str(FPS),
             "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", str(self.folder / "clip.mp4")],
            check=True,
        )  # fmt: skip
        text = starter_configuration(
            "demo", store="shop", device="door-1", host="127.0.0.1", port=self._broker_port
        )
        head, _, one = text.partition("[cameras.entrance]")
        head = head.replace("[detector]", "[detector]\nwidth = 320").replace("threads = 2", "threads = 1")
        head = head.replace("# clock =", "clock =").replace('clock = "network"', 'clock = "trusted"')
        section = "[cameras.entrance]" + one
        source = next(line for line in section.splitlines() if line.startswith("source"))
        clip = section.replace(source, 'source = "clip.mp4"').replace("cameras.entrance", f"cameras.{CLIP}")
        live = section.replace(source, f'source = "rtsp://127.0.0.1:{self._camera_port}/door"')
        live = live.replace("fps = 10", "fps = 3").replace("cameras.entrance", f"cameras.{CAMERA}")
        (self.folder / "edge.toml").write_text(head + clip + ("\n" + live if camera else ""), "utf-8")
        (self.folder / "server.toml").write_text(SERVER.format(port=self._broker_port), "utf-8")
        (self.folder / "mosquitto.conf").write_text(
            BROKER.format(port=self._broker_port, folder=self.folder), "utf-8"
        )

    @property
    def processes(self) -> list[Process]:
        """All of them."""
        return [self.broker, self.listener, self.device, *([self.camera] if self.camera else [])]

    def start(self) -> None:
        """Starts all of them; the broker knows its listener before anything is counted."""
        for process in (self.broker, self.listener):
            process.start()
            time.sleep(3)
        self.broker.signal(signal.SIGUSR1)  # saves its sessions
        if self.camera:
            self.camera.start()
        self.device.start()

    def stop(self) -> None:
        """Ends whatever still runs."""
        for process in reversed(self.processes):
            process.end()
        for pid in cameras_of(str(self.folder)).values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def sample(self) -> None:
        """Notes how large everything is."""
        known = {process.name: process.pid for process in self.processes}
        for who, pid in [*known.items(), *cameras_of(str(self.folder)).items()]:
            if pid and (seen := _look(who, pid)):
                self.report.samples.append(seen)

    def clip_has_ended(self) -> bool:
        """Whether the clip was counted to its end."""
        try:
            box = Outbox(self.state / f"outbox-{CLIP}.db")
        except OSError:
            return False
        try:
            progress = box.progress(CLIP)
            return bool(progress and progress.ended and not box.depth(time.time())[0])
        finally:
            box.close()

    def waiting(self) -> int:
        """Buckets that are not delivered, of all cameras."""
        total = 0
        for path in self.state.glob("outbox-*.db"):
            box = Outbox(path)
            total += box.depth(time.time())[0]
            box.close()
        return total


def cameras_of(folder: str) -> dict[str, int]:
    """Process ids of the cameras' processes that use this folder, by camera."""
    found: dict[str, int] = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "--camera" in words and any(folder in word for word in words):
            found[words[words.index("--camera") + 1]] = int(path.parent.name)
    return found


def _look(who: str, pid: int) -> Sample | None:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except (OSError, ValueError, IndexError):
        return None
    return Sample(who, pid, time.monotonic(), round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1), files)


# Faults: each breaks something, waits, and mends it.


def kill_a_camera_process(shop: Shop) -> str:
    """kill -9 of one camera's process; the supervisor starts it again."""
    running = cameras_of(str(shop.folder))
    if not running:
        return "none"
    camera = shop.chance.choice(sorted(running))
    with suppress(ProcessLookupError):
        os.kill(running[camera], signal.SIGKILL)
    return f"kill -9 {camera}"


def kill_the_device(shop: Shop) -> str:
    """kill -9 of the supervisor; its cameras end by themselves, and it is started again."""
    shop.device.kill()
    time.sleep(shop.chance.uniform(0.0, 3.0))
    shop.device.start()
    return "kill -9 supervisor"


def kill_the_broker(shop: Shop) -> str:
    """kill -9 of the broker, away for a while."""
    shop.broker.kill()
    time.sleep(shop.chance.uniform(0.5, 12.0))
    shop.broker.start()
    return "kill -9 broker"


def stall_the_broker(shop: Shop) -> str:
    """The broker answers nobody, and its connections stay half open."""
    shop.broker.signal(signal.SIGSTOP)
    time.sleep(shop.chance.uniform(2.0, 15.0))
    shop.broker.signal(signal.SIGCONT)
    return "stall broker"


def kill_the_listener(shop: Shop) -> str:
    """kill -9 of the server's listener, away for a while."""
    shop.listener.kill()
    time.sleep(shop.chance.uniform(0.5, 8.0))
    shop.listener.start()
    return "kill -9 listener"


def kill_the_camera(shop: Shop) -> str:
    """kill -9 of the RTSP server, away for a while."""
    assert shop.camera
    began = time.time()
    shop.camera.kill()
    time.sleep(shop.chance.choice([2.0, 15.0, 70.0]))
    shop.report.camera_down.append((began, time.time()))
    shop.camera.start()
    return "kill -9 RTSP server"


def stall_the_camera(shop: Shop) -> str:
    """The RTSP server sends nothing, and keeps its connections."""
    assert shop.camera
    shop.camera.signal(signal.SIGSTOP)
    time.sleep(shop.chance.uniform(2.0, 20.0))
    shop.camera.signal(signal.SIGCONT)
    return "stall RTSP server"


def fill_the_disk(shop: Shop) -> str:
    """The device's disk is full for a while."""
    filler = shop.state / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    time.sleep(shop.chance.uniform(5.0, 20.0))
    filler.unlink()
    return "disk full"


def wear_out_the_card(cards: Cards, shop: Shop) -> str:
    """The device's disk turns read-only for good; after a while there is another one, with a copy of it."""
    cards.wear_out()
    time.sleep(shop.chance.uniform(5.0, 20.0))
    assert cards.put_in(), "no other card can be put in"
    return "disk read-only, and replaced"


Fault = Callable[[Shop], str]


def faults_for(shop: Shop, *, disk: bool, cards: Cards | None = None) -> list[Fault]:
    """What may happen here; what is cheap to recover from, more often."""
    faults: list[Fault] = [
        kill_the_broker,
        kill_the_broker,
        stall_the_broker,
        kill_the_listener,
        kill_a_camera_process,
        kill_the_device,
    ]
    return (
        faults
        + ([kill_the_camera, stall_the_camera] if shop.camera else [])
        + ([fill_the_disk] if disk else [])
        + ([partial(wear_out_the_card, cards)] if cards else [])
    )


@contextmanager
def small_disk(folder: Path, megabytes: int = 8) -> Iterator[bool]:
    """A file system of that size at a folder, where this machine lets us; whether it did."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "footfall-chaos", str(folder)],
        capture_output=True,
        check=False,
    )
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def run(
    folder: Path,
    minutes: float,
    *,
    seed: int = 1,
    every_seconds: float = 20.0,
    camera: bool = True,
    cards_wear_out: bool = False,
    say: Callable[[str], None] = print,
) -> Report:
    """Counts the clip under faults, and compares.

    Args:
        folder: an empty one.
        minutes: how long the clip plays.
        seed: of chance.
        every_seconds: how long nothing happens, on average, between two faults.
        camera: whether there is a second camera, a real RTSP server, where this machine has one.
        cards_wear_out: whether the device's disk turns read-only, too, and is replaced.
        say: hears of each fault.
    """
    words = [SYSTEM_PYTHON, "-c", NEEDED]
    has_rtsp = subprocess.run(words, capture_output=True, check=False).returncode == 0
    shop = Shop(folder, minutes, seed, camera=camera and has_rtsp)
    shop.report.expected = undisturbed(shop)
    say(f"undisturbed: {shop.report.expected}")
    with _disk_of(shop, cards_wear_out=cards_wear_out) as faults:
        try:
            shop.start()
            _disturb(shop, faults, minutes, every_seconds, say)
            _settle(shop, say)
        finally:
            shop.stop()
    _compare(shop)
    return shop.report


@contextmanager
def _disk_of(shop: Shop, *, cards_wear_out: bool) -> Iterator[list[Fault]]:
    """The device's disk, and what may happen with it and all else."""
    if not cards_wear_out:
        with small_disk(shop.state) as disk:
            yield faults_for(shop, disk=disk)
        return
    with cards(shop.state, shop.folder / "cards") as kept:
        assert kept, "cards take root, ext4 and loop devices"
        yield faults_for(shop, disk=True, cards=kept)


def undisturbed(shop: Shop) -> dict[str, int]:
    """What the device counts in the clip when nothing happens."""
    words = [sys.executable, "-m", "edge", "replay", str(shop.folder / "clip.mp4"), "--camera", CLIP]
    done = subprocess.run(
        [*words, "--config", str(shop.folder / "edge.toml"), "--json"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    summary = json.loads(done.stdout)
    told = {f"{line} {way}": one[way] for line, one in summary["lines"].items() for way in ("in", "out")}
    return told | {f"{zone} visits": one["visits"] for zone, one in summary["zones"].items()}


def _disturb(
    shop: Shop, faults: list[Fault], minutes: float, every_seconds: float, say: Callable[[str], None]
) -> None:
    began = time.monotonic()
    next_fault = began + every_seconds
    while time.monotonic() - began < minutes * 60:
        time.sleep(SAMPLE_SECONDS)
        shop.sample()
        if time.monotonic() < next_fault:
            continue
        what = shop.chance.choice(faults)(shop)
        shop.report.faults[what] += 1
        say(f"{datetime.now(UTC):%H:%M:%S} {what}")
        next_fault = time.monotonic() + shop.chance.expovariate(1 / every_seconds)


def _settle(shop: Shop, say: Callable[[str], None]) -> None:
    """Waits until the clip is over and all is delivered; then stops the device, whose rest arrives, too."""
    ends_at = time.monotonic() + SETTLE_SECONDS + 0.5 * 60 * shop.report.minutes
    while not shop.clip_has_ended() and time.monotonic() < ends_at:
        time.sleep(2)
        shop.sample()
    say(f"the clip has ended: {shop.clip_has_ended()}")
    shop.device.end()
    time.sleep(8)
    say(f"buckets that were not delivered: {shop.waiting()}")


def _compare(shop: Shop) -> None:
    held: Counter[str] = Counter()
    now = datetime.now(UTC)
    begin, end = now - timedelta(days=1), now + timedelta(days=1)
    with open_database(shop.folder / "footfall.db", read_only=True) as db:
        for line in counts.line_rows(db, "shop", begin, end):
            if line.camera == CLIP:
                held[f"{line.line} in"] += line.count_in
                held[f"{line.line} out"] += line.count_out
            else:
                crossings = line.count_in + line.count_out
                shop.report.watched.append((line.begin.isoformat(), 0.0, crossings))
        for zone in counts.zone_rows(db, "shop", begin, end):
            if zone.camera == CLIP:
                held[f"{zone.zone} visits"] += zone.dwell.n
        shop.report.watched = [
            (bucket.begin.isoformat(), bucket.coverage, 0)
            for bucket in counts.bucket_rows(db, "shop", begin, end)
            if bucket.camera == CAMERA
        ]
        shop.report.quarantined = db["quarantine"].count
    shop.report.held = dict(held)


def main() -> None:
    """Runs and prints the report; exits with 1 where something was lost or doubled."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=20.0, help="seconds between faults, on average")
    parser.add_argument(
        "--cards", action="store_true", help="the device's disk turns read-only, too, and is replaced"
    )
    parser.add_argument("--json", type=Path, default=None, help="write the report to this file, too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="footfall-chaos-") as folder:
        report = run(
            Path(folder), asked.minutes, seed=asked.seed, every_seconds=asked.every,
            cards_wear_out=asked.cards, say=lambda what: print(what, flush=True),
        )  # fmt: skip
        text = json.dumps(report.in_figures(), indent=2)
        print(text)
        if asked.json:
            asked.json.write_text(text + "\n", "utf-8")
    sys.exit(1 if report.lost or report.doubled or report.dark_minutes_shown_as_watched() else 0)


if __name__ == "__main__":
    main()
