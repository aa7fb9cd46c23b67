"""From clean baskets to a blend that was tried on the newest of them. Pure: no database, no files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from server.recommending.asking import Learner, Ranking
from server.recommending.backtest import Answers, Asking, Question, Ranks, answers
from server.recommending.baskets import Baskets
from server.recommending.blend import Blend, Situation, weighed
from server.recommending.card import AnswersShape, ChancesShape, TriedShape
from server.recommending.catalogue import Catalogue
from server.recommending.chances import judged_chances
from server.recommending.learners import BAR
from server.recommending.popularity import last_day
from server.recommending.purchase import Purchases

BLEND = "blend"
MOST_QUESTIONS = 1_000
LEAST_DAYS = 10
LEAST_QUESTIONS = 30

_HELD_BACK_DAYS = 28
_HELD_BACK_SHARE = 5

Told = Callable[[str], None]


@dataclass(frozen=True)
class Fitted:
    """A recommender and how long it took to learn."""

    ranking: Ranking
    seconds: float


@dataclass(frozen=True)
class Learnt:
    """What came of it. `blend` is learnt from all baskets; the figures are of one without the newest."""

    blend: Blend
    tested: tuple[TriedShape, ...]
    chances: tuple[ChancesShape, ...]
    clears_bar: bool
    sentence: str


def held_back_days(baskets: Baskets) -> int:
    """How many of the newest days are for choosing weights, and as many again for the last test."""
    if baskets.span is None:
        return 0
    first, last = baskets.span
    return max(1, min(_HELD_BACK_DAYS, ((last - first).days + 1) // _HELD_BACK_SHARE))


def learn_from(
    baskets: Baskets,
    catalogue: Catalogue,
    learners: Sequence[Learner],
    *,
    clear_bar_by: float,
    seed: int,
    told: Told = lambda _: None,
) -> Learnt:
    """Choose weights on some weeks, test on the weeks after these, then learn from everything.

    The first of `learners` is the bar.
    """
    days = held_back_days(baskets)
    judging = last_day(baskets) - days + 1
    known, newest = baskets.before(judging), baskets.since(judging)
    blend, fitted = composed(known, catalogue, learners, days, seed, told)
    asking = Asking(known, newest, seed=seed)
    told("testing")
    tested = _tested(blend, fitted, asking)
    chances = tuple(
        judged_chances(one.ranking.name, one.ranking.scorer, known, newest, catalogue, seed)
        for one in fitted
        if isinstance(one.ranking.scorer, Purchases)
    )
    clears, sentence = verdict(tested, clear_bar_by)
    final = refitted(blend.used(), baskets, catalogue, learners, told)
    return Learnt(final, tested, chances, clears, sentence)


def composed(
    baskets: Baskets,
    catalogue: Catalogue,
    learners: Sequence[Learner],
    days: int,
    seed: int,
    told: Told = lambda _: None,
) -> tuple[Blend, tuple[Fitted, ...]]:
    """A blend whose weights were chosen on the last `days` of these baskets, learnt from all of them."""
    choosing = last_day(baskets) - days + 1
    older, newer = baskets.before(choosing), baskets.since(choosing)
    first = [one.ranking for one in fit(older, catalogue, learners, told)]
    told("choosing weights")
    chosen = weighed(BLEND, first, questions_by_situation(Asking(older, newer, seed=seed)))
    fitted = fit(baskets, catalogue, learners, told)
    parts = tuple(one.ranking for one in fitted)
    return Blend(BLEND, parts[0].words, parts, chosen.weights), fitted


def fit(
    baskets: Baskets, catalogue: Catalogue, learners: Sequence[Learner], told: Told = lambda _: None
) -> tuple[Fitted, ...]:
    """Let every one learn."""
    return tuple(_fit_one(learner, baskets, catalogue, told) for learner in learners)


def _fit_one(learner: Learner, baskets: Baskets, catalogue: Catalogue, told: Told) -> Fitted:
    told(learner.name)
    begun = time.perf_counter()
    ranking = learner.fit(baskets, catalogue)
    return Fitted(ranking, time.perf_counter() - begun)


def refitted(
    blend: Blend, baskets: Baskets, catalogue: Catalogue, learners: Sequence[Learner], told: Told
) -> Blend:
    """The same recommenders with the same weights, learnt from these baskets."""
    by_name = {learner.name: learner for learner in learners}
    fitted = fit(baskets, catalogue, [by_name[part.name] for part in blend.parts], told)
    parts = tuple(one.ranking for one in fitted)
    return replace(blend, words=parts[0].words, parts=parts)


def questions_by_situation(asking: Asking) -> Mapping[Situation, list[Question]]:
    """Questions about later tickets, by what is known in them."""
    next_ones = asking.next_baskets(MOST_QUESTIONS)
    found = {
        Situation.NOTHING: asking.next_baskets(MOST_QUESTIONS, named=False),
        Situation.BASKET: asking.completions(MOST_QUESTIONS, named=False),
    }
    if any(question.context.customer for question in next_ones):
        found[Situation.CUSTOMER] = next_ones
        found[Situation.BOTH] = asking.completions(MOST_QUESTIONS)
    return found


def _tested(blend: Blend, fitted: Sequence[Fitted], asking: Asking) -> tuple[TriedShape, ...]:
    next_ones, halves = asking.next_baskets(MOST_QUESTIONS), asking.completions(MOST_QUESTIONS)
    of_anybody = asking.next_baskets(MOST_QUESTIONS, named=False)
    is_named = any(question.context.customer for question in next_ones)
    sold = len(np.unique(asking.older.line_product))

    def shape(recommender: Ranks, seconds: float, weights: list[float]) -> TriedShape:
        told = _shape(answers(recommender, next_ones, sold))
        return TriedShape(
            name=recommender.name,
            next_basket=told,
            unnamed=_shape(answers(recommender, of_anybody, sold)) if is_named else told,
            completion=_shape(answers(recommender, halves, sold)),
            fit_seconds=seconds,
            weights=weights,
        )

    parts = [
        shape(one.ranking, one.seconds, [float(weight) for weight in blend.weights[:, place]])
        for place, one in enumerate(fitted)
    ]
    return (*parts, shape(blend, sum(one.seconds for one in fitted), []))


def _shape(found: Answers) -> AnswersShape:
    return AnswersShape(
        questions=found.questions,
        ndcg_10=found.ndcg_10,
        recall_10=found.recall_10,
        hit_rate_5=found.hit_rate_5,
        coverage=found.coverage,
        milliseconds=found.milliseconds,
    )


def verdict(tested: Sequence[TriedShape], clear_bar_by: float) -> tuple[bool, str]:
    """Whether the blend beats the bar by enough, over all tasks, and a sentence that says so.

    Zones ask without knowing anybody, so there it must not be worse than the bar either.
    """
    of = {one.name: one for one in tested}
    blend, bar = of[BLEND], of[BAR]
    asked = sum(task.questions for task in _tasks(blend))
    if asked < LEAST_QUESTIONS:
        return False, f"not used: only {asked} later tickets to test it on, {LEAST_QUESTIONS} are needed"
    ours, theirs = _gain(blend), _gain(bar)
    figures = f"NDCG@10 {ours:.3f} against {theirs:.3f} of popularity on {asked} later tickets"
    if ours <= 0 or ours < (1 + clear_bar_by) * theirs:
        return False, f"not used: it does not clear the bar, {figures}; what is popular is shown instead"
    if blend.unnamed is None or bar.unnamed is None or blend.unnamed == blend.next_basket:
        return True, f"used: it clears the bar, {figures}"
    beside = f"{blend.unnamed.ndcg_10:.3f} against {bar.unnamed.ndcg_10:.3f}"
    if blend.unnamed.ndcg_10 < bar.unnamed.ndcg_10:
        return False, (
            "not used: where nobody is known, as beside a zone, it is worse than popularity, "
            f"NDCG@10 {beside}; what is popular is shown instead"
        )
    return True, f"used: it clears the bar, {figures}; where nobody is known, as beside a zone, {beside}"


def _tasks(tested: TriedShape) -> list[AnswersShape]:
    """What was asked: where nobody has a card, next baskets are asked of nobody anyway."""
    found = [tested.next_basket, tested.completion]
    return [*found, tested.unnamed] if tested.unnamed not in {None, tested.next_basket} else found


def _gain(tested: TriedShape) -> float:
    """The mean over all questions, whatever they asked."""
    tasks = _tasks(tested)
    asked = sum(task.questions for task in tasks)
    return sum(task.ndcg_10 * task.questions for task in tasks) / asked if asked else 0.0
