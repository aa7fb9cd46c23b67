from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from edge.addresses import is_live
from edge.config import ConfigError, EdgeSettings, load_settings
from edge.starter import starter_configuration
from edge.wire.topics import RESERVED_DEVICES

GOOD = """
store = "shop"
device = "door-1"

[broker]
host = "127.0.0.1"

[cameras.entrance]
source = "rtsp://192.0.2.1/stream"

[[cameras.entrance.lines]]
id = "door"
points = [[0.2, 0.5], [0.8, 0.5]]
arrow = [[0.5, 0.4], [0.5, 0.6]]

[[cameras.entrance.zones]]
id = "shelf"
points = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.4], [0.1, 0.4]]
"""


def loaded(text: str, folder: Path) -> EdgeSettings:
    path = folder / "edge.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def problems(text: str, folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        loaded(text, folder)
    assert str(folder / "edge.toml") in str(caught.value)
    assert caught.value.exit_code == 2
    return caught.value.problems


def test_a_good_configuration_is_read_with_its_defaults(tmp_path: Path) -> None:
    settings = loaded(GOOD, tmp_path)

    assert (settings.store, settings.device) == ("shop", "door-1")
    assert (settings.broker.port, settings.detector.model, settings.state.most_megabytes) == (
        1883,
        "auto",
        256,
    )
    camera = settings.cameras["entrance"]
    assert camera.fps == 10
    assert (camera.lines[0].recross_seconds, camera.lines[0].late_counts) == (1, True)
    assert (camera.zones[0].minimum_stay_seconds, camera.zones[0].gap_seconds) == (3, 2)
    assert (camera.lines[0].kind, camera.queues) == ("entrance", ())
    assert (camera.groups.seconds, camera.groups.metres, camera.groups.heights) == (3, 1.5, 0.9)
    assert (camera.staff, camera.floor, camera.heatmap) == (None, None, None)
    assert (settings.time_zone, settings.day_ends) == ("UTC", time(0, 0))


@pytest.mark.parametrize("clip", [None, "demo"])
def test_the_starter_configuration_can_be_used_as_it_is(clip: str | None, tmp_path: Path) -> None:
    text = starter_configuration(clip, store="shop", device="door-1", host='odd"\\host', port=1884)
    settings = loaded(text, tmp_path)

    assert (settings.broker.host, settings.broker.port) == ('odd"\\host', 1884)
    assert [line.id for line in settings.cameras["entrance"].lines] == ["main-door"]


def test_all_that_the_starter_configuration_proposes_can_be_used(tmp_path: Path) -> None:
    text = starter_configuration(None, store="shop", device="door-1", host="h", port=1884)
    head, proposed = text.split("# More that can be counted", 1)
    settings = [line.removeprefix("# ") for line in proposed.splitlines() if re.match(r"# (\[|\S+ = )", line)]
    camera = loaded(head + "\n".join(settings), tmp_path).cameras["entrance"]

    assert [line.kind for line in camera.lines] == ["entrance", "passing"]
    assert camera.queues
    assert camera.floor
    assert camera.heatmap
    assert camera.staff
    assert camera.staff.numbers.contains("7500")


def test_a_misspelt_address_is_named_without_the_password_in_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(GOOD.replace("rtsp://192.0.2.1/stream", "rstp://admin:s3cr@192.0.2.1/stream"), tmp_path)

    assert "cameras.entrance.source: rstp:// is no kind of camera; did you mean rtsp://?" in str(caught.value)
    assert "s3cr" not in str(caught.value)


SOURCE = 'source = "rtsp://192.0.2.1/stream"'
LINE_POINTS = "points = [[0.2, 0.5], [0.8, 0.5]]"
ZONE_POINTS = "points = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.4], [0.1, 0.4]]"
ARROW = "arrow = [[0.5, 0.4], [0.5, 0.6]]"
LINE, ZONE = "cameras.entrance.lines[0]", "cameras.entrance.zones[0]"


@pytest.mark.parametrize(
    ("good", "bad", "place", "remedy"),
    [
        pytest.param('store = "shop"', "", "store", "is missing", id="no store"),
        pytest.param('store = "shop"', "store = 7", "store", "string", id="store is a number"),
        pytest.param('store = "shop"', 'store = "Mein Laden"', "store", "only a-z, 0-9 and '-'", id="id"),
        pytest.param('store = "shop"', 'store = ""', "store", "1 to 64", id="empty id"),
        pytest.param(
            'host = "127.0.0.1"', 'hots = "x"', "broker.hots", "did you mean 'host'?", id="misspelt setting"
        ),
        pytest.param(
            'host = "127.0.0.1"', "port = 70000", "broker.port", "less than or equal to 65535", id="port"
        ),
        *(
            pytest.param('host = "127.0.0.1"', f'host = "{host}"', "broker.host", remedy, id=host)
            for host, remedy in {
                "mqtt://192.0.2.5": "without mqtt://",
                "192.0.2.5:8883": "the port is a setting of its own",
                "the broker": "a space in the machine's name",
                "broker..local": "1 to 63 letters",
            }.items()
        ),
        pytest.param(
            "[broker]",
            '[metrics]\nhost = "all of them"\n[broker]',
            "metrics.host",
            "space in the machine's name",
            id="a machine for metrics that is none",
        ),
        pytest.param("[broker]", "[brokr]", "brokr", "did you mean 'broker'?", id="misspelt section"),
        pytest.param(
            "[broker]",
            "zzz = 1\n[broker]",
            "zzz",
            "known are store, device, time_zone",
            id="unheard-of setting",
        ),
        pytest.param(
            SOURCE,
            'source = "x"\nframes_per_second = 3',
            "cameras.entrance.frames_per_second",
            "no such setting",
            id="unknown setting of a camera",
        ),
        pytest.param(
            SOURCE,
            'sourc = "x"',
            "cameras.entrance.source",
            "is missing",
            id="source",
        ),
        pytest.param(
            SOURCE,
            'source = "x"\nfps = 0',
            "cameras.entrance.fps",
            "greater than 0",
            id="no frames per second",
        ),
        pytest.param(
            SOURCE,
            'source = "x"\nfps = inf',
            "cameras.entrance.fps",
            "finite",
            id="endless frames per second",
        ),
        pytest.param(
            "[cameras.entrance]", "[cameras.Entrance]", "cameras.Entrance", "only a-z", id="name of a camera"
        ),
        pytest.param(
            'id = "door"',
            'id = "door"\nname = "x"',
            f"{LINE}.name",
            "no such setting",
            id="of a line",
        ),
        pytest.param(
            LINE_POINTS,
            "points = [[0.5, 0.5], [0.5, 0.5]]",
            LINE,
            "same place; move one",
            id="no length",
        ),
        pytest.param(
            LINE_POINTS, "points = [[0.2, 0.5]]", f"{LINE}.points", "at least 2", id="line of one point"
        ),
        pytest.param(
            LINE_POINTS,
            f"points = {[[n / 20, 0.5] for n in range(17)]}",
            f"{LINE}.points",
            "at most 16",
            id="line of seventeen points",
        ),
        pytest.param(
            LINE_POINTS,
            "points = [[0.2, 0.5], [0.8, 0.5], [0.8, 0.2], [0.6, 0.2], [0.6, 0.8]]",
            LINE,
            "crosses itself; give its points in the order in which one walks along it",
            id="line that crosses itself",
        ),
        pytest.param(
            LINE_POINTS,
            "points = [[0.2, 0.5], [0.8, 0.5], [0.4, 0.5]]",
            LINE,
            "crosses itself",
            id="line that runs back on itself",
        ),
        pytest.param(
            LINE_POINTS,
            "points = [[0.4, 0.2], [0.4, 0.55], [0.6, 0.55], [0.6, 0.45], [0.45, 0.45]]",
            LINE,
            "begin outside",
            id="arrow across a bent line and back out of it",
        ),
        pytest.param(
            'id = "door"',
            'id = "door"\nrecross_seconds = -1',
            f"{LINE}.recross_seconds",
            "greater than",
            id="negative window",
        ),
        pytest.param(
            LINE_POINTS,
            "points = [[0.2, 0.5], [1.2, 0.5]]",
            f"{LINE}.points[1][0]",
            "divide pixels by the picture's width and height (it says 1.2)",
            id="line outside the picture",
        ),
        pytest.param(
            LINE_POINTS,
            "points = [[200, 300], [500, 300]]",
            f"{LINE}.points[0][0]",
            "x lies outside the picture; places are shares from 0 (left, top) to 1",
            id="line in pixels",
        ),
        pytest.param(
            LINE_POINTS, "points = [[0.2, nan], [0.8, 0.5]]", f"{LINE}.points[0][1]", "finite", id="no number"
        ),
        pytest.param(ARROW, "arrow = [[0.5, 0.4], [0.5, 0.45]]", LINE, "begin outside", id="arrow too short"),
        pytest.param(ARROW, "arrow = [[0.3, 0.5], [0.6, 0.5]]", LINE, "begin outside", id="arrow along it"),
        pytest.param(ARROW, "arrow = [[0.5, 0.4], [0.5, 0.4]]", LINE, "begin outside", id="no arrow at all"),
        pytest.param(ARROW, "", f"{LINE}.arrow", "is missing", id="no arrow"),
        pytest.param(
            ZONE_POINTS, "points = [[0.1, 0.1], [0.4, 0.4]]", f"{ZONE}.points", "at least 3", id="two corners"
        ),
        pytest.param(
            ZONE_POINTS,
            "points = [[0.1, 0.1], [0.4, 0.4], [0.4, 0.1], [0.1, 0.4]]",
            f"{ZONE}.points",
            "in order around the area",
            id="zone that crosses itself",
        ),
        pytest.param(
            ZONE_POINTS,
            "points = [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]",
            f"{ZONE}.points",
            "has no area; its corners lie on one line or in one place: draw them around",
            id="zone without area",
        ),
        pytest.param(
            ZONE_POINTS,
            "points = [[0.1, 0.1], [0.4, -0.1], [0.4, 0.4]]",
            f"{ZONE}.points[1][1]",
            "y lies outside the picture",
            id="zone outside the picture",
        ),
        pytest.param(
            'id = "shelf"', 'id = "shelf"\ngap_seconds = -1', f"{ZONE}.gap_seconds", "greater than", id="gap"
        ),
        pytest.param(
            "[[cameras.entrance.zones]]",
            f'[[cameras.entrance.lines]]\nid = "door"\n{LINE_POINTS}\n{ARROW}\n[[cameras.entrance.zones]]',
            "cameras.entrance",
            "line 'door' stands twice; give each its own id",
            id="two lines of one name",
        ),
        pytest.param(
            "[[cameras.entrance.zones]]",
            f'[[cameras.entrance.zones]]\nid = "shelf"\n{ZONE_POINTS}\n[[cameras.entrance.zones]]',
            "cameras.entrance",
            "zone 'shelf' stands twice",
            id="two zones of one name",
        ),
    ],
)
def test_a_mistake_is_said_with_its_place_and_what_to_do(
    good: str, bad: str, place: str, remedy: str, tmp_path: Path
) -> None:
    assert good in GOOD
    said = problems(GOOD.replace(good, bad, 1), tmp_path)

    matching = [problem for problem in said if problem.startswith(f"{place}: ") and remedy in problem]
    assert len(matching) == 1, said


@pytest.mark.parametrize(
    "points",
    [
        pytest.param([[0.3, 0.4], [0.3, 0.5], [0.7, 0.5], [0.7, 0.4]], id="round a mat"),
        pytest.param([[0.2, 0.5], [0.4, 0.5], [0.6, 0.5], [0.8, 0.5]], id="straight, of several points"),
    ],
)
def test_a_line_may_bend(points: list[list[float]], tmp_path: Path) -> None:
    settings = loaded(GOOD.replace(LINE_POINTS, f"points = {points}"), tmp_path)

    assert [list(place) for place in settings.cameras["entrance"].lines[0].points] == points


@pytest.mark.parametrize("name", sorted(RESERVED_DEVICES))
def test_a_device_cannot_have_a_name_that_means_something_else_in_a_topic(name: str, tmp_path: Path) -> None:
    [problem] = problems(GOOD.replace("door-1", name), tmp_path)

    assert problem.startswith("device: ")
    assert "another meaning" in problem


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('"shop"', '"Shop"').replace("host", "hots").replace(ARROW, "")
    said = problems(text.replace("[0.4, 0.4]", "[0.4, 4.4]"), tmp_path)

    assert sorted(problem.partition(":")[0] for problem in said) == [
        "broker.hots",
        f"{LINE}.arrow",
        f"{ZONE}.points[2][1]",
        "store",
    ]


def test_a_camera_without_lines_and_zones_counts_nothing_and_is_refused(tmp_path: Path) -> None:
    [problem] = problems(GOOD.partition("[[cameras")[0], tmp_path)

    assert problem == "cameras.entrance: nothing is counted: give at least one line, zone, queue or heatmap"


def test_a_device_without_cameras_is_refused(tmp_path: Path) -> None:
    assert problems('store = "shop"\ndevice = "door-1"\n', tmp_path) == ("cameras: is missing",)
    [problem] = problems('store = "shop"\ndevice = "door-1"\ncameras = {}\n', tmp_path)
    assert problem.startswith("cameras: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"store = ", "it is not TOML", id="not TOML"),
        pytest.param(b"store = 'x'\nstore = 'y'\n", "line 2", id="a setting given twice, with its line"),
        pytest.param(b"\xff\xfe", "it is not UTF-8 text (byte 0)", id="not text"),
        pytest.param(b"", "store: is missing", id="empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "edge.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_settings(path)

    assert any(said in problem for problem in caught.value.problems)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_settings(tmp_path / "edge.toml")
    with pytest.raises(ConfigError, match="Is a directory"):
        load_settings(tmp_path)


def test_paths_are_relative_to_the_file_and_not_to_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = GOOD.replace("rtsp://192.0.2.1/stream", "clips/monday.mp4").replace(
        "[broker]", '[state]\nfolder = "kept"\n[broker]\npassword_file = "secret"\nca_file = "/etc/ca.pem"'
    )
    path = tmp_path / "edge.toml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    settings = load_settings(Path("../edge.toml"))

    assert settings.cameras["entrance"].source == str(tmp_path / "clips/monday.mp4")
    assert settings.state.folder == tmp_path / "kept"
    assert settings.broker.password_file == tmp_path / "secret"
    assert settings.broker.ca_file == Path("/etc/ca.pem")


@pytest.mark.parametrize(
    ("source", "live"),
    [
        ("rtsp://host/stream", True),
        ("rtsps://host/stream", True),
        ("http://host/mjpeg", True),
        ("usb:0", True),
        ("usb:/dev/video2", True),
        ("monday.mp4", False),
        ("/clips/monday.mp4", False),
        ("usb.mp4", False),
    ],
)
def test_a_source_is_a_camera_or_a_recording(source: str, live: bool, tmp_path: Path) -> None:
    settings = loaded(GOOD.replace("rtsp://192.0.2.1/stream", source), tmp_path)

    assert is_live(source) is live
    assert (settings.cameras["entrance"].source == source) is (live or source.startswith("/"))


def test_settings_cannot_be_changed_once_read(tmp_path: Path) -> None:
    settings = loaded(GOOD, tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings, "store", "other")  # noqa: B010 - the type checker would refuse it too
