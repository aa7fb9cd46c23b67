"""References on disk, so that a camera that was turned while the device was off is noticed all the same."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np

from edge.view.look import holds
from edge.view.reference import Reference
from edge.whole import write_whole

VERSION = 1

log = logging.getLogger(__name__)


class ReferenceFile:
    """The references of one camera's view: places and hashes of what is about them, and no picture.

    Args:
        path: the file.
        drawn: what stands for the lines and zones of the camera: where they were drawn anew, the view was
            meant to change, and is learned anew.
    """

    def __init__(self, path: Path, drawn: str) -> None:
        self._path = path
        self._drawn = drawn
        self._was_there = False

    def read(self) -> tuple[Reference, ...]:
        """What was kept; nothing where there is no file, or one that belongs to other lines or is damaged."""
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            self._was_there = True
            if kept["version"] != VERSION or kept["drawn"] != self._drawn:
                return ()
            return tuple(_reference(one) for one in kept["references"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s cannot be read, the view is learned anew: %s", self._path, error)
            return ()

    def write(self, references: tuple[Reference, ...]) -> None:
        """Keeps them in place of those before; a disk that takes nothing is told and nothing else happens."""
        kept = {
            "version": VERSION,
            "drawn": self._drawn,
            "references": [_as_row(one) for one in references],
        }
        try:
            write_whole(self._path, json.dumps(kept).encode())
        except OSError as error:
            log.warning("what the view looks like cannot be kept in %s: %s", self._path, error.strerror)
        else:
            self._was_there = True

    def is_gone(self) -> bool:
        """Whether somebody deleted the file since this was last asked: what is seen now is to be learned."""
        if not self._was_there or self._path.exists():
            return False
        self._was_there = False
        return True


def _as_row(reference: Reference) -> dict[str, Any]:
    return {
        "size": list(reference.size),
        "places": np.round(reference.places.astype(float), 1).tolist(),
        "bits": reference.bits.tobytes().hex(),
        "sharpness": np.round(reference.sharpness.astype(float), 4).tolist(),
    }


def _reference(row: dict[str, Any]) -> Reference:
    places = np.array(row["places"], np.float32).reshape(-1, 2)
    bits = np.frombuffer(bytes.fromhex(row["bits"]), np.uint8).reshape(-1, 32)
    width, height = (int(one) for one in row["size"])
    sharpness = np.array(row["sharpness"], np.float32)
    if not len(places) == len(bits) == len(sharpness) > 0:
        raise ValueError("it has not as many places as hashes")
    if not holds(places, (width, height)).all():
        raise ValueError("a place lies outside the picture")
    return Reference((width, height), places, bits, sharpness)
