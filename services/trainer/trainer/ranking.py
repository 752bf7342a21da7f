"""Rankings of every model and baseline, in one form: items of each user, best first, -1 where there is none.

No ranking holds an item that the user has met before the cut: all are asked for what is new to the user.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from implicit.nearest_neighbours import all_pairs_knn  # type: ignore[import-untyped]
from scipy import sparse  # type: ignore[import-untyped]

from .als import Pair
from .processors import usable

Users = npt.NDArray[np.int64]
Ranked = npt.NDArray[np.int32]

BLOCK_BYTES = 4 * 1024**2
"""Memory of one block of scores: one that lies in a processor's cache is ranked twice as fast as one that does not."""


def rank_factors(factors: Pair, seen: sparse.csr_matrix, users: Users, k: int) -> Ranked:
    """Exact top-K items by inner product."""
    user_factors, item_factors = factors
    return _rank(lambda block: user_factors[block] @ item_factors.T, seen, users, k)


def rank_popular(seen: sparse.csr_matrix, users: Users, k: int, weights: sparse.csr_matrix | None = None) -> Ranked:
    """The most popular items by summed weight: of all that was seen, or of `weights`. The same order for everybody."""
    totals = totals_of(seen if weights is None else weights)
    order = np.lexsort((np.arange(len(totals)), -totals))
    order = order[totals[order] > 0]
    places = np.full(len(totals), len(order))
    places[order] = np.arange(len(order))
    ranked = np.full((len(users), k), -1, dtype=np.int32)
    met = np.diff(seen.indptr)[users]
    # Nobody's list reaches further down than k items and those that the user has met.
    depth = min(len(order), k + int(met.max(initial=0)))
    rows = max(1, BLOCK_BYTES // max(1, depth))
    for start in range(0, len(users), rows):
        block = users[start : start + rows]
        taken = np.zeros((len(block), depth), dtype=np.bool_)
        at = places[seen[block].indices]
        near = at < depth
        taken[np.repeat(np.arange(len(block)), met[start : start + rows])[near], at[near]] = True
        best = np.argsort(taken, axis=1, kind="stable")[:, :k]
        free = ~np.take_along_axis(taken, best, axis=1)
        ranked[start : start + len(block), : best.shape[1]] = np.where(free, order[best], -1)
    return ranked


def rank_item_knn(seen: sparse.csr_matrix, users: Users, k: int, neighbours: int = 100) -> Ranked:
    """Items most like what the user has met: cosine over the users, the `neighbours` nearest of each item."""
    similar = item_similarity(seen, neighbours)
    history = seen.log1p().astype(np.float32)
    ranked = np.full((len(users), k), -1, dtype=np.int32)
    met = np.zeros(seen.shape[1], dtype=np.bool_)
    rows = max(1, BLOCK_BYTES // (4 * max(1, seen.shape[1])))
    for start in range(0, len(users), rows):
        block = users[start : start + rows]
        # Most items are like nothing that a user has met: only the others are looked at.
        scores = history[block] @ similar
        for row, user in enumerate(block):
            own = seen.indices[seen.indptr[user] : seen.indptr[user + 1]]
            found = slice(scores.indptr[row], scores.indptr[row + 1])
            met[own] = True
            new = ~met[scores.indices[found]]
            met[own] = False
            items, values = scores.indices[found][new], scores.data[found][new]
            if k < len(items):
                best = np.argpartition(values, len(items) - k)[len(items) - k :]
                items, values = items[best], values[best]
            order = np.lexsort((items, -values))
            ranked[start + row, : len(order)] = items[order]
    return ranked


def item_similarity(matrix: sparse.csr_matrix, neighbours: int) -> sparse.csr_matrix:
    """Cosine of items over their users' log weights; each row keeps its nearest, itself left out."""
    weights = matrix.log1p().astype(np.float32)
    norms = np.sqrt(np.bincount(weights.indices, weights.data.astype(np.float64) ** 2, minlength=matrix.shape[1]))
    unit = (weights @ sparse.diags(np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0))).tocsr()
    # One more than asked for: an item is its own nearest.
    similar = all_pairs_knn(unit, neighbours + 1, show_progress=False, num_threads=usable()).tocsr()
    similar.setdiag(0)
    similar.eliminate_zeros()
    similar.sort_indices()
    return similar.astype(np.float32)


def totals_of(matrix: sparse.csr_matrix) -> npt.NDArray[np.float64]:
    """Summed weight of each item."""
    return np.asarray(matrix.sum(axis=0, dtype=np.float64)).ravel()


def popularity_order(matrix: sparse.csr_matrix) -> npt.NDArray[np.int64]:
    """Items by summed weight, largest first; ties by index."""
    totals = totals_of(matrix)
    return np.lexsort((np.arange(len(totals)), -totals))


def _rank(
    scores_of: Callable[[Users], npt.NDArray[np.float32]], seen: sparse.csr_matrix, users: Users, k: int
) -> Ranked:
    """Best first; ties by index. Each thread ranks blocks of users, so that how many there are changes nothing."""
    items = seen.shape[1]
    ranked = np.full((len(users), k), -1, dtype=np.int32)
    rows = max(1, BLOCK_BYTES // (4 * max(1, items)))

    def rank(start: int) -> None:
        block = users[start : start + rows]
        scores = scores_of(block)
        met = seen[block]
        scores[np.repeat(np.arange(len(block)), np.diff(met.indptr)), met.indices] = -np.inf
        if k < items:
            best = np.argpartition(scores, items - k, axis=1)[:, items - k :]
        else:
            best = np.tile(np.arange(items), (len(block), 1))
        values = np.take_along_axis(scores, best, axis=1)
        order = np.lexsort((best, -values))
        best, values = np.take_along_axis(best, order, axis=1), np.take_along_axis(values, order, axis=1)
        ranked[start : start + len(block), : best.shape[1]] = np.where(values > -np.inf, best, -1)[:, :k]

    with ThreadPoolExecutor(usable()) as pool:
        for _ in pool.map(rank, range(0, len(users), rows)):
            pass
    return ranked
