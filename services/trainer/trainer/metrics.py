"""Ranking metrics over held-out interactions, the same for every model so that figures compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]

from .ranking import Ranked, Users

Float = npt.NDArray[np.float64]

RESAMPLES = 1000
"""Bootstrap samples; the ends of a 95 % interval then rest on 25 of them each."""

BOOTSTRAP_SEED = 20_260_101


@dataclass(frozen=True)
class Scores:
    """Scores of one model's rankings; `recall`, `ndcg` and `ap` hold one number a user, each in 0..1."""

    recall: Float
    ndcg: Float
    ap: Float
    """Average precision at K; its mean over users is MAP@K."""
    coverage: float
    """Part of the catalogue that is in anybody's list."""
    novelty: float
    """Mean of -log2(part of the users that had met the item): bits of surprise; higher is less known."""
    popularity_bias: float
    """Mean popularity of what is recommended over that of what the users chose themselves: above 1 leans on hits."""

    def means(self) -> dict[str, float]:
        """One number a metric."""
        return {
            "recall": float(self.recall.mean()),
            "ndcg": float(self.ndcg.mean()),
            "map": float(self.ap.mean()),
            "coverage": self.coverage,
            "novelty": self.novelty,
            "popularity_bias": self.popularity_bias,
        }


def evaluate(ranked: Ranked, past: sparse.csr_matrix, future: sparse.csr_matrix, users: Users) -> Scores:
    """Scores `ranked[i]`, the top-K items of `users[i]`, best first; -1 stands for no item.

    recall@K = hits / min(K, relevant items); NDCG@K has binary gains and the log2 discount; AP@K is the mean of the
    precisions at the hits, over min(K, relevant items).
    """
    k = ranked.shape[1]
    items = past.shape[1]
    held = future[users]
    relevant = np.diff(held.indptr).astype(np.int64)
    rows = np.arange(len(users), dtype=np.int64)
    wanted = np.repeat(rows, relevant) * items + held.indices
    hits = np.isin(rows[:, None] * items + ranked, wanted) & (ranked >= 0)
    possible = np.minimum(k, relevant)
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[possible]
    precision = np.cumsum(hits, axis=1) / np.arange(1, k + 1)
    return Scores(
        recall=hits.sum(axis=1) / possible,
        ndcg=(hits * discount).sum(axis=1) / ideal,
        ap=(hits * precision).sum(axis=1) / possible,
        **_lists(ranked, past, users),
    )


def _lists(ranked: Ranked, past: sparse.csr_matrix, users: Users) -> dict[str, float]:
    """What can be said of lists without knowing the future."""
    recommended = ranked[ranked >= 0]
    met = np.bincount(past.indices, minlength=past.shape[1]).astype(np.float64)
    known = max(1, int((np.diff(past.indptr) > 0).sum()))
    chosen = past[users].indices
    if len(recommended) == 0 or len(chosen) == 0:
        return {"coverage": 0.0, "novelty": 0.0, "popularity_bias": 0.0}
    # An item that nobody has met is as new as one that a single user has.
    novelty = -np.log2(np.maximum(met[recommended], 1) / known)
    return {
        "coverage": len(np.unique(recommended)) / past.shape[1],
        "novelty": float(novelty.mean()),
        "popularity_bias": float(met[recommended].mean() / met[chosen].mean()),
    }


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % confidence interval."""

    mean: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        return {"mean": round(self.mean, 6), "low": round(self.low, 6), "high": round(self.high, 6)}


def bootstrap(values: Float) -> Interval:
    """Interval of the mean by the percentile bootstrap over users. Of paired differences, it is that of the gain."""
    return bootstraps({"": values})[""]


def bootstraps(columns: Mapping[str, Float]) -> dict[str, Interval]:
    """The same of several columns, one number a user each, over the same samples of users."""
    values = np.stack(list(columns.values()), axis=1)
    random = np.random.default_rng(BOOTSTRAP_SEED)
    users = len(values)
    means = np.empty((RESAMPLES, len(columns)))
    for sample in range(RESAMPLES):
        times = np.bincount(random.integers(0, users, users, dtype=np.int32), minlength=users)
        means[sample] = times @ values / users
    lows, highs = np.quantile(means, [0.025, 0.975], axis=0)
    return {
        name: Interval(mean=float(mean), low=float(low), high=float(high))
        for name, mean, low, high in zip(columns, values.mean(axis=0), lows, highs, strict=True)
    }
