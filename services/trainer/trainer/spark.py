"""ALS by Spark MLlib, for data that outgrows one machine; the same contract as the engine for one.

Spark has an environment of its own: this process hands the interactions over as Parquet, submits `spark_als.py`, and
takes the factors back. Environment variables:

| Name | Meaning |
|---|---|
| `MERIDIAN_SPARK_SUBMIT` | runs a Spark program: `spark-submit` and its options, or a Python with pyspark |
| `MERIDIAN_SPARK_EXCHANGE` | folder that both sides see, e.g. `s3://bucket/prefix`; a temporary one of this machine |
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import uuid
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.fs as pafs  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from scipy import sparse  # type: ignore[import-untyped]

from .als import Factors, Pair, Parameters

PROGRAM = Path(__file__).resolve().parent.parent / "spark_als.py"


class SparkError(RuntimeError):
    """The Spark program failed; the message is the end of what it said."""


def train(matrix: sparse.csr_matrix, parameters: Parameters) -> Pair:
    """User and item factors.

    Confidence is 1 + alpha * log(1 + weight), as on one machine. MLlib scales the regularization by the number of
    interactions of each row, so that it is given the parameter over the mean number.
    """
    with tempfile.TemporaryDirectory(prefix="meridian-spark-") as own:
        exchange = f"{os.environ.get('MERIDIAN_SPARK_EXCHANGE') or f'file://{own}'}/{uuid.uuid4().hex}"
        system, folder = pafs.FileSystem.from_uri(exchange)
        try:
            system.create_dir(folder, recursive=True)
            _write(system, f"{folder}/ratings.parquet", matrix)
            _submit(exchange, matrix, parameters)
            users, items = matrix.shape
            return (
                _read(system, f"{folder}/users", (users, parameters.factors)),
                _read(system, f"{folder}/items", (items, parameters.factors)),
            )
        finally:
            system.delete_dir(folder)


def mean_interactions(matrix: sparse.csr_matrix) -> float:
    """Interactions of a row: the geometric mean of a user's and an item's mean number."""
    users, items = (max(1, int((np.diff(side.indptr) > 0).sum())) for side in (matrix, matrix.tocsc()))
    return float(max(1, matrix.nnz) / np.sqrt(users * items))


def _submit(exchange: str, matrix: sparse.csr_matrix, parameters: Parameters) -> None:
    options = {
        "folder": exchange,
        "factors": parameters.factors,
        "iterations": parameters.iterations,
        "regularization": parameters.regularization / mean_interactions(matrix),
        "alpha": parameters.alpha,
        "seed": parameters.seed,
    }
    command = [
        *shlex.split(os.environ.get("MERIDIAN_SPARK_SUBMIT") or "spark-submit"),
        str(PROGRAM),
        *(word for name, value in options.items() for word in (f"--{name}", str(value))),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise SparkError(f"{PROGRAM.name} ended with {ended.returncode}: {ended.stderr[-2000:]}")


def _write(system: pafs.FileSystem, path: str, matrix: sparse.csr_matrix) -> None:
    entries = matrix.tocoo()
    columns = {
        "user": entries.row.astype(np.int32),
        "item": entries.col.astype(np.int32),
        "rating": np.log1p(entries.data).astype(np.float32),
    }
    pq.write_table(pa.table(columns), path, filesystem=system)


def _read(system: pafs.FileSystem, folder: str, shape: tuple[int, int]) -> Factors:
    """Factors by index; those of a row without interactions are 0, as the other engine has them."""
    factors = np.zeros(shape, dtype=np.float32)
    table = pq.read_table(folder, filesystem=system)
    features = table["features"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    factors[table["id"].to_numpy()] = features.reshape(-1, shape[1])
    return factors
