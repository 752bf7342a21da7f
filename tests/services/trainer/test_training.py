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
from trainer.data import DataError, read_interactions, temporal_split
from trainer.item_to_item import train as item_to_item

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


def train(source: Path, out: Path, *more: str) -> int:
    """Runs the job as its command line does."""
    return run(parse(["--interactions", str(source), "--out", str(out), "--factors", "16", *more]))


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


def test_the_manifest_tells_what_the_model_was_made_of(tmp_path: Path) -> None:
    """Algorithm, parameters, sizes, the window of the data to the millisecond, and scores beside the baselines'."""
    source = tastes(tmp_path / "gold.parquet")
    assert train(source, tmp_path / "model", "--iterations", "5", "--k", "20") == 0
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    table = pq.read_table(source)
    assert manifest["algorithm"] == "implicit-als-cg"
    assert manifest["parameters"] == {"alpha": 5.0, "factors": 16, "iterations": 5, "regularization": 1.0, "seed": 7}
    assert (manifest["users"], manifest["items"], manifest["interactions"]) == (400, 240, table.num_rows)
    times = np.sort(table["last_occurred_at"].to_numpy().astype("datetime64[ms]"))
    assert manifest["window"] == {"from": f"{times[0]}Z", "to": f"{times[-1]}Z"}
    scores = manifest["evaluation"]
    assert scores["cutoff"] > manifest["window"]["from"]
    for metric in ("recall", "ndcg", "map", "coverage", "novelty", "popularity_bias"):
        assert scores[f"{metric}@20"] > 0
    for baseline in ("popular", "recent", "item_knn"):
        gain = scores["recall@20"] - scores[f"{baseline}_recall@20"]
        assert scores[f"recall@20_over_{baseline}_low"] < gain < scores[f"recall@20_over_{baseline}_high"]


def test_the_gate_refuses_shuffled_data_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who met what is chance: nothing to learn, exit code 3."""
    assert train(tastes(tmp_path / "gold.parquet", shuffled=True), tmp_path / "model") == EXIT_REFUSED
    assert not (tmp_path / "model").exists()
    said = capsys.readouterr()
    assert "want more than" in said.err
    assert json.loads(said.out)["evaluation"]["recall@10_over_popular_low"] <= 0


def test_the_gate_refuses_a_model_far_worse_than_the_one_in_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Better than popularity is not enough; a little worse than yesterday's is, since the days' data differ."""
    source = tastes(tmp_path / "gold.parquet")
    assert train(source, tmp_path / "model") == 0
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    recall = manifest["evaluation"]["recall@10"]
    for before, code in ((recall * 1.05, 0), (recall * 1.5, EXIT_REFUSED)):
        manifest["evaluation"]["recall@10"] = before
        (tmp_path / "before.json").write_text(json.dumps(manifest))
        assert train(source, tmp_path / f"then-{code}", "--incumbent", str(tmp_path / "before.json")) == code
    assert "the model in force reached" in capsys.readouterr().err
    # Measured otherwise, it is nothing to compare with.
    manifest["evaluation"]["holdout"] = 0.5
    (tmp_path / "before.json").write_text(json.dumps(manifest))
    assert train(source, tmp_path / "unlike", "--incumbent", str(tmp_path / "before.json")) == 0


def test_a_job_that_died_goes_on_after_its_finished_stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the assessment: the next one neither searches nor assesses again, and comes to the same bytes."""
    source = tastes(tmp_path / "gold.parquet")
    options = ["--factors", "8", "12", "--checkpoints", str(tmp_path / "stages")]
    assert train(source, tmp_path / "whole", *options) == 0

    def never(*_: object) -> None:
        raise AssertionError("a finished stage is done again")

    monkeypatch.setattr("trainer.search.recall_of", never)
    monkeypatch.setattr("train_als.assess", never)
    assert train(source, tmp_path / "resumed", *options) == 0
    whole, resumed = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("whole", "resumed")
    )
    assert whole == resumed
    with pytest.raises(AssertionError, match="done again"):
        train(tastes(tmp_path / "other.parquet", seed=12), tmp_path / "other", *options)


def test_threads_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes, whether one thread solves all rows or four do."""
    source = tastes(tmp_path / "gold.parquet")
    for count in (1, 4):
        monkeypatch.setattr("trainer.als.threads", lambda _, count=count: count)
        assert train(source, tmp_path / str(count)) == 0
    one, four = ((tmp_path / name / "manifest.json").read_bytes() for name in ("1", "4"))
    assert one == four


def test_the_item_to_item_variant_has_the_same_form(tmp_path: Path) -> None:
    """Served like any model, better than popularity, and repeatable."""
    source = tastes(tmp_path / "gold.parquet")
    for name in ("one", "two"):
        assert train(source, tmp_path / name, "--algorithm", "item-to-item") == 0
    one, two = (json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("one", "two"))
    assert one == two
    assert one["algorithm"] == "item-to-item"
    assert one["evaluation"]["recall@10_over_popular_low"] > 0
    als = tmp_path / "als"
    assert train(source, als) == 0
    assert sorted(file.name for file in als.iterdir()) == sorted(file.name for file in (tmp_path / "one").iterdir())


def test_item_to_item_is_the_walk_over_users_at_its_rank() -> None:
    """At full rank the product of the factors is the walk itself, each entry as the formula has it; ids that nobody met
    or who met nothing have factors of 0."""
    met = np.array(
        [[2, 1, 0, 0, 0], [1, 0, 1, 0, 0], [0, 3, 1, 1, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 0]]
    )
    users, items = item_to_item(sparse.csr_matrix(met.astype(np.float32)), Parameters(factors=4))
    who = (met > 0).astype(float)
    of_user, of_item = np.maximum(who.sum(axis=1), 1), np.maximum(who.sum(axis=0), 1)
    start = who / np.sqrt(of_user)[:, None] / np.sqrt(of_item)
    _, values, vectors = np.linalg.svd(start)
    assert users @ items.T == pytest.approx((start @ vectors[:4].T @ vectors[:4]) * np.sqrt(of_item), abs=1e-5)
    assert not users[4].any()
    assert not items[4].any()
    assert values[4] < 1e-9


def test_the_package_answers_those_whom_the_model_does_not_know(tmp_path: Path) -> None:
    """Popular items of each region, and new items by the lower bound of what their views led to."""
    source = tmp_path / "gold.parquet"
    table = pq.read_table(tastes(source))
    regions = ["us-east-1" if n % 3 else "us-west-2" for n in range(table.num_rows)]
    pq.write_table(table.append_column("region", pa.array(regions)), source)
    day = [DAY_US * n for n in (0, 28, 28, 28)]
    features = {
        "item_id": ["old-hit", "new-sure", "new-lucky", "new-unseen"],
        "views": [100, 200, 1, 0],
        "clicks": [90, 100, 1, 0],
        "add_to_carts": [5, 10, 0, 0],
        "purchases": [5, 10, 0, 0],
        "first_seen_at": pa.array(day, pa.timestamp("us")),
        "last_seen_at": pa.array([DAY_US * 30] * 4, pa.timestamp("us")),
    }
    pq.write_table(pa.table(features), tmp_path / "features.parquet")
    assert train(source, tmp_path / "model", "--item-features", str(tmp_path / "features.parquet")) == 0
    cold = json.loads((tmp_path / "model" / "cold_start.json").read_text())
    assert [item["item_id"] for item in cold["fresh"]] == ["new-sure", "new-lucky"]
    assert sorted(cold["popular_by_region"]) == ["us-east-1", "us-west-2"]
    for listed in cold["popular_by_region"].values():
        scores = [item["score"] for item in listed]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) == 200


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
