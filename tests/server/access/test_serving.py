"""The running server: TLS of its own, and what it believes of a proxy."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from server import assembly
from server.access.rights import Role
from server.accounts import people
from server.accounts.by import By
from server.api.door import COOKIE
from server.config import ConfigError, Settings, WebSettings
from server.enrolment.certificates import broker_certificate, new_authority
from server.storage import audit
from server.storage.database import open_database
from tests.server.access.browsing import hidden
from tests.server.asking import logged_in
from tests.server.filling import STORE, settings_for
from tests.waiting import PATIENCE_SECONDS


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of a server that runs within the block."""
    stop = threading.Event()
    with assembly.web(settings) as web:
        thread = threading.Thread(target=web.run, args=(stop,))
        thread.start()
        try:
            yield web.address
        finally:
            stop.set()
            thread.join(PATIENCE_SECONDS)


def with_web(folder: Path, **web: object) -> Settings:
    settings = settings_for(folder)
    return settings.model_copy(update={"web": WebSettings.model_validate({"port": 0, **web})})


def refused_from(settings: Settings) -> str:
    """The address from which the last refused log-in came, as the audit log has it."""
    with open_database(settings.database, read_only=True) as db:
        return next(entry.address for entry in audit.newest(db, 9) if entry.what == "log-in refused")


def guess(address: str, **headers: str) -> httpx.Response:
    with httpx.Client(base_url=address, headers=headers) as client:
        form = client.get("/log-in")
        # The cookie of a form that came over TLS goes back over TLS only, and here there is none.
        token, cookie = hidden(form.text), form.headers["set-cookie"].split(";")[0]
        fields = {"name": "olga", "password": "wrong guess", "csrf": token}
        answer = client.post("/log-in", data=fields, headers={"Cookie": cookie})
        assert answer.status_code == 401
        return form


def test_pages_are_served_over_tls_with_a_certificate(tmp_path: Path) -> None:
    authority = new_authority(datetime.now(UTC))
    made = broker_certificate(authority, ["127.0.0.1"], datetime.now(UTC))
    for name, content in (("cert", made.certificate), ("key", made.key), ("ca", authority.certificate)):
        (tmp_path / name).write_bytes(content)
    settings = with_web(tmp_path, tls_cert=str(tmp_path / "cert"), tls_key=str(tmp_path / "key"))
    with served(settings) as address:
        assert address.startswith("https://127.0.0.1:")
        with httpx.Client(verify=ssl.create_default_context(cafile=str(tmp_path / "ca"))) as client:
            answer = client.get(f"{address}log-in")
            assert answer.status_code == 200
            assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("name", ["tls_cert", "tls_key"])
def test_a_certificate_that_is_not_there_is_told_before_anything_starts(tmp_path: Path, name: str) -> None:
    there = tmp_path / "there"
    there.write_text("x", "utf-8")
    files = {"tls_cert": str(there), "tls_key": str(there), name: str(tmp_path / "missing")}
    settings = with_web(tmp_path, **files)
    with pytest.raises(ConfigError, match=f"web.{name} .*missing cannot be read"), assembly.web(settings):
        pass


def test_a_proxy_that_is_named_is_believed(tmp_path: Path) -> None:
    settings = with_web(tmp_path, proxies=["127.0.0.1"])
    with served(settings) as address:
        headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        form = guess(address, **headers)
    assert refused_from(settings) == "203.0.113.9"
    assert "secure" in form.headers["set-cookie"].lower()


def test_nobody_else_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    settings = with_web(tmp_path)
    with served(settings) as address:
        headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        form = guess(address, **headers)
    assert refused_from(settings) == "127.0.0.1"
    assert "secure" not in form.headers["set-cookie"].lower()


def test_an_open_page_is_cut_off_once_its_reader_is_shut_out(tmp_path: Path) -> None:
    settings = with_web(tmp_path)
    now = datetime.now(UTC)
    logged_in(settings, now)
    cookie = f"{COOKIE}={logged_in(settings, now, 'sam', Role.STAFF)}"
    with (
        served(settings) as address,
        httpx.stream(
            "GET", f"{address}stores/{STORE}/events", headers={"Cookie": cookie}, timeout=PATIENCE_SECONDS
        ) as page,
    ):
        lines = page.iter_lines()
        assert next(lines) == "event: changed"
        with open_database(settings.database) as db:
            people.disable(db, "sam", By("command", now))
        assert "event: changed" not in list(lines)[2:], "it ends, and tells nothing more on its way"


def test_the_first_owners_link_is_given_until_there_is_an_owner(tmp_path: Path) -> None:
    settings = with_web(tmp_path)
    with served(settings) as address, assembly.web(settings) as web:
        link = assembly.first_owner_link(settings, web)
        assert link
        path = link.split("/", 3)[3]
        with httpx.Client(base_url=address) as client:
            word = "four plain garden words"
            form = client.get(path)
            fields = {"name": "olga", "password": word, "again": word, "csrf": hidden(form.text)}
            assert client.post(path, data=fields).headers["location"] == "/"
        assert assembly.first_owner_link(settings, web) is None
