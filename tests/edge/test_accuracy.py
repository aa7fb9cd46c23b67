"""Counting of real clips against what was counted by eye, with the best network that is known."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from edge.assembly import choose_model, open_chosen
from edge.assets import load_manifest, require
from edge.capture import Recording
from edge.counting import Crossing, Direction, Visit
from edge.planning import counter_builder
from edge.tracking import Tracker
from edge.truth import Places, labelled, score
from edge.truth.mot import read_paths
from tests.bench.dwell import EVERY, SEQUENCES, WHOLE, boxes_of, ends, grid, one_by_one, visits, zone
from tests.edge.cast import NOON
from tests.edge.device import Device

ASSETS = os.environ.get("FOOTFALL_ASSETS")

pytestmark = pytest.mark.skipif(not ASSETS, reason="FOOTFALL_ASSETS names no folder with real clips")

WITHIN_SECONDS = 2.0

Event = tuple[Direction, float]


@dataclass
class Counted:
    """What a clip gave."""

    crossings: list[Crossing] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)


def counted(clip: str, folder: Path, *, every: int = 1) -> Counted:
    """Counts every so manieth frame of a clip as `footfall-edge init --clip` sets it up."""
    settings = Device(folder, clip=clip).settings
    detector = open_chosen(choose_model("rtmdet-nano-person"), settings)
    result = Counted()
    path = require(clip, load_manifest().clips[clip]).path
    counter = tracker = None
    for frame in islice(Recording(path, NOON).frames(), 0, None, every):
        height, width = frame.image.shape[:2]
        counter = counter or counter_builder(settings.cameras["entrance"])(width, height)
        tracker = tracker or Tracker(detector.sure_score, picture_height=height)
        for fact in counter.update(tracker.update(detector.detect(frame.image), frame.at), frame.at):
            if isinstance(fact, Crossing):
                result.crossings.append(fact)
            elif isinstance(fact, Visit):
                result.visits.append(fact)
    return result


def events(result: Counted) -> list[Event]:
    """Which way, and when after the beginning."""
    return [(crossing.direction, crossing.at - NOON) for crossing in result.crossings]


def truth(clip: str) -> Any:
    """Its entry in truth.json."""
    content = json.loads((Path(str(ASSETS)) / "truth.json").read_text("utf-8"))
    return content["sequences"][f"videos/{clip}"]


def wrong(found: list[Event], expected: list[Event]) -> int:
    """Events missed and events invented, when each is matched to the nearest one in time."""
    left, missed = list(found), 0
    for direction, at in expected:
        near = [one for one in left if one[0] == direction and abs(one[1] - at) <= WITHIN_SECONDS]
        if near:
            left.remove(min(near, key=lambda one: abs(one[1] - at)))
        else:
            missed += 1
    return missed + len(left)


@pytest.mark.long
def test_a_path_with_people_in_both_directions_is_counted_right_but_for_one_event_at_most(
    tmp_path: Path,
) -> None:
    known = truth("vtest.avi")
    into = {"right_to_left": Direction.IN, "left_to_right": Direction.OUT}
    expected = [
        (into[event["dir"]], event["video_frame0"] / known["fps"]) for event in known["lines"][0]["events"]
    ]
    assert [way for way, _ in expected].count(Direction.IN) == 15
    assert [way for way, _ in expected].count(Direction.OUT) == 12

    found = events(counted("vtest", tmp_path))

    assert wrong(found, expected) <= 1


def test_at_five_frames_per_second_six_people_go_out_and_none_comes_in(
    tmp_path: Path,
) -> None:
    known = truth("one-by-one-person-detection.mp4")
    expected = [(Direction.IN, frame / known["fps"]) for frame in known["lines"][0]["events_video_frame0"]]
    assert len(expected) == 6

    found = events(counted("one-by-one", tmp_path, every=2))

    assert wrong(found, expected) == 0


@pytest.mark.long
@pytest.mark.parametrize(("every", "frames"), [(1, 4.0), (2, 5.0), (3, 5.0)])
def test_each_of_six_visits_begins_and_ends_within_half_a_second_of_the_truth(
    every: int, frames: float
) -> None:
    boxes, known = one_by_one(Path(str(ASSETS)))

    found = ends(known, visits(boxes, [zone("zone-1", WHOLE)], every))

    assert len(found) == 6
    assert max(abs(off) for pair in found for off in pair) <= frames


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("name", SEQUENCES)
def test_dwell_in_a_crowded_street_is_right_within_half_a_second_on_average(name: str, every: int) -> None:
    folder = Path(str(ASSETS)) / "mot" / name
    boxes = boxes_of(folder / f"{name}.mp4")
    paths = read_paths((folder / "gt" / "gt.txt").read_text("ascii"))
    zones = grid(paths, boxes.clip, 6, 1)

    result = score(labelled(paths, boxes.clip, Places(zones=tuple(zones))), visits(boxes, zones, every))

    errors = [abs(error) for one in result.zones for error in one.dwell_errors]
    true = sum(one.tally.true for one in result.zones)
    assert len(errors) >= 0.85 * true
    assert sum(errors) / len(errors) <= 0.5
