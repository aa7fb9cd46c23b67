"""Learning each night, in a process of its own."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from importlib.util import find_spec

from server.config import Settings
from server.errors import ServerError
from server.recommending.card import ModelUnreadable, read_card
from server.storage.database import open_database
from server.storage.learning import ticket_count
from server.upkeep.apart import work_apart

_NEEDED = ("implicit", "numpy", "scipy", "sklearn")

_log = logging.getLogger("footfall.learning")


class LearningNotInstalled(ServerError):
    """The libraries for learning are not installed."""

    exit_code = 3


def checked_extra() -> None:
    """Whether everything is there that learning needs.

    Raises:
        LearningNotInstalled: something is not.
    """
    lacking = [name for name in _NEEDED if find_spec(name) is None]
    if lacking:
        raise LearningNotInstalled(
            f"learning needs {', '.join(lacking)}, which this installation lacks",
            "pip install 'footfall[recommending]'",
        )


def learn_nightly(settings: Settings, now: datetime) -> dict[str, str]:
    """Learn for every store that has enough tickets; per store a sentence of what came of it."""
    if not settings.learning.nightly:
        return {}
    stores = [store for store in settings.stores if _has_enough(settings, store, now)]
    if not stores:
        return {}
    try:
        checked_extra()
    except LearningNotInstalled as error:
        return dict.fromkeys(stores, f"{error} ({error.hint})")
    return {store: _learn_apart(settings, store, now) for store in stores}


def _has_enough(settings: Settings, store: str, now: datetime) -> bool:
    with open_database(settings.database, read_only=True) as db:
        count = ticket_count(db, store, now - timedelta(days=settings.learning.days))
    return count >= settings.learning.least_tickets


def _learn_apart(settings: Settings, store: str, now: datetime) -> str:
    return work_apart(_learn, settings, store, now, "learning") or _sentence(settings, store)


def _sentence(settings: Settings, store: str) -> str:
    try:
        return read_card(settings.learning_folder, store).sentence
    except ModelUnreadable as error:
        return str(error)


def _learn(settings: Settings, store: str, now: datetime) -> None:
    from server.recommending.pipeline import learn_store

    with open_database(settings.database, read_only=True) as db:
        learn_store(db, settings, store, now)
