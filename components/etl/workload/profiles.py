"""Users' key points for the profiles table: the online side of the features."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pyspark.sql import DataFrame, Row  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import col as column  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import date_format  # type: ignore[import-not-found,unused-ignore]

PROFILE_WRITERS = 4
"""Tasks that write key points at the same time."""

ISO_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"

PROFILE_COLUMNS = (
    *("user_key", "region", "events", "sessions", "items", "purchases", "revenue"),
    *("first_seen_at", "last_seen_at"),
)
"""A user's key points; a test compares them with the embedded engine's."""


def write_profiles(features: DataFrame, table: str, per_second: int, pipeline: Path) -> None:
    """Puts users' key points into the profiles table, from a few writers that share the rate between them."""
    instants = ("first_seen_at", "last_seen_at")
    types = dict.fromkeys(("user_key", "region", *instants), "S")
    rows = features.select(
        [
            (date_format(name, ISO_FORMAT) if name in instants else column(name).cast("string")).alias(name)
            for name in PROFILE_COLUMNS
        ]
    )

    def put(partition: Iterator[Row]) -> None:
        # On the executors, whose path does not have the folder.
        sys.path.insert(0, str(pipeline))
        from dynamo import Table  # noqa: PLC0415 -- found by the path above

        items = ({name: {types.get(name, "N"): value} for name, value in row.asDict().items()} for row in partition)
        Table(table).write(items, per_second / PROFILE_WRITERS)

    rows.coalesce(PROFILE_WRITERS).foreachPartition(put)
