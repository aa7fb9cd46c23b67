"""Candidates in the order of what was learnt from tickets, within the shop's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from server.config import Settings
from server.figures.terms import calendar_of
from server.learning_settings import RuleSettings
from server.recommending.forbidding import forbidden
from server.recommending.plain import MostSold
from server.recommending.protocol import Context, Scored
from server.recommending.serving import Recommending, load, stamp
from server.triggering.candidates import Candidate
from server.triggering.choosing import Situation

_FRESH = timedelta(hours=1)
"""So long a store's recommender is used before its products and rules are read anew."""

_MOST_REASONS = 10
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class _Loaded:
    recommending: Recommending
    stamp: tuple[int, int] | None
    at: datetime


@dataclass(slots=True)
class ByWhatWasLearnt:
    """Asks each store's recommender; remembers it while nothing new was learnt."""

    settings: Settings
    _loaded: dict[str, _Loaded] = field(default_factory=dict)

    def __call__(self, db: Database, situation: Situation, found: Sequence[Candidate]) -> Sequence[Candidate]:
        """The candidates that the shop's rules allow, best first; those of which nothing was learnt last."""
        recommending = self._of(db, situation)
        context = _context(self.settings, situation, found)
        without = forbidden(recommending.rules, recommending.catalogue, context)
        allowed = [
            replace(one, never_with=_apart_from(one.sku, recommending.rules))
            for one in found
            if one.sku not in without
        ]
        if isinstance(recommending.recommender, MostSold):
            # What is popular in the whole shop says less of a zone than its own tickets do.
            return allowed
        return merged(allowed, recommending.recommend(context, k=len(found)))

    def _of(self, db: Database, situation: Situation) -> Recommending:
        known, newest = self._loaded.get(situation.store), stamp(self.settings, situation.store)
        if known is None or known.stamp != newest or abs(situation.at - known.at) > _FRESH:
            made = load(db, self.settings, situation.store, situation.at)
            known = self._loaded[situation.store] = _Loaded(made, newest, situation.at)
        return known.recommending


def _apart_from(sku: str, rules: RuleSettings) -> frozenset[str]:
    return frozenset(other for pair in rules.never_together if sku in pair for other in pair if other != sku)


def merged(allowed: Sequence[Candidate], scored: Sequence[Scored]) -> list[Candidate]:
    """Candidates in the order of a recommender, with its reasons beside theirs; the others after them.

    Scores are compared within one answer only, so places take their part: 1 for the first, down to 0.
    """
    words = {one.sku: tuple(reason.words for reason in one.reasons) for one in scored}
    places = {one.sku: place for place, one in enumerate(scored)}
    ordered = sorted(allowed, key=lambda one: places.get(one.sku, len(places)))
    return [
        replace(
            one,
            score=1 - place / len(ordered),
            reasons=_bounded((*one.reasons, *words.get(one.sku, ()))),
        )
        for place, one in enumerate(ordered)
    ]


def _bounded(reasons: Sequence[str]) -> tuple[str, ...]:
    return tuple(reason[:_LONGEST_REASON] for reason in reasons[:_MOST_REASONS])


def _context(settings: Settings, situation: Situation, found: Sequence[Candidate]) -> Context:
    store = settings.stores[situation.store]
    return Context(
        store=situation.store,
        zone=situation.zone,
        day=calendar_of(store).day_of(situation.at),
        hour=situation.at.astimezone(store.zone).hour,
        dwell_seconds=situation.dwell_seconds,
        occupancy=situation.occupancy,
        candidates=frozenset(one.sku for one in found),
    )
