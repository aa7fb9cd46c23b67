"""The configuration in use: the device's own file, or a newer one that came over MQTT.

Whichever was changed last holds. What came is kept in the state folder, since a service may not write its own
configuration; one that cannot be used changes nothing and is told with what is wrong.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from edge.addresses import host_of
from edge.config import ConfigError, EdgeSettings, read_text, settings_in
from edge.credentials import systemd_credential
from edge.errors import EdgeError
from edge.whole import write_whole

KEPT = "config-set.json"

OWN_PARTS = ("store", "device", "broker", "state", "metrics")
"""What can be changed at the device only: else it could be cut off, opened, or made to send elsewhere."""

Check = Callable[[EdgeSettings], None]
"""Raises EdgeError where a configuration that can be read cannot be used here, as for want of a model."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A configuration that cannot be used, and why."""

    digest: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InUse:
    """The configuration in use.

    Attributes:
        digest: SHA-256 of its text.
        origin: the device's own file, or what came over MQTT.
        refused: a newer one that came and cannot be used.
    """

    settings: EdgeSettings
    digest: str
    origin: Literal["file", "set"]
    refused: Refused | None = None


class _Good(BaseModel):
    """What came and was found good, over which text of the device's own file."""

    model_config = ConfigDict(frozen=True)

    toml: str
    over: str


class _Came(BaseModel):
    """All that is kept of what came over MQTT."""

    model_config = ConfigDict(frozen=True)

    heard: str = ""
    good: _Good | None = None
    problems: tuple[str, ...] = ()


class Configuration:
    """Reads the configuration, and takes a new one from afar.

    Several processes of a device may use it side by side: each hears the same and keeps the same.
    """

    def __init__(self, path: Path, check: Check) -> None:
        self._path = path
        self._check = check
        self._kept: Path | None = None
        self._looked: object = None

    def load(self) -> InUse:
        """The configuration to use now.

        Raises:
            EdgeError: the device's own file cannot be used, whatever came.
        """
        self._looked = self._looks()
        text = read_text(self._path)
        own = settings_in(text, self._path)
        self._kept = own.state.folder / KEPT
        self._looked = self._looks()
        came = _read(self._kept)
        refused = Refused(came.heard, came.problems) if came.problems else None
        digest = digest_of(text)
        if came.good is None or came.good.over != digest:
            self._check(own)
            return InUse(own, digest, "file", refused)
        try:
            return InUse(self._checked(came.good.toml, own), digest_of(came.good.toml), "set", refused)
        except EdgeError as error:  # good once, and not for this version or without a file that is gone
            self._check(own)
            return InUse(own, digest, "file", Refused(digest_of(came.good.toml), problems_of(error)))

    def changed(self) -> bool:
        """Whether any of its files looks otherwise than when it was loaded."""
        return self._looks() != self._looked

    def take(self, toml: str | None) -> None:
        """Keeps what came over MQTT, or that it was taken back (None). What was heard before changes nothing.

        Raises:
            EdgeError: the device's own file cannot be used, or the state folder not be written.
        """
        text = read_text(self._path)
        own = settings_in(text, self._path)
        kept = own.state.folder / KEPT
        with _alone(kept):
            came = _read(kept)
            heard = "" if toml is None else digest_of(toml)
            if heard == came.heard:
                return
            if toml is None:
                _write(kept, _Came())
                return
            try:
                self._checked(toml, own)
            except EdgeError as error:
                _write(kept, came.model_copy(update={"heard": heard, "problems": problems_of(error)}))
            else:
                _write(kept, _Came(heard=heard, good=_Good(toml=toml, over=digest_of(text))))

    def put_aside(self, digest: str) -> None:
        """Lets the device's own file count in place of one that came. Heard again, that one changes nothing.

        Args:
            digest: of the one that is meant; a newer one stays.

        Raises:
            EdgeError: the device's own file cannot be used, or the state folder not be written.
        """
        kept = settings_in(read_text(self._path), self._path).state.folder / KEPT
        with _alone(kept):
            came = _read(kept)
            if came.good and digest_of(came.good.toml) == digest:
                _write(kept, came.model_copy(update={"good": None}))

    def _checked(self, toml: str, own: EdgeSettings) -> EdgeSettings:
        settings = settings_in(toml, self._path)
        problems = [*_own_parts(settings, own), *_files(settings, own), *_hosts(settings, own)]
        if problems:
            raise ConfigError(self._path, problems)
        self._check(settings)
        return settings

    def _looks(self) -> object:
        return tuple(_look(path) for path in (self._path, self._kept) if path)


def digest_of(text: str) -> str:
    """SHA-256 of a configuration's text, as `config/state` says it."""
    return hashlib.sha256(text.encode()).hexdigest()


def problems_of(error: EdgeError) -> tuple[str, ...]:
    """What is wrong, a sentence each, as short as `config/state` takes them."""
    problems: Sequence[str] = getattr(error, "problems", (str(error),))
    return tuple(problem[:500] for problem in problems[:100])


def _own_parts(settings: EdgeSettings, own: EdgeSettings) -> list[str]:
    return [
        f"{part}: can be changed at the device only; write there what the device's own file says"
        for part in OWN_PARTS
        if getattr(settings, part) != getattr(own, part)
    ]


def _files(settings: EdgeSettings, own: EdgeSettings) -> list[str]:
    known = {camera.password_file for camera in own.cameras.values()} | {None}
    problems = [
        f"cameras.{name}.password_file: the device's own file names no such file; add it there"
        for name, camera in settings.cameras.items()
        if camera.password_file not in known
    ]
    model = settings.detector.model
    if ":" in model and model != own.detector.model:
        problems.append("detector.model: a file can be named at the device only")
    return problems


def _hosts(settings: EdgeSettings, own: EdgeSettings) -> list[str]:
    """Cameras whose password would be sent to who knows whom."""
    known = {host_of(camera.source) for camera in own.cameras.values()} | {None}
    return [
        f"cameras.{name}.source: a camera with a password gets another host at the device only"
        for name, camera in settings.cameras.items()
        if host_of(camera.source) not in known
        and (camera.password_file or systemd_credential(f"camera-{name}", os.environ))
    ]


def _look(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def _read(path: Path) -> _Came:
    try:
        return _Came.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return _Came()  # nothing came, or what is kept is damaged: the device's own file holds


class _alone:  # noqa: N801 - a context, read as a word
    """Keeps other processes of the device from writing beside this one."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_suffix(".lock")

    def __enter__(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("w")
        except OSError as error:
            raise _not_written(self._path, error) from error
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _write(path: Path, came: _Came) -> None:
    try:
        write_whole(path, came.model_dump_json().encode())
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> EdgeError:
    return EdgeError(
        f"the configuration that came cannot be kept in {path}: {error.strerror}",
        "is the state folder writable, and is there space on the disk?",
    )
