from __future__ import annotations

from pathlib import Path

import pytest

from edge.counting import Direction
from edge.truth import Places, read_truth
from edge.truth.marking import MOST_UNDONE, Marking, MarkRefused, Moment, NotSaved
from tests.edge.truth.making import CLIP, truth

IN, OUT = Direction.IN, Direction.OUT


def moment(frame: int) -> Moment:
    return Moment(frame, frame / 10)


def begun(path: Path, known: bytes | None = None) -> Marking:
    return Marking(truth(), path, known)


def crossed(marking: Marking, frame: int, direction: Direction = IN) -> None:
    marking.take(marking.marks.crossed("door", direction, moment(frame)), moment(frame))


def visited(marking: Marking, entered: int, left: int) -> None:
    marking.take(marking.marks.entered("shelf", moment(entered)), moment(entered))
    marking.take(marking.marks.left("shelf", moment(left)), moment(left))


def test_what_was_marked_is_saved_and_read_again(tmp_path: Path) -> None:
    marking = begun(tmp_path / "t.json")
    crossed(marking, 50)
    crossed(marking, 20, OUT)
    visited(marking, 10, 60)
    marking.save()
    known = read_truth(tmp_path / "t.json", CLIP, Places())
    assert [(e.direction, e.frame, e.seconds) for e in known.lines[0].events or ()] == [
        (OUT, 20, 2.0),
        (IN, 50, 5.0),
    ]
    assert [(v.enter_frame, v.leave_frame) for v in known.zones[0].visits] == [(10, 60)]
    assert known.watched is not None
    assert known.watched.to_frame == 60
    assert list(tmp_path.iterdir()) == [tmp_path / "t.json"]


def test_undo_takes_back_one_mark_at_a_time_and_no_more_than_there_are(tmp_path: Path) -> None:
    marking = begun(tmp_path / "t.json")
    crossed(marking, 1)
    visited(marking, 2, 50)
    assert marking.undo()
    assert (len(marking.marks), len(marking.marks.inside)) == (1, 1)
    assert marking.undo()
    assert marking.undo()
    assert len(marking.marks) == 0
    assert not marking.undo()


def test_undo_remembers_a_bounded_number(tmp_path: Path) -> None:
    marking = begun(tmp_path / "t.json")
    for frame in range(MOST_UNDONE + 5):
        crossed(marking, frame)
    undone = sum(1 for _ in iter(marking.undo, False))
    assert undone == MOST_UNDONE


def test_who_entered_first_leaves_first(tmp_path: Path) -> None:
    marking = begun(tmp_path / "t.json")
    for frame in (30, 10):
        marking.take(marking.marks.entered("shelf", moment(frame)), moment(frame))
    marking.take(marking.marks.left("shelf", moment(90)), moment(90))
    assert [visit.enter_frame for visit in marking.marks.zones[0].visits] == [10]
    assert [visit.entered.frame for visit in marking.marks.inside] == [30]


def test_a_mark_that_makes_no_sense_is_refused_in_words(tmp_path: Path) -> None:
    marks = begun(tmp_path / "t.json").marks
    with pytest.raises(MarkRefused, match="nobody is inside shelf"):
        marks.left("shelf", moment(3))
    with pytest.raises(MarkRefused, match="lies before frame 9"):
        marks.entered("shelf", moment(9)).left("shelf", moment(3))
    with pytest.raises(MarkRefused, match="no line 'window'"):
        marks.crossed("window", IN, moment(3))


def test_a_file_that_came_into_being_meanwhile_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    marking = begun(path)
    crossed(marking, 5)
    path.write_text("somebody else's", "utf-8")
    with pytest.raises(NotSaved, match="has come into being meanwhile"):
        marking.save()
    assert path.read_text("utf-8") == "somebody else's"
    assert not marking.saved
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("change", ["other words", None])
def test_a_file_that_somebody_else_changed_or_took_away_is_not_replaced(
    tmp_path: Path, change: str | None
) -> None:
    path = tmp_path / "t.json"
    marking = begun(path)
    crossed(marking, 5)
    marking.save()
    if change is None:
        path.unlink()
    else:
        path.write_text(change, "utf-8")
    crossed(marking, 6)
    with pytest.raises(NotSaved, match="changed or taken away"):
        marking.save()
    assert (path.read_text("utf-8") if path.exists() else None) == change


def test_saving_again_goes_on_from_ones_own_file(tmp_path: Path) -> None:
    marking = begun(tmp_path / "t.json")
    for frame in (5, 6, 7):
        crossed(marking, frame)
        marking.save()
    known = read_truth(tmp_path / "t.json", CLIP, Places())
    assert known.lines[0].count(IN) == 3


def test_a_folder_that_is_gone_keeps_the_marks(tmp_path: Path) -> None:
    marking = begun(tmp_path / "gone" / "t.json")
    crossed(marking, 5)
    with pytest.raises(NotSaved, match="cannot be written: No such file"):
        marking.save()
    assert len(marking.marks) == 1


def test_a_jump_ahead_is_not_watching_but_a_mark_there_is(tmp_path: Path) -> None:
    marking = begun(tmp_path / "t.json")
    for frame in (0, 1, 11, 90):
        marking.watched(moment(frame))
    assert marking.furthest == 90
    marking.watched(moment(500))
    assert marking.furthest == 90
    crossed(marking, 500)
    assert marking.furthest == 500


def test_only_what_the_file_lacks_is_worth_saving(tmp_path: Path) -> None:
    marking = begun(tmp_path / "t.json")
    marking.watched(moment(50))
    assert not marking.worth_saving, "nobody marked anything, and no file was begun"
    crossed(marking, 50)
    assert marking.worth_saving
    marking.save()
    assert not marking.worth_saving
    marking.watched(moment(60))
    assert marking.worth_saving, "ten more frames in which nobody came are a finding too"
