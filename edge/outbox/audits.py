"""Audits that wait for the broker: a file each, for few are made and each by hand.

The set-up page writes them, the uplink of whatever counts the camera sends them.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from edge.outbox.errors import OutboxError
from edge.whole import write_whole
from edge.wire import Audit, encode

MOST_WAITING = 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WaitingAudit:
    """An audit that the broker does not have yet."""

    name: str
    topic: str
    body: bytes


class Audits:
    """One camera's audits; any thread or process may use the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, audit: Audit) -> None:
        """Keeps an audit until the broker has it; figures only.

        Raises:
            OutboxError: the folder cannot be written, or a thousand wait in it already.
        """
        name = f"{audit.begin:%Y%m%dT%H%M%S%f}.json"
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(parents=True)
                _leave_to_owner(self._folder, self._folder.parent)
            if len(self._names()) >= MOST_WAITING:
                raise OutboxError(
                    f"{MOST_WAITING} audits wait to be sent in {self._folder} already",
                    "bring the broker back, or delete the oldest of them",
                )
            write_whole(self._folder / name, audit.topic.encode() + b"\n" + encode(audit))
        except OSError as error:
            raise OutboxError(
                f"{self._folder} cannot be written: {error.strerror}",
                "is there space on the disk, and may this user write there?",
            ) from error

    def oldest(self, limit: int) -> list[WaitingAudit]:
        """What the broker does not have yet, oldest first; nothing where the folder is missing."""
        waiting = []
        for name in self._names()[:limit]:
            try:
                topic, _, body = (self._folder / name).read_bytes().partition(b"\n")
            except OSError:
                continue  # gone meanwhile, or not readable: the others are sent all the same
            waiting.append(WaitingAudit(name, topic.decode(), body))
        return waiting

    def delivered(self, name: str) -> None:
        """Forgets an audit that the broker has; one that may not be deleted is sent again at each start."""
        try:
            (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s was delivered and cannot be deleted: %s", self._folder / name, error.strerror)

    def _names(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return sorted(path.name for path in self._folder.iterdir() if path.suffix == ".json")


def _leave_to_owner(path: Path, like: Path) -> None:
    """What root writes on the page belongs to the user under which counting runs, who deletes it."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
