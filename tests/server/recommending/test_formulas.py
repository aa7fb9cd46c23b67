"""The formulas, by hand and against scikit-learn where it has them."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss, ndcg_score
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

from server.recommending import measures
from server.recommending.baskets import Line, baskets_of
from server.recommending.bought_together import Pairs
from server.recommending.catalogue import Catalogue
from server.recommending.content import learnt_weights, traits_of
from server.recommending.matrices import (
    basket_matrix,
    column_weights,
    nearest,
    together,
    weighted,
    weighted_cosine,
)
from server.recommending.purchase import Network, Trees, network, one_tree, softmax
from server.recommending.situation import Rows
from tests.server.recommending.shop import MONDAY, catalogue


def _sparse(rows: list[list[float]]) -> csr_array:
    return csr_array(np.array(rows, dtype=np.float32))


def test_the_weighted_cosine_is_the_one_of_a_hand_computed_example() -> None:
    # w = (1, 4): Σ w p q = 1·1·2 + 4·2·1 = 10; √(1 + 16) · √(4 + 4) = √136.
    found = weighted_cosine(_sparse([[1, 2]]), _sparse([[2, 1]]), np.array([1, 4], dtype=np.float32))
    assert found.toarray()[0, 0] == pytest.approx(10 / 136**0.5)


@given(st.integers(0, 10_000))
def test_the_weighted_cosine_is_scikit_learns_cosine_of_columns_times_the_roots(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = (draw.random((6, 5)) * (draw.random((6, 5)) < 0.6)).astype(np.float32)
    weights = draw.random(5).astype(np.float32)
    ours = weighted_cosine(csr_array(rows), csr_array(rows), weights).toarray()
    assert ours == pytest.approx(cosine_similarity(rows * np.sqrt(weights)), abs=1e-5)


@given(st.integers(0, 10_000), st.integers(1, 4), st.booleans())
def test_the_nearest_rows_are_those_of_the_whole_matrix(seed: int, most: int, itself: bool) -> None:
    draw = np.random.default_rng(seed)
    rows = (draw.integers(0, 3, (8, 5)) * (draw.random((8, 5)) < 0.5)).astype(np.float32)
    whole = cosine_similarity(rows)
    if not itself:
        np.fill_diagonal(whole, 0)
    found = nearest(csr_array(rows), np.ones(5, dtype=np.float32), most, itself=itself).toarray()
    expected = -np.sort(-np.where(whole > 1e-6, whole, 0), axis=1)[:, :most]
    assert -np.sort(-found, axis=1)[:, :most] == pytest.approx(expected, abs=1e-5)


def test_rare_columns_weigh_more_by_idf() -> None:
    rows = _sparse([[1, 1], [1, 0], [1, 0]])
    assert column_weights(rows, "none").tolist() == [1, 1]
    assert column_weights(rows, "idf") == pytest.approx([np.log(2), np.log(4)])


def test_bm25_saturates_counts_and_weighs_rows_by_their_length() -> None:
    rows = _sparse([[1, 0], [1, 1]])
    # Lengths 1 and 2 of mean 1.5: 1 · 2.2 / (1.2 · (0.25 + 0.75 · 1 / 1.5) + 1) · ln 2.
    first = 2.2 / (1.2 * (0.25 + 0.5) + 1) * np.log(2)
    assert weighted(rows, "bm25").toarray()[0] == pytest.approx([first, 0])


def test_support_confidence_and_lift_are_those_of_a_hand_computed_example() -> None:
    # Bread in 4 of 6 tickets, butter in 3, both in 3: support 1/2, confidence 3/4, lift 3 · 6 / (4 · 3).
    tickets = [("bread", "butter")] * 3 + [("bread",)] + [("milk",)] * 2
    known = baskets_of(
        Line("corner", str(number), MONDAY, 9, None, sku)
        for number, skus in enumerate(tickets)
        for sku in skus
    )
    rows = basket_matrix(known)
    per_product = np.bincount(known.line_product, minlength=3).astype(np.float32)
    pairs = Pairs(known.basket_count, per_product, together(rows, 10))
    bread, butter, milk = (known.products.index(sku) for sku in ("bread", "butter", "milk"))
    assert pairs.support(bread, butter) == pytest.approx(1 / 2)
    assert pairs.confidence(bread, butter) == pytest.approx(3 / 4)
    assert pairs.confidence(butter, bread) == pytest.approx(1)
    assert pairs.lift(bread, butter) == pairs.lift(butter, bread) == pytest.approx(1.5)
    assert pairs.lift(bread, milk) == 0


@given(st.integers(0, 10_000))
def test_ndcg_is_scikit_learns(seed: int) -> None:
    draw = np.random.default_rng(seed)
    products = [str(number) for number in range(20)]
    bought = {one for one in products if draw.random() < 0.3}
    ranked = list(draw.permutation(products))
    relevance = np.array([[one in bought for one in ranked]], dtype=float)
    scores = np.arange(20, 0, -1, dtype=float)[None, :]
    expected = ndcg_score(relevance, scores, k=10) if bought else 0.0
    assert measures.ndcg(ranked, bought, 10) == pytest.approx(expected)


def test_recall_and_hit_rate_of_a_ranking() -> None:
    assert measures.recall(["a", "b", "c"], {"a", "z"}, 3) == 0.5
    assert measures.hit(["a", "b", "c"], {"c"}, 2) == 0
    assert measures.hit(["a", "b", "c"], {"c"}, 3) == 1


def test_log_loss_is_scikit_learns_and_a_certain_mistake_stays_finite() -> None:
    draw = np.random.default_rng(1)
    chances = softmax(draw.normal(size=(50, 4)).astype(np.float64))
    happened = draw.integers(0, 4, 50).astype(np.int32)
    expected = log_loss(happened, chances, labels=[0, 1, 2, 3])
    assert measures.log_loss(chances, happened) == pytest.approx(expected, rel=1e-4)
    sure = np.array([[1.0, 0.0]], dtype=np.float32)
    assert measures.log_loss(sure, np.array([1], dtype=np.int32)) == pytest.approx(-np.log(1e-7), rel=1e-3)


def test_the_calibration_error_is_the_gap_between_chance_and_share() -> None:
    # Ten times 80 %, of which six came true.
    chances = np.tile(np.array([[0.8, 0.2]], dtype=np.float32), (10, 1))
    happened = np.array([0] * 6 + [1] * 4, dtype=np.int32)
    assert measures.calibration_error(chances, happened) == pytest.approx(0.2, abs=1e-6)
    assert measures.accuracy(chances, happened) == 0.6


@pytest.fixture(scope="module")
def rows() -> Rows:
    draw = np.random.default_rng(3)
    inputs = draw.normal(size=(400, 6)).astype(np.float32)
    return Rows(inputs, ((inputs[:, 0] > 0) + 2 * (inputs[:, 1] > 0.5)).astype(np.int32))


def test_a_network_out_of_its_arrays_gives_scikit_learns_chances(rows: Rows) -> None:
    ours = network(rows, 4, seed=0)
    assert isinstance(ours, Network)
    scaled = (rows.inputs - ours.mean) / ours.spread
    theirs = MLPClassifier(hidden_layer_sizes=(64,), alpha=1e-3, max_iter=12, batch_size=200, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(scaled, rows.groups)
    assert ours.chances(rows.inputs) == pytest.approx(theirs.predict_proba(scaled), abs=1e-4)


def test_a_network_of_two_groups_gives_chances_that_add_up(rows: Rows) -> None:
    two = Rows(rows.inputs, (rows.groups % 2 * 3).astype(np.int32))
    chances = network(two, 5, seed=0).chances(rows.inputs)
    assert chances.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert chances[:, [1, 2, 4]].max() == 0
    assert measures.accuracy(chances, two.groups) > 0.7


def test_a_tree_out_of_its_arrays_gives_the_leaves_of_scikit_learn_drawn_to_the_whole(rows: Rows) -> None:
    ours = one_tree(rows, 4, seed=0)
    assert isinstance(ours, Trees)
    theirs = DecisionTreeClassifier(max_leaf_nodes=128, min_samples_leaf=20, random_state=0)
    theirs.fit(rows.inputs, rows.groups)
    leaf = theirs.apply(rows.inputs)
    size = theirs.tree_.weighted_n_node_samples[leaf][:, None]
    whole = np.bincount(rows.groups, minlength=4) / len(rows.groups)
    expected = (theirs.predict_proba(rows.inputs) * size + 5 * whole) / (size + 5)
    assert ours.chances(rows.inputs) == pytest.approx(expected, abs=1e-5)


def test_a_trees_steps_are_those_that_raised_the_chance(rows: Rows) -> None:
    ours = one_tree(rows, 4, seed=0)
    row = np.array([2, 2, 0, 0, 0, 0], dtype=np.float32)
    steps = ours.steps(row, 3)
    assert {0, 1} <= {step.number for step in steps if step.above}
    assert all((row[step.number] > step.limit) is np.bool_(step.above) for step in steps)


def test_attributes_weigh_by_how_much_they_tell_of_what_is_bought_together() -> None:
    # Each ticket holds products of one category only; all products have the shelf in common.
    products = catalogue()
    known = baskets_of(
        Line("corner", f"{zone} {number}", MONDAY, 9, None, sku)
        for zone, skus in products.zones.items()
        for number in range(5)
        for sku in sorted(skus)[:3]
    )
    colours = {
        sku: {**product.attributes, "shelf": "all the same"} for sku, product in products.products.items()
    }
    painted = Catalogue(
        {sku: replace(product, attributes=colours[sku]) for sku, product in products.products.items()}
    )
    learnt = learnt_weights(traits_of(known.products, painted, frozenset()), known, seed=0)
    assert learnt["shelf"] == 0
    # By chance a pair of different products shares a category in 2 of 14 cases.
    assert learnt["category"] == pytest.approx(np.log(7), abs=0.1)
