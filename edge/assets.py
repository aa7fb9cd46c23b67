"""Weights and clips by name: found by checksum in a folder, the cache or the box, else fetched.

The manifest names each file's checksum, licence and sources, so that a run can say what it uses and
nothing unverified is ever loaded.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import platformdirs
import pooch
from pydantic import BaseModel, ConfigDict, Field
from rich.progress import DownloadColumn, Progress

from edge.errors import EdgeError
from edge.terminal import err

ASSETS_SETTING = "FOOTFALL_ASSETS"
CACHE_SETTING = "FOOTFALL_CACHE"
MOST_FILES_SEARCHED = 20_000


class AssetMissing(EdgeError):
    """A file that is named in the manifest and is nowhere to be found."""

    exit_code = 3


class AssetDamaged(EdgeError):
    """A file whose checksum is not the manifest's."""

    exit_code = 4


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AssetFile(_Entry):
    """One file by its checksum."""

    file: str = Field(description="its name in the cache and in the box")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int
    url: str | None = None


class Asset(AssetFile):
    """What the project uses and does not write itself: a file, and those that belong to it."""

    licence: str
    about: str
    by_hand: str | None = Field(None, description="where a person gets it who has to bring it by hand")
    parts: tuple[AssetFile, ...] = Field((), description="further files without which it is of no use")

    @property
    def files(self) -> tuple[AssetFile, ...]:
        """All that has to be here."""
        return (self, *self.parts)


class ModelAsset(Asset):
    """A person detector's weights."""

    backend: str
    width: int = Field(description="network input width in pixels at which it was measured")
    average_precision: float = Field(ge=0, le=1, description="person AP at IoU 0.5")
    measured_on: str


class Truth(_Entry):
    """What a careful count of a clip's line gave."""

    count_in: int = Field(alias="in")
    count_out: int = Field(alias="out")


class ClipLine(_Entry):
    """A line to count a clip on, normalised to the picture."""

    id: str
    points: tuple[tuple[float, float], tuple[float, float]]
    arrow: tuple[tuple[float, float], tuple[float, float]]
    truth: Truth | None = None


class ClipZone(_Entry):
    """A zone of a clip, normalised to the picture."""

    id: str
    name: str
    points: Annotated[tuple[tuple[float, float], ...], Field(min_length=3)]


class ClipAsset(Asset):
    """A recording with its counted truth."""

    seconds: float = Field(gt=0, description="how long it lasts")
    lines: tuple[ClipLine, ...]
    zones: tuple[ClipZone, ...] = ()


class Manifest(_Entry):
    """All that the project knows of."""

    models: dict[str, ModelAsset]
    clips: dict[str, ClipAsset]


class Place(StrEnum):
    """Where a file was found, in the order of search."""

    FOLDER = "folder"
    CACHE = "cache"
    BOX = "box"
    NAMED = "named"
    """Nowhere that is searched: the configuration named its path."""


@dataclass(frozen=True, slots=True)
class Found:
    """A verified file, and those that belong to it in the manifest's order; they may lie elsewhere."""

    path: Path
    place: Place
    parts: tuple[Path, ...] = ()


def box_folder() -> Path:
    """The folder that the project ships: inside the wheel, or `models/` of a checkout."""
    packed = Path(__file__).parent / "box"
    return packed if packed.is_dir() else Path(__file__).parent.parent / "models"


def cache_folder() -> Path:
    """Where fetched files are kept; FOOTFALL_CACHE names another place."""
    return Path(os.environ.get(CACHE_SETTING) or platformdirs.user_cache_dir("footfall"))


def assets_folder() -> Path | None:
    """The folder that FOOTFALL_ASSETS names, searched with all its sub-folders.

    Raises:
        AssetMissing: it is set and no such folder is there.
    """
    named = os.environ.get(ASSETS_SETTING)
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise AssetMissing(f"{ASSETS_SETTING} names {named}, which is no folder", "unset it, or correct it")
    return folder


def load_manifest(path: Path | None = None) -> Manifest:
    """The manifest in the box, or another one."""
    content: dict[str, Any] = tomllib.loads((path or box_folder() / "manifest.toml").read_text("utf-8"))
    return Manifest.model_validate(content)


def find(asset: Asset) -> Found | None:
    """The first verified copy on this machine, or None. Nothing is fetched."""
    found = [_find_file(file) for file in asset.files]
    whole = [one for one in found if one]
    return _together(whole) if len(whole) == len(found) else None


def require(name: str, asset: Asset) -> Found:
    """The first verified copy on this machine.

    Raises:
        AssetDamaged: a file of that name is there, but it is another or a damaged one.
        AssetMissing: there is none.
    """
    return _together([_require_file(name, file, _remedy(name, asset)) for file in asset.files])


def pull(name: str, asset: Asset, *, progress: bool = False) -> Found:
    """The file and its parts, fetched into the cache if no copy is on this machine.

    Raises:
        AssetMissing: no address is known, or the address cannot be reached.
        AssetDamaged: what came is not what the manifest names; it is thrown away.
    """
    found = []
    for file in asset.files:
        here = _find_file(file)
        if not (here or file.url):
            raise AssetMissing(
                f"{name} ({file.file}) is not on this machine and has no address to fetch it from",
                _remedy(name, asset),
            )
        found.append(here or _fetch(name, file, progress=progress))
    return _together(found)


def _remedy(name: str, asset: Asset) -> str:
    bring = f"set {ASSETS_SETTING} to a folder that holds it"
    if asset.by_hand:
        return f"get it from {asset.by_hand}, and {bring}"
    return f"run 'footfall-edge model pull {name}', or {bring}"


def _together(found: list[Found]) -> Found:
    return Found(found[0].path, found[0].place, tuple(part.path for part in found[1:]))


def _find_file(file: AssetFile) -> Found | None:
    for place, path in _candidates(file):
        if _is(file, path):
            return Found(path, place)
    return None


def _require_file(name: str, file: AssetFile, remedy: str) -> Found:
    found = _find_file(file)
    if found:
        return found
    for _, path in _candidates(file, by_name_only=True):
        raise AssetDamaged(
            f"{path} is not the {name} that the manifest names: its checksum differs",
            f"delete it and {remedy}",
        )
    raise AssetMissing(f"{name} ({file.file}) is not on this machine", remedy)


def _fetch(name: str, file: AssetFile, *, progress: bool) -> Found:
    target = cache_folder() / file.file
    incoming = target.with_name(target.name + ".part")
    bar = _Bar(name) if progress else None
    try:
        incoming.parent.mkdir(parents=True, exist_ok=True)
        pooch.HTTPDownloader(progressbar=bar or False, timeout=30)(file.url, str(incoming), None)
        if _checksum(incoming) != file.sha256:
            raise AssetDamaged(
                f"what {file.url} sent is not the {name} that the manifest names: its checksum differs",
                "try again later; if it stays so, the file there has been changed",
            )
        incoming.replace(target)
    # requests' errors are OSErrors, and so are those of the disk.
    except OSError as error:
        raise AssetMissing(
            f"{name} cannot be fetched from {file.url}: {error}",
            f"check the connection and {target.parent}, or bring the file by hand and set {ASSETS_SETTING}",
        ) from error
    finally:
        incoming.unlink(missing_ok=True)
        if bar:
            bar.close()
    return Found(target, Place.CACHE)


class _Bar:
    """What pooch wants of a progress bar, drawn by rich; its own would need one more package."""

    def __init__(self, name: str) -> None:
        self.total = 0
        columns = (*Progress.get_default_columns(), DownloadColumn())
        self._shown = Progress(*columns, console=err)
        self._task = self._shown.add_task(name, total=None)
        self._shown.start()

    def update(self, more: int) -> None:
        self._shown.update(self._task, total=self.total or None, advance=more)

    def reset(self) -> None:
        self._shown.update(self._task, completed=0)

    def close(self) -> None:
        self._shown.stop()


def _candidates(asset: AssetFile, *, by_name_only: bool = False) -> Iterator[tuple[Place, Path]]:
    folder = assets_folder()
    if folder:
        for path in _files(folder):
            if path.name == asset.file or (not by_name_only and path.stat().st_size == asset.bytes):
                yield Place.FOLDER, path
    for place, path in (
        (Place.CACHE, cache_folder() / asset.file),
        (Place.BOX, box_folder() / asset.file),
    ):
        if path.is_file():
            yield place, path


def _files(folder: Path) -> Iterable[Path]:
    searched = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            searched += 1
            if searched > MOST_FILES_SEARCHED:
                raise AssetMissing(
                    f"{folder} holds more than {MOST_FILES_SEARCHED} files",
                    f"set {ASSETS_SETTING} to the folder that holds weights and clips only",
                )
            path = Path(parent) / name
            if path.is_file():
                yield path


def _is(asset: AssetFile, path: Path) -> bool:
    try:
        return path.stat().st_size == asset.bytes and _checksum(path) == asset.sha256
    except OSError:
        return False  # unreadable here; another copy may do


def _checksum(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
