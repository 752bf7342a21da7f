"""Interactions: read from gold Parquet, indexed, and split by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from scipy import sparse  # type: ignore[import-untyped]

Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

COLUMNS = ["user_key", "item_id", "weight", "purchases", "last_occurred_at"]
"""What training needs of `gold_interactions`."""


class DataError(ValueError):
    """The interactions cannot be trained on; the message says why."""


@dataclass(frozen=True)
class Interactions:
    """Interactions of known users with known items, one row a pair, in a fixed order (user, then item).

    `users` and `items` are sorted, and `user` and `item` index into them, so that equal data gives equal indices
    whatever the order of the files.
    """

    users: list[str]
    items: list[str]
    user: Int
    item: Int
    weight: Float
    purchased: Bool
    last_occurred_us: Int

    def __len__(self) -> int:
        return len(self.user)

    def subset(self, rows: Bool) -> Interactions:
        """The chosen rows; users and items keep their indices."""
        return replace(
            self,
            user=self.user[rows],
            item=self.item[rows],
            weight=self.weight[rows],
            purchased=self.purchased[rows],
            last_occurred_us=self.last_occurred_us[rows],
        )

    def matrix(self, rows: Bool | None = None) -> sparse.csr_matrix:
        """Users x items weights, of all rows or of the chosen ones."""
        keep = slice(None) if rows is None else rows
        shape = (len(self.users), len(self.items))
        # The rows are in order: their places in the matrix need only be counted.
        starts = np.zeros(shape[0] + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.user[keep], minlength=shape[0]), out=starts[1:])
        columns = (self.weight[keep].astype(np.float32), self.item[keep].astype(np.int32), starts)
        return sparse.csr_matrix(columns, shape=shape)


def read_interactions(paths: Sequence[Path]) -> Interactions:
    """Reads Parquet files, or folders of them, and adds up what several regions say of one pair.

    Raises DataError when there is nothing to read or a column is missing.
    """
    files = parquet_files(paths)
    if not files:
        raise DataError(f"no Parquet files in {', '.join(map(str, paths))}")
    tables = []
    for file in files:
        missing = set(COLUMNS) - set(pq.read_schema(file).names)
        if missing:
            raise DataError(f"{file.name}: want columns {', '.join(COLUMNS)}, missing {', '.join(sorted(missing))}")
        # As dictionaries, which files hold anyway: no text is compared twice.
        tables.append(pq.read_table(file, columns=COLUMNS, read_dictionary=COLUMNS[:2], partitioning=None))
    table = pa.concat_tables(tables).unify_dictionaries()
    if table.num_rows == 0:
        raise DataError("no interactions: has anybody consented to personalisation?")
    users, user = _index(table["user_key"])
    items, item = _index(table["item_id"])
    last = pc.cast(table["last_occurred_at"], pa.timestamp("us")).to_numpy().astype(np.int64)
    pair = user * len(items) + item
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    first = np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]]))
    return Interactions(
        users=users,
        items=items,
        user=pair[first] // len(items),
        item=pair[first] % len(items),
        weight=np.add.reduceat(table["weight"].to_numpy().astype(np.float64)[order], first),
        purchased=np.maximum.reduceat(table["purchases"].to_numpy()[order], first) > 0,
        last_occurred_us=np.maximum.reduceat(last[order], first),
    )


def parquet_files(paths: Sequence[Path]) -> list[Path]:
    """Parquet files among the paths and in the folders among them, in order."""
    return sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*.parquet")))


def _index(column: pa.ChunkedArray) -> tuple[list[str], Int]:
    """The names that occur, sorted, and the place of each row's among them."""
    whole = column.combine_chunks()
    names, codes = whole.dictionary.to_pylist(), whole.indices.to_numpy().astype(np.int64)
    # A file may carry names that none of its rows has.
    met = np.flatnonzero(np.bincount(codes, minlength=len(names))).tolist()
    met.sort(key=names.__getitem__)
    places = np.empty(len(names), dtype=np.int64)
    places[met] = np.arange(len(met))
    return [str(names[at]) for at in met], places[codes]


@dataclass(frozen=True)
class Split:
    """A temporal split: what a model may learn from, and what came after."""

    train: Bool
    held_out: Bool
    cutoff_us: int


def temporal_split(data: Interactions, holdout: float) -> Split:
    """Holds out the last `holdout` (0..1) of the interactions by time. A pair lies wholly on one side.

    Raises DataError when one side would be empty, e.g. when all interactions carry one time.
    """
    cutoff = int(np.quantile(data.last_occurred_us, 1 - holdout, method="higher"))
    held_out = data.last_occurred_us >= cutoff
    if held_out.all() or not held_out.any():
        raise DataError("interactions cannot be split by time: they all carry the same time")
    return Split(train=~held_out, held_out=held_out, cutoff_us=cutoff)
