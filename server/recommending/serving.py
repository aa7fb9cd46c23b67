"""What a zone asks for its products: the kept model where it is good, what is popular where not.

`load` needs the extra `recommending` only where there is a model to load.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from sqlite_utils import Database

from server.config import Settings
from server.learning_settings import RuleSettings
from server.recommending.card import Card, ModelUnreadable, card_path, model_content, read_card
from server.recommending.catalogue import Catalogue
from server.recommending.collecting import catalogue_of
from server.recommending.forbidding import forbidden
from server.recommending.plain import MostSold
from server.recommending.protocol import Context, Recommender, Scored
from server.storage.learning import most_sold

_MOST_POPULAR = 1_000
_POPULAR_DAYS = 90

EXTRA = "pip install 'footfall[recommending]'"


@dataclass(frozen=True)
class Recommending:
    """A store's recommender, with the shop's rules, and a sentence that says what it rests on."""

    store: str
    recommender: Recommender
    rules: RuleSettings
    catalogue: Catalogue
    sentence: str
    card: Card | None = None

    def recommend(
        self, context: Context, candidates: frozenset[str] | None = None, k: int = 5
    ) -> list[Scored]:
        """At most `k` of the candidates that the shop's rules allow, best first, with reasons.

        `candidates` None: those of the context; and where it has none, every product that was sold.
        """
        asked = context if candidates is None else replace(context, candidates=candidates)
        without = asked.excluded | forbidden(self.rules, self.catalogue, asked)
        return list(self.recommender.recommend(replace(asked, excluded=without), k))


def load(db: Database, settings: Settings, store: str, now: datetime) -> Recommending:
    """A store's recommender as it stands: a model that cleared the bar, else what is popular.

    Raises:
        ConfigError: there is no such store.
    """
    known = settings.store(store)
    catalogue = catalogue_of(db, store, now.astimezone(known.zone).date())
    recommender, card, sentence = _chosen(db, settings, store, now)
    return Recommending(store, recommender, settings.learning.rules, catalogue, sentence, card)


def stamp(settings: Settings, store: str) -> tuple[int, int] | None:
    """Changes when something new was learnt for a store; None where nothing was."""
    try:
        found = card_path(settings.learning_folder, store).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def check_usable(folder: Path, card: Card) -> None:
    """Whether what a card says is used can be: its file is there and whole, and so is the extra.

    Raises:
        ModelUnreadable: it cannot, and what is popular is shown.
    """
    if not card.used:
        return
    if find_spec("scipy") is None:
        raise _lacking("scipy")
    file = folder / card.file
    try:
        found = file.stat()
    except OSError as error:
        raise ModelUnreadable(f"the model {file} cannot be read: {error.strerror}") from error
    _read_once(file, card.sha256, (found.st_mtime_ns, found.st_size))


@lru_cache(maxsize=256)
def _read_once(file: Path, sha256: str, _stamp: tuple[int, int]) -> None:
    # Files have some megabytes and pages are opened often: it is read again once its stamp changes.
    model_content(file, sha256)


def _chosen(
    db: Database, settings: Settings, store: str, now: datetime
) -> tuple[Recommender, Card | None, str]:
    folder, card = settings.learning_folder, None
    try:
        card = read_card(folder, store)
        if not card.used:
            return _popular(db, store, now), card, card.sentence
        return _model(folder, store), card, card.sentence
    except ModelUnreadable as error:
        return _popular(db, store, now), card, f"{error}; what is popular is shown instead ({error.hint})"


def _model(folder: Path, store: str) -> Recommender:
    try:
        from server.recommending.keeping import load as load_model
    except ModuleNotFoundError as error:
        raise _lacking(error.name) from error
    return load_model(folder, store)[1]


def _lacking(name: str | None) -> ModelUnreadable:
    found = ModelUnreadable(f"the model needs {name}, which is not installed")
    found.hint = EXTRA
    return found


def _popular(db: Database, store: str, now: datetime) -> MostSold:
    tickets, products = most_sold(db, store, now - timedelta(days=_POPULAR_DAYS), _MOST_POPULAR)
    return MostSold(tickets, tuple(products))
