"""Ranking metrics over held-out interactions, the same for every model so that figures compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Scores:
    """Means over users: each in 0..1, higher is better."""

    recall: float
    ndcg: float

    def rounded(self, name: str, k: int) -> dict[str, float]:
        """For the manifest, e.g. `{"recall@10": 0.123456}`; six digits, so that the text is stable."""
        prefix = f"{name}_" if name else ""
        return {f"{prefix}recall@{k}": round(self.recall, 6), f"{prefix}ndcg@{k}": round(self.ndcg, 6)}


def evaluate(ranked: npt.NDArray[np.int32], held_out: sparse.csr_matrix, users: npt.NDArray[np.int64]) -> Scores:
    """Scores `ranked[i]`, the top-K items of `users[i]`, best first; -1 stands for no item.

    recall@K = hits / min(K, relevant items); NDCG@K has binary gains and the log2 discount.
    """
    k = ranked.shape[1]
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    recalls = np.zeros(len(users))
    ndcgs = np.zeros(len(users))
    for row, user in enumerate(users):
        relevant = held_out.indices[held_out.indptr[user] : held_out.indptr[user + 1]]
        hits = np.isin(ranked[row], relevant)
        best = min(k, len(relevant))
        recalls[row] = hits.sum() / best
        ndcgs[row] = discount[hits].sum() / discount[:best].sum()
    return Scores(recall=float(recalls.mean()), ndcg=float(ndcgs.mean()))


def popular_ranking(train: sparse.csr_matrix, users: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int32]:
    """The baseline: for each user the most popular items (by summed weight) that the user has not met yet."""
    order = popularity_order(train)
    ranked = np.full((len(users), k), -1, dtype=np.int32)
    for row, user in enumerate(users):
        seen = train.indices[train.indptr[user] : train.indptr[user + 1]]
        candidates = order[: k + len(seen)]
        fresh = candidates[~np.isin(candidates, seen)][:k]
        ranked[row, : len(fresh)] = fresh
    return ranked


def popularity_order(matrix: sparse.csr_matrix) -> npt.NDArray[np.int64]:
    """Items by summed weight, largest first; ties by index."""
    totals = np.asarray(matrix.sum(axis=0, dtype=np.float64)).ravel()
    return np.lexsort((np.arange(len(totals)), -totals))
