"""Purchase models: which group of products is bought in a situation, and which product of it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from server.recommending.asking import Query, Ranking, Words, words_of
from server.recommending.baskets import Baskets, Floats, Ints
from server.recommending.catalogue import Catalogue
from server.recommending.matrices import Sparse
from server.recommending.naming import names_in
from server.recommending.path_words import Step, in_words
from server.recommending.protocol import Reason, ReasonKind
from server.recommending.situation import Encoder, Groups, Rows, encoder_of, groups_of, training_rows

_STEPS_TOLD = 3
_PRIOR_ROWS = 5.0


class GroupModel(Protocol):
    """Says for rows of situations how likely each group is, and why."""

    def chances(self, rows: Floats) -> Floats:
        """A row of chances per row; each adds up to 1."""
        ...

    def steps(self, row: Floats, group: int) -> Sequence[Step]:
        """What of the situation raised the group's chance, most first; none where that cannot be said."""
        ...


@dataclass(frozen=True)
class Trees:
    """One or more decision trees as arrays, so that no program is kept in a model's file."""

    kind: ClassVar[str] = "trees"
    roots: Ints
    feature: Ints
    """What a node asks for; -1 at a leaf."""
    threshold: Floats
    low: Ints
    high: Ints
    chance: Floats

    def chances(self, rows: Floats) -> Floats:
        """The mean over trees of the leaf's shares."""
        return np.stack([self.chance[self._leaves(row)].mean(axis=0) for row in rows]).astype(np.float32)

    def _leaves(self, row: Floats) -> Ints:
        node = self.roots
        while (self.feature[node] >= 0).any():
            asked = self.feature[node]
            goes = np.where(row[asked] <= self.threshold[node], self.low[node], self.high[node])
            node = np.where(asked >= 0, goes, node).astype(np.int32)
        return node

    def steps(self, row: Floats, group: int) -> Sequence[Step]:
        """The steps of the first tree that raised the group's chance, most first."""
        rising = [(gain, step) for gain, step in self._way(row, group) if gain > 0]
        return [step for _, step in sorted(rising, key=lambda one: -one[0])]

    def _way(self, row: Floats, group: int) -> Iterator[tuple[float, Step]]:
        node = int(self.roots[0])
        while (asked := int(self.feature[node])) >= 0:
            limit = float(self.threshold[node])
            above = not row[asked] <= limit
            after = int(self.high[node] if above else self.low[node])
            yield float(self.chance[after, group] - self.chance[node, group]), Step(asked, limit, above)
            node = after


@dataclass(frozen=True)
class Network:
    """A hidden layer of rectified units and a softmax, as arrays."""

    kind: ClassVar[str] = "network"
    mean: Floats
    spread: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats

    def chances(self, rows: Floats) -> Floats:
        """softmax(W₂ max(0, W₁ x + b₁) + b₂) of standardised rows."""
        hidden = np.maximum((rows - self.mean) / self.spread @ self.first + self.first_bias, 0)
        return softmax(hidden @ self.second + self.second_bias)

    def steps(self, row: Floats, group: int) -> Sequence[Step]:
        """None: a network's way is told by permutation importance only."""
        return ()


def softmax(rows: NDArray[np.floating[Any]]) -> Floats:
    """e^x / Σ e^x per row, without overflow."""
    raised = np.exp(rows - rows.max(axis=1, keepdims=True))
    found: Floats = raised / raised.sum(axis=1, keepdims=True)
    return found


@dataclass(frozen=True)
class Purchases:
    """The chance of a product's group in this situation, times the product's share of the group."""

    kind: ClassVar[str] = "purchases"
    model: GroupModel
    share: Floats
    groups: int
    of_product: Ints
    zones: tuple[str, ...]
    history: Sparse
    group_names: tuple[str, ...]

    @cached_property
    def encoder(self) -> Encoder:
        """What makes rows of situations."""
        return Encoder(self.groups, self.of_product, self.zones, self.history)

    def _worked_out(self, query: Query) -> tuple[Floats, Floats]:
        if id(self) not in query.worked_out:
            rows = self.encoder.row(query)
            query.worked_out[id(self)] = rows[0], self.model.chances(rows)[0]
        return query.worked_out[id(self)]

    def scores(self, query: Query) -> Floats:
        """P(group | situation) · P(product | group)."""
        _, chance = self._worked_out(query)
        found: Floats = chance[self.of_product] * self.share
        return found

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """How likely its group is here, and the steps that lead there."""
        row, chances = self._worked_out(query)
        group = int(self.of_product[product])
        chance = float(chances[group])
        named = [words.names.get(name, name) for name in self.group_names]
        # The last group is of everything that is sold seldom.
        whose = "one of the rarer products" if group == self.groups - 1 else named[group]
        told = (in_words(step, self.encoder, named, query) for step in self.model.steps(row, group))
        steps = "; ".join(islice(dict.fromkeys(filter(None, told)), _STEPS_TOLD))
        text = f"{whose} is bought next in {100 * chance:.0f} % of situations like this"
        figures: Mapping[str, float | str] = {"group": self.group_names[group], "chance": round(chance, 6)}
        return (Reason(ReasonKind.SITUATION, f"{text} ({steps})" if steps else text, figures),)


class Trainer(Protocol):
    """Makes a model of groups out of rows."""

    def __call__(self, rows: Rows, groups: int, seed: int) -> GroupModel: ...


@dataclass(frozen=True)
class PurchaseLearner:
    """Learns which group is bought from up to `most_rows` lines."""

    name: str
    trainer: Trainer
    attribute: str = "category"
    most_groups: int = 60
    most_rows: int = 30_000
    seed: int = 0

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets; without any, from nothing."""
        groups = groups_of(baskets, catalogue, self.attribute, self.most_groups)
        encoder = encoder_of(baskets, catalogue, groups)
        rows = training_rows(baskets, catalogue, encoder, self.most_rows, self.seed, own_history=True)
        scorer = self._scorer(groups, encoder, rows)
        return Ranking(self.name, words_of(baskets, names_in(catalogue)), scorer)

    def _scorer(self, groups: Groups, encoder: Encoder, rows: Rows) -> Purchases:
        count = len(groups.names)
        many = len(np.unique(rows.groups)) > 1
        model = self.trainer(rows, count, self.seed) if many else _always(rows, count)
        return Purchases(
            model, groups.share, count, groups.of_product, encoder.zones, encoder.history, groups.names
        )


def _always(rows: Rows, groups: int) -> GroupModel:
    """What was bought is of one group at most: a single leaf."""
    counts = np.bincount(rows.groups, minlength=groups).astype(np.float32)
    chance = (counts / max(float(counts.sum()), 1.0))[None, :]
    leaf = np.full(1, -1, dtype=np.int32)
    return Trees(np.zeros(1, np.int32), leaf, np.zeros(1, np.float32), leaf, leaf, chance.astype(np.float32))


@contextmanager
def _of_little() -> Iterator[None]:
    """Few rows of many groups are no mistake of ours; the test on later tickets tells what comes of them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        yield


def one_tree(rows: Rows, groups: int, seed: int) -> GroupModel:
    """A decision tree (CART), by scikit-learn."""
    from sklearn.tree import DecisionTreeClassifier

    made = DecisionTreeClassifier(max_leaf_nodes=128, min_samples_leaf=20, random_state=seed)
    with _of_little():
        made.fit(rows.inputs, rows.groups)
    return _trees([made], made.classes_, groups)


def forest(rows: Rows, groups: int, seed: int) -> GroupModel:
    """A random forest, by scikit-learn."""
    from sklearn.ensemble import RandomForestClassifier

    made = RandomForestClassifier(
        n_estimators=40, max_leaf_nodes=256, min_samples_leaf=5, random_state=seed, n_jobs=1
    )
    with _of_little():
        made.fit(rows.inputs, rows.groups)
    return _trees(made.estimators_, made.classes_, groups)


def network(rows: Rows, groups: int, seed: int) -> GroupModel:
    """A small neural network with softmax output, by scikit-learn."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    mean, spread = rows.inputs.mean(axis=0), np.maximum(rows.inputs.std(axis=0), np.float32(1e-3))
    made = MLPClassifier(
        hidden_layer_sizes=(64,),
        alpha=1e-3,
        max_iter=12,
        batch_size=min(200, len(rows.groups)),
        random_state=seed,
    )
    with _of_little(), warnings.catch_warnings():
        # It stops after a fixed number of rounds on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        made.fit((rows.inputs - mean) / spread, rows.groups)
    second, bias = _all_outputs(made.coefs_[1], made.intercepts_[1], made.classes_, groups)
    return Network(
        *(mean, spread, made.coefs_[0].astype(np.float32), made.intercepts_[0].astype(np.float32)),
        *(second, bias),
    )


def _all_outputs(weights: Floats, bias: Floats, classes: Ints, groups: int) -> tuple[Floats, Floats]:
    if len(classes) == 2:
        # One logistic output is a softmax of nothing and that output.
        weights, bias = np.hstack([np.zeros_like(weights), weights]), np.append(0, bias)
    whole = np.zeros((weights.shape[0], groups), dtype=np.float32)
    whole[:, classes] = weights
    offsets = np.full(groups, -1e9, dtype=np.float32)
    offsets[classes] = bias
    return whole, offsets


def _trees(made: list[Any], classes: Ints, groups: int) -> Trees:
    parts = [tree.tree_ for tree in made]
    starts = np.cumsum([0, *(part.node_count for part in parts)])
    chance = np.zeros((int(starts[-1]), groups), dtype=np.float32)
    values = np.concatenate([part.value[:, 0, :] for part in parts])
    values = values / np.maximum(values.sum(axis=1, keepdims=True), 1e-12)
    rows = np.concatenate([part.weighted_n_node_samples for part in parts])[:, None]
    # Of a group that a leaf never saw nobody knows that it is never bought: leaves are drawn to the whole.
    whole = values[starts[:-1]].mean(axis=0, keepdims=True)
    chance[:, classes] = (values * rows + whole * _PRIOR_ROWS) / (rows + _PRIOR_ROWS)
    feature = np.concatenate([np.where(part.children_left < 0, -1, part.feature) for part in parts])
    return Trees(
        roots=starts[:-1].astype(np.int32),
        feature=feature.astype(np.int32),
        threshold=np.concatenate([part.threshold for part in parts]).astype(np.float32),
        low=_moved([part.children_left for part in parts], starts),
        high=_moved([part.children_right for part in parts], starts),
        chance=chance,
    )


def _moved(children: list[Ints], starts: Ints) -> Ints:
    moved = [np.where(one < 0, -1, one + start) for one, start in zip(children, starts[:-1], strict=True)]
    return np.concatenate(moved).astype(np.int32)


def default_learners(seed: int = 0) -> tuple[PurchaseLearner, ...]:
    """The three purchase models."""
    return (
        PurchaseLearner("decision tree", one_tree, seed=seed),
        PurchaseLearner("random forest", forest, seed=seed),
        PurchaseLearner("neural network", network, seed=seed),
    )
