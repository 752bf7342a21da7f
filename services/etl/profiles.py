"""Users' key points for the profiles table: the online side of the features."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pyspark.sql import DataFrame, Row  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import col as column  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import date_format  # type: ignore[import-not-found,unused-ignore]

PROFILE_WRITERS = 4
"""Tasks that write key points at the same time."""

PROGRAMS = str(Path(__file__).resolve().parent)
"""Where this module and its neighbours are: on a cluster, the same folder on every node."""

ISO_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"


def profile_columns(pipeline: Path) -> dict[str, str]:
    """Columns of a user's online record with their types, from the feature store's definition."""
    entities = json.loads((pipeline / "feature-store.json").read_text())["entities"]
    (user,) = (entity for entity in entities if entity["name"] == "user")
    online = {feature["name"]: feature["type"] for feature in user["features"] if feature["online"]}
    return {user["key"]: "string", **online}


def write_profiles(features: DataFrame, table: str, per_second: int, pipeline: Path) -> None:
    """Puts users' key points into the profiles table, from a few writers that share the rate between them."""
    columns = profile_columns(pipeline)
    programs = PROGRAMS
    types = {name: "S" if form in ("string", "timestamp") else "N" for name, form in columns.items()}
    rows = features.select(
        [
            (date_format(name, ISO_FORMAT) if form == "timestamp" else column(name).cast("string")).alias(name)
            for name, form in columns.items()
        ]
    )

    def put(partition: Iterator[Row]) -> None:
        # On the executors, whose path has neither folder; on a cluster both are one.
        sys.path[:0] = [programs, str(pipeline)]
        from dynamo import Table  # noqa: PLC0415 -- found by the path above

        items = ({name: {types[name]: value} for name, value in row.asDict().items()} for row in partition)
        Table(table).write(items, per_second / PROFILE_WRITERS)

    rows.coalesce(PROFILE_WRITERS).foreachPartition(put)
