"""The parts by themselves, ours and the library's by turns, so that both meet the same moments of the machine.

    python parts.py WORKLOAD DATA.parquet FACTORS ITERATIONS K ROUNDS

Prints seconds of training one matrix and of listing the best items of the assessment's users, by the clock and of the
processors, and the recall of each model.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])

import numpy as np
from implicit.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits
from trainer.als import Parameters, train
from trainer.assessment import Question
from trainer.data import read_interactions
from trainer.item_to_item import train as walk
from trainer.metrics import bootstraps
from trainer.ranking import rank_factors, rank_item_knn

factors, iterations, k, rounds = map(int, sys.argv[3:7])
cores = len(os.sched_getaffinity(0))
asked = Question.of(read_interactions([Path(sys.argv[2])]), 0.2)
parameters = Parameters(factors=factors, iterations=iterations)


def library() -> AlternatingLeastSquares:
    model = AlternatingLeastSquares(
        factors=factors,
        iterations=iterations,
        regularization=parameters.regularization,
        alpha=1.0,
        num_threads=cores,
        random_state=parameters.seed,
    )
    confidence = asked.past.log1p()
    confidence.data = 1 + np.float32(parameters.alpha) * confidence.data
    model.fit(confidence, show_progress=False)
    return model


def lists(model: AlternatingLeastSquares) -> np.ndarray:
    users = asked.users
    return model.recommend(users, asked.past[users], N=k, filter_already_liked_items=True)[0]


seconds: dict[str, list[float]] = {}
processor: dict[str, list[float]] = {}


def timed(name: str, work: Callable[..., Any], *given: object) -> Any:
    begun, worked = time.perf_counter(), time.process_time()
    result = work(*given)
    seconds.setdefault(name, []).append(time.perf_counter() - begun)
    processor.setdefault(name, []).append(time.process_time() - worked)
    return result


with threadpool_limits(limits=1, user_api="blas"):
    for _ in range(rounds):
        model = timed("library_train", library)
        ours = timed("train", train, asked.past, parameters)
        pair = (np.ascontiguousarray(model.user_factors), np.ascontiguousarray(model.item_factors))
        theirs = timed("library_rank", lists, model)
        mine = timed("rank", rank_factors, pair, asked.past, asked.users, k)

same = float((np.sort(theirs, axis=1) == np.sort(mine, axis=1)).mean())
ranked = {
    "als": rank_factors(ours, asked.past, asked.users, k),
    "library": mine,
    "item_to_item": rank_factors(walk(asked.past, parameters), asked.past, asked.users, k),
    "item_knn": rank_item_knn(asked.past, asked.users, k),
}
recalls = bootstraps({name: asked.score(lists).recall for name, lists in ranked.items()})
found = {name: recall.as_dict() for name, recall in recalls.items()}
print(
    json.dumps(
        {
            "wall": seconds,
            "processor": processor,
            "users": len(asked.users),
            "same": same,
            "recalls": found,
        }
    )
)
