"""Rankings of every model and baseline, in one form: items of each user, best first, -1 where there is none.

No ranking holds an item that the user has met before the cut: all are asked for what is new to the user.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]

from .als import Pair

Users = npt.NDArray[np.int64]
Ranked = npt.NDArray[np.int32]

BLOCK_BYTES = 64 * 1024**2
"""Memory of one block of scores."""


def rank_factors(factors: Pair, seen: sparse.csr_matrix, users: Users, k: int) -> Ranked:
    """Exact top-K items by inner product."""
    user_factors, item_factors = factors
    return _rank(lambda block: user_factors[block] @ item_factors.T, seen, users, k)


def rank_popular(seen: sparse.csr_matrix, users: Users, k: int, weights: sparse.csr_matrix | None = None) -> Ranked:
    """The most popular items by summed weight: of all that was seen, or of `weights`. The same order for everybody."""
    totals = totals_of(seen if weights is None else weights)
    # Places rather than sums: as 32-bit scores they keep the order, ties by index included.
    places = np.empty(len(totals), dtype=np.float32)
    places[np.lexsort((np.arange(len(totals)), -totals))] = np.arange(len(totals), 0, -1)
    places[totals <= 0] = -np.inf
    return _rank(lambda block: np.tile(places, (len(block), 1)), seen, users, k)


def rank_item_knn(seen: sparse.csr_matrix, users: Users, k: int, neighbours: int = 100) -> Ranked:
    """Items most like what the user has met: cosine over the users, the `neighbours` nearest of each item."""
    similar = item_similarity(seen, neighbours)
    scored = seen.log1p().astype(np.float32)

    def scores(block: Users) -> npt.NDArray[np.float32]:
        found: npt.NDArray[np.float32] = (scored[block] @ similar).toarray()
        found[found == 0] = -np.inf
        return found

    return _rank(scores, seen, users, k)


def item_similarity(matrix: sparse.csr_matrix, neighbours: int) -> sparse.csr_matrix:
    """Cosine of items over their users' log weights; each row keeps its nearest, itself left out; ties by index."""
    columns = matrix.log1p().astype(np.float32).tocsc()
    norms = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=0)).ravel())
    unit = (columns @ sparse.diags(np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0))).tocsc()
    transposed = unit.T.tocsr()
    rows = max(1, BLOCK_BYTES // (4 * max(1, matrix.shape[1])))
    kept = []
    for start in range(0, matrix.shape[1], rows):
        block = (transposed[start : start + rows] @ unit).toarray()
        block[np.arange(len(block)), np.arange(start, start + len(block))] = 0
        if neighbours < block.shape[1]:
            floor = -np.partition(-block, neighbours - 1, axis=1)[:, neighbours - 1 : neighbours]
            block[block < floor] = 0
        kept.append(sparse.csr_matrix(block))
    return sparse.vstack(kept, format="csr")


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
    """Best first; ties by index."""
    items = seen.shape[1]
    ranked = np.full((len(users), k), -1, dtype=np.int32)
    rows = max(1, BLOCK_BYTES // (4 * max(1, items)))
    for start in range(0, len(users), rows):
        block = users[start : start + rows]
        scores = scores_of(block)
        met = seen[block]
        scores[np.repeat(np.arange(len(block)), np.diff(met.indptr)), met.indices] = -np.inf
        best = np.argpartition(-scores, k, axis=1)[:, :k] if k < items else np.tile(np.arange(items), (len(block), 1))
        values = np.take_along_axis(scores, best, axis=1)
        order = np.lexsort((best, -values))
        best, values = np.take_along_axis(best, order, axis=1), np.take_along_axis(values, order, axis=1)
        ranked[start : start + len(block), : best.shape[1]] = np.where(values > -np.inf, best, -1)[:, :k]
    return ranked
