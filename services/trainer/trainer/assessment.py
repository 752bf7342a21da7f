"""Whether a model is better than no model: held-out scores beside the baselines', and the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from .als import Parameters
from .data import DataError, Interactions, temporal_split
from .engines import Train
from .metrics import Interval, Scores, bootstraps, evaluate
from .ranking import Ranked, Users, rank_factors, rank_item_knn, rank_popular

BASELINES = ("popular", "recent", "item_knn")

RECENT_PART = 1 / 7
"""Part of the past, its end, that "recent" looks at: the last two days of a fortnight."""

MAX_USERS = 20_000
"""Users that are asked about: with as many, a recall is known to within 0.005, and more would only take longer."""


@dataclass(frozen=True)
class Assessment:
    """Scores of the model and of each baseline, on the same users and the same held-out interactions."""

    means: dict[str, dict[str, float]]
    """By name (`model` or a baseline), then by metric."""
    recall: dict[str, Interval]
    ndcg: dict[str, Interval]
    gain: dict[str, Interval]
    """Recall of the model less that of a baseline, user by user."""
    users: int
    k: int
    holdout: float
    cutoff: str

    def as_report(self) -> dict[str, Any]:
        """The whole report, for the package."""
        return {
            "k": self.k,
            "holdout": self.holdout,
            "cutoff": self.cutoff,
            "users": self.users,
            "metrics": {
                name: {metric: round(value, 6) for metric, value in means.items()} for name, means in self.means.items()
            },
            "intervals": {
                "recall": {name: interval.as_dict() for name, interval in self.recall.items()},
                "ndcg": {name: interval.as_dict() for name, interval in self.ndcg.items()},
                "recall_gain": {name: interval.as_dict() for name, interval in self.gain.items()},
            },
        }

    @staticmethod
    def from_report(report: Mapping[str, Any]) -> Assessment:
        """The inverse of `as_report`, but for the digits that it cuts off."""
        intervals = {
            kind: {name: Interval(**ends) for name, ends in named.items()}
            for kind, named in report["intervals"].items()
        }
        return Assessment(
            means=report["metrics"],
            recall=intervals["recall"],
            ndcg=intervals["ndcg"],
            gain=intervals["recall_gain"],
            users=report["users"],
            k=report["k"],
            holdout=report["holdout"],
            cutoff=report["cutoff"],
        )

    def as_evaluation(self) -> dict[str, float | int | str]:
        """The report in one level, for the manifest; six digits, so that the text is stable."""
        k = self.k
        flat: dict[str, float | int | str] = {
            "k": k,
            "holdout": self.holdout,
            "cutoff": self.cutoff,
            "users": self.users,
        }
        for metric, value in self.means["model"].items():
            flat[f"{metric}@{k}"] = round(value, 6)
        own = self.recall["model"].as_dict()
        flat |= {f"recall@{k}_low": own["low"], f"recall@{k}_high": own["high"]}
        for name in BASELINES:
            for metric in ("recall", "ndcg", "map"):
                flat[f"{name}_{metric}@{k}"] = round(self.means[name][metric], 6)
            gain = self.gain[name].as_dict()
            flat |= {f"recall@{k}_over_{name}_low": gain["low"], f"recall@{k}_over_{name}_high": gain["high"]}
        return flat


def assess(data: Interactions, parameters: Parameters, train: Train, holdout: float, k: int) -> Assessment:
    """Trains on the past, asks about the future.

    Only users with a past are asked: without one all models know nothing, and would give the same list.
    Raises DataError when no user has both a past and a future.
    """
    asked = Question.of(data, holdout)
    past, users = asked.past, asked.users
    rankings = {
        "model": rank_factors(train(past, parameters), past, users, k),
        "popular": rank_popular(past, users, k),
        "recent": rank_popular(past, users, k, asked.recent),
        "item_knn": rank_item_knn(past, users, k),
    }
    scores = {name: asked.score(ranked) for name, ranked in rankings.items()}
    model = scores["model"].recall
    columns = {
        "recall": {name: score.recall for name, score in scores.items()},
        "ndcg": {name: score.ndcg for name, score in scores.items()},
        "gain": {name: model - scores[name].recall for name in BASELINES},
    }
    found = bootstraps({f"{kind} {name}": values for kind, named in columns.items() for name, values in named.items()})
    intervals = {kind: {name: found[f"{kind} {name}"] for name in named} for kind, named in columns.items()}
    return Assessment(
        means={name: score.means() for name, score in scores.items()},
        recall=intervals["recall"],
        ndcg=intervals["ndcg"],
        gain=intervals["gain"],
        users=len(users),
        k=k,
        holdout=holdout,
        cutoff=asked.cutoff,
    )


def recall_of(data: Interactions, parameters: Parameters, train: Train, holdout: float, k: int) -> float:
    """Mean recall of a model alone: what a search looks at."""
    asked = Question.of(data, holdout)
    ranked = rank_factors(train(asked.past, parameters), asked.past, asked.users, k)
    return float(asked.score(ranked).recall.mean())


@dataclass(frozen=True)
class Question:
    """What models are asked: given the past of these users, what did they meet next?"""

    past: sparse.csr_matrix
    future: sparse.csr_matrix
    recent: sparse.csr_matrix
    """The end of the past."""
    users: Users
    cutoff: str

    @staticmethod
    def of(data: Interactions, holdout: float) -> Question:
        split = temporal_split(data, holdout)
        past = data.matrix(split.train)
        future = data.matrix(split.held_out)
        users = np.flatnonzero((np.diff(past.indptr) > 0) & (np.diff(future.indptr) > 0)).astype(np.int64)
        if len(users) == 0:
            raise DataError("no user has interactions both before and after the cut: the data window is too short")
        if len(users) > MAX_USERS:
            # Evenly over the users, who stand in the order of their pseudonyms: as good as at random.
            users = users[np.linspace(0, len(users) - 1, MAX_USERS).astype(np.int64)]
        first = int(data.last_occurred_us.min())
        since = split.cutoff_us - int((split.cutoff_us - first) * RECENT_PART)
        return Question(
            past=past,
            future=future,
            recent=data.matrix(split.train & (data.last_occurred_us >= since)),
            users=users,
            cutoff=str(np.datetime64(split.cutoff_us, "us").astype("datetime64[ms]")) + "Z",
        )

    def score(self, ranked: Ranked) -> Scores:
        return evaluate(ranked, self.past, self.future, self.users)
