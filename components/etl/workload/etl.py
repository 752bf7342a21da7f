"""Spark entry point of the ETL on EMR: the same SQL files and steps as the embedded engine runs.

    spark-submit etl.py --run-date 2026-01-31 --bronze s3://<bucket> --silver s3://<bucket> --gold s3://<bucket> \
        --profiles-table <table> [--pipeline /opt/meridian/etl] [--late-days 3 ...]

`--pipeline` is the folder on the nodes with `steps.json` and `sql/`. Kept tables are overwritten: equal input gives
equal rows. `_quality/run_date=<date>/report.json` in the gold bucket has the counts and whether they balance; nothing
else is published when they do not, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import string
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pyspark.sql import DataFrame, Row, SparkSession  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import col as column  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import date_format  # type: ignore[import-not-found,unused-ignore]

VERIFIED_PREFIX = "verified/events/"
"""Where verified events stand in the bronze bucket."""

BATCH_ITEMS = 25
"""Most items in one BatchWriteItem."""

ISO_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"

PROFILE_COLUMNS = (
    *("user_key", "region", "events", "sessions", "items", "purchases", "revenue"),
    *("first_seen_at", "last_seen_at"),
)
"""A user's key points; a test compares them with the embedded engine's."""

SOURCE_SCHEMA = (
    "event_id STRING, schema_version INT, event_type STRING, occurred_at STRING, received_at STRING, "
    "user_key STRING, item_id STRING, session_id STRING, value DOUBLE, page STRING, referrer_host STRING, "
    "device STRING, ip_prefix STRING, consent_analytics BOOLEAN, consent_personalisation BOOLEAN, "
    "variant STRING, model_version STRING, region STRING"
)
"""Verified events as read; instants stay text, for the SQL to cast. A test compares it with the event contract."""


@dataclass(frozen=True)
class Step:
    """One SELECT of the pipeline; kept when it has a store."""

    name: str
    store: str | None
    prefix: str
    partition_by: str | None
    sort_by: tuple[str, ...]


def steps_of(description: str) -> tuple[list[Step], dict[str, int]]:
    """The steps and default figures in `steps.json`."""
    parsed = json.loads(description)
    steps = [
        Step(
            name=step["name"],
            store=step.get("store"),
            prefix=step.get("prefix", ""),
            partition_by=step.get("partitionBy"),
            sort_by=tuple(step.get("sortBy", ())),
        )
        for step in parsed["steps"]
    ]
    return steps, {str(name): int(value) for name, value in parsed["parameters"].items()}


def sql_of(template: str, figures: dict[str, int]) -> str:
    """A step's SQL with the figures filled in; an unknown figure is a KeyError."""
    return string.Template(template).substitute(figures)


def write(frame: DataFrame, step: Step, store: str) -> None:
    """Overwrites one kept table, rows sorted within each file."""
    location = f"{store}/{step.prefix}"
    if step.partition_by is None:
        frame.coalesce(1).sortWithinPartitions(*step.sort_by).write.mode("overwrite").parquet(location)
        return
    (
        frame.repartition(step.partition_by)
        .sortWithinPartitions(step.partition_by, *step.sort_by)
        .write.mode("overwrite")
        .partitionBy(step.partition_by)
        .parquet(location)
    )


def run(spark: SparkSession, arguments: argparse.Namespace) -> dict[str, int]:
    """Runs every step, writes the kept ones when the counts balance, and returns the counts."""
    steps, figures = steps_of((arguments.pipeline / "steps.json").read_text())
    figures |= {name: value for name in figures if (value := getattr(arguments, name)) is not None}
    source = spark.read.schema(SOURCE_SCHEMA).option("recursiveFileLookup", "true")
    source.json(f"{arguments.bronze}/{VERIFIED_PREFIX}").createOrReplaceTempView("verified_events")
    frames: dict[str, DataFrame] = {}
    for step in steps:
        template = (arguments.pipeline / "sql" / f"{step.name}.sql").read_text()
        frame = spark.sql(sql_of(template, figures)).persist()
        frame.createOrReplaceTempView(step.name)
        frames[step.name] = frame
    counts = {
        "verified": spark.table("verified_events").count(),
        "silver": frames["silver_events"].count(),
        "duplicates": frames["ranked_events"].where("copy > 1").count(),
        "late": frames["late_events"].count(),
    }
    if balanced(counts):
        for step in steps:
            if step.store is not None:
                write(frames[step.name], step, getattr(arguments, step.store))
        if arguments.profiles_table is not None:
            write_profiles(frames["gold_user_features"], arguments.profiles_table, arguments.profiles_per_second)
    report = json.dumps({"passed": balanced(counts), "ledger": counts}, sort_keys=True)
    save_text(spark, f"{arguments.gold}/_quality/run_date={arguments.run_date}/report.json", report)
    return counts


def balanced(counts: dict[str, int]) -> bool:
    """Whether every verified event became a row, a duplicate or a late event."""
    return counts["verified"] == counts["silver"] + counts["duplicates"] + counts["late"]


def write_profiles(features: DataFrame, table: str, per_second: int) -> None:
    """Puts users' key points into the profiles table, from a few writers that share the rate between them."""
    writers = 4
    instants = ("first_seen_at", "last_seen_at")
    types = dict.fromkeys(("user_key", "region", *instants), "S")
    rows = features.select(
        [
            (date_format(name, ISO_FORMAT) if name in instants else column(name).cast("string")).alias(name)
            for name in PROFILE_COLUMNS
        ]
    )

    def put(partition: Iterator[Row]) -> None:
        import boto3  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 -- on the executors only

        client = boto3.client("dynamodb")
        while batch := list(islice(partition, BATCH_ITEMS)):
            started = time.monotonic()
            requests = [
                {"PutRequest": {"Item": {name: {types.get(name, "N"): value} for name, value in row.asDict().items()}}}
                for row in batch
            ]
            pause = 0.05
            while requests:
                answer = client.batch_write_item(RequestItems={table: requests})
                requests = answer["UnprocessedItems"].get(table, [])
                if requests:
                    time.sleep(pause)
                    pause = min(20.0, pause * 2)
            time.sleep(max(0.0, len(batch) * writers / per_second - (time.monotonic() - started)))

    rows.coalesce(writers).foreachPartition(put)


def save_text(spark: SparkSession, uri: str, text: str) -> None:
    """Writes one object of exactly that name, through the cluster's file system."""
    jvm = spark.sparkContext._jvm
    path = jvm.org.apache.hadoop.fs.Path(uri)
    stream = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).create(path, True)
    try:
        stream.write(bytearray(text, "utf-8"))
    finally:
        stream.close()


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line; figures left out are those of `steps.json`."""
    parser = argparse.ArgumentParser(description="Verified events to silver and gold, on Spark.")
    parser.add_argument("--run-date", required=True, help="day of the run, YYYY-MM-DD: names its report")
    for store in ("bronze", "silver", "gold"):
        parser.add_argument(f"--{store}", required=True, help="s3://bucket")
    parser.add_argument("--profiles-table", help="DynamoDB table of users' key points")
    parser.add_argument("--profiles-per-second", type=int, default=2000, help="items a second into that table")
    parser.add_argument(
        "--pipeline", type=Path, default=Path("/opt/meridian/etl"), help="folder of steps.json and sql/"
    )
    for figure in ("late-days", "session-gap-minutes", "half-life-days", "popular-items"):
        parser.add_argument(f"--{figure}", type=int)
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Entry point of spark-submit."""
    spark = (
        SparkSession.builder.appName("meridian-etl")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .config("spark.sql.sources.partitionOverwriteMode", "static")
        # `date` and other words that are reserved under ANSI rules are column names here.
        .config("spark.sql.ansi.enforceReservedKeywords", "false")
        .getOrCreate()
    )
    try:
        counts = run(spark, parse(argv))
    finally:
        spark.stop()
    print(json.dumps(counts, sort_keys=True))
    return 0 if balanced(counts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
