"""ALS by Spark MLlib, for data that outgrows one machine; the same contract as the engine for one."""

from __future__ import annotations

import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from scipy import sparse  # type: ignore[import-untyped]

from .als import Factors, Pair, Parameters

MASTER = "MERIDIAN_SPARK_MASTER"
"""Environment variable with the cluster to run on; without it, Spark runs in this process."""


def train(matrix: sparse.csr_matrix, parameters: Parameters) -> Pair:
    """User and item factors.

    Confidence is 1 + alpha * log(1 + weight), as on one machine. MLlib scales the regularization by the number of
    interactions of each row, so that it is given the parameter over the mean number.
    """
    spark = _session()
    with tempfile.TemporaryDirectory(prefix="meridian-spark-") as name:
        folder = Path(name)
        _write(folder / "ratings.parquet", matrix)
        als = import_module("pyspark.ml.recommendation").ALS(
            rank=parameters.factors,
            maxIter=parameters.iterations,
            regParam=parameters.regularization / mean_interactions(matrix),
            alpha=parameters.alpha,
            implicitPrefs=True,
            seed=parameters.seed,
            userCol="user",
            itemCol="item",
            ratingCol="rating",
        )
        model = als.fit(spark.read.parquet(str(folder / "ratings.parquet")))
        model.userFactors.write.parquet(str(folder / "users"))
        model.itemFactors.write.parquet(str(folder / "items"))
        shape = (parameters.factors,)
        return (
            _read(folder / "users", (matrix.shape[0], *shape)),
            _read(folder / "items", (matrix.shape[1], *shape)),
        )


def mean_interactions(matrix: sparse.csr_matrix) -> float:
    """Interactions of a row, users and items alike, in the geometric mean of both sides' means."""
    users, items = (max(1, int((np.diff(side.indptr) > 0).sum())) for side in (matrix, matrix.tocsc()))
    return float(max(1, matrix.nnz) / np.sqrt(users * items))


def _session() -> Any:
    builder = import_module("pyspark.sql").SparkSession.builder.appName("meridian-training")
    # Threads of BLAS within Spark's own would only contend.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return (
        builder.master(os.environ.get(MASTER, "local[*]"))
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )


def _write(path: Path, matrix: sparse.csr_matrix) -> None:
    entries = matrix.tocoo()
    columns = {
        "user": entries.row.astype(np.int32),
        "item": entries.col.astype(np.int32),
        "rating": np.log1p(entries.data).astype(np.float32),
    }
    pq.write_table(pa.table(columns), path)


def _read(folder: Path, shape: tuple[int, int]) -> Factors:
    """Factors by index; those of a row without interactions are 0, as the other engine has them."""
    factors = np.zeros(shape, dtype=np.float32)
    table = pq.read_table(folder)
    features = table["features"].combine_chunks()
    factors[table["id"].to_numpy()] = features.flatten().to_numpy(zero_copy_only=False).reshape(-1, shape[1])
    return factors
