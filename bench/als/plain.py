"""What a notebook does with `implicit` and nothing of ours: the same data, split, parameters, users and metric.

    python plain.py DATA.parquet FACTORS ITERATIONS K THREADS [SPARK-FOLDER]

With a folder it takes the factors of Spark from there and only scores them; `ratings.parquet` there is written first
when it is missing, and nothing else is done then.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from implicit.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

ALPHA, REGULARIZATION, SEED, HOLDOUT, MAX_USERS = 5.0, 1.0, 7, 0.2, 20_000

source = sys.argv[1]
factors, iterations, k, threads = map(int, sys.argv[2:6])
spark = Path(sys.argv[6]) if len(sys.argv) > 6 else None
started = time.perf_counter()
parts: dict[str, float] = {}


def lap(name: str) -> None:
    global started
    now = time.perf_counter()
    parts[name] = now - started
    started = now


names = ["user_key", "item_id", "weight", "last_occurred_at"]
table = pq.read_table(source, columns=names, read_dictionary=names[:2]).combine_chunks()


def codes(name: str) -> np.ndarray:
    column = table[name].combine_chunks()
    words = np.array(column.dictionary.to_pylist())
    places = np.empty(len(words), dtype=np.int64)
    places[np.argsort(words)] = np.arange(len(words))
    return places[column.indices.to_numpy()]


user, item = codes("user_key"), codes("item_id")
when = table["last_occurred_at"].to_numpy().astype(np.int64)
weight = table["weight"].to_numpy().astype(np.float32)
cut = np.quantile(when, 1 - HOLDOUT, method="higher")
shape = (int(user.max()) + 1, int(item.max()) + 1)


def matrix(rows: np.ndarray) -> sparse.csr_matrix:
    return sparse.csr_matrix((weight[rows], (user[rows], item[rows])), shape=shape)


past, future = matrix(when < cut), matrix(when >= cut)
lap("read")
model = AlternatingLeastSquares(
    factors=factors,
    iterations=iterations,
    regularization=REGULARIZATION,
    alpha=1.0,
    num_threads=threads,
    random_state=SEED,
)
if spark is None:
    confidence = past.copy()
    confidence.data = 1 + ALPHA * np.log1p(confidence.data)
    with threadpool_limits(limits=1, user_api="blas"):
        model.fit(confidence, show_progress=False)
elif not (spark / "ratings.parquet").exists():
    entries = past.tocoo()
    columns = {
        "user": entries.row.astype(np.int32),
        "item": entries.col.astype(np.int32),
        "rating": np.log1p(entries.data).astype(np.float32),
    }
    import pyarrow as pa

    pq.write_table(pa.table(columns), spark / "ratings.parquet")
    # MLlib scales the regularization by each row's interactions.
    sides = [int((np.diff(side.indptr) > 0).sum()) for side in (past, past.tocsc())]
    print(json.dumps({"regularization": REGULARIZATION / (past.nnz / np.sqrt(sides[0] * sides[1]))}))
    sys.exit()
else:
    found = {}
    for name, rows in (("users", shape[0]), ("items", shape[1])):
        table = pq.read_table(spark / name)
        found[name] = np.zeros((rows, factors), dtype=np.float32)
        flat = table["features"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        found[name][table["id"].to_numpy()] = flat.reshape(-1, factors)
    model.user_factors, model.item_factors = found["users"], found["items"]
lap("train")
parts["worked"] = time.process_time()
asked = np.flatnonzero((np.diff(past.indptr) > 0) & (np.diff(future.indptr) > 0))
if len(asked) > MAX_USERS:
    asked = asked[np.linspace(0, len(asked) - 1, MAX_USERS).astype(np.int64)]
with threadpool_limits(limits=1, user_api="blas"):
    ids, _ = model.recommend(asked, past[asked], N=k, filter_already_liked_items=True)
held = future[asked]
wanted = np.repeat(np.arange(len(asked)), np.diff(held.indptr)) * shape[1] + held.indices
hits = np.isin(np.arange(len(asked))[:, None] * shape[1] + ids, wanted).sum(axis=1)
recall = (hits / np.minimum(k, np.diff(held.indptr))).mean()
lap("assess")
print(json.dumps({**parts, "recall": recall}))
