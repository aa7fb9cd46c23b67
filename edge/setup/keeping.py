"""The file of a device: changed with its comments kept, checked as a whole, replaced whole or not at all."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge.config import CameraSettings, EdgeSettings, load_settings
from edge.errors import EdgeError
from edge.sections import in_sentences
from edge.setup.drawing import Drawn
from edge.setup.rewriting import drawn_into, rewritten
from edge.whole import write_whole

LAST_GOOD = ".last-good"


class NotSaved(EdgeError):
    """The file was left as it is."""

    exit_code = 4


class ChangedMeanwhile(NotSaved):
    """Somebody else was quicker."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a drawing: in which field of the camera (`lines[0].arrow`), and in a sentence."""

    field: str
    sentence: str


class DrawingRefused(EdgeError):
    """A drawing that cannot be used; `problems` names each field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.sentence}" for one in problems))
        self.problems = tuple(problems)


class DeviceFile:
    """One camera's part of the device's file.

    Args:
        path: the file.
        camera: whose part.
    """

    def __init__(self, path: Path, camera: str) -> None:
        self._path = path.resolve()
        self._camera = camera

    def read(self) -> EdgeSettings:
        """The settings that stand there now.

        Raises:
            ConfigError: they cannot be used.
        """
        return load_settings(self._path)

    @property
    def version(self) -> str:
        """Known by it is what stands there now of this camera.

        Raises:
            NotSaved: nothing stands there any more.
        """
        return self._version(self._content(self._path.read_bytes()))

    def checked(self, drawn: Drawn) -> CameraSettings:
        """The camera with a drawing in the place of its own.

        Raises:
            DrawingRefused: with every mistake at its field.
        """
        content = self._content(self._path.read_bytes())
        return self._checked(drawn_into(content, self._camera, drawn)).cameras[self._camera]

    def save(self, drawn: Drawn, version: str) -> EdgeSettings:
        """Writes a drawing into the file, and keeps the file of before beside it.

        Args:
            drawn: the drawing.
            version: of the camera's part of the file that it was made from. What somebody changed elsewhere
                in the file stays as they left it.

        Raises:
            DrawingRefused: the drawing cannot be used.
            ChangedMeanwhile: somebody else has changed this camera in the file.
            NotSaved: it cannot be written.
        """
        before = self._path.read_bytes()
        content = self._content(before)
        if self._version(content) != version:
            raise ChangedMeanwhile(
                f"not saved: somebody else has changed camera {self._camera} in {self._path.name} meanwhile",
                "look at theirs first; yours is not lost, for Undo brings it back",
            )
        content = drawn_into(content, self._camera, drawn)
        self._checked(content)
        after = rewritten(before.decode(), self._camera, drawn).encode()
        if not _says(after, content):
            raise NotSaved(
                f"{self._path.name} is written in a way that cannot be changed without harm",
                "write lines and zones as [[cameras.NAME.lines]] sections",
            )
        self._replace(before, after)
        return self.read()

    def _content(self, body: bytes) -> dict[str, Any]:
        try:
            content = tomllib.loads(body.decode())
        except ValueError as error:
            raise NotSaved(
                f"{self._path.name} cannot be read any more: {error}", "mend it by hand"
            ) from error
        if self._camera not in content.get("cameras", {}):
            raise NotSaved(f"there is no camera {self._camera} in {self._path.name} any more")
        return content

    def _version(self, content: dict[str, Any]) -> str:
        part = content["cameras"][self._camera]
        return hashlib.sha256(json.dumps(part, sort_keys=True, default=str).encode()).hexdigest()

    def _checked(self, content: dict[str, Any]) -> EdgeSettings:
        try:
            return EdgeSettings.model_validate(content)
        except ValidationError as error:
            raise DrawingRefused(list(map(self._problem, in_sentences(error, EdgeSettings)))) from error

    def _problem(self, sentence: str) -> Problem:
        place, _, words = sentence.partition(": ")
        field = place.removeprefix(f"cameras.{self._camera}").lstrip(".")
        return Problem(field, words)

    def _replace(self, before: bytes, after: bytes) -> None:
        kept = self._path.with_name(self._path.name + LAST_GOOD)
        try:
            like = self._path.stat()
            write_whole(kept, before, like)
            write_whole(self._path, after, like)
        except OSError as error:
            raise NotSaved(
                f"{error.filename or self._path} cannot be written: {error.strerror}",
                "let the user that runs this page write the file and its folder",
            ) from error


def _says(body: bytes, content: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(body.decode()) == content
    except tomllib.TOMLDecodeError:
        return False
