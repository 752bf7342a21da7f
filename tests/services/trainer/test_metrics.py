"""What must hold of the figures that models are judged by: each metric by hand, and intervals that hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse  # type: ignore[import-untyped]

from test_training import tastes
from trainer.als import Parameters, train
from trainer.assessment import BASELINES, Assessment, Question, assess
from trainer.data import read_interactions
from trainer.metrics import bootstrap, bootstraps, evaluate
from trainer.ranking import item_similarity, rank_factors, rank_item_knn, rank_popular


def matrix(rows: list[list[float]]) -> sparse.csr_matrix:
    """Users x items."""
    return sparse.csr_matrix(np.array(rows, dtype=np.float32))


def test_metrics_by_hand() -> None:
    """Two users: a hit at rank 1 of one relevant item, and a hit at rank 2 of two."""
    ranked = np.array([[0, 1], [2, 1]], dtype=np.int32)
    past = matrix([[0, 0, 1, 0], [0, 0, 1, 1]])
    future = matrix([[1, 0, 0, 0], [1, 1, 0, 0]])
    scores = evaluate(ranked, past, future, np.array([0, 1]))
    assert scores.recall.tolist() == [1, 1 / 2]
    second = (1 / np.log2(3)) / (1 + 1 / np.log2(3))
    assert scores.ndcg.tolist() == pytest.approx([1, second])
    assert scores.ap.tolist() == [1, (1 / 2) / 2]
    assert scores.coverage == 3 / 4
    # Items 0 and 1 were met by nobody and count as met by one of two users: 1 bit; item 2 by all: 0 bits.
    assert scores.novelty == pytest.approx(3 / 4)
    # Recommended: met by 0, 0, 2, 0 users; chosen: by 2, 2, 1.
    assert scores.popularity_bias == pytest.approx((2 / 4) / (5 / 3))


def test_an_empty_place_is_no_hit() -> None:
    """-1 stands for no item, also for a user whose neighbour holds the item that it would stand for."""
    ranked = np.array([[-1, -1], [-1, 0]], dtype=np.int32)
    scores = evaluate(ranked, matrix([[1, 0], [0, 1]]), matrix([[0, 1], [1, 0]]), np.array([0, 1]))
    assert scores.recall.tolist() == [0, 1]


def test_baselines_recommend_nothing_already_met() -> None:
    """Popular items in order, without the user's own; -1 where none is left; "recent" looks at the end of the past."""
    past = matrix([[5, 1, 0, 0], [4, 0, 3, 0]])
    users = np.array([0, 1])
    assert rank_popular(past, users, 3).tolist() == [[2, -1, -1], [1, -1, -1]]
    assert rank_popular(past, users, 1, matrix([[0, 1, 0, 0], [0, 0, 1, 0]])).tolist() == [[2], [1]]
    assert rank_factors((np.ones((2, 1), np.float32), np.ones((4, 1), np.float32)), past, users, 2).tolist() == [
        [2, 3],
        [1, 3],
    ]


def test_item_knn_by_hand() -> None:
    """The cosine of two items over their users' log weights; only the nearest are kept, and an item is not its own."""
    past = matrix([[1, 1, 0], [1, 0, 0], [0, 1, 1]])
    similar = item_similarity(past, 2).toarray()
    assert similar == pytest.approx(np.array([[0, 0.5, 0], [0.5, 0, 1 / np.sqrt(2)], [0, 1 / np.sqrt(2), 0]]))
    assert np.diff(item_similarity(past, 1).indptr).tolist() == [1, 1, 1]
    assert rank_item_knn(past, np.array([1, 0]), 2).tolist() == [[1, -1], [2, -1]]


def test_rankings_are_those_of_sorting_all_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks, threads and the short cuts of each baseline leave what sorting every user's scores gives."""
    monkeypatch.setattr("trainer.ranking.BLOCK_BYTES", 4 * 50 * 3)
    random = np.random.default_rng(3)
    past = sparse.random(40, 50, 0.2, format="csr", dtype=np.float32, random_state=random)
    past.data = np.ceil(past.data * 4)
    users = np.arange(40)[::-1].copy()
    factors = (random.standard_normal((40, 4), np.float32), random.standard_normal((50, 4), np.float32))
    weights = past.multiply(sparse.random(40, 50, 0.9, random_state=random) > 0).tocsr()
    similar = item_similarity(past, 7)
    seen = past.toarray() > 0

    def sorted_lists(scores: np.ndarray, least: float = -np.inf) -> list[list[int]]:
        scores = np.where(seen, -np.inf, scores)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :45]
        found = np.where(np.take_along_axis(scores, order, axis=1) > least, order, -1)
        return [[int(item) for item in found[user]] for user in users]

    assert rank_factors(factors, past, users, 45).tolist() == sorted_lists(factors[0] @ factors[1].T)
    totals = np.tile(np.asarray(weights.sum(axis=0)).ravel(), (40, 1))
    assert rank_popular(past, users, 45, weights).tolist() == sorted_lists(totals, 0)
    near = (past.log1p() @ similar).toarray()
    assert rank_item_knn(past, users, 45, 7).tolist() == sorted_lists(near, 0)


def test_an_interval_holds_the_mean_it_estimates() -> None:
    """95 % intervals of 300 samples hold the true mean 95 times in a hundred, give or take."""
    random = np.random.default_rng(5)
    held = 0
    for _ in range(100):
        interval = bootstrap(random.beta(2, 5, 300))
        assert interval.low < interval.mean < interval.high
        held += interval.low <= 2 / 7 <= interval.high
    assert 88 <= held <= 100
    columns = {"one": random.beta(2, 5, 300), "other": random.beta(5, 2, 300)}
    assert bootstraps(columns)["one"].as_dict() == bootstrap(columns["one"]).as_dict()
    assert bootstrap(np.ones(10)).as_dict() == {"mean": 1.0, "low": 1.0, "high": 1.0}


def test_assessment_asks_only_users_with_a_past_and_a_future_the_same_of_all(tmp_path: Path) -> None:
    """Every baseline beside the model, on the same users; kept and read again, the report is the same."""
    data = read_interactions([tastes(tmp_path / "gold.parquet")])
    assessed = assess(data, Parameters(factors=8, iterations=3), train, 0.2, 10)
    assert 0 < assessed.users <= len(data.users)
    assert sorted(assessed.means) == sorted(["model", *BASELINES])
    assert Assessment.from_report(assessed.as_report()).as_report() == assessed.as_report()
    for name in BASELINES:
        gain = assessed.recall["model"].mean - assessed.recall[name].mean
        assert assessed.gain[name].mean == pytest.approx(gain)


def test_recent_is_the_end_of_the_past_not_of_what_is_held_out(tmp_path: Path) -> None:
    """Nothing of the future is known to any baseline."""
    asked = Question.of(read_interactions([tastes(tmp_path / "gold.parquet")]), 0.2)
    assert 0 < asked.recent.nnz < asked.past.nnz / 3
    assert asked.past.multiply(asked.future).nnz == 0
    assert (asked.recent - asked.past.multiply(asked.recent > 0)).nnz == 0
