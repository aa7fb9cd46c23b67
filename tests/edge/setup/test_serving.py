"""Who reaches what of the set-up page, as programs and pages of other sites would try."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from edge.__main__ import app
from edge.assembly import choose_model, open_chosen
from edge.capture import Recording, Thinned
from edge.config import load_settings
from edge.detection import Detector
from edge.errors import EdgeError
from edge.people import Image
from edge.setup.passwords import hashed
from edge.setup.routes import ACTIONS, OF_THOSE_LET_IN
from edge.setup.tls import LASTS, made_here
from edge.starter import starter_configuration
from tests.edge.cast import DEMO, until
from tests.edge.setup.running import MODEL, ROOT, Caller, SettingUp

LINE = {
    "id": "main-door",
    "kind": "entrance",
    "points": [[0.1, 0.5], [0.9, 0.5]],
    "arrow": [[0.5, 0.3], [0.5, 0.7]],
}
DRAWN: dict[str, Any] = {
    "view": "oblique",
    "lines": [LINE],
    "zones": [],
    "queues": [],
    "origins": [],
    "floor": None,
}


def configured(folder: Path, source: str = str(DEMO)) -> Path:
    """The starter's file for a camera, with the network of the box."""
    text = starter_configuration(None, store="shop", device="door-1", host="127.0.0.1", port=1, source=source)
    path = folder / "edge.toml"
    path.write_text(text.replace('model = "auto"', f'model = "{MODEL}"'), "utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("setting-up")


@pytest.fixture(scope="module")
def setting_up(folder: Path) -> Iterator[SettingUp]:
    it = SettingUp(configured(folder))
    yield it
    it.close()


@pytest.fixture(scope="module")
def code(setting_up: SettingUp) -> list[str]:
    """The code that is valid now, alone in its list; who uses it puts the next one there."""
    return [setting_up.code()]


@pytest.fixture
def stranger(setting_up: SettingUp) -> Caller:
    return Caller(setting_up.address)


@pytest.fixture(scope="module")
def technician(setting_up: SettingUp, code: list[str]) -> Caller:
    caller = Caller(setting_up.address)
    assert caller.log_in(code.pop()).status == 200
    code.append(setting_up.code())
    return caller


def test_a_stranger_gets_the_log_in_and_nothing_else(stranger: Caller) -> None:
    assert b"Code, as the terminal shows it" in stranger.get("/").body
    assert [stranger.get(path).status for path in ("/log-in.js", "/page.css")] == [200, 200]
    for path in (*OF_THOSE_LET_IN, "/picture.jpg", "/state", "/begin", "/anything", "/../edge.toml"):
        if path not in ("/", "/page.css"):
            assert stranger.get(path).status == 401, path
    for path in (*ACTIONS, "/log-out", "/anything"):
        assert stranger.post(path, {"drawn": DRAWN}).status == 401, path
    stranger.cookie = "footfall-setup=guessed"
    assert stranger.get("/state").status == 401


def test_a_session_is_a_cookie_that_scripts_and_other_sites_do_not_have(
    stranger: Caller, setting_up: SettingUp, code: list[str]
) -> None:
    answer = stranger.post("/log-in", {"said": code.pop()})
    code.append(setting_up.code())
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(answer.headers["Set-Cookie"].split("; "))
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="our page"),
        pytest.param({"X-Footfall-Proof": ""}, 403, id="without the proof"),
        pytest.param({"X-Footfall-Proof": "guessed"}, 403, id="with a guessed proof"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="from another site"),
        pytest.param({"Origin": "null"}, 403, id="from nowhere"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="cross-site by the browser's word"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="from another port of this machine"),
        pytest.param({"Content-Type": "text/plain"}, 400, id="as a form of another site could"),
    ],
)
def test_a_change_has_to_come_from_our_own_page(
    technician: Caller, headers: dict[str, str], status: int
) -> None:
    assert technician.post("/try", {"drawn": DRAWN}, **headers).status == status


def test_a_log_in_from_another_site_is_refused(stranger: Caller, code: list[str]) -> None:
    assert stranger.post("/log-in", {"said": code[0]}, Origin="https://evil.example").status == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/try", {}, 400, id="nothing drawn"),
        pytest.param("/try", {"drawn": {"lines": "many"}}, 400, id="no drawing"),
        pytest.param("/try", {"drawn": DRAWN | {"source": "usb:9"}}, 400, id="a setting that is not drawn"),
        pytest.param("/try", [DRAWN], 400, id="no object"),
        pytest.param("/try", {"drawn": DRAWN | {"pad": "x" * 70_000}}, 400, id="too long"),
        pytest.param("/audit/click", {"line": "main-door", "direction": "in"}, 409, id="no audit begun"),
        pytest.param("/erase", {}, 404, id="no such page"),
    ],
)
def test_what_our_page_would_not_send_changes_nothing(
    technician: Caller, path: str, body: object, status: int
) -> None:
    assert technician.post(path, body).status == status


def test_mistakes_come_back_with_their_field(technician: Caller) -> None:
    wrong = LINE | {"arrow": [[0.2, 0.2], [0.8, 0.2]]}
    answer = technician.post("/try", {"drawn": DRAWN | {"lines": [wrong]}})
    assert answer.status == 422
    (problem,) = answer.told["problems"]
    assert problem["field"] == "lines[0]"
    assert "the arrow does not go from one side" in problem["sentence"]


def people_in(image: Image, detector: Detector) -> int:
    """How many a detector is sure of."""
    return int((detector.detect(image).scores >= detector.sure_score).sum())


def test_nobody_can_be_found_in_what_is_served_although_the_clip_is_full_of_people(
    technician: Caller, folder: Path
) -> None:
    detector = open_chosen(choose_model(MODEL), load_settings(folder / "edge.toml"))
    there = [people_in(frame.image, detector) for frame in Thinned(Recording(DEMO, 0.0), 1).frames()]
    assert sum(there) > 10
    before = sorted(path.name for path in folder.rglob("*"))
    until(lambda: technician.get("/picture.jpg").status == 200, "there is a picture")
    served = []
    for _ in range(12):
        answer = technician.get("/picture.jpg")
        assert answer.headers["Cache-Control"] == "no-store"
        image = cv2.imdecode(np.frombuffer(answer.body, np.uint8), cv2.IMREAD_COLOR)
        served.append(people_in(np.asarray(image, np.uint8), detector))
        time.sleep(0.4)
    assert served == [0] * 12
    assert sorted(path.name for path in folder.rglob("*")) == before, "no file was written meanwhile"


def test_a_wrong_code_is_slowed_down_and_then_not_heard(stranger: Caller) -> None:
    answers = [stranger.post("/log-in", {"said": "WRONG"}) for _ in range(4)]
    assert [answer.status for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "Set-Cookie" not in answers[-1].headers


def test_who_logs_out_sees_nothing_more(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(hashed("correct horse battery") + "\n", "utf-8")
    it = SettingUp(configured(tmp_path), "--password-file", str(tmp_path / "password"))
    try:
        caller = Caller(it.address)
        assert caller.log_in("battery horse").status == 401
        assert caller.log_in("correct horse battery").status == 200
        assert caller.post("/log-out", {}).status == 200
        assert caller.get("/state").status == 401
        said = it.end()
    finally:
        it.close()
    assert "Code:" not in said


def test_to_other_machines_it_speaks_tls_with_a_certificate_that_the_terminal_names(tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    it = SettingUp(configured(tmp_path), "--host", "0.0.0.0")
    try:
        address = urlsplit(it.address)
        assert address.scheme == "https"
        pem = ssl.get_server_certificate(("127.0.0.1", address.port or 0))
        fingerprint = it.told(r"SHA-256: (\S+)")
        assert sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() == fingerprint.replace(":", "").lower()
        with socket.create_connection(("127.0.0.1", address.port or 0)):  # says nothing, and holds up nobody
            answer = Caller(f"https://127.0.0.1:{address.port}").post("/log-in", {"said": it.code()})
        assert "Secure" in answer.headers["Set-Cookie"]
        it.end()
    finally:
        it.close()
    state, now = tmp_path / "state", datetime.now(UTC)
    assert (state / "setup-key.pem").stat().st_mode & 0o777 == 0o600
    again = made_here(state, ["localhost"], now)
    assert again.fingerprint == fingerprint, "a browser that was told to trust it has to know it again"
    assert made_here(state, ["localhost"], now + LASTS).fingerprint != fingerprint


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["--tls-cert", "a.pem"], "--tls-cert and --tls-key go together", id="half of TLS"),
        pytest.param(["--tls-cert", "a.pem", "--tls-key", "b.pem"], "cannot be read", id="no certificate"),
        pytest.param(["--camera", "back"], "which camera is meant? There are entrance", id="no such camera"),
        pytest.param(["--password-file", "nowhere"], "cannot be read", id="no password file"),
        pytest.param(
            ["--host", "203.0.113.9", "--without-tls"], "cannot be listened at", id="not our address"
        ),
    ],
)
def test_a_mistake_ends_in_a_sentence(tmp_path: Path, words: list[str], sentence: str) -> None:
    result = CliRunner().invoke(app, ["setup", "--config", str(configured(tmp_path)), *words])
    assert isinstance(result.exception, EdgeError)
    assert sentence in str(result.exception)


def test_a_device_that_only_counts_needs_none_of_the_pages_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "import edge.__main__, sys; print({'tomlkit', 'cryptography'} & set(sys.modules))"
    asked = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert asked.stdout.strip() == "set()"
    monkeypatch.setitem(sys.modules, "tomlkit", None)  # as if it were not installed
    result = CliRunner().invoke(app, ["setup", "--config", str(configured(tmp_path))])
    assert isinstance(result.exception, EdgeError)
    assert "needs the package tomlkit" in str(result.exception)
    assert "footfall[edge,setup]" in result.exception.hint


def test_a_camera_that_is_not_there_is_told_on_the_page(tmp_path: Path) -> None:
    it = SettingUp(configured(tmp_path, "nowhere.mp4"))
    try:
        caller = Caller(it.address)
        caller.log_in(it.code())
        until(lambda: caller.get("/state").told["trouble"] != "", "the page says what is wrong")
        assert "there is no such file" in caller.get("/state").told["trouble"]
        assert caller.get("/picture.jpg").status == 503
        it.end()
    finally:
        it.close()
