from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Settings
from server.storage.database import migrate
from tests.server.ingest.running import Mosquitto, listening, until
from tests.server.samples import settings

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(
        not (shutil.which("openssl") and shutil.which("mosquitto_passwd")),
        reason="openssl or mosquitto_passwd is not installed",
    ),
]


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker with TLS that lets in `shop` with the password `s3cret`."""
    key, certificate, passwords = (tmp_path / name for name in ("key.pem", "ca.pem", "passwords"))
    made = f"-newkey rsa:2048 -nodes -days 2 -subj /CN=test -keyout {key} -out {certificate}"
    subprocess.run(
        ["openssl", "req", "-x509", *made.split(), "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(passwords), "shop", "s3cret"], check=True)
    broker = Mosquitto(tmp_path)
    broker.start(
        f"certfile {certificate}", f"keyfile {key}", "allow_anonymous false", f"password_file {passwords}"
    )
    yield broker
    broker.stop()


def _with(folder: Path, port: int, password: str) -> Settings:
    (folder / "password").write_text(password + "\n", encoding="utf-8")
    plain = settings(folder, port)
    migrate(plain.database)
    secrets = {
        "username": "shop",
        "password_file": str(folder / "password"),
        "ca_file": str(folder / "ca.pem"),
    }
    return plain.model_copy(update={"broker": plain.broker.model_copy(update=secrets)})


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        pytest.param("s3cret", "listening at", id="right"),
        pytest.param("wrong", "refuses: Not authorized", id="wrong"),
    ],
)
def test_a_password_from_a_file_is_sent_over_tls(
    secured: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture, password: str, sentence: str
) -> None:
    caplog.set_level(logging.INFO, logger="footfall.listen")
    with listening(_with(tmp_path, secured.port, password)):
        until(lambda: bool(caplog.records), "the listener says how it went")
    assert [sentence in record.getMessage() for record in caplog.records] == [True]
    assert password not in caplog.text
