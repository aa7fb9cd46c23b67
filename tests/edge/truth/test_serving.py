from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.edge.cast import DEMO
from tests.edge.truth.clicking import LINE, ZONE, Clicking, run
from tests.waiting import PATIENCE_SECONDS

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def clicking(tmp_path: Path) -> Iterator[Clicking]:
    it = Clicking(tmp_path / "truth.json", "--line", LINE, "--zone", ZONE)
    yield it
    it.close()


def ask(
    clicking: Clicking,
    name: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
    secret: bool = True,
) -> tuple[int, dict[str, str], bytes]:
    address = urlsplit(clicking.address)
    assert address.hostname == "127.0.0.1"
    connection = HTTPConnection("127.0.0.1", address.port or 0, timeout=PATIENCE_SECONDS)
    path = (address.path if secret else "/wrong/") + name
    content = None if body is None else json.dumps(body)
    connection.request(
        "GET" if body is None else "POST", path, content, headers or ({} if body is None else JSON)
    )
    answer = connection.getresponse()
    told = (answer.status, dict(answer.getheaders()), answer.read())
    connection.close()
    return told


def test_pictures_and_marks_need_the_secret_and_this_host(clicking: Clicking) -> None:
    for name in ("", "state", "frame/0.jpg"):
        assert ask(clicking, name)[0] == 200
        assert ask(clicking, name, secret=False)[0] == 404
        assert ask(clicking, name, headers={"Host": "evil.example"})[0] == 404
    mark = {"place": "main-door", "direction": "in", "frame": 3}
    assert ask(clicking, "cross", mark, secret=False)[0] == 404
    assert ask(clicking, "cross", mark, headers=JSON | {"Host": "evil.example"})[0] == 404
    assert ask(clicking, "cross", mark, headers={"Content-Type": "text/plain"})[0] == 400


def test_a_browser_is_told_to_keep_no_picture(clicking: Clicking) -> None:
    status, headers, body = ask(clicking, "frame/7.jpg")
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert body.startswith(b"\xff\xd8")
    assert ask(clicking, "frame/300.jpg")[0] == 404
    assert ask(clicking, "../../../etc/passwd")[0] == 404


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        pytest.param("cross", {"place": "main-door", "direction": "in"}, "that is no mark", id="no frame"),
        pytest.param(
            "cross", {"place": "main-door", "direction": "up", "frame": 1}, "no mark", id="no direction"
        ),
        pytest.param(
            "cross", {"place": "x", "direction": "in", "frame": 1}, "no line 'x'", id="no such line"
        ),
        pytest.param(
            "cross", {"place": "main-door", "direction": "in", "frame": 300}, "no such frame", id="beyond"
        ),
        pytest.param(
            "cross", {"place": "main-door", "direction": "in", "frame": True}, "no such frame", id="no number"
        ),
        pytest.param("leave", {"place": "shelf", "frame": 1}, "nobody is inside", id="left before entering"),
        pytest.param("undo", {}, "nothing to undo", id="nothing marked"),
    ],
)
def test_a_mark_that_makes_no_sense_changes_nothing(
    clicking: Clicking, name: str, body: dict[str, Any], error: str
) -> None:
    status, _, told = ask(clicking, name, body)
    assert status == 409
    assert error in json.loads(told)["error"]
    assert json.loads(ask(clicking, "state")[2])["events"] == []


def test_a_body_that_is_too_long_or_no_object_is_refused(clicking: Clicking) -> None:
    assert ask(clicking, "cross", {"place": "x" * 5000})[0] == 400
    assert ask(clicking, "cross", [1])[0] == 400
    assert ask(clicking, "erase", {})[0] == 404


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_before_saving_it_saves(clicking: Clicking, tmp_path: Path, number: int) -> None:
    ask(clicking, "cross", {"place": "main-door", "direction": "out", "frame": 30})
    ask(clicking, "enter", {"place": "shelf", "frame": 31})
    said = clicking.end(number)
    assert "1 events are in" in said
    assert "1 visit(s) that nobody ended are not in the file" in said
    known = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert known["lines"][0]["events"] == [{"direction": "out", "frame": 30.0, "seconds": 2.0}]


def test_ended_without_a_mark_nothing_is_written(clicking: Clicking, tmp_path: Path) -> None:
    ask(clicking, "frame/5.jpg")
    clicking.end()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_gone_on_with_only_if_that_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "truth.json"
    for frame in (30, 60):
        clicking = Clicking(out, "--resume", "--line", LINE)
        ask(clicking, "cross", {"place": "main-door", "direction": "in", "frame": frame})
        clicking.end()
    before = out.read_bytes()
    assert len(json.loads(before)["lines"][0]["events"]) == 2
    refused = run("truth", "annotate", str(DEMO), "--out", str(out), "--line", LINE)
    assert (refused.returncode, out.read_bytes()) == (2, before)
    assert "is there already" in refused.stderr
    assert "--resume" in refused.stderr
