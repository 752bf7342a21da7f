"""The events that a run reads: verified ones as text, and those that earlier runs kept."""

from __future__ import annotations

import argparse

from pyspark.sql import DataFrame, SparkSession  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import col as column  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import date_format  # type: ignore[import-not-found,unused-ignore]

from store import KEPT_PREFIXES, files_below

VERIFIED_PREFIX = "verified/events/"
"""Where verified events stand in the bronze bucket."""

SOURCE_COLUMNS = (
    *("event_id", "schema_version", "event_type", "occurred_at", "received_at", "user_key", "item_id", "session_id"),
    *("value", "page", "referrer_host", "device", "ip_prefix", "consent_analytics", "consent_personalisation"),
    *("variant", "model_version", "region"),
)
"""Columns of verified events, read as text, for the SQL to cast. A test compares them with the event contract."""

INSTANTS = ("occurred_at", "received_at")
ISO_MICROS = "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"


def verified_events(spark: SparkSession, paths: list[str]) -> DataFrame:
    """Verified events as text, of files in NDJSON and of those that the verifier converted to Parquet."""
    text = ", ".join(f"{name} STRING" for name in SOURCE_COLUMNS)
    converted = [path for path in paths if path.endswith(".parquet")]
    lines = [path for path in paths if not path.endswith(".parquet")]
    events = spark.read.schema(text).json(lines) if lines else spark.createDataFrame([], text)
    if not converted:
        return events
    typed = spark.read.parquet(*converted)
    return events.unionByName(
        typed.select(
            [
                (date_format(name, ISO_MICROS) if name in INSTANTS else column(name).cast("string")).alias(name)
                for name in SOURCE_COLUMNS
            ]
        )
    )


def kept_events(spark: SparkSession, arguments: argparse.Namespace, like: DataFrame) -> DataFrame:
    """The survivors among what earlier runs read."""
    kept = like.limit(0)
    for prefix in KEPT_PREFIXES:
        if files_below(spark, f"{arguments.silver}/{prefix}"):
            table = spark.read.format(arguments.format).load(f"{arguments.silver}/{prefix}")
            dated = table.select(*SOURCE_COLUMNS).withColumn("date", column("occurred_at").cast("date").cast("string"))
            kept = kept.unionByName(dated)
    return kept
