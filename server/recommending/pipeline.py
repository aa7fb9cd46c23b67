"""From a store's tickets in the database to a kept model and its card."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlite_utils import Database

from server.config import Settings
from server.recommending.baskets import Baskets
from server.recommending.blend import Blend
from server.recommending.card import Card, DataShape, write_card
from server.recommending.catalogue import Catalogue
from server.recommending.cleaning import Cleaned, clean, with_counts
from server.recommending.collecting import NamesHeard, catalogue_of
from server.recommending.keeping import save
from server.recommending.learners import all_learners
from server.recommending.learning import LEAST_DAYS, Learnt, learn_from
from server.recommending.purchase import Purchases
from server.storage.learning import counted_hours, customers_since, sold_lines

Told = Callable[[str], None]

_LIBRARIES = ("footfall", "numpy", "scipy", "scikit-learn", "implicit")


@dataclass(frozen=True)
class Collected:
    """What is learnt from, and what was done to it."""

    baskets: Baskets
    cleaned: Cleaned
    catalogue: Catalogue


def learn_store(
    db: Database, settings: Settings, store: str, now: datetime, told: Told = lambda _: None
) -> Card:
    """Collect, clean, learn, test, and keep what was learnt with its card.

    With too few tickets or days only a card is kept, which says so.

    Raises:
        ConfigError: there is no such store.
    """
    begun = time.perf_counter()
    told("collecting")
    collected = collect(db, settings, store, now)
    folder = settings.learning_folder
    if (reason := too_little(collected.baskets, settings.learning.least_tickets)) is not None:
        card = _card(store, now, collected, None, f"nothing was learnt: {reason}", begun)
        write_card(folder, card)
        return card
    learnt = learn_from(
        collected.baskets,
        collected.catalogue,
        all_learners(settings.learning.rules, settings.learning.seed),
        clear_bar_by=settings.learning.clear_bar_by,
        seed=settings.learning.seed,
        told=told,
    )
    told("keeping")
    if _somebody_was_forgotten(db, settings, store, collected.baskets, now):
        reason = "a customer was forgotten while it went on; learn again, or wait for the night"
        card = _card(store, now, collected, None, f"nothing was learnt: {reason}", begun)
        write_card(folder, card)
        return card
    return save(folder, _card(store, now, collected, learnt, learnt.sentence, begun), learnt.blend)


def collect(db: Database, settings: Settings, store: str, now: datetime) -> Collected:
    """A store's tickets, clean, with what was counted beside them."""
    known = settings.store(store)
    begin = now - timedelta(days=settings.learning.days)
    names = NamesHeard()
    catalogue = catalogue_of(db, store, now.astimezone(known.zone).date())
    baskets, cleaned = clean(store, names.heard(sold_lines(db, store, begin, now)), known.zone, catalogue)
    beside = with_counts(baskets, counted_hours(db, store, begin, now), known.zone)
    return Collected(beside, cleaned, names.added_to(catalogue))


def _somebody_was_forgotten(
    db: Database, settings: Settings, store: str, baskets: Baskets, now: datetime
) -> bool:
    """Whether a customer is learnt from who is on no ticket any more, for then no model may hold them."""
    begin = now - timedelta(days=settings.learning.days)
    return not set(baskets.customers) <= customers_since(db, store, begin)


def too_little(baskets: Baskets, least_tickets: int) -> str | None:
    """Why nothing can be learnt from so little; None where it can."""
    if baskets.basket_count < least_tickets:
        return f"{baskets.basket_count} tickets, {least_tickets} are needed (learning.least_tickets)"
    span = baskets.span
    days = 0 if span is None else (span[1] - span[0]).days + 1
    if days < LEAST_DAYS:
        return f"tickets of {days} days, {LEAST_DAYS} are needed to test what was learnt"
    sold = len(set(baskets.line_product.tolist()))
    return None if sold > 1 else f"{sold} product was sold, so there is nothing to choose from"


def _card(
    store: str, now: datetime, collected: Collected, learnt: Learnt | None, sentence: str, begun: float
) -> Card:
    baskets = collected.baskets
    first, last = baskets.span or (None, None)
    return Card(
        store=store,
        learnt_at=now,
        used=learnt is not None and learnt.clears_bar,
        sentence=sentence,
        data=DataShape(
            first_day=first,
            last_day=last,
            tickets=baskets.basket_count,
            lines=len(baskets.line_product),
            products=len(set(baskets.line_product.tolist())),
            customers=len(set(baskets.basket_customer.tolist()) - {-1}),
        ),
        cleaned=list(collected.cleaned.sentences()),
        tested=list(learnt.tested) if learnt else [],
        chances=list(learnt.chances) if learnt else [],
        features=list(_features(learnt.blend)) if learnt else [],
        libraries={name: version(name) for name in _LIBRARIES},
        seconds=round(time.perf_counter() - begun, 3),
    )


def _features(blend: Blend) -> tuple[str, ...]:
    models = [part.scorer for part in blend.parts if isinstance(part.scorer, Purchases)]
    return tuple(models[0].encoder.blocks) if models else ()
