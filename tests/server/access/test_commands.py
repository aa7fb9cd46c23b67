"""The commands for users, tokens and devices, run as anybody runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.commands import app, run_command
from server.storage.database import migrate

CONFIG = """
database = "shop.db"
[web]
hosts = ["shop.example"]
proxies = ["127.0.0.1"]
[stores.demo]
name = "Demo shop"
time_zone = "UTC"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "server.toml").write_text(CONFIG, "utf-8")
    migrate(tmp_path / "shop.db")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    environment = {"FOOTFALL_SERVER_CONFIG": str(folder / "server.toml"), "COLUMNS": "200"}
    return CliRunner().invoke(app, list(words), env=environment)


def told(folder: Path, *words: str) -> object:
    done = run(folder, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.mark.parametrize(
    ("words", "begin"),
    [
        (["owner-link"], "https://shop.example/welcome/"),
        (["owner-link", "--enter"], "https://shop.example/enter/"),
        (["user", "add", "Mia", "--store", "demo"], "https://shop.example/welcome/"),
    ],
)
def test_links_are_printed_as_one_opens_them(folder: Path, words: list[str], begin: str) -> None:
    link = told(folder, *words)
    assert isinstance(link, dict)
    assert link["link"].startswith(begin)
    assert f"Good once, for 24 hours: {begin}" in run(folder, *words).output


def test_a_user_is_listed_shut_out_and_let_in_again(folder: Path) -> None:
    run(folder, "owner-link", "--enter")
    told_of = told(folder, "user", "list")
    assert isinstance(told_of, list)
    assert [(row["name"], row["role"], row["stores"], row["disabled_at"]) for row in told_of] == [
        ("owner", "owner", None, None)
    ]
    assert all("password" not in row for row in told_of)
    refused = run(folder, "user", "disable", "owner")
    assert "is the only owner" in str(refused.exception)
    assert "let in again" in run(folder, "user", "enable", "owner").output
    assert "https://shop.example/welcome/" in run(folder, "user", "link", "owner").output


def test_a_token_is_made_listed_and_revoked(folder: Path) -> None:
    made = told(folder, "token", "create", "till 2", "--role", "till", "--store", "demo", "--days", "0")
    assert isinstance(made, dict)
    assert made["token"].startswith("fft_")
    listed = run(folder, "token", "list").output
    assert "till 2" in listed
    assert made["token"] not in listed
    assert "is revoked" in run(folder, "token", "revoke", "till 2").output
    assert "revoked" in run(folder, "token", "list").output
    entries = told(folder, "audit")
    assert isinstance(entries, list)
    assert [entry["what"] for entry in entries] == ["token revoked", "token created"]


def test_a_device_is_enrolled_listed_and_revoked(folder: Path) -> None:
    told(folder, "broker-setup")
    made = told(folder, "enroll", "door-1", "--store", "demo")
    assert isinstance(made, dict)
    assert (made["user"], made["told"]) == ("demo.door-1", False)
    assert (Path(made["bundle"]) / "broker-password").is_file()
    assert Path(made["mosquitto"]).is_file()
    assert "for server.toml" in run(folder, "broker-setup", "--rotate").output
    listed = told(folder, "enrolled")
    assert isinstance(listed, dict)
    assert {row["user"] for row in listed["enrolled"]} == {"footfall-server", "demo.door-1"}
    assert all("password" not in row for row in listed["enrolled"])
    assert listed["certificate_ends_at"]
    assert "systemctl reload mosquitto" in run(folder, "revoke", "door-1", "--store", "demo").output
    assert not Path(made["bundle"]).exists()
    assert "good until" in run(folder, "enrolled").output


@pytest.mark.parametrize(
    ("words", "sentence", "hint"),
    [
        (["user", "add", "mia"], "not said for which stores", "--all-stores"),
        (["user", "add", "mia", "--store", "dmeo"], "no store 'dmeo'", "demo"),
        (["user", "add", "mia", "--role", "till", "--store", "demo"], "a role of tokens", ""),
        (["user", "disable", "mia"], "no user 'mia'", "user list"),
        (["token", "create", "x", "--role", "owner"], "cannot have the role owner", "head-office"),
        (["token", "revoke", "x"], "no token 'x'", "token list"),
        (["token", "create", "x", "--store", "demo", "--all-stores"], "exclude each other", "one of them"),
        (["enroll", "zone", "--store", "demo"], "cannot be called 'zone'", "device's own configuration"),
        (["revoke", "door-1", "--store", "demo"], "no device 'door-1'", "footfall-server enrolled"),
        (["serve", "--tls-cert", "x.pem"], "--tls-cert and --tls-key belong together", "both"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_with_a_hint(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    sentence: str,
    hint: str,
) -> None:
    monkeypatch.setenv("FOOTFALL_SERVER_CONFIG", str(folder / "server.toml"))
    monkeypatch.setattr("sys.argv", ["footfall-server", *words])
    with pytest.raises(SystemExit) as ended:
        run_command()
    said = capsys.readouterr().err
    assert ended.value.code in {2, 3}
    assert sentence in said
    assert hint in said
