"""Whether a model is better than no model: held-out scores beside the popularity baseline's, and the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .als import Parameters, rank, train
from .data import DataError, Interactions, temporal_split
from .metrics import Scores, evaluate, popular_ranking


@dataclass(frozen=True)
class Assessment:
    """Scores on the same users and the same held-out interactions."""

    model: Scores
    popular: Scores
    users: int
    k: int
    holdout: float
    cutoff: str

    @property
    def accepted(self) -> bool:
        """The gate: a model that finds no more than the most popular items do is not worth serving."""
        return self.model.recall > self.popular.recall

    def verdict(self) -> str:
        return (
            f"recall@{self.k} {self.model.recall:.4f}, want more than {self.popular.recall:.4f}, "
            f"which the most popular items reach on the same {self.users} users"
        )

    def as_dict(self) -> dict[str, object]:
        return {
            "k": self.k,
            "holdout": self.holdout,
            "cutoff": self.cutoff,
            "users": self.users,
            **self.model.rounded("", self.k),
            **self.popular.rounded("popular", self.k),
        }


def assess(data: Interactions, parameters: Parameters, holdout: float, k: int) -> Assessment:
    """Trains on the past, asks about the future.

    Only users with a past are asked: without one both models know nothing, and would give the same list.
    Raises DataError when no user has both a past and a future.
    """
    split = temporal_split(data, holdout)
    past = data.matrix(split.train)
    future = data.matrix(split.held_out)
    users = np.flatnonzero((np.diff(past.indptr) > 0) & (np.diff(future.indptr) > 0)).astype(np.int64)
    if len(users) == 0:
        raise DataError("no user has interactions both before and after the cut: the data window is too short")
    return Assessment(
        model=evaluate(rank(train(past, parameters), past, users, k), future, users),
        popular=evaluate(popular_ranking(past, users, k), future, users),
        users=len(users),
        k=k,
        holdout=holdout,
        cutoff=str(np.datetime64(split.cutoff_us, "us").astype("datetime64[ms]")) + "Z",
    )


def choose(data: Interactions, candidates: Sequence[Parameters], holdout: float, k: int) -> Parameters:
    """The candidate with the best recall on the last part of the past; the first of equals.

    The held-out part that `assess` asks about is not looked at: its scores stay those of data never seen. Too many
    factors learn a sparse past by heart, too few cannot tell tastes apart, and how many are right depends on the data.
    """
    if len(candidates) == 1:
        return candidates[0]
    past = data.subset(temporal_split(data, holdout).train)
    recalls = [assess(past, candidate, holdout, k).model.recall for candidate in candidates]
    return candidates[int(np.argmax(recalls))]
