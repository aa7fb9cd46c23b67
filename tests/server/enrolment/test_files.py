"""What enrolling writes: readable by those who need it, whole or not at all, the same as in the database."""

from __future__ import annotations

import grp
import os
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from edge.config import BrokerSettings
from edge.wire.topics import RESERVED_DEVICES
from server.accounts.by import By
from server.config import ConfigError, Settings
from server.enrolment import enrolling
from server.enrolment.certificates import RENEW_BEFORE, ends_at
from server.enrolment.errors import EnrolmentFailed, EnrolmentRefused, NotEnrolled
from server.enrolment.files import write
from server.errors import ServerError
from server.ingest.gate import Gate, LeftOut
from server.storage import audit, gate_decisions
from server.storage.broker_accounts import Kind
from server.storage.database import open_database
from tests.server.enrolment.shop import by, enrol, revoke, set_up, shop_settings, without_pid_file
from tests.server.samples import bucket


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return without_pid_file(shop_settings(tmp_path))


def folder_of(settings: Settings) -> Path:
    return Path(settings.enrolment.folder)


def users_in(settings: Settings, file: str) -> list[str]:
    lines = (folder_of(settings) / "mosquitto" / file).read_text("utf-8").splitlines()
    if file == "passwd":
        return [line.partition(":")[0] for line in lines]
    return [line.removeprefix("user ") for line in lines if line.startswith("user ")]


@pytest.mark.parametrize("file", ["passwd", "acl"])
def test_whoever_is_enrolled_is_in_both_files_and_whoever_is_revoked_in_none(
    settings: Settings, file: str
) -> None:
    set_up(settings)
    enrol(settings, "high-street", "device", "door-1")
    enrol(settings, "high-street", "till", "door-1")
    assert users_in(settings, file) == ["footfall-server", "high-street.door-1", "high-street.pos.door-1"]
    revoke(settings, "high-street", "device", "door-1")
    assert users_in(settings, file) == ["footfall-server", "high-street.pos.door-1"]


def test_secrets_are_readable_by_their_owner_only(settings: Settings) -> None:
    set_up(settings)
    enrol(settings, "high-street", "device", "door-1")
    readable = {
        str(path.relative_to(folder_of(settings)))
        for path in folder_of(settings).rglob("*")
        if path.stat().st_mode & 0o077
    }
    assert readable == {"mosquitto/mosquitto.conf"}


def test_a_group_reads_what_mosquitto_needs_and_nothing_else(settings: Settings) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    enrolment = settings.enrolment.model_copy(update={"group": group})
    set_up(settings.model_copy(update={"enrolment": enrolment}))
    folder = folder_of(settings)
    names = ("mosquitto", "mosquitto/passwd", "mosquitto/acl", "mosquitto/server.key", "ca", "ca/ca.key")
    modes = {name: (folder / name).stat().st_mode & 0o777 for name in names}
    assert modes == {
        "mosquitto": 0o750,
        "mosquitto/passwd": 0o640,
        "mosquitto/acl": 0o640,
        "mosquitto/server.key": 0o640,
        "ca": 0o700,
        "ca/ca.key": 0o600,
    }


def test_a_bundle_is_what_a_devices_configuration_takes(settings: Settings) -> None:
    bundle = enrol(settings, "high-street", "device", "door-1")
    text = (bundle / "broker.toml").read_text("utf-8")
    section = BrokerSettings.model_validate(tomllib.loads(text)["broker"])
    assert (section.username, section.host) == ("high-street.door-1", "127.0.0.1")
    assert len((bundle / str(section.password_file)).read_text("utf-8").strip()) >= 43
    authority = folder_of(settings) / "ca" / "ca.crt"
    assert (bundle / str(section.ca_file)).read_bytes() == authority.read_bytes()
    assert not list(bundle.glob("*.key"))


def test_the_authority_stays_and_the_certificate_is_renewed_only_when_it_must_be(settings: Settings) -> None:
    set_up(settings)
    authority, certificate = (
        folder_of(settings) / "ca" / "ca.crt",
        folder_of(settings) / "mosquitto/server.crt",
    )
    first = authority.read_bytes(), certificate.read_bytes()
    enrol(settings, "high-street", "device", "door-1")
    assert (authority.read_bytes(), certificate.read_bytes()) == first

    renamed = settings.enrolment.model_copy(update={"hosts": ("broker.example", "192.0.2.5")})
    with open_database(settings.database) as db:
        enrolling.set_up(db, settings.model_copy(update={"enrolment": renamed}), by())
    names = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
    known = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert known.get_values_for_type(x509.DNSName) == ["broker.example"]
    assert [str(address) for address in known.get_values_for_type(x509.IPAddress)] == ["192.0.2.5"]
    assert authority.read_bytes() == first[0]


def test_a_certificate_that_ends_soon_is_made_anew(settings: Settings) -> None:
    set_up(settings)
    certificate = folder_of(settings) / "mosquitto/server.crt"
    before, ends = certificate.read_bytes(), ends_at(certificate.read_bytes())
    for span, renewed in ((RENEW_BEFORE + timedelta(hours=1), False), (RENEW_BEFORE, True)):
        later = By("command", ends - span)
        with open_database(settings.database) as db:
            enrolling.set_up(db, settings, later)
        assert (certificate.read_bytes() != before) is renewed


def test_a_lost_authority_is_not_replaced_in_silence(settings: Settings) -> None:
    set_up(settings)
    (folder_of(settings) / "ca" / "ca.key").unlink()
    with pytest.raises(EnrolmentFailed, match=r"the authority in .* cannot be read") as caught:
        enrol(settings, "high-street", "device", "door-1")
    assert "backup" in caught.value.hint
    assert users_in(settings, "passwd") == ["footfall-server"]


def test_what_cannot_be_written_is_not_kept_either(settings: Settings) -> None:
    set_up(settings)
    passwd = folder_of(settings) / "mosquitto" / "passwd"
    passwd.unlink()
    passwd.mkdir()
    with pytest.raises(EnrolmentFailed, match="passwd cannot be written"):
        enrol(settings, "high-street", "device", "door-1")
    passwd.rmdir()
    enrol(settings, "high-street", "device", "door-1")  # It was not enrolled before.
    assert users_in(settings, "passwd") == ["footfall-server", "high-street.door-1"]


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "passwd"
    write(file, "before")
    with pytest.raises(UnicodeEncodeError):
        write(file, "after \ud800")
    assert file.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [file], "nothing half-written is left behind"


@pytest.mark.parametrize(
    ("store", "kind", "name", "rotate", "error", "sentence"),
    [
        pytest.param("nowhere", "device", "door-1", False, ConfigError, "no store 'nowhere'", id="store"),
        pytest.param("annex", "device", "Door 1", False, EnrolmentRefused, "may hold only a-z", id="name"),
        pytest.param("annex", "device", "+", False, EnrolmentRefused, "may hold only a-z", id="wildcard"),
        pytest.param("annex", "till", "a/b", False, EnrolmentRefused, "may hold only a-z", id="two levels"),
        pytest.param("annex", "device", "door-9", True, NotEnrolled, "no password to rotate", id="unknown"),
        pytest.param(
            "high-street", "device", "door-1", False, EnrolmentRefused, "is enrolled already", id="twice"
        ),
        *(
            pytest.param("annex", "device", name, False, EnrolmentRefused, "another meaning", id=name)
            for name in sorted(RESERVED_DEVICES)
        ),
    ],
)
def test_what_cannot_be_enrolled_is_refused_by_a_sentence(
    settings: Settings,
    store: str,
    kind: Kind,
    name: str,
    rotate: bool,
    error: type[ServerError],
    sentence: str,
) -> None:
    enrol(settings, "high-street", "device", "door-1")
    with pytest.raises(error, match=sentence):
        enrol(settings, store, kind, name, rotate=rotate)


def test_whoever_is_enrolled_is_let_in_where_unknown_devices_are_held(settings: Settings) -> None:
    with open_database(settings.database) as db:
        enrolling.enroll(db, settings, "high-street", "device", "door-1", by())
        enrolling.enroll(db, settings, "high-street", "till", "till-2", by())
        assert gate_decisions.decisions(db) == {("high-street", "door-1"): "accepted"}


def test_a_revoked_device_is_refused_by_the_server_too_until_it_is_enrolled_again(settings: Settings) -> None:
    enrol(settings, "high-street", "device", "door-1")
    message = bucket(store="high-street").model_copy(update={"device": "door-1"})
    outcomes = []
    for change in (lambda *_: None, revoke, enrol):
        change(settings, "high-street", "device", "door-1")
        with open_database(settings.database, read_only=True) as db:
            gate = Gate.of(db, settings)
        try:
            gate.check(message)
            outcomes.append("let in")
        except LeftOut as refused:
            outcomes.append(str(refused))
    assert outcomes == ["let in", "device 'door-1' of store 'high-street' was refused", "let in"]


def test_what_is_not_enrolled_cannot_be_revoked(settings: Settings) -> None:
    with pytest.raises(NotEnrolled, match="no device 'door-1' of 'annex' to revoke"):
        revoke(settings, "annex", "device", "door-1")


def test_a_mosquitto_that_does_not_run_is_told_of(tmp_path: Path) -> None:
    settings = shop_settings(tmp_path)
    with pytest.raises(EnrolmentFailed, match="files are written, but Mosquitto could not be told"):
        enrol(settings, "high-street", "device", "door-1")
    assert "high-street.door-1" in users_in(settings, "passwd")


def test_every_step_is_in_the_audit_log(settings: Settings) -> None:
    set_up(settings)
    enrol(settings, "high-street", "device", "door-1")
    enrol(settings, "high-street", "device", "door-1", rotate=True)
    revoke(settings, "high-street", "device", "door-1")
    with open_database(settings.database, read_only=True) as db:
        told = [(entry.what, entry.target) for entry in reversed(audit.newest(db, 9))]
    device = "high-street/door-1"
    assert told == [
        ("broker set up", ""),
        ("device enrolled", device),
        ("device rotated", device),
        ("device revoked", device),
    ]


def test_no_password_stands_in_the_database_or_in_mosquittos_files(settings: Settings) -> None:
    bundle = enrol(settings, "high-street", "device", "door-1")
    password = (bundle / "broker-password").read_bytes().strip()
    with open_database(settings.database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = [settings.database, *(folder_of(settings) / "mosquitto").iterdir()]
    assert [file.name for file in kept if password in file.read_bytes()] == []
