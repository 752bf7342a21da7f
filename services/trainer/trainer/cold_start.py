"""Lists for those whom no model knows: what is popular where they are, and new items that do well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from .data import parquet_files

FRESH_DAYS = 7
"""Days after its first event within which an item is new."""

CONFIDENCE_Z = 1.645
"""Of the one-sided 95 % bound of a share: a new item with one view and one click is no hit."""

FEATURES = ["item_id", "views", "clicks", "add_to_carts", "purchases", "first_seen_at", "last_seen_at"]

List = list[dict[str, object]]


def popular_by_region(paths: Sequence[Path], limit: int) -> dict[str, List]:
    """The most popular items of each region by summed weight; ties by id. Empty where gold does not tell regions."""
    files = [file for file in parquet_files(paths) if "region" in pq.read_schema(file).names]
    if not files:
        return {}
    columns = ["region", "item_id", "weight"]
    table = pa.concat_tables([pq.read_table(file, columns=columns, partitioning=None) for file in files])
    ranked = (
        table.group_by(["region", "item_id"])
        .aggregate([("weight", "sum")])
        .sort_by([("region", "ascending"), ("weight_sum", "descending"), ("item_id", "ascending")])
    )
    lists: dict[str, List] = {}
    for region, item, weight in zip(*(ranked[name].to_pylist() for name in ranked.column_names), strict=True):
        chosen = lists.setdefault(str(region), [])
        if len(chosen) < limit:
            chosen.append(_scored(item, weight))
    return lists


def fresh_items(paths: Sequence[Path], limit: int) -> List:
    """Items first seen in the last week, by the lower bound of the share of views that led to more; ties by id."""
    files = parquet_files(paths)
    if not files:
        return []
    table = pa.concat_tables([pq.read_table(file, columns=FEATURES, partitioning=None) for file in files])
    if table.num_rows == 0:
        return []
    counts = ["views", "clicks", "add_to_carts", "purchases"]
    items = table.group_by("item_id").aggregate(
        [(name, "sum") for name in counts] + [("first_seen_at", "min"), ("last_seen_at", "max")]
    )
    first = pc.cast(items["first_seen_at_min"], pa.timestamp("us")).to_numpy().astype(np.int64)
    newest = pc.cast(pc.max(items["last_seen_at_max"]), pa.timestamp("us")).value
    views, *acts = (items[f"{name}_sum"].to_numpy().astype(np.float64) for name in counts)
    bound = lower_bound(np.minimum(sum(acts), views), views)
    new = (newest - first <= FRESH_DAYS * 86_400_000_000) & (bound > 0)
    names = items["item_id"].to_pylist()
    chosen = sorted(np.flatnonzero(new).tolist(), key=lambda row: (-bound[row], names[row]))[:limit]
    return [_scored(names[row], float(bound[row])) for row in chosen]


def lower_bound(hits: npt.NDArray[np.float64], tries: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Wilson's lower bound of a share; 0 for what was never tried."""
    n = np.maximum(tries, 1)
    z2 = CONFIDENCE_Z**2
    share = hits / n
    middle = share + z2 / (2 * n)
    spread = CONFIDENCE_Z * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return np.where(tries > 0, np.maximum(0, (middle - spread) / (1 + z2 / n)), 0.0)


def _scored(item: object, score: float) -> dict[str, object]:
    return {"item_id": str(item), "score": round(float(score), 6)}
