"""Opening the database, bringing it up to date, and writing to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from server.errors import ServerError
from server.storage import (  # noqa: F401 -- their steps join those below, in the order of their numbers
    m052_touched,
    m055_parts,
    m070_triggering,
    m080_experiments,
    m120_audits,
    m125_device_care,
    m130_known_days,
    m135_paths,
    m150_forecasts,
)
from server.storage.migrations import MIGRATIONS
from server.storage.touched import settle_touched

BUSY_TIMEOUT_SECONDS = 30.0
"""How long a statement waits for another process's transaction."""

CHECKPOINT_PAGES = 4_000
"""Pages of 4 KiB in the log before they go to the file itself: fewer trips for what is written often."""

_WAL_TRIES = 100
_WAL_PAUSE_SECONDS = 0.1


class StorageError(ServerError):
    """The database cannot be opened or is not fit for this version."""

    exit_code = 3


def open_database(path: Path | str, *, read_only: bool = False) -> Database:
    """A connection for the calling thread; close it with `with` or `close()`.

    Args:
        path: an SQLite file that `migrate` has made.
        read_only: refuse every write.

    Raises:
        StorageError: no such file, not a database, or made by another version.
    """
    file = Path(path)
    if not file.is_file():
        raise StorageError(f"there is no database at {file}", "make it with: footfall-server migrate")
    try:
        db = _connected(file, "ro" if read_only else "rw")
    except sqlite3.DatabaseError as error:
        raise _in_words(file, error) from error
    try:
        _check_version(db, file)
    except sqlite3.DatabaseError as error:
        db.close()
        raise _in_words(file, error) from error
    except StorageError:
        db.close()
        raise
    return db


def migrate(path: Path | str) -> list[str]:
    """Create the database or bring it up to date; the names of the steps taken, in order.

    Safe in several processes at once: the write lock is taken before anything is looked at.

    Raises:
        StorageError: the folder is missing, or the file is not a database or from a newer version.
    """
    file = Path(path)
    if not file.parent.is_dir():
        raise StorageError(f"the folder {file.parent} of the database does not exist", "create it first")
    try:
        with _connected(file, "rwc") as db:
            _switch_to_wal(db)
            with writing(db):
                return _apply_pending(db, file)
    except sqlite3.DatabaseError as error:
        raise _in_words(file, error) from error


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction that holds the write lock from its beginning; undone if the block raises.

    Its end tells the feed and the roll-ups which quarter-hours it touched.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        settle_touched(db)
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def data_version(db: Database) -> int:
    """A number that changes when another connection has committed since this one last asked."""
    return int(db.execute("PRAGMA data_version").fetchone()[0])


def kind_of(error: sqlite3.Error) -> int:
    """What an error of SQLite is of, as `SQLITE_BUSY`; the rest of its code says why.

    Source: https://sqlite.org/rescode.html.
    """
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _connected(file: Path, mode: str) -> Database:
    connection = sqlite3.connect(
        f"{file.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
    )
    try:
        db = Database(connection, execute_plugins=False)
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        db.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return db


def _switch_to_wal(db: Database) -> None:
    # SQLite does not wait for the lock here, however long the busy timeout.
    for tries_left in reversed(range(_WAL_TRIES)):
        try:
            db.enable_wal()
        except sqlite3.OperationalError as error:
            if not tries_left or "locked" not in str(error):
                raise
            time.sleep(_WAL_PAUSE_SECONDS)
        else:
            return


def _apply_pending(db: Database, file: Path) -> list[str]:
    _refuse_newer(db, file)
    names = [step.name for step in MIGRATIONS.pending(db)]
    MIGRATIONS.apply(db)
    return names


def _check_version(db: Database, file: Path) -> None:
    _refuse_newer(db, file)
    if pending := MIGRATIONS.pending(db):
        raise StorageError(
            f"the database {file} lacks {len(pending)} steps of this version, first {pending[0].name}",
            "bring it up to date with: footfall-server migrate",
        )


def _refuse_newer(db: Database, file: Path) -> None:
    known = {step.name for step in MIGRATIONS._migrations}
    unknown = [step.name for step in MIGRATIONS.applied(db) if step.name not in known]
    if unknown:
        raise StorageError(
            f"the database {file} was made by a newer version: it holds the step {unknown[0]}",
            "update footfall, or use another database file",
        )


def _in_words(file: Path, error: sqlite3.DatabaseError) -> StorageError:
    return StorageError(
        f"the database {file} cannot be used: {error}", "is it an SQLite file that you may write?"
    )
