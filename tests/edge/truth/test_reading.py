from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from edge.counting import Direction
from edge.errors import EdgeError
from edge.truth import ClipFacts, Places, TruthRefused, camera_of, given_places, placed, read_truth
from edge.truth.frames import clip_facts
from edge.truth.marking import encoded
from edge.truth.schema import json_schema
from tests.edge.truth.making import CLIP, DOOR, GIVEN, content, truth

NOTHING = Places()
SAMPLES = Path(__file__).parent / "samples"


def written(tmp_path: Path, what: object, name: str = "truth.json") -> Path:
    path = tmp_path / name
    path.write_text(what if isinstance(what, str) else json.dumps(what), "utf-8")
    return path


def listed(**line: Any) -> dict[str, Any]:
    basis = {"line": [100, 0, 100, 100], "right_to_left": 1, "left_to_right": 0}
    return {"sequences": {"videos/monday.mp4": {"size": [200, 100], "fps": 10, "lines": [basis | line]}}}


def test_the_schema_that_is_published_is_the_models() -> None:
    published = json.loads((files("edge.truth") / "truth-v1.schema.json").read_text("utf-8"))
    assert published == json_schema()


def test_the_golden_sample_is_read_and_written_again_as_it_is() -> None:
    path = SAMPLES / "v1.json"
    known = read_truth(path, ClipFacts(file="monday.mp4", width=640, height=360, fps=15), NOTHING)
    assert known.lines[0].count(Direction.IN) == 2
    assert json.loads(encoded(known)) == json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(
            {"schema": "footfall-truth/2"}, "schema: input should be 'footfall-truth/1'", id="a later version"
        ),
        pytest.param({"shema": 1}, "shema: no such field", id="misspelt"),
        pytest.param({"lines": [], "zones": []}, "nothing was looked at", id="empty"),
        pytest.param(
            {"watched": {"from_frame": 9, "to_frame": 3}}, "watched: it ends before it begins", id="backwards"
        ),
    ],
)
def test_a_truth_that_cannot_be_used_is_refused_with_the_place(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(TruthRefused) as refused:
        read_truth(written(tmp_path, content() | change), CLIP, NOTHING)
    assert problem in str(refused.value)


def test_all_mistakes_are_named_at_once_each_with_its_place(tmp_path: Path) -> None:
    wrong = content([("in", 5), ("sideways", 6)], [(9, 2)])
    wrong["lines"][0]["events"][0]["frame"] = -1
    with pytest.raises(TruthRefused) as refused:
        read_truth(written(tmp_path, wrong), CLIP, NOTHING)
    places = [problem.partition(":")[0] for problem in refused.value.problems]
    assert places == ["lines[0].events[0].frame", "lines[0].events[1].direction", "zones[0].visits[0]"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("{", "it is not JSON", id="broken"),
        pytest.param("[]", "it has neither", id="no object"),
        pytest.param("[" * 100_000, "it is not JSON", id="too deep"),
    ],
)
def test_a_file_that_is_no_truth_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(TruthRefused, match=problem):
        read_truth(written(tmp_path, text), CLIP, NOTHING)


def test_counts_must_agree_with_the_events(tmp_path: Path) -> None:
    wrong = content([("in", 5)])
    wrong["lines"][0]["counts"] = {"in": 2, "out": 0}
    with pytest.raises(TruthRefused, match=r"lines\[0\]: counts say 2 in, but there are 1 such events"):
        read_truth(written(tmp_path, wrong), CLIP, NOTHING)


def test_a_truth_about_pictures_of_another_size_is_refused(tmp_path: Path) -> None:
    other = CLIP.model_copy(update={"width": 640})
    with pytest.raises(TruthRefused, match="it is about pictures of 200×100"):
        read_truth(written(tmp_path, content()), other, NOTHING)


@pytest.mark.parametrize(
    ("line", "inner_x"),
    [
        pytest.param(
            {"events": [{"video_frame0": 9.1, "dir": "right_to_left"}]}, 88.0, id="events with words"
        ),
        pytest.param({"events_video_frame0": [9.1]}, 88.0, id="moments of the only direction"),
        pytest.param({}, 88.0, id="counts only"),
    ],
)
def test_a_list_of_clips_is_read_and_the_direction_named_first_is_in(
    tmp_path: Path, line: dict[str, Any], inner_x: float
) -> None:
    (found,) = read_truth(written(tmp_path, listed(**line)), CLIP, NOTHING).lines
    assert found.words == {Direction.IN: "right_to_left", Direction.OUT: "left_to_right"}
    assert (found.count(Direction.IN), found.count(Direction.OUT)) == (1, 0)
    assert found.arrow[1][0] == pytest.approx(inner_x)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param(
            {"events": [{"video_frame0": 1, "dir": "up"}]}, "no count is named 'up'", id="unknown word"
        ),
        pytest.param(
            {"events": [], "right_to_left": 3}, "counts say 3 in, but there are 0", id="counts differ"
        ),
        pytest.param(
            {"line": [0, 50, 200, 50]}, "the line runs along that direction", id="word does not fit the line"
        ),
        pytest.param(
            {"left_to_right": 2, "events_video_frame0": [1]}, "crossed one way only", id="no direction"
        ),
    ],
)
def test_a_mistake_in_a_list_is_named_with_its_place(
    tmp_path: Path, line: dict[str, Any], problem: str
) -> None:
    with pytest.raises(TruthRefused) as refused:
        read_truth(written(tmp_path, listed(**line)), CLIP, NOTHING)
    assert "sequences[videos/monday.mp4].lines[0]: " in str(refused.value)
    assert problem in str(refused.value)


def test_a_clip_that_is_not_in_the_list_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(TruthRefused, match=r"0 of them are named monday.mp4; known are a/b.avi"):
        read_truth(written(tmp_path, {"sequences": {"a/b.avi": {"size": [2, 2], "fps": 1}}}), CLIP, NOTHING)


def test_visits_without_a_zone_take_the_only_one_that_is_given(tmp_path: Path) -> None:
    seen: dict[str, Any] = listed()
    seen["sequences"]["videos/monday.mp4"]["visits_video_frame0"] = [[0, 50]]
    known = read_truth(written(tmp_path, seen), CLIP, NOTHING)
    with_zone, notes = placed(known, GIVEN)
    assert ([zone.id for zone in with_zone.zones], notes) == (["shelf"], [])
    without, notes = placed(known, NOTHING)
    assert without.zones == ()
    assert "visits to zone-1 are left out" in notes[0]


def test_a_line_that_the_device_has_elsewhere_is_counted_there_and_that_is_said() -> None:
    moved = DOOR.model_copy(update={"points": ((0.6, 0.0), (0.6, 1.0)), "arrow": ((0.5, 0.5), (0.7, 0.5))})
    known, (note,) = placed(truth(), Places((moved,)))
    assert known.lines[0].points[0] == (120, 0)
    assert "line door lies elsewhere" in note


def test_labels_give_crossings_and_visits(tmp_path: Path) -> None:
    walk = [f"{frame},1,{10 * frame - 5},30,10,20,1,-1,-1,-1" for frame in range(1, 20)]
    known = read_truth(written(tmp_path, "\n".join(walk), "gt.txt"), CLIP, GIVEN)
    (event,) = known.lines[0].events or ()
    assert (event.direction, event.frame) == (Direction.IN, 9.0)
    assert [(visit.enter_frame, visit.leave_frame) for visit in known.zones[0].visits] == [(0, 8)]
    assert known.watched is not None
    assert known.watched.to_frame == 18


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        pytest.param("1,1,5", "line 1: '1,1,5' is no label", id="too short"),
        pytest.param("1,1,5,5,9,9\n\nx,1,5,5,9,9", "line 3: 'x,1,5,5,9,9' is no label", id="no number"),
        pytest.param("0,1,5,5,9,9", "line 1: frames begin at 1", id="frame 0"),
        pytest.param("nan,1,5,5,9,9", "line 1: ", id="not a number"),
        pytest.param("1,1,5,5,9,9,0,1,1", "it labels nobody", id="only inactive ones"),
    ],
)
def test_a_label_that_is_none_is_named(tmp_path: Path, rows: str, problem: str) -> None:
    with pytest.raises(TruthRefused) as refused:
        read_truth(written(tmp_path, rows, "gt.txt"), CLIP, GIVEN)
    assert problem in str(refused.value)


def test_labels_without_a_line_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TruthRefused, match="give --line"):
        read_truth(written(tmp_path, "1,1,5,5,9,9", "gt.txt"), CLIP, NOTHING)


@pytest.mark.parametrize(
    "text", ["door", "door=1,2,3:left", "door=1,2,3,4:inwards", "door=5,5,5,5:left", "door=0,0,0,900:left"]
)
def test_a_line_option_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(EdgeError, match="--line"):
        given_places([text], [], CLIP)


@pytest.mark.parametrize("text", ["shelf", "shelf=1,2,3,4", "shelf=0,0,9,9,0,9,9,0", "shelf=0,0,900,0,0,9"])
def test_a_zone_option_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(EdgeError, match="--zone"):
        given_places([], [text], CLIP)


@pytest.mark.parametrize(("way", "head"), [("left", (88, 50)), ("right", (112, 50))])
def test_a_line_option_leads_where_it_says(way: str, head: tuple[float, float]) -> None:
    camera = camera_of(truth(), "monday.mp4")
    assert camera.lines[0].arrow[1] == (0.6, 0.5)
    (line,) = given_places([f"door=100,0,100,100:{way}"], [], CLIP).lines
    assert (line.arrow[1][0] * 200, line.arrow[1][1] * 100) == pytest.approx(head)


@pytest.mark.skipif("FOOTFALL_ASSETS" not in os.environ, reason="FOOTFALL_ASSETS names no folder")
@pytest.mark.parametrize("name", ["TUD-Campus", "TUD-Stadtmitte"])
def test_labels_give_the_crossings_that_others_derived_from_them(name: str) -> None:
    assets = Path(os.environ["FOOTFALL_ASSETS"])
    clip, labels = assets / "mot" / name / f"{name}.mp4", assets / "mot" / name / "gt" / "gt.txt"
    if not (clip.exists() and labels.exists() and (assets / "truth.json").exists()):
        pytest.skip("the clip, its labels or truth.json are not on this machine")
    facts = clip_facts(clip)
    theirs = read_truth(assets / "truth.json", facts, NOTHING)
    x = theirs.lines[0].points[0][0]
    words = theirs.lines[0].words[Direction.IN]
    way = "left" if words == "right_to_left" else "right"
    mine = read_truth(labels, facts, given_places([f"line-1={x:g},0,{x:g},480:{way}"], [], facts))
    found, expected = mine.lines[0].events or (), theirs.lines[0].events or ()
    assert [event.direction for event in found] == [event.direction for event in expected]
    assert [event.frame for event in found] == pytest.approx([event.frame for event in expected], abs=0.11)
