"""A process that writes is killed at random instants; what it leaves has to be whole."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from edge.counting import CountedBy, Crossing, Direction, Tally, Watched
from edge.outbox import Outbox, Progress
from tests.edge.cast import NOON, ROOT, until
from tests.waiting import PATIENCE_SECONDS

ROUNDS = 8

# Counts one crossing after the other, from where the last life ended, and prints what is surely kept.
WRITER = """
import sys
from pathlib import Path
from edge.counting import CountedBy, Crossing, Direction, Tally, Watched
from edge.outbox import Outbox, Progress
from tests.edge.cast import NOON

box = Outbox(Path(sys.argv[1]))
tally = Tally(Watched(lines=("door",)))
before = box.progress("entrance")
done = 0
if before:
    tally.restore(box.since("entrance", before.counted_until - 3600))
    done = round(before.counted_until - NOON)
while True:
    done += 1
    tally.add(Crossing("door", Direction.IN, NOON + done))
    tally.settle(NOON + done)
    changed = tally.take_changed(CountedBy("shop", "door-1", "entrance"))
    box.put("entrance", changed, Progress("clip", NOON, NOON + done, False), NOON + done)
    for one in box.oldest(3):
        box.delivered(one.camera, one.bucket_start, one.revision)
    print(done, flush=True)
"""


def counted(box: Outbox, tally: Tally, begin: int, end: int) -> None:
    """One crossing a second, each kept before the next."""
    for done in range(begin + 1, end + 1):
        tally.add(Crossing("door", Direction.IN, NOON + done))
        tally.settle(NOON + done)
        changed = tally.take_changed(CountedBy("shop", "door-1", "entrance"))
        box.put("entrance", changed, Progress("clip", NOON, NOON + done, False), NOON + done)


def whole(path: Path) -> int:
    """How many crossings an outbox holds, which has to be as many as it says were counted."""
    box = Outbox(path)
    try:
        progress = box.progress("entrance")
        crossings = box.totals().lines.get("door", (0, 0))[0]
        assert crossings == (round(progress.counted_until - NOON) if progress else 0)
        return crossings
    finally:
        box.close()


def copied(path: Path, folder: Path, log_bytes: int | None = None) -> Path:
    """The files as they lie on the disk now, as a power cut would leave them; the log's tail torn off."""
    folder.mkdir()
    for name in (path.name, f"{path.name}-wal"):
        shutil.copyfile(path.with_name(name), folder / name)
    if log_bytes is not None:
        os.truncate(folder / f"{path.name}-wal", log_bytes)
    return folder / path.name


def test_whatever_the_disk_held_when_the_power_went_is_whole_and_what_was_kept_is_there(
    tmp_path: Path,
) -> None:
    path = tmp_path / "outbox.db"
    box, tally = Outbox(path), Tally(Watched(lines=("door",)))
    chance = random.Random(11)
    for number in range(25):
        counted(box, tally, 40 * number, 40 * (number + 1))
        assert whole(copied(path, tmp_path / f"copy-{number}")) == 40 * (number + 1)
        log = path.with_name(f"{path.name}-wal").stat().st_size
        torn = copied(path, tmp_path / f"torn-{number}", chance.randrange(log + 1))
        assert whole(torn) <= 40 * (number + 1)
    box.close()


def test_whenever_the_power_goes_counts_and_progress_agree_and_nothing_told_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    chance = random.Random(7)
    told = 0
    for _ in range(ROUNDS):
        log = tmp_path / "told"
        with log.open("w") as told_to:
            writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=told_to, cwd=ROOT)
            until(lambda log=log: log.stat().st_size > 0, "the writer writes")  # type: ignore[misc]
            time.sleep(chance.uniform(0.0, 0.08))
            writer.kill()
            writer.wait(PATIENCE_SECONDS)
        told = max(
            told, *(int(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n"))
        )

        box = Outbox(path)
        progress = box.progress("entrance")
        kept = box.totals()
        box.close()

        assert progress is not None
        until_now = round(progress.counted_until - NOON)
        assert until_now >= told
        assert kept.lines == {"door": (until_now, 0)}
    assert told > ROUNDS
