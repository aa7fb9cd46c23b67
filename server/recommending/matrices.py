"""Sparse matrices of baskets, customers and products, and the weighted cosine between their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack

from server.recommending.baskets import NOBODY, Baskets, Floats

Sparse = csr_array[Any, Any]
Whole = NDArray[np.integer[Any]]
Weighting = Literal["none", "idf", "bm25"]

_BLOCK_CELLS = 32_000_000
"""Cells of a product that are worked on at a time, at most, were they all filled."""

_K1 = 1.2
_B = 0.75


def matrix(rows: Whole, columns: Whole, values: Floats, shape: tuple[int, int]) -> Sparse:
    """A sparse matrix; what falls on one cell is added up."""
    cells = coo_array((values.astype(np.float32), (rows, columns)), shape=shape)
    found: Sparse = csr_array(cells)
    found.sum_duplicates()
    return found


def basket_matrix(baskets: Baskets) -> Sparse:
    """1 where a basket (row) holds a product (column)."""
    ones = np.ones(len(baskets.line_product), dtype=np.float32)
    return matrix(
        baskets.line_basket, baskets.line_product, ones, (baskets.basket_count, len(baskets.products))
    )


def customer_matrix(baskets: Baskets, weights: Floats) -> Sparse:
    """Per customer (row) and product (column) the sum of their lines' weights."""
    customer = baskets.basket_customer[baskets.line_basket]
    named = customer != NOBODY
    return matrix(
        customer[named],
        baskets.line_product[named],
        weights[named],
        (len(baskets.customers), len(baskets.products)),
    )


def column_weights(rows: Sparse, weighting: Weighting) -> Floats:
    """A weight per column: how much a rare one tells more than one that all rows have.

    idf is ln(1 + rows / rows with it). bm25 has the same, and saturates counts besides: see `weighted`.
    """
    if weighting == "none":
        return np.ones(rows.shape[1], dtype=np.float32)
    having = np.bincount(rows.indices, minlength=rows.shape[1])
    found: Floats = np.log1p(rows.shape[0] / np.maximum(having, 1)).astype(np.float32)
    return found


def weighted(rows: Sparse, weighting: Weighting) -> Sparse:
    """Rows whose columns are weighted, as in Robertson and Zaragoza, “BM25 and beyond” (2009), for bm25."""
    found = rows.copy()
    if weighting == "bm25":
        lengths = np.asarray(rows.sum(axis=1)).ravel()
        per_row = 1 - _B + _B * lengths / max(float(lengths.mean()) if len(lengths) else 1.0, 1e-9)
        of_entry = np.repeat(per_row, np.diff(rows.indptr))
        found.data = (rows.data * (_K1 + 1) / (_K1 * of_entry + rows.data)).astype(np.float32)
    found.data = found.data * column_weights(rows, weighting)[found.indices]
    return found


def unit_rows(rows: Sparse) -> Sparse:
    """Rows of length 1; those of nothing stay nothing."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    found = rows.copy()
    found.data = (rows.data / np.repeat(np.maximum(lengths, 1e-12), np.diff(rows.indptr))).astype(np.float32)
    return found


def weighted_cosine(left: Sparse, right: Sparse, weights: Floats) -> Sparse:
    """sim(i, j) = Σ w p_ik p_jk / (√Σ w p_ik² · √Σ w p_jk²) between rows of `left` and of `right`.

    That is the cosine of rows whose columns are scaled by √w; `weights` are not negative.
    """
    root = np.sqrt(weights)
    return csr_array(unit_rows(_scaled(left, root)) @ unit_rows(_scaled(right, root)).T)


def nearest(rows: Sparse, weights: Floats, most: int, *, itself: bool = False) -> Sparse:
    """For each row its `most` nearest rows by weighted cosine; never all of them at a time.

    `itself`: a row is its own nearest, with 1.
    """
    unit = unit_rows(_scaled(rows, np.sqrt(weights)))
    turned = csr_array(unit.T)

    def block(begin: int, end: int) -> Sparse:
        return csr_array(unit[begin:end] @ turned)

    return _blocks(rows.shape[0], rows.shape[0], block, most, itself)


def together(baskets: Sparse, most: int, least: float = 1.0) -> Sparse:
    """For each product those `most` that lie with it in most baskets, with how many baskets these are."""
    turned = csr_array(baskets.T)

    def block(begin: int, end: int) -> Sparse:
        found = csr_array(turned[begin:end] @ baskets)
        found.data[found.data < least] = 0
        found.eliminate_zeros()
        return found

    count = baskets.shape[1]
    return _blocks(count, count, block, most, False)


def _blocks(rows: int, columns: int, block: Callable[[int, int], Sparse], most: int, itself: bool) -> Sparse:
    found = [_strongest(block(begin, end), begin, most, itself) for begin, end in _ranges(rows, columns)]
    return csr_array(vstack(found, format="csr")) if found else csr_array((rows, columns), dtype=np.float32)


def _ranges(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    step = max(1, _BLOCK_CELLS // max(columns, 1))
    return ((begin, min(begin + step, rows)) for begin in range(0, rows, step))


def _strongest(block: Sparse, begin: int, most: int, itself: bool) -> Sparse:
    """Each row's highest entries; that of a row with itself only where it is wanted."""
    if not itself:
        row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        block.data[block.indices == row + begin] = 0
    kept = np.concatenate(
        [_highest(block, row, most) for row in range(block.shape[0])] or [np.zeros(0, dtype=np.int64)]
    )
    row = np.searchsorted(block.indptr, kept, side="right") - 1
    return matrix(row, block.indices[kept], block.data[kept], (block.shape[0], block.shape[1]))


def _highest(block: Sparse, row: int, most: int) -> NDArray[np.int64]:
    """Where the row's highest entries above 0 stand; of equal ones the lower columns."""
    begin, end = int(block.indptr[row]), int(block.indptr[row + 1])
    values = block.data[begin:end]
    if end - begin > most:
        least = np.partition(values, end - begin - most)[end - begin - most]
        found = np.flatnonzero(values >= max(least, np.finfo(np.float32).tiny))
        order = np.lexsort((block.indices[begin:end][found], -values[found]))
        return begin + np.sort(found[order][:most])
    return begin + np.flatnonzero(values > 0)


def _scaled(rows: Sparse, by: Floats) -> Sparse:
    found = rows.copy()
    found.data = (found.data * by[found.indices]).astype(np.float32)
    return found
