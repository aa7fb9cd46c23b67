from __future__ import annotations

import tomllib
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import EdgeSettings, load_settings
from edge.configuration import Configuration
from edge.setup.drawing import (
    Drawn,
    DrawnFloor,
    DrawnLine,
    DrawnQueue,
    DrawnZone,
    drawn_of,
)
from edge.setup.keeping import ChangedMeanwhile, DeviceFile, DrawingRefused, NotSaved
from edge.setup.rewriting import drawn_into, rewritten
from edge.starter import starter_configuration

STARTER = starter_configuration(None, store="shop", device="door-1", host="127.0.0.1", port=1883)
LINE = DrawnLine(id="main-door", points=((0.1, 0.5), (0.9, 0.5)), arrow=((0.5, 0.3), (0.5, 0.7)))
SQUARE = ((0.1, 0.1), (0.3, 0.1), (0.3, 0.3), (0.1, 0.3))
EVERYTHING = Drawn(
    view="overhead",
    lines=(LINE, DrawnLine(id="pavement", kind="passing", points=LINE.points, arrow=LINE.arrow)),
    zones=(DrawnZone(id="tea", points=SQUARE),),
    queues=(DrawnQueue(id="till", points=SQUARE, service=SQUARE),),
    origins=(SQUARE,),
    floor=DrawnFloor(points=SQUARE, metres=((0, 0), (4, 0), (4, 3), (0, 3))),
)


def saved(file: DeviceFile, drawn: Drawn) -> EdgeSettings:
    """Saved from what stands there now."""
    return file.save(drawn, file.version)


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "edge.toml"
    path.write_text(STARTER, "utf-8")
    return path


@pytest.fixture
def file(path: Path) -> DeviceFile:
    return DeviceFile(path, "entrance")


def test_what_is_saved_is_noticed_by_whoever_counts_by_the_file(path: Path, file: DeviceFile) -> None:
    counted_by = Configuration(path, lambda _: None)
    counted_by.load()
    assert not counted_by.changed()
    settings = saved(file, EVERYTHING)
    assert counted_by.changed()
    assert counted_by.load().settings == settings


def test_what_is_saved_is_what_was_drawn_and_every_comment_stays(path: Path, file: DeviceFile) -> None:
    settings = saved(file, EVERYTHING)
    assert drawn_of(settings.cameras["entrance"]) == EVERYTHING
    assert drawn_of(load_settings(path).cameras["entrance"]) == EVERYTHING
    assert set(comments(path.read_text("utf-8"))) >= set(comments(STARTER))
    assert "fps = 10                    # a live camera's pictures" in path.read_text("utf-8")


def test_only_the_line_that_moved_changes_in_the_file(path: Path, file: DeviceFile) -> None:
    drawn = drawn_of(load_settings(path).cameras["entrance"])
    saved(file, drawn.model_copy(update={"lines": (LINE,)}))
    before, after = STARTER.splitlines(), path.read_text("utf-8").splitlines()
    assert len(before) == len(after)
    assert [(old, new) for old, new in zip(before, after, strict=True) if old != new] == [
        ("points = [[0.25, 0.6], [0.75, 0.6]]", "points = [[0.1, 0.5], [0.9, 0.5]]"),
        ("arrow = [[0.5, 0.5], [0.5, 0.7]]", "arrow = [[0.5, 0.3], [0.5, 0.7]]"),
    ]


def test_saving_what_stands_there_changes_nothing(path: Path, file: DeviceFile) -> None:
    saved(file, drawn_of(load_settings(path).cameras["entrance"]))
    assert path.read_text("utf-8") == STARTER


def test_other_settings_of_a_line_stay(path: Path, file: DeviceFile) -> None:
    with_more = STARTER.replace('id = "main-door"', 'id = "main-door"\nrecross_seconds = 4.0  # a mat')
    path.write_text(with_more, "utf-8")
    settings = saved(file, Drawn(lines=(LINE,)))
    (line,) = settings.cameras["entrance"].lines
    assert line.recross_seconds == 4.0
    assert "recross_seconds = 4.0  # a mat" in path.read_text("utf-8")
    assert settings.cameras["entrance"].zones == (), "what was deleted is gone"


def test_the_file_of_before_is_kept_beside_it_with_its_rights(path: Path, file: DeviceFile) -> None:
    path.chmod(0o640)
    saved(file, EVERYTHING)
    kept = path.with_name("edge.toml.last-good")
    assert kept.read_text("utf-8") == STARTER
    assert [one.stat().st_mode & 0o777 for one in (path, kept)] == [0o640, 0o640]
    assert sorted(one.name for one in path.parent.iterdir()) == ["edge.toml", "edge.toml.last-good"]


@pytest.mark.parametrize(
    ("drawn", "field", "sentence"),
    [
        pytest.param(Drawn(), "", "nothing is counted", id="nothing drawn"),
        pytest.param(
            Drawn(lines=(LINE.model_copy(update={"arrow": ((0.2, 0.2), (0.8, 0.2))}),)),
            "lines[0]",
            "the arrow does not go from one side",
            id="arrow beside the line",
        ),
        pytest.param(
            Drawn(lines=(LINE.model_copy(update={"id": "Main Door"}),)),
            "lines[0].id",
            "may hold only a-z",
            id="name with a space",
        ),
        pytest.param(
            Drawn(zones=(DrawnZone(id="tea", points=((0.1, 0.1), (0.3, 0.3), (0.3, 0.1), (0.1, 0.3))),)),
            "zones[0].points",
            "the sides cross each other",
            id="crossed zone",
        ),
        pytest.param(
            Drawn(lines=(LINE,), floor=DrawnFloor(points=SQUARE, metres=((0, 0), (1, 0), (2, 0), (3, 0)))),
            "floor",
            "lie in a row",
            id="floor in a row",
        ),
        pytest.param(Drawn(lines=(LINE, LINE)), "", "stands twice", id="the same name twice"),
    ],
)
def test_a_drawing_that_cannot_be_used_is_refused_at_its_field_and_the_file_stays(
    path: Path, file: DeviceFile, drawn: Drawn, field: str, sentence: str
) -> None:
    for act in (file.checked, partial(saved, file)):
        with pytest.raises(DrawingRefused) as refused:
            act(drawn)
        (problem,) = refused.value.problems
        assert problem.field == field
        assert sentence in problem.sentence
    assert path.read_text("utf-8") == STARTER


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(path: Path, file: DeviceFile) -> None:
    version = file.version
    by_hand = STARTER.replace("points = [[0.25, 0.6]", "points = [[0.2, 0.6]")
    path.write_text(by_hand, "utf-8")
    with pytest.raises(ChangedMeanwhile, match="somebody else has changed camera entrance"):
        file.save(EVERYTHING, version)
    assert path.read_text("utf-8") == by_hand
    file.save(EVERYTHING, file.version)


def test_what_was_changed_elsewhere_in_the_file_stays_and_does_not_stop_the_saving(
    path: Path, file: DeviceFile
) -> None:
    version = file.version
    path.write_text(STARTER.replace('device = "door-1"', 'device = "door-2"  # by hand'), "utf-8")
    assert file.save(EVERYTHING, version).device == "door-2"
    assert 'device = "door-2"  # by hand' in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("store = ", "cannot be read any more", id="broken by hand"),
        pytest.param(
            STARTER.replace("cameras.entrance", "cameras.back"),
            "no camera entrance in edge",
            id="camera gone",
        ),
    ],
)
def test_a_file_that_went_bad_meanwhile_is_a_sentence(
    path: Path, file: DeviceFile, text: str, sentence: str
) -> None:
    version = file.version
    path.write_text(text, "utf-8")
    for act in (partial(file.checked, EVERYTHING), partial(file.save, EVERYTHING, version)):
        with pytest.raises(NotSaved, match=sentence):
            act()


def test_lines_written_as_a_list_in_one_row_are_refused_or_right_but_never_harmed(tmp_path: Path) -> None:
    path = tmp_path / "edge.toml"
    text = (
        'store = "s"\ndevice = "d"\n[cameras.entrance]\nsource = "usb:0"\n'
        'lines = [{id = "main-door", points = [[0.1, 0.5], [0.9, 0.5]], arrow = [[0.5, 0.3], [0.5, 0.7]]}]\n'
    )
    path.write_text(text, "utf-8")
    file = DeviceFile(path, "entrance")
    moved = LINE.model_copy(update={"points": ((0.2, 0.5), (0.9, 0.5))})
    try:
        saved(file, Drawn(lines=(moved, LINE.model_copy(update={"id": "other"}))))
    except NotSaved:
        assert path.read_text("utf-8") == text
    else:
        assert [line.id for line in load_settings(path).cameras["entrance"].lines] == ["main-door", "other"]


def test_a_folder_that_cannot_be_written_is_a_sentence(path: Path, file: DeviceFile) -> None:
    beside = path.with_name("edge.toml.last-good")
    beside.mkdir()
    with pytest.raises(NotSaved, match="cannot be written"):
        saved(file, EVERYTHING)
    assert path.read_text("utf-8") == STARTER


SHARES = st.floats(0, 1).map(lambda share: round(share, 4))
PLACES = st.tuples(SHARES, SHARES)
LINES = st.lists(
    st.builds(
        DrawnLine,
        id=st.sampled_from(["main-door", "side", "back"]),
        kind=st.sampled_from(["entrance", "passing"]),
        points=st.lists(PLACES, min_size=2, max_size=4).map(tuple),
        arrow=st.tuples(PLACES, PLACES),
    ),
    max_size=3,
    unique_by=lambda line: line.id,
).map(tuple)
ZONES = st.lists(
    st.builds(DrawnZone, id=st.sampled_from(["shelf", "tea"]), points=st.just(SQUARE)),
    max_size=2,
    unique_by=lambda zone: zone.id,
).map(tuple)


@given(first=st.builds(Drawn, lines=LINES, zones=ZONES), second=st.builds(Drawn, lines=LINES, zones=ZONES))
def test_whatever_is_drawn_the_text_says_the_same_as_the_content(first: Drawn, second: Drawn) -> None:
    text = STARTER
    for drawn in (first, second):
        content = drawn_into(tomllib.loads(text), "entrance", drawn)
        text = rewritten(text, "entrance", drawn)
        assert tomllib.loads(text) == content
