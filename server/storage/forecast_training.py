"""Until when the models of a store were taught, and what came of the last try to teach them more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.storage.exact import from_us, from_us_or_none, to_us


@dataclass(frozen=True, slots=True)
class Training:
    """What is needed to make the same models again: they are taught with all hours before `taught_until`."""

    taught_until: datetime
    """On the shop's clock, without a zone."""
    retrained_at: datetime
    tried_at: datetime | None
    """When a newer candidate was last set against it; None if never."""
    sentence: str
    """What came of that, or why nothing was tried."""


def training_of(db: Database, store: str, panel: str) -> Training | None:
    """What is kept of the training of some series together; None if they were never taught."""
    found = db.execute(
        "SELECT taught_until, retrained_at, tried_at, sentence FROM forecast_training"
        " WHERE store = ? AND panel = ?",
        (store, panel),
    ).fetchone()
    if found is None:
        return None
    taught, retrained, tried, sentence = found
    return Training(datetime.fromisoformat(taught), from_us(retrained), from_us_or_none(tried), sentence)


def keep_training(db: Database, store: str, panel: str, training: Training) -> None:
    """Keep it in place of what was kept. Belongs into a transaction."""
    tried = None if training.tried_at is None else to_us(training.tried_at)
    db.execute(
        "INSERT OR REPLACE INTO forecast_training"
        " (store, panel, taught_until, retrained_at, tried_at, sentence) VALUES (?, ?, ?, ?, ?, ?)",
        (
            store,
            panel,
            training.taught_until.isoformat(),
            to_us(training.retrained_at),
            tried,
            training.sentence,
        ),
    )
