"""The search for parameters: a few numbers of factors, or a budget of trials over all of them by Optuna."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from .als import Parameters
from .assessment import recall_of
from .data import Interactions, temporal_split
from .engines import Train
from .stages import Stages


@dataclass(frozen=True)
class Trial:
    """A candidate and its recall on the last part of the past."""

    parameters: Parameters
    recall: float


class Search:
    """Tries candidates, remembering each.

    The held-out part that the assessment asks about is not looked at: its scores stay those of data never seen. Too
    many factors learn a sparse past by heart, too few cannot tell tastes apart; how many are right depends on the data.
    """

    def __init__(self, data: Interactions, train: Train, holdout: float, k: int, stages: Stages) -> None:
        self._past = data.subset(temporal_split(data, holdout).train)
        self._train, self._holdout, self._k, self._stages = train, holdout, k, stages
        self.trials: list[Trial] = []
        self._known: list[dict[str, Any]] = stages.read("trials") or []

    def attempt(self, parameters: Parameters) -> float:
        """Recall of a candidate, measured now or by the job that this one takes up."""
        described = parameters.as_dict()
        recall = next((known["recall"] for known in self._known if known["parameters"] == described), None)
        if recall is None:
            recall = recall_of(self._past, parameters, self._train, self._holdout, self._k)
            self._known.append({"parameters": described, "recall": recall})
            self._stages.write("trials", self._known)
        self.trials.append(Trial(parameters, recall))
        return float(recall)

    def best(self) -> Parameters:
        """The candidate with the best recall; the first of equals."""
        return max(self.trials, key=lambda trial: trial.recall).parameters

    def grid(self, base: Parameters, factors: Sequence[int]) -> Parameters:
        """The best number of factors of those given."""
        for count in factors:
            self.attempt(replace(base, factors=count))
        return self.best()

    def study(self, base: Parameters, budget: int, most_factors: int = 128) -> Parameters:
        """The best of `budget` trials by tree-structured Parzen estimators, the given parameters first.

        The sampler's seed is the model's: equal data, equal trials.
        """
        # Loaded only for a search with a budget.
        optuna = import_module("optuna")
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=base.seed))
        study.enqueue_trial(
            {"factors": base.factors, "regularization": base.regularization, "alpha": base.alpha}, skip_if_exists=True
        )
        study.optimize(self._objective(base, most_factors), n_trials=budget)
        return self.best()

    def _objective(self, base: Parameters, most_factors: int) -> Callable[[Any], float]:
        def objective(trial: Any) -> float:
            return self.attempt(
                replace(
                    base,
                    factors=trial.suggest_int("factors", 4, max(most_factors, base.factors), log=True),
                    regularization=trial.suggest_float("regularization", 0.01, 100.0, log=True),
                    alpha=trial.suggest_float("alpha", 0.1, 100.0, log=True),
                )
            )

        return objective
