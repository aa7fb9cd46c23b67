"""Copies of the database, made and brought back while everything runs."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.errors import ServerError
from server.storage.changes import renew_feed
from server.storage.database import migrate, open_database

_COUNTED = (
    *("buckets", "line_counts", "zone_counts", "queue_counts", "heat", "path_counts"),
    *("tickets", "ticket_lines", "products", "quarantine", "users"),
)
_NAME = "footfall-%Y%m%dT%H%M%SZ.db"
_PATTERN = "footfall-????????T??????Z.db"


class CopyFailed(ServerError):
    """A backup cannot be made, or is not one that can be restored."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was checked: what it holds, table by table."""

    file: Path
    rows: dict[str, int]


def back_up(database: Path, file: Path) -> Copy:
    """Copy the database as it is at one instant, while others write to it, and check the copy.

    The file appears only when it is whole.

    Raises:
        StorageError: there is no database.
        CopyFailed: the file is there already, cannot be written, or the copy is damaged.
    """
    if file.exists():
        raise CopyFailed(f"{file} is there already", "name another file; a backup never overwrites one")
    part = file.with_name(file.name + ".part")
    with _cleared(part), open_database(database, read_only=True) as live:
        with _told(f"the backup {file} cannot be written"), closing(sqlite3.connect(part)) as copy:
            live.conn.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # One file, without companions.
        rows = _checked(part)
        _to_disk(part)
        part.rename(file)
    return Copy(file, rows)


def restore(file: Path, database: Path, now: datetime) -> tuple[Copy, Path | None]:
    """Bring a copy back, in one transaction, while others may read and write; what was there is kept.

    The copy is brought up to this version and checked before anything is touched. What the database held
    before lies in a copy beside it, whose path is the second value; None where there was no database.

    Raises:
        CopyFailed: the file is no whole copy, or the present database cannot be copied first.
        StorageError: the copy is from a newer version.
    """
    if not file.is_file():
        raise CopyFailed(f"there is no backup at {file}")
    new = database.with_name(database.name + ".restoring")
    with _cleared(new):
        with _told(f"{file} cannot be read as a backup"):
            _copied(file, new)
        _checked(new)
        migrate(new)
        with open_database(new) as db:
            renew_feed(db)
        rows = _checked(new)
        before = _kept_aside(database, now)
        _put_in_place(new, database)
    _give_to_owner_of_folder(database, *([before] if before else []))
    return Copy(file, rows), before


def _give_to_owner_of_folder(*databases: Path) -> None:
    """Files that root made beside a service's database are that service's, or it could not write them."""
    if os.geteuid() != 0:
        return
    for database in databases:
        owner = database.parent.stat()
        for file in database.parent.glob(f"{database.name}*"):
            os.chown(file, owner.st_uid, owner.st_gid)


def back_up_nightly(database: Path, folder: Path, keep: int, now: datetime) -> Copy:
    """A copy named by the time, in a folder of which the newest `keep` copies are kept.

    Raises:
        CopyFailed: the folder or the file cannot be written, or the copy is damaged.
    """
    with _told(f"the folder {folder} for backups cannot be made"):
        folder.mkdir(parents=True, exist_ok=True)
    made = back_up(database, folder / f"{now:{_NAME}}")
    for old in sorted(folder.glob(_PATTERN))[:-keep]:
        old.unlink()
    return made


def _kept_aside(database: Path, now: datetime) -> Path | None:
    if not database.exists():
        return None
    aside = database.with_name(f"{database.stem}-before-restore-{now:%Y%m%dT%H%M%SZ}.db")
    try:
        return _copied(database, aside)
    except sqlite3.DatabaseError as error:
        raise CopyFailed(
            f"the database {database} cannot be read, so it is not replaced while it may be in use: {error}",
            f"stop the server, move {database.name}, {database.name}-wal and {database.name}-shm away,"
            " and restore again",
        ) from error


def _copied(database: Path, file: Path) -> Path:
    """A copy of whatever is there, of any version."""
    with closing(_read_only(database)) as live, closing(sqlite3.connect(file)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    return file


def _put_in_place(new: Path, database: Path) -> None:
    if not database.exists():
        _to_disk(new)
        new.rename(database)
        migrate(database)
        return
    # One write transaction: who reads sees all of the old or all of the new, and who writes waits.
    with (
        _told(f"the database {database} cannot be replaced"),
        closing(_read_only(new)) as source,
        closing(sqlite3.connect(database, timeout=60)) as live,
    ):
        source.backup(live)


def _checked(file: Path) -> dict[str, int]:
    try:
        with closing(_read_only(file)) as db:
            (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise CopyFailed(f"{file} is damaged: {verdict}")
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "buckets" not in tables:
                raise CopyFailed(f"{file} is not a copy of footfall's database")
            return {name: _rows(db, name) for name in _COUNTED if name in tables}
    except sqlite3.DatabaseError as error:
        raise CopyFailed(f"{file} is damaged: {error}") from error


def _rows(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 -- our constants


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=60)


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise CopyFailed(
            f"{what}: {error}", "is the folder there and writable, and the disk not full?"
        ) from error


@contextmanager
def _cleared(part: Path) -> Iterator[None]:
    """Nothing unfinished is left behind, not of this try and not of one that was killed."""
    _remove(part)
    try:
        yield
    finally:
        _remove(part)


def _remove(part: Path) -> None:
    for name in (part, Path(f"{part}-wal"), Path(f"{part}-shm"), Path(f"{part}-journal")):
        with contextlib.suppress(FileNotFoundError):
            name.unlink()


def _to_disk(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
