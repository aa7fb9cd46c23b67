"""Which configuration counts while the page shows the device's own file: that one, or one from afar."""

from __future__ import annotations

import threading

from edge.configuration import Configuration, InUse
from edge.errors import EdgeError


class FromAfar(EdgeError):
    """What counts came over MQTT, and whoever saves has not been told so."""


class InUseNow:
    """The configuration that counts, read anew when it has changed. May be asked from any thread.

    Args:
        configuration: of the device.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._lock = threading.Lock()
        self._found: InUse | None = None

    def read(self) -> InUse:
        """The one in use.

        Raises:
            EdgeError: the device's own file cannot be used.
        """
        with self._lock:
            if self._found is None or self._configuration.changed():
                self._found = None
                self._found = self._configuration.load()
            return self._found

    @property
    def from_afar(self) -> str:
        """The digest of what came from afar and counts; empty while the device's own file does."""
        try:
            found = self.read()
        except EdgeError:
            return ""  # said where the file is read to be drawn in
        return found.digest if found.origin == "set" else ""

    def check_known(self, digest: str) -> None:
        """Whether somebody who wants the own file to count knows what that takes the place of.

        Raises:
            FromAfar: something else counts than they were told.
        """
        found = self.from_afar
        if found and found != digest:
            raise FromAfar(
                "not saved: this device counts by a configuration that was sent to it, not by its own file",
                "say above that its own file shall count, and save again",
            )

    def put_aside(self) -> None:
        """Lets the device's own file count, whatever came before.

        Raises:
            EdgeError: the state folder cannot be written.
        """
        digest = self.from_afar
        if digest:
            self._configuration.put_aside(digest)
