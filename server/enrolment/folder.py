"""The folder with everything for the broker, the server and the devices."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from server.config import EnrolmentSettings
from server.enrolment.certificates import Pair, broker_certificate, ends_at, is_good, new_authority
from server.enrolment.errors import EnrolmentFailed
from server.enrolment.files import private_folder, write
from server.enrolment.mosquitto import access_file, configuration, password_file, user_of
from server.storage.broker_accounts import Enrolled

_BROKER = """\
[broker]
host = {host}
port = {port}
username = {user}
password_file = "broker-password"
ca_file = "broker-ca.crt"
"""


class BrokerFolder:
    """What lies in `enrolment.folder`: `ca`, `mosquitto`, `server` and one bundle for each device."""

    def __init__(self, settings: EnrolmentSettings) -> None:
        self._settings = settings
        self._folder = Path(settings.folder)
        self.mosquitto = self._folder / "mosquitto"

    def write_for_mosquitto(self, enrolled: Sequence[Enrolled], stores: Sequence[str], now: datetime) -> None:
        """Bring password file, rights, configuration and certificate up to date.

        Raises:
            EnrolmentFailed: a file cannot be written.
        """
        group = self._settings.group
        private_folder(self._folder, group)
        folder = private_folder(self.mosquitto, group)
        self._renew_certificate(now)
        write(folder / "passwd", password_file(enrolled), group)
        write(folder / "acl", access_file(enrolled, stores), group)
        write(folder / "mosquitto.conf", configuration(self._settings, folder), public=True)

    def bundle(self, one: Enrolled, password: str) -> Path:
        """Write what a device, till or the server itself needs; the folder that holds it.

        Raises:
            EnrolmentFailed: a file cannot be written.
        """
        folder = self.bundle_folder(one)
        if one.kind != "server":
            private_folder(folder.parent)
        private_folder(folder)
        text = _BROKER.format(
            host=json.dumps(self._settings.hosts[0]), port=self._settings.port, user=json.dumps(user_of(one))
        )
        if one.kind == "server":
            # A name that nobody guesses: whoever knows it could take the listener's place at the broker.
            text += f'client_id = "footfall-server-{os.urandom(12).hex()}"\n'
        write(folder / "broker-password", password + "\n")
        write(folder / "broker-ca.crt", self._authority(None).certificate)
        write(folder / "broker.toml", text)
        return folder

    def forget_bundle(self, one: Enrolled) -> None:
        """Delete the bundle of somebody who is revoked, if it still lies there."""
        shutil.rmtree(self.bundle_folder(one), ignore_errors=True)

    def bundle_folder(self, one: Enrolled) -> Path:
        """Where a bundle lies."""
        return self._folder / "server" if one.kind == "server" else self._folder / "bundles" / user_of(one)

    def certificate_ends_at(self) -> datetime | None:
        """When the broker's certificate ends; None where there is none yet."""
        file = self.mosquitto / "server.crt"
        return ends_at(file.read_bytes()) if file.is_file() else None

    def tell_mosquitto(self) -> bool:
        """Let Mosquitto read its files again; False where it is not known which process that is.

        Raises:
            EnrolmentFailed: there is no such process, or it may not be told.
        """
        if not self._settings.pid_file:
            return False
        try:
            number = int(Path(self._settings.pid_file).read_text("utf-8"))
            os.kill(number, signal.SIGHUP)
        except (OSError, ValueError) as error:
            raise EnrolmentFailed(
                f"the files are written, but Mosquitto could not be told: {error}",
                "is it running? then let it read them again: systemctl reload mosquitto",
            ) from error
        return True

    def _authority(self, now: datetime | None) -> Pair:
        folder = self._folder / "ca"
        files = folder / "ca.crt", folder / "ca.key"
        if now is not None and not any(file.is_file() for file in files):
            made = new_authority(now)
            private_folder(folder)
            write(files[1], made.key)
            write(files[0], made.certificate)
        try:
            return Pair(files[0].read_bytes(), files[1].read_bytes())
        except OSError as error:
            raise EnrolmentFailed(
                f"the authority in {folder} cannot be read: {error.strerror or error}",
                "put ca.crt and ca.key back from your backup; without them all devices must be enrolled anew",
            ) from error

    def _renew_certificate(self, now: datetime) -> None:
        authority, hosts = self._authority(now), self._settings.hosts
        files = self.mosquitto / "server.crt", self.mosquitto / "server.key"
        if all(file.is_file() for file in files) and self._is_good(files[0], authority, hosts, now):
            return
        made = broker_certificate(authority, hosts, now)
        write(files[1], made.key, self._settings.group)
        write(files[0], made.certificate, self._settings.group)

    def _is_good(self, file: Path, authority: Pair, hosts: Iterable[str], now: datetime) -> bool:
        try:
            return is_good(file.read_bytes(), authority.certificate, hosts, now)
        except ValueError:
            return False
