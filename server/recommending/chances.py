"""How good a purchase model's chances are on tickets that it did not learn from, and what they rest on."""

from __future__ import annotations

import numpy as np

from server.recommending import measures
from server.recommending.baskets import Baskets, Floats
from server.recommending.card import ChancesShape
from server.recommending.catalogue import Catalogue
from server.recommending.purchase import GroupModel, Purchases
from server.recommending.situation import Rows, training_rows

MOST_QUESTIONS = 2_000


def judged_chances(
    name: str, learnt: Purchases, older: Baskets, newer: Baskets, catalogue: Catalogue, seed: int
) -> ChancesShape:
    """Accuracy, log-loss, calibration and permutation importance on newer baskets."""
    rows = training_rows(newer, catalogue, learnt.encoder, MOST_QUESTIONS, seed, own_history=False)
    if not len(rows.groups):
        return ChancesShape(
            **dict.fromkeys(("accuracy", "log_loss", "log_loss_of_shares", "calibration_error"), 0.0),
            name=name,
            questions=0,
            importance={},
        )
    chances = learnt.model.chances(rows.inputs)
    return ChancesShape(
        name=name,
        questions=len(rows.groups),
        accuracy=measures.accuracy(chances, rows.groups),
        log_loss=measures.log_loss(chances, rows.groups),
        log_loss_of_shares=measures.log_loss(_shares(learnt, older, len(rows.groups)), rows.groups),
        calibration_error=measures.calibration_error(chances, rows.groups),
        importance=importance(learnt, rows, seed),
    )


def importance(learnt: Purchases, rows: Rows, seed: int) -> dict[str, float]:
    """By how much the log-loss rises where what one thing tells is shuffled among the rows.

    After Breiman, “Random forests” (2001), for numbers that belong together at a time.
    """
    draw = np.random.default_rng(seed)
    before = measures.log_loss(learnt.model.chances(rows.inputs), rows.groups)
    return {
        name: _loss_shuffled(learnt.model, rows, columns, draw) - before
        for name, columns in learnt.encoder.blocks.items()
        if len(columns)
    }


def _loss_shuffled(
    model: GroupModel,
    rows: Rows,
    columns: np.ndarray[tuple[int], np.dtype[np.int64]],
    draw: np.random.Generator,
) -> float:
    mixed = rows.inputs.copy()
    mixed[:, columns] = rows.inputs[draw.permutation(len(mixed))][:, columns]
    return measures.log_loss(model.chances(mixed), rows.groups)


def _shares(learnt: Purchases, older: Baskets, count: int) -> Floats:
    lines = np.bincount(learnt.of_product[older.line_product], minlength=learnt.groups)
    # Half a line more for each, so that what was never sold has a chance too.
    shares = (lines + 0.5) / (lines + 0.5).sum()
    return np.broadcast_to(shares.astype(np.float32), (count, learnt.groups))
