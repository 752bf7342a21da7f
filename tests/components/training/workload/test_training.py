"""What must hold of training: it beats popularity on tastes, repeats to the byte, and refuses what is no better."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from scipy import sparse  # type: ignore[import-untyped]
from train_als import EXIT_BAD_INPUT, EXIT_REFUSED, parse, run

from trainer.als import Parameters
from trainer.assessment import assess
from trainer.data import DataError, read_interactions, temporal_split
from trainer.metrics import evaluate, popular_ranking

DAY_US = 86_400_000_000


def write(
    path: Path, users: list[str], items: list[str], last_us: list[int], weights: list[float] | None = None
) -> Path:
    """Writes gold interactions as the ETL does."""
    table = pa.table(
        {
            "user_key": users,
            "item_id": items,
            "weight": [1.0] * len(users) if weights is None else weights,
            "purchases": pa.array([i % 3 == 0 for i in range(len(users))]).cast(pa.int64()),
            "last_occurred_at": pa.array(last_us, pa.timestamp("us")),
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return path


def tastes(path: Path, *, shuffled: bool = False, seed: int = 11) -> Path:
    """400 users of 8 tastes over 240 items; shuffled, who met what is left to chance, in equal numbers."""
    random = np.random.default_rng(seed)
    users, items = [], []
    for user in range(400):
        ranks = np.unique(np.minimum(29, (30 * random.random(18) ** 1.5).astype(int)))
        users += [f"u{user:04}"] * len(ranks)
        items += [f"i{(user % 8) * 30 + rank:04}" for rank in ranks]
    if shuffled:
        items = [items[index] for index in random.permutation(len(items))]
    times = [int(t) for t in 1_772_000_000_000_000 + random.integers(0, 14 * DAY_US, len(users))]
    return write(path, users, items, times)


def train(source: Path, out: Path) -> int:
    """Runs the job as its command line does."""
    return run(parse(["--interactions", str(source), "--out", str(out), "--factors", "16"]))


def test_beats_popularity_on_users_with_tastes(tmp_path: Path) -> None:
    """The model's held-out recall and NDCG are well above the baseline's."""
    assert train(tastes(tmp_path / "gold.parquet"), tmp_path / "model") == 0
    scores = json.loads((tmp_path / "model" / "manifest.json").read_text())["evaluation"]
    assert scores["recall@10"] > 2 * scores["popular_recall@10"]
    assert scores["ndcg@10"] > 2 * scores["popular_ndcg@10"]


def test_equal_data_gives_an_equal_package_whatever_the_order_of_rows(tmp_path: Path) -> None:
    """Rows in another order, in two files instead of one: the same bytes and the same version."""
    source = tastes(tmp_path / "a" / "gold.parquet")
    table = pq.read_table(source)
    order = np.random.default_rng(3).permutation(table.num_rows)
    (tmp_path / "b").mkdir()
    pq.write_table(table.take(order[:1000]), tmp_path / "b" / "0.parquet")
    pq.write_table(table.take(order[1000:]), tmp_path / "b" / "1.parquet")
    assert train(tmp_path / "a", tmp_path / "one") == 0
    assert train(tmp_path / "b", tmp_path / "two") == 0
    one, two = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_the_version_names_the_content(tmp_path: Path) -> None:
    """Every file's digest stands in the manifest, and other data gives another version."""
    assert train(tastes(tmp_path / "a.parquet"), tmp_path / "a") == 0
    assert train(tastes(tmp_path / "b.parquet", seed=12), tmp_path / "b") == 0
    a, b = (json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("a", "b"))
    assert a["version"] != b["version"]
    assert a["digest"].startswith(f"sha256:{a['version']}")
    for name, digest in a["files"].items():
        assert hashlib.sha256((tmp_path / "a" / name).read_bytes()).hexdigest() == digest


def test_the_gate_refuses_shuffled_data_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who met what is chance: nothing to learn, exit code 3."""
    assert train(tastes(tmp_path / "gold.parquet", shuffled=True), tmp_path / "model") == EXIT_REFUSED
    assert not (tmp_path / "model").exists()
    assert "want more than" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("users", "message"),
    [([], "no interactions"), (["u1", "u2"], "same time"), (["u1"], "same time")],
)
def test_data_that_cannot_be_trained_on_is_refused_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], users: list[str], message: str
) -> None:
    """Exit code 2 and a sentence, no stack trace."""
    source = write(tmp_path / "gold.parquet", users, ["i"] * len(users), [DAY_US] * len(users))
    assert train(source, tmp_path / "model") == EXIT_BAD_INPUT
    assert message in capsys.readouterr().err


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """A broken file is refused before anything is trained."""
    pq.write_table(pa.table({"user_key": ["u"], "item_id": ["i"]}), tmp_path / "gold.parquet")
    with pytest.raises(DataError, match="last_occurred_at"):
        read_interactions([tmp_path / "gold.parquet"])


def test_no_pair_lies_on_both_sides_of_the_split(tmp_path: Path) -> None:
    """Everything held out is later than everything learnt from."""
    data = read_interactions([tastes(tmp_path / "gold.parquet")])
    split = temporal_split(data, 0.2)
    assert not (split.train & split.held_out).any()
    assert (split.train | split.held_out).all()
    assert data.last_occurred_us[split.train].max() < data.last_occurred_us[split.held_out].min()
    assert split.held_out.mean() == pytest.approx(0.2, abs=0.05)


def test_interactions_of_several_regions_are_added_up(tmp_path: Path) -> None:
    """One user with one item in two regions is one row: weights summed, the later time kept."""
    write(tmp_path / "a.parquet", ["u"], ["i"], [1], [1.5])
    write(tmp_path / "b.parquet", ["u"], ["i"], [2], [2.0])
    data = read_interactions([tmp_path])
    assert (len(data), data.weight[0], data.last_occurred_us[0]) == (1, 3.5, 2)


def test_metrics_by_hand() -> None:
    """Two users: a hit at rank 1 of one relevant item, and a hit at rank 2 of two."""
    ranked = np.array([[0, 1], [2, 1]], dtype=np.int32)
    held_out = sparse.csr_matrix(np.array([[1, 0, 0], [1, 1, 0]], dtype=np.float32))
    scores = evaluate(ranked, held_out, np.array([0, 1]))
    assert scores.recall == pytest.approx((1 + 1 / 2) / 2)
    second = (1 / np.log2(3)) / (1 + 1 / np.log2(3))
    assert scores.ndcg == pytest.approx((1 + second) / 2)


def test_the_baseline_recommends_nothing_already_met() -> None:
    """Popular items in order, without the user's own; -1 where none is left."""
    train_matrix = sparse.csr_matrix(np.array([[5, 1, 0], [4, 0, 3]], dtype=np.float32))
    assert popular_ranking(train_matrix, np.array([0, 1]), 2).tolist() == [[2, -1], [1, -1]]


def test_assessment_asks_only_users_with_a_past_and_a_future(tmp_path: Path) -> None:
    """A user seen on one day only cannot be asked about."""
    data = read_interactions([tastes(tmp_path / "gold.parquet")])
    assessed = assess(data, Parameters(factors=8, iterations=3), 0.2, 10)
    assert 0 < assessed.users <= len(data.users)
